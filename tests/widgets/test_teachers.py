import threading

import pytest

import tlkit as tl
from tlkit.widgets.teachers import DRAWS


@pytest.fixture(scope="module")
def pianist():
    return tl.pretrain(tl.backbone("note-cnn"), tl.task("notes/piano"), steps=20)


@pytest.fixture(scope="module")
def teachers(pianist):
    drummer = tl.pretrain(tl.backbone("note-cnn"), tl.task("notes/drums"), steps=20)
    return {"piano": pianist, "drums": drummer}


@pytest.fixture(scope="module")
def saved(pianist):
    return tl.compare(pianist, tl.task("notes/guitar"), strategies=["scratch"], shots=[1, 2], steps=4)


@pytest.fixture
def lab(teachers, saved):
    lab = tl.labs.TeacherLab(teachers, saved=saved, shots=[1, 2])
    yield lab
    lab.halt()


def test_it_says_what_transfer_says_and_what_that_is_worth(lab, pianist, saved):
    alone = tl.transfer(pianist, tl.task("notes/guitar"), strategy="head", shots=1, seed=3)
    assert lab.answer.accuracies[3] == alone.accuracy
    expected = alone.accuracy - saved.accuracy("scratch", shots=1).by_seed[3]
    assert lab.answer.gains[3] == pytest.approx(expected)
    assert len(lab.answer.gains) == DRAWS
    gain = 100 * lab.answer.gains.mean()
    assert f"{abs(gain):.1f} points {'above' if gain >= 0 else 'below'} scratch" in lab.words.value


def test_every_control_changes_picture_and_words(lab):
    for control, end in ((lab.shots, 2), (lab.teacher, "drums")):
        picture, words = lab.picture.value, lab.words.value
        control.value = end
        assert lab.picture.value != picture
        assert lab.words.value != words
    assert "drums as the teacher" in lab.words.value
    assert repr(lab).startswith("TeacherLab: drums as the teacher, frozen (head), 2 labels of each class")


def test_a_move_draws_only_what_it_changes(lab, full_draws):
    pictures = set()
    for teacher in ("drums", "piano"):
        for shots in (2, 1):
            lab.teacher.value, lab.shots.value = teacher, shots
            pictures.add(lab.picture.value)
    assert len(pictures) == 4
    assert full_draws == []


def test_training_goes_on_in_the_background_and_stops(lab, monkeypatch):
    started = threading.Event()
    follow = lab.follow

    def slowly(what):
        listen = follow(what)

        def step(event):
            if "draw 2" in what:
                started.set()
                lab._halt.wait(60)
            listen(event)

        return step

    monkeypatch.setattr(lab, "follow", slowly)
    lab.strategy.value = "full"
    assert started.wait(120)
    lab.stop.click()
    assert "Stopped after 1 of 5 draws" in lab.words.value
    assert lab.answer.strategy == "full"


def test_without_runs_from_scratch_there_is_nothing_to_compare_with(teachers, saved):
    with pytest.raises(tl.TlkitError, match="no runs from scratch with 5 shots"):
        tl.labs.TeacherLab(teachers, saved=saved, shots=[1, 5])
