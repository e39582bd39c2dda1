import pytest

import tlkit as tl
from tests.analysis.test_learning_curves import CURVES, STILL, runs


@pytest.fixture(scope="module")
def balancer():
    return tl.pretrain(tl.backbone("policy-net"), tl.task("cartpole"), seed=0, steps=30)


def test_the_first_exercise_knows_right_from_each_mistake(balancer):
    def balance(strategy="as_is", **physics):
        cart = tl.environments.environment("moon", tl.environments.CartPole(**physics))
        return tl.transfer(balancer, cart, strategy=strategy, shots=8).accuracy

    moon = {"gravity": 1.6, "delay": 8}
    assert tl.check("17.1", balance(**moon), balancer).passed
    mistakes = {
        150: "between 0 and 1",
        balance(gravity=1.6): "set delay=8",
        balance(delay=8): "set gravity=1.6",
        balance("random_policy", **moon): "random policy",
        0.0321: "Not the figure",
    }
    for answer, hint in mistakes.items():
        verdict = tl.check("17.1", answer, balancer)
        assert not verdict.passed
        assert hint in verdict.hint


def test_the_second_exercise_knows_right_from_each_mistake():
    results = runs(CURVES) + runs(STILL)
    assert tl.check("17.2", "keep", results).passed
    assert "slowest" in tl.check("17.2", "head", results).hint
    assert "Another one" in tl.check("17.2", "scratch", results).hint
    assert "strategies that practise" in tl.check("17.2", "as_is", results).hint
    assert "Replace the dots" in tl.check("17.2", ..., results).hint


def test_the_quiz_explains_every_answer():
    quiz = tl.quiz("17")
    for answer, why in quiz.question.answers.items():
        quiz.choice.value = answer
        assert ("✓" in quiz.said.value) == (answer == quiz.question.right)
        assert why[:20] in quiz.said.value
