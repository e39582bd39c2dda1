"""What a question is worth, wording by wording and seed by seed, order by order, with labels to choose it."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from tlkit.datasets.task import Task
from tlkit.estimate import Estimate
from tlkit.experiments.compare import compare
from tlkit.experiments.results import Results
from tlkit.experiments.source import Source, as_source
from tlkit.methods.fingerprint import unchanging
from tlkit.methods.method import Strategy
from tlkit.methods.prompting import Prompting, either
from tlkit.models.backbone import Backbone
from tlkit.seeding import choose_seeds


def each_seed(
    source: Source | Backbone,
    draw: Callable[[int], Task],
    *,
    strategies: Sequence[str | Strategy],
    shots: int | Sequence[int] = 1,
    seeds: int | str | Iterable[int] | None = None,
    reuse: Results | None = None,
) -> Results:
    """:func:`tlkit.compare`, with a task of its own for each seed: ``draw(seed)``, so that the test is drawn anew, too.

    A language model is slow to read, and few texts test it. If all seeds had the same, those few would be part of
    what is found.
    """
    source, found = as_source(source), Results()
    with unchanging(source.network):
        for seed in choose_seeds(seeds):
            found += compare(source, draw(seed), strategies=strategies, shots=shots, seeds=[seed], reuse=reuse)
    return found


def over_wordings(results: Results, strategies: Sequence[Prompting], *, words: Sequence[str] = ()) -> Estimate:
    """What each seed finds, as the mean over strategies that differ in their wording: what nobody's choice is worth.

    ``words`` are those for the labels, where they are not the task's own and the claim is to say so.
    """
    asked = [results.where(strategy=strategy.name) for strategy in strategies]
    found = {seed: statistics.fmean(_accuracy(runs.where(seed=seed)) for runs in asked) for seed in results.seeds}
    return Estimate(found, _what(strategies, "wordings", words))


def by_wording(results: Results, strategies: Sequence[Prompting], *, words: Sequence[str] = ()) -> Estimate:
    """The accuracy of each of several strategies that differ in their wording, as the mean over the seeds.

    Here wordings take the place of seeds: their spread is the luck of whoever asks. ``words`` as above.
    """
    return _one_by_one(results, strategies, "wordings", words)


def by_order(results: Results, strategies: Sequence[Prompting]) -> Estimate:
    """The accuracy of each of several strategies that differ in the order of what is shown; orders for seeds."""
    return _one_by_one(results, strategies, "orders")


def on_labels(task: Task, *, shots: int, seed: int) -> Task:
    """The same task, to be tested on ``shots`` labelled examples of each class: what a wording can be chosen by."""
    return replace(task, test=task.shots(shots, seed=seed))


def by_labels(results: Results, tried: Results, strategies: Sequence[Prompting]) -> Estimate:
    """The accuracy in ``results`` of that strategy which each seed's own labelled examples chose.

    ``tried`` holds, for each seed, the strategies' runs on those examples (:func:`on_labels`). Of equals the first is
    taken.
    """
    chosen = {}
    for seed in tried.seeds:
        runs = tried.where(seed=seed)
        best = int(np.argmax([_accuracy(runs.where(strategy=each.name)) for each in strategies]))
        chosen[seed] = _accuracy(results.where(seed=seed).where(strategy=strategies[best].name))
    return Estimate(chosen, "asked in the wording that labels chose")


def _one_by_one(results: Results, strategies: Sequence[Prompting], of: str, words: Sequence[str] = ()) -> Estimate:
    runs = [results.where(strategy=strategy.name) for strategy in strategies]
    return Estimate(dict(enumerate(map(_accuracy, runs))), _what(strategies, of, words), of)


def _accuracy(runs: Results) -> float:
    return statistics.fmean(run.accuracy for run in runs)


def _what(strategies: Sequence[Prompting], of: str, words: Sequence[str]) -> str:
    what = f"asked in {len(strategies)} {of}" + (f" for {either(words)}" if words else "")
    what += ", with examples" * all(each.shown for each in strategies)
    return what + ", calibrated" * all(each.calibrated for each in strategies)
