"""Forgetting: what a network still knows of its source, after it was adapted to something else.

McCloskey and Cohen (1989) called it catastrophic interference. Here it is measured, and nothing is assumed: the adapted
body gets the source's own head back, and is asked about the source's own test.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Iterable

from matplotlib.ticker import MultipleLocator, PercentFormatter

from tlkit.arguments import listed
from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Task, check_shots
from tlkit.errors import TlkitError, shown
from tlkit.estimate import Estimate
from tlkit.experiments.journal import Journal
from tlkit.experiments.question import Question, questions
from tlkit.experiments.result import Result
from tlkit.experiments.results import Results, as_results
from tlkit.experiments.runner import Runner
from tlkit.experiments.source import Source, as_source
from tlkit.methods.classifier import Classifier
from tlkit.methods.method import Strategy
from tlkit.methods.strategy import as_strategy
from tlkit.models.backbone import count_parameters
from tlkit.plots import picture, style
from tlkit.plots.gains import STEP
from tlkit.plots.picture import Picture
from tlkit.seeding import choose_seeds

BEFORE = "as_is"
AFTER = ", after "  # between the names of source and target


def source_accuracy(source: Source, result: Result) -> float:
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


def measure(
    source: Source,
    target: Task | str,
    *,
    strategies: Iterable[str | Strategy],
    shots: int,
    seeds: int | str | Iterable[int] | None = None,
    reuse: Results | None = None,
    save: str | os.PathLike | None = None,
) -> Results:
    """What each strategy leaves of the source, and what it learns of the target: results on both tests.

    The target of the former is called "notes/piano, after notes/drums"; :func:`on_source` picks them out. ``as_is``
    among the strategies is the source before it learnt anything else. ``reuse`` takes earlier results, and ``save`` is
    a file to which each run is written as it comes, as :func:`tlkit.compare` has them.
    """
    _check(source)
    target, shots, earlier = as_task(target), check_shots(shots), as_results(reuse)
    named = listed(strategies, "strategies", "['as_is', 'full']", single=(str, Strategy))
    runs, reused = [], 0
    with Journal.at(save) as journal:
        known = {run.key: run for kept in (journal, earlier) for run in kept}
        for question in questions(source, target, [*map(as_strategy, named)], [shots], choose_seeds(seeds)):
            wanted = _keys(question)
            there = [known[key] for key in wanted if key in known]
            found = there if len(there) == len(wanted) else _measured(question, wanted)
            runs, reused = [*runs, *found], reused + (found is there) * len(found)
            for run in found:
                journal.add(run)
    return Results(runs, reused=reused)


def on_source(results: Results) -> Results:
    """The results of :func:`measure` that are on the source's own test."""
    return Results(run for run in results if AFTER in run.target)


def _keys(question: Question) -> list[str]:
    """One for what is left; before it one for what was learnt, the same as that of a comparison."""
    remembered = hashlib.blake2b(f"remembered {question.key}".encode(), digest_size=12).hexdigest()
    return [remembered] if question.strategy.name == BEFORE else [question.key, remembered]


def _measured(question: Question, wanted: list[str]) -> list[Result]:
    own, target = question.source.reseed(question.seed), question.target
    name = f"{own.name}{AFTER}{target.name}"
    if question.strategy.name == BEFORE:
        weights = count_parameters(own.model)
        before = own.model.accuracy(own.task.test)
        return [Result(own.name, name, BEFORE, question.shots, question.seed, 0, before, 0.0, 0, weights, *wanted)]
    result = Runner(own, target).run(question, keep=True)
    learnt = dataclasses.replace(result, model=None)
    after = dataclasses.replace(learnt, target=name, accuracy=source_accuracy(own, result), key=wanted[-1], by_class=())
    return [learnt, after]


def _check(source: Source) -> None:
    if getattr(as_source(source), "task", None) is None:
        raise TlkitError(f"{source.name} was not taught here, so what it knew can't be tested: use tl.pretrain.")


def plot(found: Results, title: str = "") -> Picture:
    """What each strategy leaves of the source, across, and what it learns of the target, up.

    ``found`` is what :func:`measure` returned.
    """
    kept = on_source(found)
    learnt = Results(run for run in found if run.target != kept.targets[0])
    (shots,) = found.shots
    before = kept.accuracy("as_is", shots=shots).mean
    figure, ax = picture.figure(7.6, 4.6)
    parts = []
    for name in learnt.strategies:
        old, new = kept.accuracy(name, shots=shots), learnt.accuracy(name, shots=shots)
        _point(ax, name, old, new)
        parts.append(f"{style.label(name)} {old.mean:.0%} and {new.mean:.0%}")
    ax.axvline(before, color="black", linewidth=1, linestyle=":")
    ax.set(xlabel=f"{learnt.sources[0]}: named right afterwards (dotted: before)")
    ax.set(ylabel=f"{learnt.targets[0]}: named right")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MultipleLocator(STEP / 2))
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_title(title, loc="left", fontweight="bold")
    ax.margins(0.08)
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)
    opening = f"{title}. " if title else ""
    words = f"{opening}Left of the source, {before:.0%} before, and learnt of the target: {'; '.join(parts)}."
    return Picture(figure, title, words)


def _point(ax, name: str, old: Estimate, new: Estimate) -> None:
    """A strategy's mean with its name, and its seeds."""
    colour, marker, _ = style.style(name)
    ax.plot(old.values, new.values, marker, color=colour, markersize=4, alpha=0.35)
    ax.plot(old.mean, new.mean, marker, color=colour, markersize=10, markeredgecolor="white")
    place = {"xytext": (-8, 6), "textcoords": "offset points", "ha": "right"}
    ax.annotate(name, (old.mean, new.mean), color=colour, fontsize=9, **place)
