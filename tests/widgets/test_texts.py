import threading

import pytest

import tlkit as tl
from tests.small_networks import save_model
from tlkit.events import Step
from tlkit.models import transformer
from tlkit.widgets.neighbours import MEANING, SHARED
from tlkit.widgets.texts import DRAWS, TEXTS


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reader")
    save_model(folder, "bert")
    return transformer.encoder("small", folder, longest=16, taught="nothing much")


@pytest.fixture(scope="module")
def neighbours(reader):
    return tl.labs.Neighbours(reader, ["intents", "reviews/tweets"], text="turn on the lights")


@pytest.fixture
def lab(reader):
    lab = tl.labs.WordsLab(
        reader, ["intents", "reviews/tweets"], shots=[1, 2, 4], strategies=["tf_idf", "head", "partial:1"]
    )
    yield lab
    lab.halt()


def test_a_sentence_has_tokens_neighbours_and_a_place(neighbours):
    before, picture, found = neighbours.words.value, neighbours.picture.value, neighbours.list.value
    neighbours.text.value = "is the door open?"
    assert "17 tokens: i s" in neighbours.words.value
    assert neighbours.words.value != before
    assert neighbours.picture.value != picture
    assert neighbours.list.value != found
    assert neighbours.list.value.count("<li>") == 5
    assert 'role="status"' in neighbours.words.value
    assert repr(neighbours).startswith("Neighbours: 17 tokens")


def test_other_texts_and_another_nearness(neighbours):
    neighbours.text.value = "thank you"
    neighbours.task.value = "tweets"
    meant = neighbours.nearest
    neighbours.by.value = SHARED
    assert neighbours.nearest != meant
    assert "thank" in neighbours.nearest[0].text.lower()
    neighbours.text.value = "xyzzy"
    assert "nothing is near" in neighbours.words.value
    assert neighbours.list.value.count("<li>") == 0
    neighbours.by.value = MEANING
    neighbours.text.value = ""
    assert "0 tokens" in neighbours.words.value


def test_another_sentence_draws_only_what_it_changes(neighbours, full_draws):
    neighbours.task.value, neighbours.by.value = "intents", MEANING
    neighbours.text.value = "good night"
    before, drawn = neighbours.picture.value, len(full_draws)
    neighbours.text.value = "how much is it?"
    assert neighbours.picture.value != before
    assert len(full_draws) == drawn


def test_what_is_typed_is_shown_and_not_run(neighbours):
    neighbours.text.value = "<script>alert(1)</script>"
    assert "<script>" not in neighbours.words.value + neighbours.list.value + neighbours.picture.value


def test_the_lab_says_what_transfer_says(lab, reader):
    lab.shots.value = 2
    alone = tl.transfer(reader, tl.task("intents"), strategy="head", shots=2, seed=1)
    assert lab.answer.accuracies[1] == pytest.approx(alone.accuracy)
    assert len(lab.answer.accuracies) == DRAWS
    assert f"{lab.answer.mean:.1%}" in lab.words.value


def test_counted_words_answer_at_once(lab):
    lab.strategy.value = "tf_idf"
    assert lab.answer.accuracies[0] == tl.text_baseline.count_words(tl.task("intents"), shots=1).accuracy
    assert lab.stop.disabled


def test_every_control_changes_picture_and_words(lab):
    for control, end in ((lab.shots, 4), (lab.read, TEXTS), (lab.strategy, "tf_idf")):
        picture, words = lab.picture.value, lab.words.value
        control.value = end
        assert lab.picture.value != picture
        assert lab.words.value != words
        assert "blockquote" in lab.text.value


def test_a_move_draws_only_what_it_changes(lab, full_draws):
    pictures = set()
    for shots in (4, 1):
        for number in (TEXTS, 1):
            lab.shots.value, lab.read.value = shots, number
            pictures.add(lab.picture.value)
    assert len(pictures) == 4
    assert full_draws == []


def test_heads_on_other_tasks_are_fitted_ahead(lab):
    lab._ahead.wait(300)
    assert len(lab.bench.found(tl.task("reviews/tweets"), "head", 2)) == DRAWS
    lab.task.value = "tweets"
    assert not lab.training
    assert lab.answer.target == "reviews/tweets"


def test_a_task_that_nobody_read_is_read_in_the_background(lab):
    lab.task.value = "tweets"
    lab.wait()
    assert lab.answer.target == "reviews/tweets"
    assert len(lab.answer.accuracies) == DRAWS
    lab.shots.value = 1
    assert lab.answer.shots == 1
    assert lab.bench.knows(tl.task("reviews/tweets"), "head", 2)


def test_training_goes_on_in_the_background_and_stops(lab, monkeypatch):
    started = threading.Event()
    run = lab.bench.run

    def slowly(*question, **options):
        if question[-1] == 1:
            started.set()
            lab._halt.wait(60)
            options["on_event"](Step(10, 20, 1.0, 0.5))
        return run(*question, **options)

    monkeypatch.setattr(lab.bench, "run", slowly)
    lab.shots.value = 1
    lab.strategy.value = "partial:1"
    assert started.wait(120)
    lab.stop.click()
    assert f"Stopped after 1 of {DRAWS} draws" in lab.words.value
    assert lab.answer.strategy == "partial:1"


def test_more_labels_than_there_are_are_all_there_are(reader):
    lab = tl.labs.WordsLab(reader, ["intents"], shots=[1, 64])
    lab.shots.value = 64
    assert lab.answer.shots == 16
    assert "16 labels of each class" in lab.words.value
    assert repr(lab).startswith("WordsLab: frozen (head), 16 labels")
