import numpy as np
import pytest

import tlkit as tl
from tests.methods.test_multi_task import BARS, body
from tlkit.analysis import acquisition

NOBODY = tl.random_source(body())


def clusters() -> tuple[np.ndarray, np.ndarray]:
    """Ninety of a usual kind close together, and two rare kinds of five, far from them and from one another."""
    draw = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [90, 5, 5])
    places = np.array([[0, 0], [8, 0], [0, 8]])[labels] + draw.normal(size=(100, 2)) * 0.5
    order = np.concatenate([np.arange(8), 8 + draw.permutation(92)])  # the first eight are of the usual kind
    return places[order], labels[order]


@pytest.mark.parametrize("way", acquisition.WAYS)
def test_labels_are_bought_once_each_and_more_money_adds_to_them(way):
    features, labels = clusters()
    few, many = (acquisition.buy(features, labels, way, budget=b, classes=3, seed=3) for b in (16, 32))
    assert many[:16].tolist() == few.tolist()
    assert many[:8].tolist() == list(range(8))
    assert len(set(many)) == 32


def test_what_is_different_finds_the_rare_kinds_at_once():
    features, labels = clusters()
    bought = acquisition.buy(features, labels, "different", budget=16, classes=3)
    assert {1, 2} <= set(labels[bought])
    assert np.argmax(np.linalg.norm(features - features[:8].mean(axis=0), axis=1)) in bought


def test_what_is_uncertain_lies_between_the_kinds():
    features = np.concatenate([np.linspace(-3, -2, 4), np.linspace(2, 3, 4), np.linspace(-1.9, 1.9, 20)])[:, None]
    labels = (features[:, 0] > 0).astype(int)
    bought = acquisition.buy(features, labels, "uncertain", budget=10, classes=2)
    assert np.abs(features[bought[8:]]).max() < 0.5


def test_no_label_is_looked_at_before_it_is_bought():
    features, labels = clusters()
    first = acquisition.buy(features, labels, "uncertain", budget=24, classes=3)
    other = labels.copy()
    unseen = np.setdiff1d(np.arange(100), first[:16])  # the third batch is chosen by the labels of two
    other[unseen] = (other[unseen] + 1) % 3
    assert acquisition.buy(features, other, "uncertain", budget=24, classes=3).tolist() == first.tolist()


def test_a_pool_has_all_of_the_usual_and_some_of_the_rare():
    usual, each = np.bincount(BARS.train.labels)[0], len(BARS.classes)
    rows = acquisition.pool(BARS, rare=2, seed=1)
    assert np.bincount(BARS.train.labels[rows]).tolist() == [usual, *[2] * (each - 1)]
    assert len(set(rows)) == len(rows)
    even = acquisition.pool(BARS, rare=None, seed=1)
    assert set(np.bincount(BARS.train.labels[even])) == {usual // each}


def test_it_is_measured_seed_by_seed_and_once():
    saved = tl.Results()
    asked = {"cut": 1, "rare": 2, "budgets": (4, 8), "seeds": [0, 1], "reuse": saved}
    found = tl.acquisition.measure(NOBODY, BARS, **asked)
    assert len(saved.figures) == 2 * len(acquisition.WAYS)
    again = tl.acquisition.measure(NOBODY, BARS, **asked)
    assert again.accuracy("random", labels=8).by_seed == found.accuracy("random", labels=8).by_seed
    assert len(saved.figures) == 2 * len(acquisition.WAYS)
    assert all(0 <= share <= 1 for share in found.accuracy("different", labels=8).values)
    assert found.rare("random", labels=4).what == "rare, bought random, 4 labels"
    assert found.gain("uncertain", labels=8).what == "uncertain over random with 8 labels"
    assert "8 labels: random" in found.picture("bars").words


def test_what_was_not_measured_is_told():
    found = tl.acquisition.measure(NOBODY, BARS, cut=1, rare=2, budgets=(4,), seeds=[0])
    with pytest.raises(tl.TlkitError, match="labels=5 were not measured"):
        found.accuracy("random", labels=5)
    with pytest.raises(tl.TlkitError, match="way='cheapest' is none of"):
        found.accuracy("cheapest", labels=4)
    with pytest.raises(tl.TlkitError, match="is no number of labels"):
        acquisition.buy(np.zeros((4, 2)), np.zeros(4, int), "random", budget=5, classes=2)
