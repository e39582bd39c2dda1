import pytest

import tlkit as tl
from tlkit.experiments.result import Result

MEANS = {"alone": 0.4, "with notes/a, weight 1": 0.6, "with notes/b, weight 1": 0.3, "with notes/c, weight 1": 0.35}


def results() -> tl.Results:
    return tl.Results(
        Result("nobody", "notes/guitar", name, 2, seed, 24, mean + 0.01 * seed, 1.0, 1, 1, f"{name}{seed}")
        for name, mean in MEANS.items()
        for seed in range(3)
    )


def test_the_first_exercise_knows_right_from_each_mistake():
    assert tl.check("14.1", [1.5, 1.5]).passed
    mistakes = {
        (3, 0): "as it was",
        (2, 1): "plain sum",
        (0, 1): "we asked for mine",
        (0, 3): "Divide by",
        (4.5, -1.5): "wrong way round",
        (7, 7): "Not that",
        (1, 2, 3): "two numbers",
        "no": "two numbers",
    }
    for answer, hint in mistakes.items():
        verdict = tl.check("14.1", answer)
        assert not verdict.passed
        assert hint in verdict.hint


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("alone", "no partner at all"),
        ("with notes/a, weight 1", "helps most"),
        ("with notes/c, weight 1", "Another one"),
        ("band", "by name"),
        (..., "Replace the dots"),
    ],
    ids=["alone", "best", "middling", "unknown", "dots"],
)
def test_the_second_exercise_hints_at_the_mistake(name, hint):
    assert hint in tl.check("14.2", name, results()).hint


def test_the_second_exercise_passes_the_costliest():
    assert tl.check("14.2", "with notes/b, weight 1", results()).passed


def test_the_quiz_explains_every_answer():
    quiz = tl.quiz("14")
    for answer, why in quiz.question.answers.items():
        quiz.choice.value = answer
        assert ("✓" in quiz.said.value) == (answer == quiz.question.right)
        assert why[:20] in quiz.said.value
