"""The adviser: which teacher to take, and how many of its stages, told by the labelled examples alone.

Each candidate's head is tried on labels that were kept back from it, fold by fold (cross-validation). Nothing is tuned
and no test is looked at, so it takes the seconds that the features take.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np

from tlkit.analysis.transferability import folds, probe_accuracy
from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Examples, Task, check_shots
from tlkit.errors import TlkitError, shown
from tlkit.estimate import Estimate, wilson
from tlkit.experiments.measured import measured
from tlkit.experiments.question import digest
from tlkit.experiments.result import Result
from tlkit.experiments.results import Results
from tlkit.experiments.source import Source, as_source
from tlkit.methods.classifier import check_modality
from tlkit.methods.frozen_features import FrozenFeatures
from tlkit.methods.tfidf import fit_counts
from tlkit.models.backbone import Backbone
from tlkit.models.catalogue import backbone

ADVISED = "advised"
WORDS = "words", "tf_idf"
PARTS = 3  # a network is offered whole, and cut after each third of its stages


@dataclass(frozen=True)
class Candidate:
    """A source and a strategy, and how much of the labels that were kept back it named right."""

    source: str
    strategy: str
    accuracy: float

    def __str__(self) -> str:
        return "counting words" if self.strategy == WORDS[1] else f"{self.source} with {self.strategy!r}"


@dataclass(frozen=True)
class Advice:
    """All candidates, the best first, and from how many ``labels`` that is known."""

    task: str
    ranked: tuple[Candidate, ...]
    labels: int

    @property
    def best(self) -> Candidate:
        """What the adviser would take."""
        return self.ranked[0]

    def __str__(self) -> str:
        best, labels = self.best, self.labels
        low, high = wilson(round(best.accuracy * labels), labels)
        others = [each for each in self.ranked[1:] if each.accuracy >= low]
        close = (
            f"As good for all that is known, {len(others)}: first {others[0]}." if others else "No other comes near."
        )
        return (
            f"For {self.task} I would take {best}: of {labels} labels, each kept back once, it named "
            f"{best.accuracy:.0%} right ({low:.0%} to {high:.0%}, 90% interval). {close}"
        )


def advise(
    task: Task | str,
    sources: Iterable[Source | Backbone | str],
    *,
    shots: int,
    seed: int = 0,
    reuse: Results | None = None,
) -> Advice:
    """Which of ``sources`` to transfer to ``task`` with ``shots`` labels of each class, and at which depth.

    Beside the sources stand the pixels as they are, or counted words: no teacher is an answer, too. There must be two
    labels of each class. ``reuse`` takes earlier results, whose figures are not measured again.
    """
    task, shots = as_task(task), check_shots(shots)
    asked = [as_source(backbone(each) if isinstance(each, str) else each) for each in sources]
    if not asked:
        raise TlkitError(f"sources={shown(sources)} is nobody to choose from: give one or more, such as ['minilm'].")
    asked += [as_source(backbone("pixels"))] if task.modality == "image" else []
    about = ["adviser", [source.recipe() for source in asked], task.digest, shots, PARTS]
    kept_back = measured(lambda seed: _tried(asked, task, shots, seed), about, seeds=[seed], reuse=reuse)[seed]
    names = [(source.name, strategy) for source in asked for strategy in depths(source.backbone)]
    names += [WORDS] if task.modality == "text" else []
    found = [Candidate(*name, accuracy) for name, accuracy in zip(names, kept_back, strict=True)]
    ranked = sorted(found, key=lambda each: -each.accuracy)  # of those that are as good the first that was asked
    return Advice(task.name, tuple(ranked), len(task.draw(shots, seed=seed)))


def taken(advice: Advice, runs: Results, seed: int) -> Result:
    """The one of ``runs`` on the task that the adviser would have made, as a run of the strategy "advised"."""
    best = advice.best
    for run in runs.where(target=advice.task, strategy=best.strategy, seed=seed):
        if run.source == best.source or best.strategy == WORDS[1]:
            return replace(run, strategy=ADVISED, key=digest([ADVISED, run.key]))
    raise TlkitError(f"There is no run of {best} on {advice.task} with seed {seed}: make it first.")


def account(runs: Results, *, largest: Iterable[str]) -> dict[str, Estimate]:
    """What each rule loses to hindsight on each task: the best of all candidates there, over seeds, less its own.

    The rules are to do as advised, to take the network of those named ``largest``, whole, and, as a control, to draw
    one by lot.
    """
    lost: dict[str, dict[int, float]] = {"as advised": {}, "always the largest": {}, "by lot": {}}
    for number, target in enumerate(runs.targets):
        there = runs.where(target=target)
        means = {
            (source, strategy): each.accuracy(strategy, shots=each.shots[0]).mean
            for source in there.sources
            for each in [there.where(source=source)]
            for strategy in each.strategies
            if strategy not in (ADVISED, "lp_ft")
        }
        best = max(means.values())
        (whole,) = (mean for (source, strategy), mean in means.items() if source in largest and strategy == "head")
        advised = fmean(run.accuracy for run in there.where(strategy=ADVISED))
        got = advised, whole, fmean(means.values())
        for rule, each in zip(lost, got, strict=True):
            lost[rule][number] = best - each
    return {rule: Estimate(by_task, f"lost {rule}", "tasks") for rule, by_task in lost.items()}


def depths(network: Backbone) -> dict[str, int]:
    """The strategies that are tried of a network, and after how many of its stages the head sits."""
    stages = len(network.stages)
    cuts = sorted({math.ceil(stages * part / PARTS) for part in range(1, PARTS + 1)}, reverse=True)
    return {"head" if cut == stages else f"head@{cut}": cut for cut in cuts}


def _tried(sources: Iterable[Source], task: Task, shots: int, seed: int) -> list[float]:
    """What each candidate is worth on labels that were kept back from it."""
    examples = task.train.take(task.draw(shots, seed=seed))
    found = [accuracy for source in sources for accuracy in _heads(source.reseed(seed), task, examples)]
    return found + ([_counted(examples)] if task.modality == "text" else [])


def _heads(source: Source, task: Task, examples: Examples) -> Iterator[float]:
    check_modality(source.backbone, task)
    features, cuts = FrozenFeatures(source.backbone, examples.items), depths(source.backbone).values()
    features.plan(np.arange(len(examples)), cuts)
    yield from (probe_accuracy(features.features(stop=cut), examples.labels) for cut in cuts)


def _counted(examples: Examples) -> float:
    """What counted words are worth on labels that were kept back."""
    right = 0
    for learnt, tried in folds(examples.labels):
        model = fit_counts(examples.take(learnt), None)
        named = model.probe.classes_[model.probabilities(examples.items[tried]).argmax(axis=1)]
        right += int((named == examples.labels[tried]).sum())
    return right / len(examples)
