"""The adviser: which teacher to take, and how many of its stages, told by the labelled examples alone.

Each candidate's head is tried on labels that were kept back from it, fold by fold (cross-validation). Nothing is tuned
and no test is looked at, so it takes the seconds that the features take.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from tlkit.analysis.transferability import folds, probe_accuracy
from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Examples, Task, check_shots
from tlkit.errors import TlkitError, shown
from tlkit.estimate import wilson
from tlkit.experiments.source import Source, as_source
from tlkit.methods.classifier import check_modality
from tlkit.methods.frozen_features import FrozenFeatures
from tlkit.methods.tfidf import fit_counts
from tlkit.models.backbone import Backbone
from tlkit.models.catalogue import backbone

PARTS = 3  # a network is offered whole, and cut after each third of its stages


@dataclass(frozen=True)
class Candidate:
    """A source and a strategy, and how much of the labels that were kept back it named right."""

    source: str
    strategy: str
    accuracy: float

    def __str__(self) -> str:
        return "counting words" if self.strategy == "tf_idf" else f"{self.source} with {self.strategy!r}"


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


def advise(task: Task | str, sources: Iterable[Source | Backbone | str], *, shots: int, seed: int = 0) -> Advice:
    """Which of ``sources`` to transfer to ``task`` with ``shots`` labels of each class, and at which depth.

    Beside the sources stand the pixels as they are, or counted words: no teacher is an answer, too. There must be two
    labels of each class.
    """
    task, shots = as_task(task), check_shots(shots)
    asked = [as_source(backbone(each) if isinstance(each, str) else each) for each in sources]
    if not asked:
        raise TlkitError(f"sources={shown(sources)} is nobody to choose from: give one or more, such as ['minilm'].")
    if task.modality == "image":
        asked.append(as_source(backbone("pixels")))
    examples = task.train.take(task.draw(shots, seed=seed))
    found = [each for source in asked for each in _heads(source.reseed(seed), task, examples)]
    if task.modality == "text":
        found.append(Candidate("words", "tf_idf", _counted(examples)))
    ranked = sorted(found, key=lambda each: -each.accuracy)  # of those that are as good the first that was asked
    return Advice(task.name, tuple(ranked), len(examples))


def depths(network: Backbone) -> dict[str, int]:
    """The strategies that are tried of a network, and after how many of its stages the head sits."""
    stages = len(network.stages)
    cuts = sorted({math.ceil(stages * part / PARTS) for part in range(1, PARTS + 1)}, reverse=True)
    return {"head" if cut == stages else f"head@{cut}": cut for cut in cuts}


def _heads(source: Source, task: Task, examples: Examples) -> Iterator[Candidate]:
    check_modality(source.backbone, task)
    features, cuts = FrozenFeatures(source.backbone, examples.items), depths(source.backbone)
    features.plan(np.arange(len(examples)), cuts.values())
    for strategy, cut in cuts.items():
        yield Candidate(source.name, strategy, probe_accuracy(features.features(stop=cut), examples.labels))


def _counted(examples: Examples) -> float:
    """What counted words are worth on labels that were kept back."""
    right = 0
    for learnt, tried in folds(examples.labels):
        model = fit_counts(examples.take(learnt), None)
        named = model.probe.classes_[model.probabilities(examples.items[tried]).argmax(axis=1)]
        right += int((named == examples.labels[tried]).sum())
    return right / len(examples)
