"""Confidence against accuracy: the numbers by hand, and what is said of them."""

import numpy as np
import pytest

from tlkit.errors import TlkitError
from tlkit.experiments.reliability import Reliability, reliability


def two(sure):
    """Answers between two classes, each for the first."""
    return np.stack([np.array(sure), 1 - np.array(sure)], axis=1)


def test_bins_by_hand():
    found = reliability(two([0.55, 0.65, 0.75, 0.9, 0.95, 1.0]), np.array([0, 1, 0, 0, 0, 1]))
    assert found.counts == (1, 2, 3)
    assert found.confidence == pytest.approx((0.55, 0.7, 0.95))
    assert found.accuracy == pytest.approx((1, 0.5, 2 / 3))
    assert found.gap == pytest.approx((0.45 + 2 * 0.2 + 3 * (0.95 - 2 / 3)) / 6)
    assert found.overconfidence == pytest.approx((-0.45 + 2 * 0.2 + 3 * (0.95 - 2 / 3)) / 6)


def test_answers_that_keep_their_word_have_no_gap():
    draw = np.random.default_rng(0)
    sure = draw.uniform(0.5, 1, 20_000)
    found = reliability(two(sure), (draw.uniform(size=len(sure)) > sure).astype(int))
    assert found.gap < 0.02
    assert sum(found.counts) == len(sure)
    assert "as sure as it is right" in str(found)


@pytest.mark.parametrize(
    ("accuracy", "told"), [(0.5, "surer than right, by 40%"), (1.0, "less sure than right, by 10%")]
)
def test_the_gap_is_told_with_its_side(accuracy, told):
    assert told in str(Reliability((0.9,), (accuracy,), (50,)))


def test_no_answers():
    with pytest.raises(TlkitError, match="Nothing was asked"):
        reliability(np.empty((0, 3)), np.empty(0, int))
