"""Conformal sets, held to a distribution that is known, and to the promise for any."""

import numpy as np
import pytest
from scipy.stats import betabinom

import tlkit as tl
from tlkit.analysis import conformal


def drawn(n: int, seed: int, sharpness: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Chances (n, 4), and labels that follow them; ``sharpness`` bends the chances, so that they are untrue."""
    draw = np.random.default_rng(seed)
    true = draw.dirichlet(np.ones(4), n)
    labels = np.array([draw.choice(4, p=row) for row in true])
    bent = true**sharpness
    return bent / bent.sum(axis=1, keepdims=True), labels


@pytest.mark.parametrize("sharpness", [0.3, 1.0, 4.0], ids=["timid", "true", "boastful"])
def test_the_right_name_is_in_nine_of_ten_sets_however_untrue_the_percentages(sharpness):
    """Over draws of 99 the coverage is 90% exactly; each draw's follows a beta-binomial."""
    found = []
    for seed in range(40):
        chances, labels = drawn(99 + 400, seed, sharpness)
        least = conformal.threshold(chances[:99], labels[:99])
        found.append(conformal.judged(conformal.sets(chances[99:], least), labels[99:])[0])
    spread = betabinom(400, 90, 10).std() / 400
    assert np.mean(found) == pytest.approx(0.9, abs=3 * spread / 40**0.5)
    assert np.std(found) == pytest.approx(spread, rel=0.4)


def test_who_believes_boastful_percentages_is_wrong_too_often():
    chances, labels = drawn(2000, 0, 4.0)
    assert conformal.judged(conformal.trusting_sets(chances), labels)[0] < 0.85
    true, names = drawn(2000, 0)
    assert conformal.judged(conformal.trusting_sets(true), names)[0] > 0.9


def test_the_threshold_is_the_figure_that_enough_right_names_reach():
    chances = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.4, 0.6]])
    labels = np.array([0, 1, 0, 1])  # found 0.9, 0.8, 0.7, 0.6
    assert conformal.threshold(chances, labels, coverage=0.5) == pytest.approx(0.7)  # the third of (4 + 1) * 0.5
    assert conformal.threshold(chances, labels, coverage=0.8) == pytest.approx(0.6)
    assert conformal.threshold(chances, labels, coverage=0.9) == -np.inf  # four can't promise that
    assert conformal.sets(chances, 0.35).sum(axis=1).tolist() == [1, 1, 1, 2]


def test_trusting_sets_add_up_the_likeliest():
    found = conformal.trusting_sets(np.array([[0.5, 0.3, 0.2], [0.05, 0.93, 0.02]]), coverage=0.75)
    assert found.tolist() == [[True, True, False], [False, True, False]]


def test_what_cannot_be_promised():
    with pytest.raises(tl.TlkitError, match="no share"):
        conformal.threshold(np.ones((2, 2)), np.zeros(2, int), coverage=9)
    with pytest.raises(tl.TlkitError, match="nothing to calibrate on"):
        conformal.threshold(np.ones((0, 2)), np.zeros(0, int))


def test_seed_by_seed_on_a_network_and_found_again(monkeypatch):
    digits, saved = tl.task("digits"), tl.Results()
    pixels = tl.backbone("pixels")
    found = conformal.measure(pixels, lambda seed: digits, shots=4, seeds=3, reuse=saved)
    assert list(found) == ["coverage", "size", "trusting coverage", "trusting size"]
    assert 0.8 < found["coverage"].mean < 1
    assert 1 <= found["size"].mean < 10
    monkeypatch.setattr(conformal, "transfer", None)
    again = conformal.measure(pixels, lambda seed: digits, shots=4, seeds=3, reuse=saved)
    assert again["size"].by_seed == found["size"].by_seed
