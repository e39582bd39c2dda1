"""The widget of a Parsons problem, without a browser: it checks, says why, and remembers."""

import pytest

import tlkit as tl
from tlkit.exercises import answers
from tlkit.exercises.parsons import DIVIDER
from tlkit.widgets.parsons import ParsonsProblem


def solved(widget) -> list[int]:
    belong = sorted({one for one, other, _ in widget.rules if other == DIVIDER})
    return [*belong, DIVIDER, *(line for line in range(len(widget.lines)) if line not in belong)]


def test_it_begins_shuffled_and_says_what_is_wrong_first():
    widget = ParsonsProblem("01")
    assert widget.order[-1] == DIVIDER
    assert widget.check().startswith("✗ Not yet. One line does not belong")
    widget.order = solved(widget)
    assert widget.check().startswith("✓ Right.")
    assert repr(widget).startswith("Put in order: ")


def test_an_order_without_a_line_is_refused():
    with pytest.raises(tl.TlkitError, match="once, and the divider"):
        ParsonsProblem("01").order = [0, 1]


def test_an_unknown_one_names_the_nearest():
    with pytest.raises(tl.TlkitError, match="no Parsons problem '1'"):
        ParsonsProblem("1")


def test_it_is_there_again_after_a_restart(tmp_path, monkeypatch):
    monkeypatch.setenv("TLKIT_ANSWERS", str(tmp_path / "answers.json"))
    widget = ParsonsProblem("01")
    widget.check()
    widget.order = solved(widget)
    widget.check()
    kept = answers.recall("puzzles", "01")
    assert (kept["passed"], kept["right"], kept["tries"]) == (True, False, 2)
    again = ParsonsProblem("01")
    assert again.order == solved(widget)
    assert again._repr_mimebundle_()[0][answers.MIME]["puzzles"]["01"]["passed"]


def test_practice_is_the_lines_and_the_quiz_and_its_output_has_the_answers_to_both(tmp_path, monkeypatch):
    monkeypatch.setenv("TLKIT_ANSWERS", str(tmp_path / "answers.json"))
    both = tl.practice("01")
    assert answers.MIME not in both._repr_mimebundle_()
    assert repr(both) == f"{both.parsons!r} {both.quiz!r}"
    both.quiz.choice.value = both.quiz.question.right
    both.parsons.check()
    told = both._repr_mimebundle_()[answers.MIME]
    assert (told["quizzes"]["01"]["right"], told["puzzles"]["01"]["right"]) == (True, False)


def test_an_order_of_older_lines_is_forgotten(tmp_path, monkeypatch):
    monkeypatch.setenv("TLKIT_ANSWERS", str(tmp_path / "answers.json"))
    answers.keep("puzzles", "01", {"order": [0, 1], "passed": False})
    assert ParsonsProblem("01").order == ParsonsProblem("01").problem.start
