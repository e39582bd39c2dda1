"""The bank of questions and problems: every choice explained, every problem solvable, openings drawn from before."""

import pytest

import tlkit as tl
from tlkit.exercises import check
from tlkit.exercises.parsons import DIVIDER, Parsons, parsons
from tlkit.exercises.ten_questions import TEN

check._load()
QUESTIONS = {**check._QUESTIONS, **{f"ten {number}": each for number, each in enumerate(TEN, start=1)}}


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_choice_is_explained_and_one_is_right(name):
    question = QUESTIONS[name]
    assert question.right in question.answers
    assert len(question.answers) >= 3
    assert all(why.strip().endswith((".", "!", "?")) for why in question.answers.values())


def test_the_right_answer_does_not_always_come_first():
    places = [list(question.answers).index(question.right) for question in check._QUESTIONS.values()]
    assert set(places) >= {0, 1}


def test_lessons_begin_with_the_last_lesson_and_one_of_three_before():
    assert check.earlier_questions("00") == []
    assert check.earlier_questions("01") == ["00", "00.b"]
    assert check.earlier_questions("02") == ["01", "00"]
    assert check.earlier_questions("03") == ["02", "00"]
    lessons = [lesson for lesson in check._LESSONS if lesson > "03"]
    for lesson in lessons:
        near, far = check.earlier_questions(lesson)
        before = sorted(each for each in check._LESSONS if each < lesson)
        assert (near, far) == (before[-1], before[-3])


def test_a_first_lesson_has_nothing_to_ask():
    opening = tl.earlier("00")
    assert opening.quizzes == []
    assert "no earlier one" in repr(opening)


@pytest.mark.parametrize("name", check._PARSONS)
def test_a_problem_begins_wrong_and_can_be_solved(name):
    problem = check.find_parsons(name)
    belong = sorted({rule[0] for rule in problem.rules if rule[1] == DIVIDER})
    traps = [line for line in range(len(problem.lines)) if line not in belong]
    assert len(belong) >= 4
    assert traps
    assert problem.broken(problem.start)
    assert problem.broken([*belong, DIVIDER, *traps]) == ""
    assert "does not belong" in problem.broken([*belong, *traps, DIVIDER])
    assert "is missing" in problem.broken([*belong[1:], DIVIDER, belong[0], *traps])
    assert problem.broken([*belong[1::-1], *belong[2:], DIVIDER, *traps]) or problem.broken(
        [*belong[::-1], DIVIDER, *traps]
    )


@pytest.mark.parametrize("lesson", [lesson for lesson in check._LESSONS if lesson != "00"])
def test_every_lesson_has_its_problem(lesson):
    assert isinstance(check.find_parsons(lesson), Parsons)


def test_lines_that_are_free_may_come_either_way(monkeypatch):
    monkeypatch.setattr(check, "_PARSONS", {})
    lines = {"a = 1": "a.", "b = 2": "b.", "c = a + b": "needs both."}
    parsons("x", text="Add.", lines=lines, traps={"d": "not asked."}, right="Well.", free=[(0, 1)])
    problem = check._PARSONS["x"]
    assert problem.broken([1, 0, 2, DIVIDER, 3]) == ""
    assert problem.broken([0, 2, 1, DIVIDER, 3]) == "needs both."
    assert problem.start == problem.start
    with pytest.raises(tl.TlkitError, match="each of the 4 lines once"):
        problem.broken([0, 1, 2])
