"""Rules: what is to be seen is learnt, what is known already is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Task
from tlkit.errors import TlkitError, shown
from tlkit.estimate import Estimate
from tlkit.experiments.compare import transfer
from tlkit.experiments.measured import measured
from tlkit.experiments.results import Results
from tlkit.experiments.source import Source, as_source
from tlkit.methods.method import Strategy
from tlkit.methods.strategy import as_strategy


def by_rule(
    source: Source,
    reading: Task,
    target: Task,
    rule: Callable[[np.ndarray, np.ndarray], np.ndarray],
    *,
    strategy: str | Strategy,
    shots: int,
    seeds: int | str | Iterable[int] | None = None,
    reuse: Results | None = None,
) -> Estimate:
    """The share of ``target``'s test that a written rule gets right, seed by seed, where a network reads the parts.

    ``target`` has pairs of pictures side by side. The source learns ``reading``, the task of naming one of them, with
    ``shots`` labelled examples of each class; ``rule`` takes what it reads on the left and on the right, two arrays
    (n,) of class numbers, and returns the classes of the pairs (n,). ``reuse`` are results that may hold what was read.
    """
    reading, target = as_task(reading), as_task(target)
    if not callable(rule):
        raise TlkitError(f"rule={shown(rule)} is no rule: give a function of what is on the left and on the right.")
    if target.test.items.ndim < 3:
        raise TlkitError(f"{target.name} has no pairs of pictures side by side: take 'pairs'' tasks of tl.tasks().")
    sides = [np.ascontiguousarray(side) for side in np.split(target.test.items, 2, axis=2)]
    source, strategy = as_source(source), as_strategy(strategy)

    def read(seed: int) -> np.ndarray:
        reader = transfer(source.reseed(seed), reading, strategy=strategy, shots=shots, seed=seed).model
        return np.concatenate([reader.probabilities(side).argmax(axis=1) for side in sides])

    about = ["read", source.recipe(), reading.digest, target.digest, strategy.recipe(), shots]
    shares = {}
    for seed, told in measured(read, about, seeds=seeds, reuse=reuse).items():
        left, right = np.split(np.array(told, dtype=int), 2)
        shares[seed] = float(np.mean(rule(left, right) == target.test.labels))
    return Estimate(shares, f"written rule after {strategy.name} at {shots} shots from {source.name}")
