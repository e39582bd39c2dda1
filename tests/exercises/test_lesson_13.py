import math

import pytest

import tlkit as tl
from tlkit.analysis.invariance import found_again


@pytest.fixture(scope="module")
def itself():
    body = tl.backbone("small-cnn", size=16)
    return tl.pretrain(body, "glyphs/latin", seed=0, steps=20, objective=tl.self_supervised.contrast())


def test_the_first_exercise_knows_right_from_each_mistake(itself):
    latin, greek = tl.task("glyphs/latin"), tl.task("glyphs/greek")

    def found(items, views="turn", source=itself):
        return found_again(source.backbone, items, views)

    assert tl.check("13.1", found(greek.test.items), itself).passed
    mistakes = {
        found(latin.test.items): "Latin ones",
        found(greek.test.items, "place"): "were moved",
        found(greek.test.items, "stroke"): "bolder or finer",
        found(greek.test.items, source=tl.random_source(itself)): "random network",
        74: "between 0 and 1",
        0.001: "Not the figure",
    }
    for answer, hint in mistakes.items():
        verdict = tl.check("13.1", answer, itself)
        assert not verdict.passed
        assert hint in verdict.hint


def test_the_second_exercise_knows_right_from_each_mistake():
    partner = math.exp(4)
    assert tl.check("13.2", -math.log(partner / (partner + 2))).passed
    mistakes = {
        math.log(partner / (partner + 2)): "the other way round",
        -math.log(partner / (partner + 2 + math.exp(5))): "not compared with itself",
        -math.log(math.exp(0.8) / (math.exp(0.8) + 2)): "by the temperature",
        -math.log(partner / (partner + 1)): "two others",
        partner / (partner + 2): "minus its logarithm",
        -math.log(partner / 2): "below the line, too",
        7: "Not the figure",
    }
    for answer, hint in mistakes.items():
        verdict = tl.check("13.2", answer)
        assert not verdict.passed
        assert hint in verdict.hint
    assert "Replace the dots" in tl.check("13.2", ...).hint


def test_the_quiz_explains_every_answer():
    quiz = tl.quiz("13")
    for answer, why in quiz.question.answers.items():
        quiz.choice.value = answer
        assert ("✓" in quiz.said.value) == (answer == quiz.question.right)
        assert why[:20] in quiz.said.value
