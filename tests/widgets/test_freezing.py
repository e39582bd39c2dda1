import threading

import pytest

import tlkit as tl
from tlkit.widgets import freezing


@pytest.fixture(scope="module")
def pianist():
    return tl.pretrain(tl.backbone("note-cnn"), tl.task("notes/piano"), steps=20)


@pytest.fixture(scope="module")
def saved(pianist):
    guitar = tl.task("notes/guitar")
    options = {"shots": [1], "steps": 4, "seeds": [0, 1, 2]}
    return tl.compare(pianist, guitar, strategies=["head", "partial:1", "full"], **options)


@pytest.fixture
def lab(pianist, saved):
    nobody = tl.random_source(tl.backbone("small-cnn"))
    stories = {"guitar": (pianist, "notes/guitar", 4), "brick": (nobody, "surfaces/brick", 3)}
    lab = tl.labs.StackLab(stories, shots=(1, 2), saved=saved)
    yield lab
    lab.halt()


def test_what_is_saved_answers_at_once(lab, saved, monkeypatch):
    monkeypatch.setattr(freezing, "transfer", lambda *_, **__: pytest.fail("what was saved is made again"))
    for learning, name in ((1, "partial:1"), (4, "full"), (0, "head")):
        lab.thaw.value = learning
        assert not lab.training
        assert lab.answer.accuracy == pytest.approx(saved.accuracy(name, shots=1).mean)
        assert f"{learning} of 4 stages learn" in lab.words.value
        assert f"{learning} of 4 stages learn" in lab.picture.value


def test_a_move_draws_only_what_it_changes(lab, full_draws):
    pictures = set()
    for learning in (1, 4, 0):
        lab.thaw.value = learning
        pictures.add(lab.picture.value)
    assert len(pictures) == 3
    assert full_draws == []


def test_each_network_has_a_picture_of_its_own(lab, full_draws):
    lab._ahead.wait(300)
    for story in ("brick", "guitar", "brick", "guitar"):
        lab.story.value = story
        assert not lab.training
        assert lab.answer.story == story
    assert len(full_draws) == 1  # that of the second network, once


def test_heads_are_fitted_ahead(lab):
    lab._ahead.wait(300)
    known = {(story, shots): len(lab.bench.found(story, 0, shots)) for story in ("guitar", "brick") for shots in (1, 2)}
    assert set(known.values()) == {freezing.DRAWS}
    assert not lab.bench.found("guitar", 2, 2)


def test_snow_and_fire_are_told_in_words(lab):
    lab.thaw.value = 1
    assert "Snow lies on conv1, conv2, conv3; fire is in dense, the head." in lab.words.value
    lab.thaw.value = 4
    assert "Snow lies on nothing" in lab.words.value


def test_the_costs_are_those_of_the_runs(lab, saved):
    lab.thaw.value = 1
    run = next(run for run in saved if run.strategy == "partial:1")
    assert f"{run.trainable_params:,} of {run.total_params:,} weights learn" in lab.words.value
    assert lab.answer.known.keys() == {0, 1, 4}


def test_what_is_not_saved_is_trained_in_the_background_and_remembered(lab, pianist):
    lab.thaw.value = 2
    lab.wait()
    assert [run.strategy for run in lab.answer.runs] == ["partial:2"] * freezing.DRAWS
    alone = tl.transfer(pianist, tl.task("notes/guitar"), strategy="partial:2", shots=1, seed=1, steps=4)
    assert lab.answer.runs[1].accuracy == alone.accuracy
    lab.thaw.value = 1
    lab.thaw.value = 2
    assert not lab.training
    assert lab.stop.disabled


def test_saved_runs_of_another_question_are_not_shown(pianist, saved):
    """Saved with four steps, asked with five: they are trained."""
    ledger = freezing.Ledger(pianist, tl.task("notes/guitar"), 5, saved)
    assert ledger.found(1, 1) == []
    assert len(freezing.Ledger(pianist, tl.task("notes/guitar"), 4, saved).found(1, 1)) == 3


def test_stop_keeps_what_is_done(lab, monkeypatch):
    started = threading.Event()
    make = freezing.Ledger.make

    def slowly(ledger, learning, shots, draw, *, on_event):
        if (learning, draw) == (3, 1):
            started.set()
            lab._halt.wait(60)
        return make(ledger, learning, shots, draw, on_event=on_event)

    monkeypatch.setattr(freezing.Ledger, "make", slowly)
    lab.shots.value = 2
    lab.thaw.value = 3
    assert started.wait(120)
    lab.stop.click()
    assert "Stopped after 1 of 3 draws." in lab.words.value
    assert len(lab.answer.runs) == 1


def test_another_story_has_its_own_stages(lab):
    lab.story.value = "brick"
    lab.wait()
    assert lab.thaw.value == 0
    assert lab.answer.story == "brick"
    assert lab.answer.stages == ("conv1", "conv2", "conv3", "dense")
    assert lab.answer.shots == 1


def test_its_text_form_has_the_numbers(lab):
    assert repr(lab).startswith("StackLab: guitar, 1 label of each class, 0 of 4 stages learn:")
