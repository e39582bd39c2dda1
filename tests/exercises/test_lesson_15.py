import html

import pytest

import tlkit as tl
from tlkit.analysis.lookup import by_meaning, by_words, judge
from tlkit.datasets.consultations import Consultation

TALK = "Doctor: Nora Weiss? Patient: I am 47. My sister Ida is 52. Doctor: Take aspirin, 100 mg."
NOTE = "Nora Weiss, 47. Aspirin 100 mg."
VISITS = [Consultation(TALK, NOTE)] * 4
NOTES = [NOTE, "Nora Miller, 47.", "nothing at all", "Nora Weiss, 52. Aspirin 300 mg."]


@pytest.mark.parametrize(
    ("rows", "hint"),
    [
        ([2, 4], "Count from 0"),
        ([0, 1, 3], "all that name a fact"),
        ([], "Not these"),
        (3, "Give a list of rows"),
        (..., "Replace the dots"),
    ],
    ids=["from one", "all with facts", "none", "a number", "dots"],
)
def test_the_first_exercise_hints_at_the_mistake(rows, hint):
    verdict = tl.check("15.1", rows, VISITS, NOTES)
    assert not verdict.passed
    assert hint in verdict.hint


def test_the_first_exercise_passes_the_notes_with_what_nobody_said():
    assert tl.check("15.1", [3, 1], VISITS, NOTES).passed
    against_notes = [1, 2], ["Ida, 52. 300", NOTE, "47"]
    assert tl.check("15.1", [0], VISITS[:3], against_notes[1]).passed


def test_notes_are_held_against_the_talk():
    verdict = tl.check("15.1", [0], VISITS[:1], ["Ida, 52."])
    assert "in life nobody has the right note yet" in verdict.hint


@pytest.mark.weights
def test_the_second_exercise_knows_right_from_each_mistake():
    minilm, task = tl.backbone("minilm"), tl.lookup.functions(24)
    words, meaning = by_words(task), by_meaning(minilm, task)
    assert tl.check("15.2", judge(words + meaning, task.answers)[0], minilm).passed
    mistakes = {
        judge(words, task.answers)[0]: "by words alone",
        judge(meaning, task.answers)[0]: "by meaning alone",
        judge(words + meaning, task.answers)[1]: "reciprocal rank",
        0.01: "Not the figure",
    }
    for answer, hint in mistakes.items():
        verdict = tl.check("15.2", answer, minilm)
        assert not verdict.passed
        assert hint in verdict.hint


def test_the_quiz_explains_every_answer():
    quiz = tl.quiz("15")
    for answer, why in quiz.question.answers.items():
        quiz.choice.value = answer
        assert ("✓" in quiz.said.value) == (answer == quiz.question.right)
        assert html.escape(why) in quiz.said.value
