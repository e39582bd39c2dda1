"""What a question is worth, wording by wording, order by order, with labels to choose it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tlkit.datasets.task import Task
from tlkit.estimate import Estimate
from tlkit.experiments.results import Results
from tlkit.methods.prompting import Prompting, either


def by_wording(results: Results, strategies: Sequence[Prompting], *, words: Sequence[str] = ()) -> Estimate:
    """The accuracy of each of several strategies that differ in their wording; wordings take the place of seeds.

    ``words`` are those for the labels, where they are not the task's own and the claim is to say so.
    Where examples are shown, the results may hold a seed for each wording: then each had a draw of its own.
    """
    return _estimate(results, strategies, "wordings", words)


def by_order(results: Results, strategies: Sequence[Prompting]) -> Estimate:
    """The accuracy of each of several strategies that differ in the order of what is shown; orders for seeds."""
    return _estimate(results, strategies, "orders")


def on_labels(task: Task, *, shots: int, seed: int) -> Task:
    """The same task, to be tested on ``shots`` labelled examples of each class: what a wording can be chosen by."""
    return replace(task, test=task.shots(shots, seed=seed))


def by_labels(results: Results, tried: Mapping[int, Results], strategies: Sequence[Prompting]) -> Estimate:
    """The accuracy in ``results`` of that strategy which each seed's own labelled examples chose.

    ``tried`` holds, for each seed, the strategies' runs on those examples (:func:`on_labels`). Of equals the first is
    taken.
    """
    found = by_wording(results, strategies).values
    chosen = {seed: int(np.argmax(by_wording(runs, strategies).values)) for seed, runs in tried.items()}
    return Estimate({seed: found[best] for seed, best in chosen.items()}, "asked in the wording that labels chose")


def _estimate(results: Results, strategies: Sequence[Prompting], of: str, words: Sequence[str] = ()) -> Estimate:
    runs = [results.where(strategy=strategy.name).runs[0] for strategy in strategies]
    what = f"asked in {len(runs)} {of}" + (f" for {either(words)}" if words else "")
    what += ", with examples" * all(each.shown for each in strategies)
    what += ", calibrated" * all(each.calibrated for each in strategies)
    return Estimate({number: run.accuracy for number, run in enumerate(runs)}, what, of)
