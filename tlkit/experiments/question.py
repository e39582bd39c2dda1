"""What is asked: one source, one target, one strategy, so many shots, one seed; and what its answer depends on."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from tlkit.datasets.task import Task
from tlkit.experiments.source import Source
from tlkit.methods.method import Strategy
from tlkit.methods.reinforcement import suited
from tlkit.methods.training import check_steps


@dataclass(frozen=True, eq=False)
class Question:
    """What one run answers. ``source`` is that of any seed; ``key`` is a hash of all that the answer depends on."""

    source: Source = field(repr=False)
    target: Task = field(repr=False)
    strategy: Strategy
    shots: int
    seed: int
    steps: int
    key: str

    @cached_property
    def rows(self) -> np.ndarray:
        """The rows of the target's training examples whose labels it may use."""
        return self.strategy.rows(self.target, self.shots, self.seed)

    def apart(self) -> tuple:
        """It without its source and target: what travels light."""
        return self.strategy, self.shots, self.seed, self.steps, self.key


def questions(
    source: Source,
    target: Task,
    strategies: Sequence[Strategy],
    shots: Sequence[int],
    seeds: Iterable[int],
    steps: int | None = None,
) -> list[Question]:
    """Every strategy with every number of shots and every seed, if they can be asked at all.

    A strategy has the form that the target asks for: in an environment it is practised, and shots are episodes.
    """
    steps, strategies = steps_of(source, steps), [suited(strategy, target) for strategy in strategies]
    for strategy in strategies:
        strategy.check(source, target)
    for count in shots:
        target.shots(count)
    key = keys(source, target, steps)
    return [
        Question(source, target, strategy, int(count), seed, steps, key(strategy, count, seed))
        for seed in seeds
        for strategy in strategies
        for count in shots
    ]


def steps_of(source: Source, steps: int | None) -> int:
    """How many steps a training lasts: the backbone's own number, unless another is asked for."""
    return check_steps(source.network.rates.steps if steps is None else steps)


def keys(source: Source, target: Task, steps: int) -> Callable[[Strategy, int, int], str]:
    """Hashes of all that a run's result depends on, so that a saved result is reused for the same question only."""
    rates, taught = dataclasses.asdict(source.network.rates), source.recipe()
    about = [target.digest, target.name, target.question, target.label_words]

    def key(strategy: Strategy, shots: int, seed: int) -> str:
        return digest([strategy.recipe(), taught, about, rates, int(shots), seed, steps])

    return key


def digest(asked: list) -> str:
    """A key: the same for the same list, on every machine."""
    return hashlib.blake2b(json.dumps(asked).encode(), digest_size=12).hexdigest()
