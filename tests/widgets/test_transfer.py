import threading

import pytest

import tlkit as tl
from tlkit.widgets.base import values_of
from tlkit.widgets.transfer import DRAWS


@pytest.fixture(scope="module")
def pianist():
    return tl.pretrain(tl.backbone("note-cnn"), tl.task("notes/piano"), steps=20)


@pytest.fixture
def lab(pianist):
    lab = tl.labs.TransferLab(pianist, ["notes/guitar", "notes/accordion"], shots=[1, 2, 5])
    yield lab
    lab.halt()


def test_the_slider_changes_picture_and_words(lab):
    before, picture = lab.words.value, lab.picture.value
    lab.shots.value = 1
    assert lab.words.value != before
    assert lab.picture.value != picture
    assert "1 note of each name" in lab.words.value


def test_the_lab_says_what_transfer_says(lab, pianist):
    lab.shots.value = 2
    alone = tl.transfer(pianist, tl.task("notes/guitar"), strategy="head", shots=2, seed=3)
    assert lab.answer.accuracies[3] == alone.accuracy
    assert len(lab.answer.accuracies) == DRAWS
    assert f"{lab.answer.mean:.1%}" in lab.words.value


def test_the_note_changes_sound_and_picture_and_nothing_else(lab):
    sound, answer = lab.sound.value, lab.answer
    lab.note.value = 60
    assert lab.sound.value != sound
    assert lab.answer.accuracies == answer.accuracies
    assert lab.answer.truth == 0


def test_a_move_draws_only_what_it_changes(lab, full_draws):
    pictures = set()
    for control in (lab.shots, lab.note, lab.instrument):
        for value in (values_of(control)[-1], values_of(control)[0]):
            control.value = value
            pictures.add(lab.picture.value)
    assert len(pictures) >= 5
    assert full_draws == []


def test_another_instrument(lab):
    lab.instrument.value = "accordion"
    assert lab.answer.target == "notes/accordion"
    assert "on the accordion" in lab.sound.value


def test_training_goes_on_in_the_background_draw_by_draw(lab):
    lab.strategy.value = "full"
    assert not lab.stop.disabled or lab.answer.strategy == "full"
    lab.wait()
    assert lab.answer.strategy == "full"
    assert len(lab.answer.accuracies) == DRAWS
    assert lab.stop.disabled
    assert lab.bench.knows(tl.task("notes/guitar"), "full", 5)


def test_stop_keeps_what_is_done(lab, monkeypatch):
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
    lab.strategy.value = "scratch"
    assert started.wait(120)
    lab.stop.click()
    assert "Stopped after 1 of 5 draws" in lab.words.value
    assert len(lab.outcomes) == 1


def test_an_error_in_the_background_is_said_and_raised(lab, monkeypatch):
    raised = []
    monkeypatch.setattr(threading, "excepthook", lambda args: raised.append(args.exc_value))
    monkeypatch.setattr(lab.bench, "run", lambda *_, **__: 1 / 0)
    lab.strategy.value = "lp_ft"
    lab.wait()
    assert "division by zero" in lab.words.value
    assert isinstance(raised[0], ZeroDivisionError)


def test_more_shots_than_there_are_is_said_at_once(pianist):
    with pytest.raises(tl.TlkitError, match="asks for more"):
        tl.labs.TransferLab(pianist, shots=[1, 5000])


def test_its_text_form_has_the_numbers(lab):
    assert repr(lab).startswith("TransferLab: frozen (head), 5 notes of each name:")


def test_a_live_curve_follows_a_training(low_bars):
    curve = tl.LiveCurve("Learning")
    assert repr(curve).startswith("LiveCurve: Learning: not begun. Where widgets are shown")
    tl.pretrain(tl.backbone("note-cnn"), low_bars, steps=12, on_event=curve)
    assert "step 12 of 12" in curve.words()
    assert "step 12 of 12" in curve.children[0].value


def test_no_run_is_shown_under_another_questions_name(lab, monkeypatch):
    """The note slider, moved before the first draw of a new question is done."""
    started, go_on = threading.Event(), threading.Event()
    run = lab.bench.run

    def slowly(*question, **options):
        started.set()
        go_on.wait(120)
        return run(*question, **options)

    lab.strategy.value = "full"
    lab.halt()
    monkeypatch.setattr(lab.bench, "run", slowly)
    picture = lab.picture.value
    lab.instrument.value = "accordion"
    assert started.wait(120)
    lab.note.value = 60
    assert lab.picture.value == picture
    assert lab.outcomes == []
    assert "under way" in repr(lab)
    go_on.set()
    lab.wait()
    assert len(lab.outcomes) == DRAWS
    assert lab.answer.target == "notes/accordion"


def test_heads_are_fitted_ahead_and_are_those_that_transfer_fits(lab, pianist):
    lab.shots.value = 1
    lab._ahead.wait(300)
    guitar, accordion = tl.task("notes/guitar"), tl.task("notes/accordion")
    assert all(len(lab.bench.found(task, "head", k)) == DRAWS for task in (guitar, accordion) for k in (1, 2, 5))
    assert not lab.bench.found(guitar, "full", 5)
    alone = tl.transfer(pianist, accordion, strategy="head", shots=2, seed=4)
    assert lab.bench.found(accordion, "head", 2)[4].accuracy == alone.accuracy
