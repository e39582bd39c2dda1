"""Runs: the answers to questions about one source and one target."""

from __future__ import annotations

import functools
from collections.abc import Iterable

import numpy as np

from tlkit.datasets.task import Task
from tlkit.events import Listener, ignore
from tlkit.experiments.question import Question
from tlkit.experiments.result import Result
from tlkit.experiments.source import Source
from tlkit.methods.body_features import BodyFeatures
from tlkit.methods.finetuning import random_twin
from tlkit.methods.method import Case, Outcome, Strategy


class Runner:
    """What the runs from one source to one target share: what frozen stages say of the target's examples.

    ``planned`` are the questions that will be asked, so that what frozen stages are to say for them is asked at once.
    """

    def __init__(
        self, source: Source, target: Task, *, planned: Iterable[Question] = (), on_event: Listener | None = None
    ):
        self.source, self.target = source, target
        self.on_event = on_event or ignore
        self._planned = list(planned)
        self._features: dict[tuple[str, int | None], BodyFeatures] = {}
        self._known: dict[tuple, object] = {}  # answers to prompts, policies that practise on

    def run(self, question: Question, *, keep: bool = False) -> Result:
        """The answer to one question, with its network only if it is to be kept."""
        outcome, case = self._fit(question, keep)
        asked = {"source": self.source.name, "key": question.key}
        return result_of(outcome, case, question.strategy, question.shots, **asked)

    def answers(self, question: Question) -> np.ndarray:
        """What that run says of the target's test, which :meth:`run` only judges (:class:`Outcome`)."""
        return self._fit(question, keep=False)[0].answers

    def _fit(self, question: Question, keep: bool) -> tuple[Outcome, Case]:
        strategy, seed = question.strategy, question.seed
        features = functools.partial(self._features_for, strategy.body, seed)
        case = Case(
            self.source, self.target, question.rows, seed, question.steps, keep, self.on_event, features, self._known
        )
        return strategy.fit(case), case

    def _features_for(self, body: str, seed: int) -> BodyFeatures:
        """What a body says before it learns anything; of random bodies only the last is remembered."""
        which = (body, seed if body == "random" else None)
        if which not in self._features:
            self._features = {known: each for known, each in self._features.items() if known[0] != body}
            backbone = self.source.backbone
            if body == "random":
                backbone = random_twin(backbone, self.target, seed)
            features = self._features[which] = BodyFeatures(backbone, self.target, self.on_event)
            self._plan(features, *which)
        return self._features[which]

    def _plan(self, features: BodyFeatures, body: str, seed: int | None) -> None:
        """Say which rows the questions about that body will ask for, and after which stages; any seed's without one."""
        stages = len(features.body.stages)
        asked = [
            question
            for question in self._planned
            if question.strategy.body == body and seed in (None, question.seed)
            if question.strategy.frozen_depths(stages)
        ]
        depths = set().union(*(question.strategy.frozen_depths(stages) for question in asked))
        features.plan(np.concatenate([np.empty(0, int), *(each.rows for each in asked)]), depths - {stages})


def result_of(outcome: Outcome, case: Case, strategy: Strategy, shots: int, *, source: str, key: str) -> Result:
    """What is written down of an outcome."""
    accuracy, by_class = case.target.judge(outcome.answers)
    return Result(
        source=source,
        target=case.target.name,
        strategy=strategy.name,
        shots=int(shots),
        seed=case.seed,
        labels=len(case.rows),
        accuracy=accuracy,
        seconds=outcome.seconds,
        trainable_params=outcome.trainable_params,
        total_params=outcome.total_params,
        key=key,
        model=outcome.model,
        task=case.target if case.keep else None,
        by_class=by_class,
    )
