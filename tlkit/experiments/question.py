"""What is asked: runs, what they depend on, and whether they can be made at all."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tlkit.datasets.task import Task
from tlkit.errors import TlkitError
from tlkit.experiments.source import Source
from tlkit.methods.classifier import check_modality
from tlkit.methods.strategy import Strategy
from tlkit.methods.training import check_steps
from tlkit.models.language_model import LanguageModel


class Run(NamedTuple):
    """What is asked: a strategy, with so many shots, by that seed."""

    strategy: Strategy
    shots: int
    seed: int


def labelled(target: Task, asked: Run) -> np.ndarray:
    """The rows of the target's training examples whose labels a run uses."""
    strategy, shots, seed = asked
    if strategy.prompting:
        shown = shots if strategy.prompting.shown == "shots" else strategy.prompting.shown
        return target.draw(shown, seed=seed) if shown else np.empty(0, int)
    return target.draw(shots, seed=seed) if strategy.phases else np.empty(0, int)


def check_fit(source: Source, target: Task, strategy: Strategy, shots: int = 1) -> None:
    """One sentence now, rather than a traceback from the depths of torch later."""
    check_modality(source.backbone, target)
    if strategy.head == "source" and source.classes != target.classes:
        raise TlkitError(
            f"{strategy.name!r} uses the source's own head, and {source.name} and {target.name} do not name the same "
            "classes: use 'lp_ft', which fits a new one."
        )
    stages = len(source.backbone.stages)
    if strategy.cut and strategy.cut > stages:
        raise TlkitError(f"{strategy.name} cuts after stage {strategy.cut}, and {source.backbone.name} has {stages}.")
    if strategy.prompting and not isinstance(source.backbone, LanguageModel):
        raise TlkitError(f"{strategy.name!r} asks in words, and {source.name} can't answer: take a language model.")
    for phase in strategy.phases:
        strategy.frozen(phase, stages)
    target.shots(shots)


def steps_of(source: Source, steps: int | None) -> int:
    """How many steps a training lasts: the backbone's own number, unless another is asked for."""
    return check_steps(source.backbone.rates.steps if steps is None else steps)


def keys(source: Source, target: Task, steps: int) -> Callable[[Run], str]:
    """Hashes of all that a run's result depends on, so that a saved result is reused for the same question only."""
    rates, taught = dataclasses.asdict(source.backbone.rates), source.recipe()
    about = [target.digest, target.name, target.question, target.words]

    def key(run: Run) -> str:
        asked = [run.strategy.recipe(), taught, about, rates, int(run.shots), run.seed, steps]
        return hashlib.blake2b(json.dumps(asked).encode(), digest_size=12).hexdigest()

    return key
