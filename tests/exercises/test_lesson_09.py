import numpy as np
import pytest

import tlkit as tl
from tests.methods.test_prompting import reviews
from tests.small_networks import save_model
from tlkit.exercises import lesson_09


def test_the_first_exercise_knows_right_from_each_mistake():
    chances = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4], [0.3, 0.7], [0.95, 0.05]])
    nothing, labels = np.array([0.85, 0.15]), np.array([0, 1, 1, 1, 1, 0])

    def right(values):
        return float((values.argmax(axis=1) == labels).mean())

    assert tl.check("09.1", right(chances / nothing), chances, nothing, labels).passed
    mistakes = {
        right(chances): "without calibration",
        right(chances * nothing): "That multiplies",
        100.0: "between 0 and 1",
        0.123: "Not the figure",
    }
    for answer, hint in mistakes.items():
        verdict = tl.check("09.1", answer, chances, nothing, labels)
        assert not verdict.passed
        assert hint in verdict.hint
    assert "Replace the dots" in tl.check("09.1", ..., chances, nothing, labels).hint


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    folder = tmp_path_factory.mktemp("llama")
    save_model(folder, "llama")
    return tl.backbone(str(folder), size=64)


def test_the_second_exercise_asks_on_other_texts_than_the_test(net, monkeypatch):
    task, asked = reviews(), []
    monkeypatch.setattr(lesson_09, "ASKED", 8)

    def says(answer):
        def probabilities(self, items):
            asked.extend(items)
            return np.eye(2)[[answer(text) for text in items]]

        monkeypatch.setattr(lesson_09.Prompted, "probabilities", probabilities)

    says(lambda text: int("good" in text))
    assert tl.check("09.2", "{text} It is", net, task).passed
    assert not set(asked) & set(task.test.items)
    says(lambda text: 1)
    assert "It says 'yes' to 8 of 8" in tl.check("09.2", "{text} It is", net, task).hint
    says(lambda text: int("bad" in text))
    assert "0% of 8 named right" in tl.check("09.2", "{text} It is", net, task).hint
    assert "with {text}" in tl.check("09.2", "It is", net, task).hint
    assert "with {text}" in tl.check("09.2", 7, net, task).hint
    assert "in braces" in tl.check("09.2", "{text} {what}", net, task).hint


def test_the_quiz_explains_every_answer():
    quiz = tl.quiz("09")
    assert quiz.question.right in quiz.question.answers
    for answer, why in quiz.question.answers.items():
        quiz.choice.value = answer
        assert ("✓" in quiz.said.value) == (answer == quiz.question.right)
        assert why[:20] in quiz.said.value
