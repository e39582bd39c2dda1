import pytest
from sklearn.metrics import average_precision_score

import tlkit as tl
from tests.analysis.test_alarms import run


@pytest.fixture(scope="module")
def source():
    return tl.pretrain(tl.backbone("event-gru"), tl.task("payments/a"), seed=0, steps=30)


def test_the_first_exercise_knows_right_from_each_mistake(source):
    def precision(bank="c", column=1):
        test = tl.task(f"payments/{bank}").test
        return average_precision_score(test.labels, source.model.probabilities(test.items)[:, column])

    assert tl.check("12.1", precision(), source).passed
    test = tl.task("payments/c").test
    mistakes = {
        12: "between 0 and 1",
        precision("b"): "bank B",
        precision(column=0): "second column",
        source.model.accuracy(test): "the accuracy",
        0.777: "Not the figure",
    }
    for answer, hint in mistakes.items():
        verdict = tl.check("12.1", answer, source)
        assert not verdict.passed
        assert hint in verdict.hint


def test_the_second_exercise_knows_right_from_each_mistake():
    results = tl.Results(run(name, 20, 0, found) for name, found in {"trees": 3, "head": 2, "scratch": 1}.items())
    assert tl.check("12.2", "trees", results).passed
    assert "Another one" in tl.check("12.2", "head", results).hint
    assert "the fewest" in tl.check("12.2", "scratch", results).hint
    assert "Give the name" in tl.check("12.2", "lp_ft", results).hint
    assert "Replace the dots" in tl.check("12.2", ..., results).hint


def test_the_quiz_explains_every_answer():
    quiz = tl.quiz("12")
    for answer, why in quiz.question.answers.items():
        quiz.choice.value = answer
        assert ("✓" in quiz.said.value) == (answer == quiz.question.right)
        assert why[:20] in quiz.said.value
