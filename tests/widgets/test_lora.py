import threading

import pytest

import tlkit as tl
from tests.experiments.test_results import result
from tests.methods.test_prompting import reviews
from tests.small_networks import save_model
from tlkit.widgets import lora


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bert")
    save_model(folder, "bert")
    return tl.backbone(str(folder), size=32)


@pytest.fixture
def lab(net):
    lab = tl.labs.AdapterLab(net, reviews(), shots=3)
    yield lab
    lab.halt()


def test_the_sliders_change_picture_and_words(lab):
    seen = {(lab.words.value, lab.picture.value)}
    for control in (lab.rank, lab.blocks):
        for value in (control.options[0], control.options[-1]):
            control.value = value
            assert lab.plan.words()[:20] in lab.words.value
            seen.add((lab.words.value, lab.picture.value))
    assert len(seen) >= 4
    assert 'role="status"' in lab.words.value
    assert "press Train" in lab.words.value


def test_a_move_draws_only_what_it_changes(lab, full_draws):
    pictures = set()
    for rank in (1, 64):
        for blocks in (1, 2, 3):
            lab.rank.value, lab.blocks.value = rank, blocks
            pictures.add(lab.picture.value)
    assert len(pictures) == 6
    assert full_draws == []


def test_it_counts_what_transfer_counts(lab, net):
    lab.rank.value, lab.blocks.value = 4, 2
    made = tl.transfer(net, reviews(), strategy="lora:4@2", shots=3, steps=2)
    assert lab.plan.strategy == "lora:4@2"
    assert lab.plan.learning == made.trainable_params
    lab.blocks.value = 3
    made = tl.transfer(net, reviews(), strategy="lora:4", shots=3, steps=2)
    assert lab.plan.strategy == "lora:4"
    assert lab.plan.learning == made.trainable_params


def test_train_trains_in_the_background_what_was_asked(lab):
    lab.rank.value, lab.blocks.value = 2, 1
    lab.train.click()
    lab.rank.value = 4
    lab.wait()
    assert not lab.plan.accuracies
    lab.rank.value = 2
    assert len(lab.plan.accuracies) == lora.DRAWS
    assert f"over {lora.DRAWS} draws" in lab.words.value
    assert lab.stop.disabled


def test_stop_keeps_what_is_done(lab, monkeypatch):
    run, second = lab.bench.run, threading.Event()

    def slowly(strategy, draw, *, on_event):
        if draw == 1:
            second.set()
            lab._halt.wait(60)
        run(strategy, draw, on_event=on_event)

    monkeypatch.setattr(lab.bench, "run", slowly)
    lab.rank.value, lab.blocks.value = 1, 1
    lab.go()
    assert second.wait(120)
    lab.stop.click()
    assert "Stopped." in lab.words.value
    assert len(lab.plan.accuracies) == 1


def test_saved_runs_are_shown_for_their_own_question_only(net):
    task = reviews()
    runs = [result("lora:8", 3, seed, 0.75, source=net.name, target=task.name) for seed in range(5)]
    runs += [result("head", 3, seed, 0.5, source=net.name, target=task.name) for seed in range(5)]
    lab = tl.labs.AdapterLab(net, task, shots=3, saved=tl.Results(runs))
    assert "75.0% named right (75.0% to 75.0% over 5 draws)" in lab.words.value
    assert repr(lab).startswith("AdapterLab: Rank 8 in all 3 blocks")
    lab = tl.labs.AdapterLab(net, task, shots=2, saved=tl.Results(runs))
    assert not lab.plan.accuracies
