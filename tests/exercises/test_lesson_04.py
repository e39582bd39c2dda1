import numpy as np
import pytest

import tlkit as tl
from tests.analysis.test_label_budget import run
from tlkit.analysis.label_budget import need


@pytest.fixture
def alone():
    return tl.Results(run("scratch", k, s, share, 7) for k, share in ((5, 0.5), (200, 0.9)) for s in range(3))


def test_the_first_exercise_knows_right_from_each_mistake(alone):
    labels = need(alone, "scratch", wanted=0.85).labels
    assert tl.check("04.1", labels, alone).passed
    mistakes = {labels / 2: "of *each* kind", 7.0: "seconds", 0.5: "Not the number", "many": "Give a number"}
    mistakes[need(alone, "scratch", wanted=0.8).labels] = "for 80%"
    for answer, hint in mistakes.items():
        verdict = tl.check("04.1", answer, alone)
        assert not verdict.passed
        assert hint in verdict.hint


def test_the_second_exercise_knows_right_from_each_mistake():
    ways = {
        "least likely": lambda chances, count: chances.max(axis=1).argsort()[:count],
        "margin": lambda chances, count: np.diff(np.sort(chances)[:, -2:]).ravel().argsort()[:count],
        "entropy": lambda chances, count: (chances * np.log(chances + 1e-12)).sum(axis=1).argsort()[:count],
    }
    assert all(tl.check("04.2", way).passed for way in ways.values())
    wrong = {
        "surest": lambda chances, count: (-chances.max(axis=1)).argsort()[:count],
        "*numbers*": lambda chances, count: np.sort(chances.max(axis=1))[:count],
        "Not those": lambda chances, count: np.arange(count),
    }
    for hint, way in wrong.items():
        assert hint in tl.check("04.2", way).hint
    assert "function itself" in tl.check("04.2", [1, 2]).hint


def test_the_quiz_explains_every_answer():
    quiz = tl.quiz("04")
    for answer, why in quiz.question.answers.items():
        quiz.choice.value = answer
        assert ("✓" in quiz.said.value) == (answer == quiz.question.right)
        assert why[:20] in quiz.said.value
