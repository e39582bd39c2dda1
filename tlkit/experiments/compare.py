"""Experiments: transfer a source to a target, compare strategies over shots and seeds."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
import threading
from collections.abc import Iterable
from concurrent.futures import Executor

import torch

from tlkit.arguments import listed, numbers
from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Task, check_shots
from tlkit.errors import TlkitError, shown
from tlkit.events import Done, Listener, Stopped, recorder, telling
from tlkit.experiments.journal import Journal
from tlkit.experiments.question import questions
from tlkit.experiments.result import Result
from tlkit.experiments.results import Results, as_results
from tlkit.experiments.runner import Runner
from tlkit.experiments.schedule import run_all
from tlkit.experiments.source import Source, as_source
from tlkit.methods.cut_texts import tell_cut
from tlkit.methods.method import Strategy
from tlkit.methods.strategy import as_strategy
from tlkit.models.backbone import Backbone
from tlkit.seeding import check_seed, choose_seeds


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
    (:mod:`tlkit.methods.frozen_features`), so that a second run on the same source need not ask again. ``seconds`` is
    what the run takes by itself: looking at its labelled examples counts, whoever did it. ``device`` is where it
    computes, such as "cuda".
    """
    source, target = as_source(source).on(device), as_task(target)
    strategy, seed, shots = as_strategy(strategy), check_seed(seed), check_shots(shots)
    (question,) = questions(source, target, [strategy], [shots], [seed], steps)
    if strategy.cuts_texts:
        tell_cut(source.backbone, target)
    history: list = []
    result = Runner(source, target, on_event=recorder(history, on_event)).run(question, keep=True)
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
    that the spread holds the luck of all three. Where the target is an environment, shots are episodes of practice.

    ``reuse`` takes earlier results, and only what they lack is computed. ``save`` is a file to which each run is
    written as it comes; asked again, the comparison goes on from there, whatever ended it. ``executor`` is any
    ``concurrent.futures.Executor``; without one the runs are made here, one after the other. ``on_event`` is told what
    happens; without it a terminal shows a bar. Once ``stop`` is set, or a listener raises :class:`Stopped`, the
    comparison ends within half a second, and what is done is returned.
    """
    source, target = as_source(source).on(device), as_task(target)
    named = listed(strategies, "strategies", "['scratch', 'head']", single=(str, Strategy))
    strategies, shots = [as_strategy(each) for each in named], numbers(shots, "shots", check_shots, "[1, 5, 20]")
    grid = questions(source, target, strategies, shots, choose_seeds(seeds), steps)
    _check_executor(executor)
    earlier = as_results(reuse)
    asked = {question.key: question for question in grid}
    results: dict[str, Result] = {}
    with Journal.at(save) as journal, telling(on_event, stop) as tell, contextlib.suppress(Stopped):
        known = {result.key: result for kept in (journal, earlier) for result in kept}
        todo = [question for key, question in asked.items() if key not in known]
        if any(question.strategy.cuts_texts for question in todo):
            tell_cut(source.backbone, target)
        made = run_all(todo, executor, tell)
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
