"""Split-conformal prediction: sets of names that hold the right one as often as they promise.

Vovk et al. (2005); Lei et al. (2018); an introduction is Angelopoulos and Bates (2023), "Conformal prediction: a gentle
introduction".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np

from tlkit.arguments import a_share
from tlkit.datasets.task import Task
from tlkit.errors import TlkitError, shown
from tlkit.estimate import Estimate
from tlkit.experiments.compare import transfer
from tlkit.experiments.measured import measured
from tlkit.experiments.reliability import answers_of
from tlkit.experiments.results import Results
from tlkit.experiments.source import Source, as_source
from tlkit.methods.strategy import as_strategy
from tlkit.models.backbone import Backbone
from tlkit.seeding import stream


def threshold(chances: np.ndarray, labels: np.ndarray, *, coverage: float = 0.9) -> float:
    """How likely a name must be found to be in the set, from examples (n, classes) that nothing was learnt from.

    Of new examples from the same place at least the share ``coverage`` has its right name in the set, on average over
    the draws of these ``n``; infinitely low where ``n`` is too small to promise that.
    """
    share = a_share(coverage, f"coverage={shown(coverage)} is no share of the examples, such as 0.9")
    if not len(labels):
        raise TlkitError("There is nothing to calibrate on: keep some labelled examples back.")
    right = np.sort(chances[np.arange(len(labels)), labels])[::-1]  # from the surest to the least sure
    rank = math.ceil((len(labels) + 1) * share)
    return float(right[rank - 1]) if rank <= len(labels) else -math.inf


def sets(chances: np.ndarray, least: float) -> np.ndarray:
    """Which names are in the set of each example (n, classes): those found at least so likely."""
    return chances >= least


def trusting_sets(chances: np.ndarray, *, coverage: float = 0.9) -> np.ndarray:
    """The likeliest names until the network's own percentages add up to ``coverage`` (n, classes): unchecked."""
    order = np.argsort(-chances, axis=1)
    falling = np.take_along_axis(chances, order, axis=1)
    before = falling.cumsum(axis=1) - falling
    found = np.zeros(chances.shape, dtype=bool)
    np.put_along_axis(found, order, before < coverage, axis=1)
    return found


def judged(found: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """How often the right name is in the set, and how many names a set has on average."""
    return float(found[np.arange(len(labels)), labels].mean()), float(found.sum(axis=1).mean())


def measure(
    source: Source | Backbone,
    draw: Callable[[int], Task],
    *,
    strategy: str = "head",
    shots: int,
    coverage: float = 0.9,
    seeds: int | str | Iterable[int] | None = None,
    reuse: Results | None = None,
) -> dict[str, Estimate]:
    """For the task ``draw(seed)`` of each seed: half of its test calibrates, and the other half is what sets hold.

    ``coverage`` and ``size`` of conformal sets, and ``trusting coverage`` and ``trusting size`` of those that believe
    the network.
    """
    source, chosen = as_source(source), as_strategy(strategy)

    def figures(seed: int) -> list[float]:
        task = draw(seed)
        model = transfer(source, task, strategy=chosen, shots=shots, seed=seed).model
        chances, labels = answers_of(model, task.test.items), task.test.labels
        order = np.random.default_rng(stream(seed, "calibrate")).permutation(len(labels))
        kept, asked = order[: len(order) // 2], order[len(order) // 2 :]
        least = threshold(chances[kept], labels[kept], coverage=coverage)
        believed = trusting_sets(chances[asked], coverage=coverage)
        return [*judged(sets(chances[asked], least), labels[asked]), *judged(believed, labels[asked])]

    about = ["conformal", source.recipe(), draw(0).digest, chosen.recipe(), shots, coverage]
    found = measured(figures, about, seeds=seeds, reuse=reuse)
    names = ("coverage", "size", "trusting coverage", "trusting size")
    return {name: Estimate({seed: row[at] for seed, row in found.items()}, name) for at, name in enumerate(names)}
