import numpy as np
import pytest

import tlkit as tl
from tlkit.analysis.source_map import SourceMap
from tlkit.datasets.notes import as_images


@pytest.fixture(scope="module")
def piano():
    return tl.pretrain(tl.backbone("small-cnn"), as_images(tl.task("notes/piano")), steps=40)


def test_the_first_exercise_knows_right_from_each_mistake(piano):
    guitar = as_images(tl.task("notes/guitar")).fewer(test=120, seed=0)

    def probed(shots):
        lesson = guitar.shots(shots, seed=0)
        return tl.transferability.probe_accuracy(piano.backbone.features(lesson.items), lesson.labels)

    right = probed(10)
    assert tl.check("06.1", right, piano, guitar).passed
    mistakes = {
        60: "between 0 and 1",
        1.0: "not fitted on",
        probed(5): "five labels",
        tl.transfer(piano, guitar, strategy="head", shots=10, seed=0).accuracy: "the test itself",
        0.0123: "Not the figure",
    }
    for answer, hint in mistakes.items():
        verdict = tl.check("06.1", answer, piano, guitar)
        assert not verdict.passed
        assert hint in verdict.hint
        assert str(round(right, 2)) not in repr(verdict)


def test_the_second_exercise_knows_right_from_each_mistake():
    def made(guitar, other):
        return SourceMap("a score", ("a", "b", "c"), ("guitar", "other"), {0: np.array([guitar, other], float).T})

    truth = made([0.9, 0.5, 0.1], [0.9, 0.5, 0.1])
    said = {
        "right": made([3, 2, 1], [3, 2, 1]),
        "middling": made([2, 3, 1], [3, 2, 1]),
        "wrong there": made([1, 2, 3], [3, 2, 1]),
        "wrong elsewhere": made([2, 3, 1], [1, 2, 3]),
    }
    assert tl.check("06.2", "wrong there", said, truth).passed
    assert "costs least" in tl.check("06.2", "right", said, truth).hint
    assert "Another one" in tl.check("06.2", "middling", said, truth).hint
    assert "mean of all targets" in tl.check("06.2", "wrong elsewhere", said, truth).hint
    assert "'right', 'middling'" in tl.check("06.2", "none", said, truth).hint


def test_the_quiz_explains_every_answer():
    quiz = tl.quiz("06")
    for answer, why in quiz.question.answers.items():
        quiz.choice.value = answer
        assert ("✓" in quiz.said.value) == (answer == quiz.question.right)
        assert why[:20] in quiz.said.value
