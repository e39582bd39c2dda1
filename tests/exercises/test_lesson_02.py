import numpy as np
import pytest
from torch import nn

import tlkit as tl
from tlkit.exercises.lesson_02 import _probe
from tlkit.models.backbone import Backbone
from tlkit.models.small_vision import Images, mean_over_space
from tlkit.runtime.torch_state import seeded


@pytest.fixture(scope="module")
def net():
    """Nine random stages, as many as ImageNet's network has: the check takes any backbone."""
    with seeded(3):
        stages = {f"stage{k}": nn.Sequential(_strided(k), nn.ReLU()) for k in range(1, 10)}
    return Backbone("nine", stages, prepare=Images(48), pool=mean_over_space, width=16)


def _strided(k: int) -> nn.Conv2d:
    return nn.Conv2d(3 if k == 1 else 16, 16, 3, padding=1, stride=2 if k < 4 else 1)


def test_the_first_exercise_knows_right_from_each_mistake(net):
    grass, brick = "surfaces/grass", "surfaces/brick"
    assert tl.check("02.1", _probe(net, grass, 6, 5), net).passed
    mistakes = {
        1.0: "learnt from",
        61: "between 0 and 1",
        _probe(net, grass, 5, 5): "stage beside it",
        _probe(net, grass, 7, 5): "stage beside it",
        _probe(net, grass, 9, 5): "whole network",
        _probe(net, brick, 6, 5): "That is brick",
        0.0123: "Not the figure",
    }
    for answer, hint in mistakes.items():
        verdict = tl.check("02.1", answer, net)
        assert not verdict.passed
        assert hint in verdict.hint
    assert "Replace the dots" in tl.check("02.1", ..., net).hint


def test_the_second_exercise_counts_the_notes_of_a_unit():
    source = tl.pretrain(tl.backbone("note-cnn"), tl.task("notes/piano"), steps=60)
    guitar = tl.task("notes/guitar")
    features = source.backbone.features(guitar.test.items)
    top = guitar.test.labels[np.argsort(-features, axis=0, kind="stable")[:8]]
    found = (top == guitar.classes.index("E")).sum(axis=0)
    assert tl.check("02.2", int(found.argmax()), source).passed
    assert tl.check("02.2", found.argmax(), source).passed
    none, some = int(found.argmin()), int(np.flatnonzero((found > 0) & (found < found.max()))[0])
    assert "none is an E" in tl.check("02.2", none, source).hint
    assert "there is a unit with more" in tl.check("02.2", some, source).hint
    assert "0 to 95" in tl.check("02.2", 96, source).hint
    assert "one unit" in tl.check("02.2", "E", source).hint
    assert "one unit" in tl.check("02.2", found, source).hint


def test_the_quiz_explains_every_answer():
    quiz = tl.quiz("02")
    assert quiz.question.right in quiz.question.answers
    for answer, why in quiz.question.answers.items():
        quiz.choice.value = answer
        assert ("✓" in quiz.said.value) == (answer == quiz.question.right)
        assert why[:20] in quiz.said.value
