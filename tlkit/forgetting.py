"""Forgetting: what a network still knows of its source, after it was adapted to something else.

McCloskey and Cohen (1989) called it catastrophic interference. Here it is measured, and nothing is assumed: the adapted
body gets the source's own head back, and is asked about the source's own test.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable

from tlkit.arguments import listed
from tlkit.backbones.base import count_parameters
from tlkit.errors import TlkitError, shown
from tlkit.results import Result, Results, as_results
from tlkit.runs import Run, Setting, check_fit, keys, steps_of
from tlkit.seeding import choose_seeds
from tlkit.source import Source, as_source
from tlkit.strategy import Strategy, as_strategy
from tlkit.tasks import Task, as_task
from tlkit.tasks.base import check_shots
from tlkit.training import Classifier

BEFORE = "as_is"
AFTER = ", after "  # between the names of source and target


def remembered(source: Source, result: Result) -> float:
    """The share of the source's own test that ``result``'s network names right, with the source's own head on it.

    The source must be one that was taught here, and ``result`` what :func:`tlkit.transfer` made of it, with its model.
    """
    _check(source)
    if not isinstance(result, Result):
        raise TlkitError(f"{shown(result)} is no result: give what tl.transfer returned.")
    if result.model is None:
        raise TlkitError("This result has no network, as comparisons keep none: take the one that tl.transfer returns.")
    body = result.model.backbone
    if len(body.stages) != len(source.backbone.stages):
        raise TlkitError(f"{result.strategy} cut the body, so the source's head does not fit on it: leave the cut out.")
    return Classifier(body, source.model.head).accuracy(source.task.test)


def measure_forgetting(
    source: Source,
    target: Task | str,
    *,
    strategies: Iterable[str | Strategy],
    shots: int,
    seeds: int | str | Iterable[int] | None = None,
    reuse: Results | None = None,
) -> Results:
    """What each strategy leaves of the source, and what it learns of the target: results on both tests.

    The target of the former is called "notes/piano, after notes/drums"; :func:`retained` picks them out. ``as_is``
    among the strategies is the source before it learnt anything else. ``reuse`` takes earlier results.
    """
    _check(source)
    target, shots = as_task(target), check_shots(shots)
    known = {run.key: run for run in as_results(reuse)}
    named = listed(strategies, "strategies", "['as_is', 'full']", single=(str, Strategy))
    asked = [Run(as_strategy(s), shots, seed) for seed in choose_seeds(seeds) for s in named]
    for run in asked:
        check_fit(source, target, run.strategy, shots)
    runs, reused = [], 0
    for run in asked:
        wanted = _keys(source, target, run)
        there = [known[key] for key in wanted if key in known]
        found = there if len(there) == len(wanted) else _measured(source.reseed(run.seed), target, run, wanted)
        runs, reused = [*runs, *found], reused + (found is there) * len(found)
    return Results(runs, reused=reused)


def retained(results: Results) -> Results:
    """The results of :func:`measure_forgetting` that are on the source's own test."""
    return Results(run for run in results if AFTER in run.target)


def _keys(source: Source, target: Task, run: Run) -> list[str]:
    """One for what is left; before it one for what was learnt, the same as that of a comparison."""
    learnt = keys(source, target, steps_of(source, None))(run)
    remembered = hashlib.blake2b(f"remembered {learnt}".encode(), digest_size=12).hexdigest()
    return [remembered] if run.strategy.name == BEFORE else [learnt, remembered]


def _measured(own: Source, target: Task, run: Run, wanted: list[str]) -> list[Result]:
    name = f"{own.name}{AFTER}{target.name}"
    if run.strategy.name == BEFORE:
        weights = count_parameters(own.model)
        before = own.model.accuracy(own.task.test)
        return [Result(own.name, name, BEFORE, run.shots, run.seed, 0, before, 0.0, 0, weights, *wanted)]
    result = Setting(own, target, steps_of(own, None)).run(run, keep=True)
    learnt = dataclasses.replace(result, model=None)
    after = dataclasses.replace(learnt, target=name, accuracy=remembered(own, result), key=wanted[-1])
    return [learnt, after]


def _check(source: Source) -> None:
    if getattr(as_source(source), "task", None) is None:
        raise TlkitError(f"{source.name} was not taught here, so what it knew can't be tested: use tl.pretrain.")
