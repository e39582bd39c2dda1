import numpy as np
import pytest

import tlkit as tl
from tlkit.datasets.pairs import PARTS


@pytest.fixture(params=["pairs/even", "pairs/seven"])
def pairs(request):
    return tl.task(request.param)


def test_there_are_so_many_and_half_of_each(pairs):
    for part, (count, _) in PARTS.items():
        examples = getattr(pairs, part)
        assert examples.items.shape == (count, 28, 56)
        assert np.bincount(examples.labels).tolist() == [count // 2] * 2


def test_the_labels_follow_the_rule():
    for part in PARTS:
        even, seven = (getattr(tl.task(f"pairs/{name}"), part) for name in ("even", "seven"))
        assert np.array_equal(even.items, seven.items)
        left, right = even.tags["left"], even.tags["right"]
        assert np.array_equal(even.labels, (left + right + 1) % 2)
        assert np.array_equal(seven.labels, (left == 7) | (right == 7))


def test_neither_question_answers_the_other():
    even, seven = tl.task("pairs/even").train.labels, tl.task("pairs/seven").train.labels
    assert np.mean(even[seven == 1]) == np.mean(even[seven == 0]) == 0.5


def test_each_half_is_a_digit_of_its_own_part(pairs):
    digits = tl.task("digits")
    for part in PARTS:
        originals = getattr(digits, part)
        known = {item.tobytes(): label for item, label in zip(originals.items, originals.labels, strict=True)}
        examples = getattr(pairs, part)
        for item, left, right in zip(examples.items, examples.tags["left"], examples.tags["right"], strict=True):
            assert known[np.ascontiguousarray(item[:, :28]).tobytes()] == left
            assert known[np.ascontiguousarray(item[:, 28:]).tobytes()] == right
