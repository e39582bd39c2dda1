"""Experiments: transfer a source to a target, compare strategies over shots and seeds."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait

import torch

from tlkit.arguments import listed, numbers
from tlkit.backbones import Backbone
from tlkit.errors import TlkitError, shown
from tlkit.events import Done, Listener, Stopped, Teller, telling
from tlkit.journal import Journal
from tlkit.results import Result, Results, as_results
from tlkit.runs import Run, Setting, check_fit, keys, steps_of
from tlkit.seeding import check_seed, choose_seeds
from tlkit.source import Source, as_source, recorder
from tlkit.strategy import Strategy, as_strategy
from tlkit.tasks import Task, as_task
from tlkit.tasks.base import check_shots
from tlkit.workers import hand_over, plain_deaths

HEARTBEAT = 0.1  # seconds between two looks at whether to stop, while others work


def transfer(
    source: Source | Backbone,
    target: Task | str,
    *,
    strategy: str | Strategy = "head",
    shots: int = 5,
    seed: int = 0,
    steps: int | None = None,
    device: str | torch.device | None = None,
    on_event: Listener | None = None,
) -> Result:
    """Adapt ``source`` to ``target`` with ``shots`` labelled examples of each class; the source stays as it is.

    Test data takes no part in the training, not even to choose when to stop. What frozen stages say is remembered
    (:mod:`tlkit.frozen`), so that a second run on the same source need not ask again. ``seconds`` is what the run takes
    by itself: looking at its labelled examples counts, whoever did it. ``device`` is where it computes, such as "cuda".
    """
    source, target = as_source(source).on(device), as_task(target)
    strategy, seed, shots = as_strategy(strategy), check_seed(seed), check_shots(shots)
    check_fit(source, target, strategy, shots)
    history: list = []
    setting = Setting(source, target, steps, on_event=recorder(history, on_event))
    result = setting.run(Run(strategy, shots, seed), keep=True)
    return dataclasses.replace(result, history=tuple(history))


def compare(
    source: Source | Backbone,
    target: Task | str,
    *,
    strategies: str | Strategy | Iterable[str | Strategy] = ("scratch", "head", "full"),
    shots: int | Iterable[int] = (1, 2, 5, 10, 20),
    seeds: int | str | Iterable[int] | None = None,
    steps: int | None = None,
    device: str | torch.device | None = None,
    reuse: Results | None = None,
    save: str | os.PathLike | None = None,
    executor: Executor | None = None,
    stop: threading.Event | None = None,
    on_event: Listener | None = None,
) -> Results:
    """Every strategy with every number of shots and every seed.

    Each seed is an experiment of its own: its own source, schooled anew, its own labelled examples and its own head, so
    that the spread holds the luck of all three.

    ``reuse`` takes earlier results, and only what they lack is computed. ``save`` is a file to which each run is
    written as it comes; asked again, the comparison goes on from there, whatever ended it. ``executor`` is any
    ``concurrent.futures.Executor``; without one the runs are made here, one after the other. ``on_event`` is told what
    happens; without it a terminal shows a bar. Once ``stop`` is set, or a listener raises :class:`Stopped`, the
    comparison ends within half a second, and what is done is returned.
    """
    source, target = as_source(source).on(device), as_task(target)
    steps = steps_of(source, steps)
    named = listed(strategies, "strategies", "['scratch', 'head']", single=(str, Strategy))
    strategies, shots = [as_strategy(each) for each in named], numbers(shots, "shots", check_shots, "[1, 5, 20]")
    grid = [Run(s, k, seed) for seed in choose_seeds(seeds) for s in strategies for k in shots]
    for run in dict.fromkeys((run.strategy, run.shots) for run in grid):
        check_fit(source, target, *run)
    _check_executor(executor)
    earlier = as_results(reuse)
    key = keys(source, target, steps)
    asked = {key(run): run for run in grid}
    results: dict[str, Result] = {}
    with Journal.at(save) as journal, telling(on_event, stop) as tell, contextlib.suppress(Stopped):
        known = {result.key: result for kept in (journal, earlier) for result in kept}
        todo = [run for k, run in asked.items() if k not in known]
        made = _run_all(source, target, todo, steps, key, executor, tell)
        for result in itertools.chain((known[k] for k in asked if k in known), made):
            journal.add(result)
            results[result.key] = result
            tell(Done(len(results), len(asked), result, reused=result.key in known))
    there = [results[k] for k in asked if k in results]
    return Results(there, reused=len(known.keys() & results), missing=len(asked) - len(there))


def _check_executor(executor: object) -> None:
    if executor is not None and not isinstance(executor, Executor):
        raise TlkitError(
            f"executor={shown(executor)} can't run anything: give what `with tl.workers() as executor:` gives, or "
            "leave it out."
        )


def _run_all(
    source: Source,
    target: Task | str,
    runs: list[Run],
    steps: int,
    key: Callable[[Run], str],
    executor: Executor | None,
    tell: Teller,
) -> Iterator[Result]:
    """The results as they come; each seed's source is schooled once, before the first run that needs it."""
    groups = _by_seed(runs) if source.by_seed else [runs] * bool(runs)
    if executor is not None:
        yield from _run_beside(source, target, groups, steps, key, executor, tell)
        return
    for group in groups:
        setting = Setting(source.reseed(group[0].seed, tell), target, steps, planned=group, key=key, on_event=tell)
        yield from map(setting.run, group)


def _run_beside(
    source: Source,
    target: Task | str,
    groups: list[list[Run]],
    steps: int,
    key: Callable[[Run], str],
    executor: Executor,
    tell: Teller,
) -> Iterator[Result]:
    """The same with an executor. Heads on frozen bodies are fitted here, where what the bodies say is remembered."""
    teacher = hand_over(executor, source) if source.by_seed else source
    pending = {_schooling(teacher, source, group[0].seed, executor): group for group in groups}
    try:
        while pending:
            done, _ = wait(pending, timeout=HEARTBEAT, return_when=FIRST_COMPLETED)
            tell.check()
            for future in done:
                group = pending.pop(future)
                with plain_deaths():
                    came = future.result()
                if group is None:
                    yield came
                    continue
                with plain_deaths():
                    pending |= _submit((came, target), [r for r in group if not r.strategy.still], steps, executor)
                still = [run for run in group if run.strategy.still]
                setting = Setting(came, target, steps, planned=still, key=key, on_event=tell)
                yield from map(setting.run, still)
    finally:
        for future in pending:
            future.cancel()


def _by_seed(runs: Iterable[Run]) -> list[list[Run]]:
    groups: dict[int, list[Run]] = {}
    for run in runs:
        groups.setdefault(run.seed, []).append(run)
    return list(groups.values())


def _schooling(teacher: object, source: Source, seed: int, executor: Executor) -> Future:
    """The source of that seed, as it comes; a source of which there is only one is there at once."""
    if source.by_seed:
        return executor.submit(type(source).reseed, teacher, seed)
    there: Future = Future()
    there.set_result(source)
    return there


def _submit(at: tuple[Source, Task], runs: list[Run], steps: int, executor: Executor) -> dict[Future, None]:
    """The runs under way, from one source to one target."""
    if not runs:
        return {}
    sent = hand_over(executor, at)
    return {executor.submit(_run, sent, run, steps): None for run in runs}


def _run(sent: tuple[Source, Task], run: Run, steps: int) -> Result:
    """One run in another process."""
    return Setting(*sent, steps).run(run)
