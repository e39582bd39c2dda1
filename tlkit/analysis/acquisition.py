"""Which label to buy next: at random, where the network is least sure, or what is most unlike what one has.

Sure are the probabilities of a head that is fitted anew after each purchase (Lewis and Gale, 1994, on texts); unlike is
the distance to the nearest labelled example among the body's features (Sener and Savarese, 2018, the core-set).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from tlkit.arguments import one_of, whole
from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Task, rights
from tlkit.errors import TlkitError, shown
from tlkit.estimate import Estimate
from tlkit.experiments.measured import measured
from tlkit.experiments.results import Results
from tlkit.experiments.source import Source, as_source
from tlkit.methods.frozen_features import FrozenFeatures
from tlkit.methods.linear_probe import linear_probe
from tlkit.models.backbone import Backbone
from tlkit.plots.estimates import plot_estimates
from tlkit.plots.picture import Picture
from tlkit.seeding import check_seed, stream

WAYS = ("random", "uncertain", "different")
BUDGETS = (8, 16, 32, 64)  # labels: those before the first purchase, then after some of them
BATCH = 8  # labels that are bought at a time
RECIPE = 1  # raise it when a change to the code changes what is bought


def pool(task: Task | str, *, rare: int | None, seed: int) -> np.ndarray:
    """Rows of the training examples that are to be had without a label, in an order drawn by ``seed``.

    All of the first class, which is the usual one, and ``rare`` of each other; as many of each where that is None.
    """
    task = as_task(task)
    usual = np.bincount(task.train.labels)[0]
    most = np.full(len(task.classes), rare if rare is not None else usual // len(task.classes))
    most[0] = usual if rare is not None else most[0]
    random = np.random.default_rng(stream(check_seed(seed), "pool", task.name))
    order = random.permutation(len(task.train))
    rows = [order[task.train.labels[order] == label][:count] for label, count in enumerate(most)]
    return random.permutation(np.concatenate(rows))


def buy(
    features: np.ndarray, labels: np.ndarray, way: str, *, budget: int, classes: int, batch: int = BATCH, seed: int = 0
) -> np.ndarray:
    """The first ``budget`` rows of ``features`` (n, width) in the order in which their labels are bought.

    The first batch is the first rows, in whatever way the others are chosen. ``labels`` (n,) are looked at only once
    they are bought.
    """
    choose = {"random": _random, "uncertain": _uncertain, "different": _different}[one_of(way, "way", WAYS)]
    budget = whole(budget, f"budget={shown(budget)} is no number of labels", most=len(features))
    random = np.random.default_rng(stream(check_seed(seed), "buy", way))
    scaled = (features - features.mean(axis=0)) / np.maximum(features.std(axis=0), 1e-6)
    bought = np.arange(min(batch, budget))
    while len(bought) < budget:
        left = np.setdiff1d(np.arange(len(features)), bought)
        chosen = choose(scaled, labels, bought, left, min(batch, budget - len(bought)), classes, random)
        bought = np.concatenate([bought, chosen])
    return bought


def _random(_scaled, _labels, _bought, left, count, _classes, random) -> np.ndarray:
    return random.choice(left, count, replace=False)


def _uncertain(scaled, labels, bought, left, count, classes, _random) -> np.ndarray:
    """Those whose likeliest class is the least likely."""
    weight, bias = linear_probe(scaled[bought], labels[bought], classes=classes)
    scores = scaled[left] @ weight.T + bias
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    return left[np.argsort((chances.max(axis=1) / chances.sum(axis=1)), kind="stable")[:count]]


def _different(scaled, _labels, bought, left, count, _classes, _random) -> np.ndarray:
    """Each time the one that is farthest from all that are bought."""
    nearest = np.min([_distances(scaled[left], scaled[row]) for row in bought], axis=0)
    chosen = []
    for _ in range(count):
        chosen.append(left[nearest.argmax()])
        nearest = np.minimum(nearest, _distances(scaled[left], scaled[chosen[-1]]))
    return np.array(chosen)


def _distances(rows: np.ndarray, one: np.ndarray) -> np.ndarray:
    return ((rows - one) ** 2).sum(axis=1)


class Purchases:
    """What came of buying labels in each way: accuracy by budget, and of how many bought labels the class was rare."""

    def __init__(self, accuracy: dict[str, dict[int, Estimate]], rare: dict[str, dict[int, Estimate]]):
        self._accuracy, self._rare = accuracy, rare

    def accuracy(self, way: str, *, labels: int) -> Estimate:
        """The balanced accuracy with so many bought labels, seed by seed."""
        return self._found(self._accuracy, way, labels)

    def rare(self, way: str, *, labels: int) -> Estimate:
        """How many of so many bought labels are not of the usual class, seed by seed."""
        return self._found(self._rare, way, labels)

    def gain(self, way: str, *, over: str = "random", labels: int) -> Estimate:
        """By how much one way beats another with as many labels, paired by seed."""
        gap = self.accuracy(way, labels=labels) - self.accuracy(over, labels=labels)
        return gap.named(f"{way} over {over} with {labels} labels")

    def picture(self, title: str) -> Picture:
        """Balanced accuracy in each way, a panel for each budget, as a picture with its numbers in words."""
        budgets = next(iter(self._accuracy.values()))
        return plot_estimates(
            {f"{b} labels": {way: found[b] for way, found in self._accuracy.items()} for b in budgets}, title
        )

    @staticmethod
    def _found(figures: dict, way: str, labels: int) -> Estimate:
        if labels not in figures[one_of(way, "way", WAYS)]:
            raise TlkitError(f"labels={shown(labels)} were not measured: ask for one of {[*figures[way]]}.")
        return figures[way][labels]


def measure(
    source: Source | Backbone,
    task: Task | str,
    *,
    cut: int,
    rare: int | None = None,
    budgets: Sequence[int] = BUDGETS,
    seeds: int | str | Iterable[int] | None = None,
    reuse: Results | None = None,
) -> Purchases:
    """Buy labels from a :func:`pool` in each of :data:`WAYS`, fit a head on the first ``cut`` stages, and ask the test.

    Each seed draws a pool of its own, and the first batch of its labels.
    """
    source, task = as_source(source), as_task(task)
    learnt, tested = (FrozenFeatures(source.backbone, part.items) for part in (task.train, task.test))
    about = ["label acquisition", RECIPE, source.recipe(), task.digest, task.name, cut, rare, list(budgets), BATCH]

    def figures(way: str) -> Callable[[int], list[float]]:
        def measure(seed: int) -> list[float]:
            rows = pool(task, rare=rare, seed=seed)
            features, labels = learnt.features(rows, stop=cut), task.train.labels[rows]
            given = {"budget": max(budgets), "classes": len(task.classes), "seed": seed}
            bought = buy(features, labels, way, **given)
            judged = [_judged(features, labels, bought[:b], tested.features(stop=cut), task) for b in budgets]
            return [*judged, *(float((labels[bought[:b]] > 0).sum()) for b in budgets)]

        return measure

    found = {way: measured(figures(way), [*about, way], seeds=seeds, reuse=reuse) for way in WAYS}
    accuracy = {way: _by_budget(each, budgets, 0, f"bought {way}") for way, each in found.items()}
    rare_ones = {way: _by_budget(each, budgets, len(budgets), f"rare, bought {way}") for way, each in found.items()}
    return Purchases(accuracy, rare_ones)


def _judged(features: np.ndarray, labels: np.ndarray, rows: np.ndarray, tested: np.ndarray, task: Task) -> float:
    """The balanced accuracy of a head that learnt from those rows."""
    weight, bias = linear_probe(features[rows], labels[rows], classes=len(task.classes))
    shares = [right / of for _, right, of in rights(tested @ weight.T + bias, task.test.labels, task.classes) if of]
    return float(np.mean(shares))


def _by_budget(found: dict[int, list[float]], budgets: Sequence[int], start: int, what: str) -> dict[int, Estimate]:
    return {
        budget: Estimate({seed: row[start + i] for seed, row in found.items()}, f"{what}, {budget} labels")
        for i, budget in enumerate(budgets)
    }
