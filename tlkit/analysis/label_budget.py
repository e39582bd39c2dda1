"""The label budget: how many labels one way of learning needs to be as good as another, and what they cost."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tlkit.arguments import a_number, a_share, whole
from tlkit.errors import TlkitError, shown
from tlkit.estimate import CONFIDENCE, Estimate
from tlkit.experiments.results import Results

RESAMPLES = 9999  # draws of the bootstrap


@dataclass(frozen=True)
class Prices:
    """What a ``label`` costs, and an ``hour`` of the machine; each network is trained so many times until it is right.

    One training is never all: settings are tried, mistakes are mended, next month's data come.
    """

    label: float
    hour: float
    trainings: int = 100

    def __post_init__(self):
        for name in ("label", "hour"):
            price = a_number(getattr(self, name), f"{name}={shown(getattr(self, name))} is no price", "0 or more")
            if price < 0:
                raise TlkitError(f"{name}={shown(price)} is no price: give 0 or more.")
        whole(self.trainings, f"trainings={shown(self.trainings)} is no number of trainings", such="100")

    def cost(self, labels: float, seconds: float) -> float:
        """What so many labels and a training of so many seconds cost in all."""
        return self.label * labels + self.hour * self.trainings * seconds / 3600


def labels_to_reach(accuracies: Mapping[int, float], wanted: float) -> float:
    """The least number of labels whose accuracy is ``wanted``; infinite where none that was tried is.

    Between two numbers that were tried the curve is a line over the logarithm of labels; before the first it is flat.
    """
    numbers = sorted(accuracies)
    if accuracies[numbers[0]] >= wanted:
        return float(numbers[0])
    for fewer, more in itertools.pairwise(numbers):
        low, high = accuracies[fewer], accuracies[more]
        if low < wanted <= high:
            return fewer * (more / fewer) ** ((wanted - low) / (high - low))
    return math.inf


def doublings_to_equal(
    results: Results, strategy: str, *, to: str, shots: int, baseline: Results | None = None
) -> Estimate:
    """How often the labels must double until ``strategy`` is as good as ``to`` is with ``shots``, seed by seed.

    0 says as many, 1 twice, 2 four times as many. A seed that never gets there counts with the largest number that was
    tried: it would take more. ``baseline`` are other results in which ``strategy`` is to be found.
    """
    runs = (results if baseline is None else baseline).where(strategy=strategy)
    tried = {k: runs.balanced_accuracy(strategy, shots=k).by_seed for k in runs.shots}
    goal = results.balanced_accuracy(to, shots=shots).by_seed
    found = {}
    for seed in sorted(goal.keys() & set(runs.seeds)):
        needed = labels_to_reach({k: by_seed[seed] for k, by_seed in tried.items() if seed in by_seed}, goal[seed])
        found[seed] = math.log2(min(needed, runs.shots[-1]) / shots)
    return Estimate(found, f"doublings until {strategy} equals {to} with {shots} of each")


def times(doublings: Estimate) -> tuple[float, float, float]:
    """How many times as many labels that is: the typical number, and its 95% interval by the bootstrap.

    The interval is BCa, bias-corrected and accelerated (Efron, 1987), from scipy: seeds that never get there pile up at
    one end, and a symmetric interval would reach beyond what was tried.
    """
    from scipy.stats import bootstrap

    values = np.array(doublings.values)
    if len(values) < 2 or np.ptp(values) == 0:
        return (float(2 ** values.mean()),) * 3
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a jackknife on seeds that are nearly all alike
        found = bootstrap((values,), np.mean, confidence_level=CONFIDENCE, n_resamples=RESAMPLES, method="BCa", rng=0)
    low, high = found.confidence_interval
    return float(2 ** values.mean()), float(2**low), float(2**high)


def describe_times(doublings: Estimate) -> str:
    """:func:`times` in words."""
    mean, low, high = times(doublings)
    return (
        f"{mean:.1f} times as many labels (95% interval, BCa: {low:.1f} to {high:.1f}; {len(doublings.values)} seeds)"
    )


@dataclass(frozen=True)
class Need:
    """What a strategy needs for a wanted accuracy: labels in all and seconds a training; infinite, if out of reach."""

    strategy: str
    labels: float
    seconds: float

    def cost(self, prices: Prices) -> float:
        """What it costs."""
        return prices.cost(self.labels, self.seconds) if math.isfinite(self.labels) else math.inf


def need(results: Results, strategy: str, *, wanted: float) -> Need:
    """What a strategy needs for a balanced accuracy of ``wanted``, from the means over seeds."""
    wanted = a_share(wanted, f"wanted={shown(wanted)} is no accuracy", ends=True)
    runs = results.where(strategy=strategy)
    shots = labels_to_reach({k: runs.balanced_accuracy(strategy, shots=k).mean for k in runs.shots}, wanted)
    if not math.isfinite(shots):
        return Need(strategy, math.inf, math.inf)
    seconds = [np.mean([run.seconds for run in runs.where(shots=k)]) for k in runs.shots]
    classes = runs.runs[0].labels / runs.runs[0].shots
    return Need(strategy, shots * classes, float(np.interp(shots, runs.shots, seconds)))


def table(results: Results, prices: Prices, *, wanted: float, strategies: Sequence[str]):
    """A pandas frame of what each strategy needs for a wanted accuracy, and its cost; "-" where it never gets there."""
    import pandas as pd

    needs = [need(results, name, wanted=wanted) for name in strategies]
    reached = [math.isfinite(each.labels) for each in needs]
    rows = {
        "labels": [f"{each.labels:,.0f}" if ok else "-" for each, ok in zip(needs, reached, strict=True)],
        "cost": [f"{each.cost(prices):,.2f}" if ok else "-" for each, ok in zip(needs, reached, strict=True)],
    }
    return pd.DataFrame(rows, index=list(strategies))


def area(results: Results, strategy: str, *, shots: Sequence[int]) -> Estimate:
    """The mean balanced accuracy over several budgets, seed by seed: the area under the label curve.

    It holds less luck than any one budget. Name budgets that are about equally far apart on a log scale, as 2, 5, 10.
    """
    found = [results.balanced_accuracy(strategy, shots=k).by_seed for k in shots]
    seeds = set.intersection(*map(set, found))
    means = {seed: float(np.mean([each[seed] for each in found])) for seed in sorted(seeds)}
    return Estimate(means, f"{strategy}, mean over {', '.join(map(str, shots))} shots")
