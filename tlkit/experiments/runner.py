"""Runs: one source, one target, one strategy, so many shots, one seed."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from tlkit.datasets.task import Task
from tlkit.events import Listener, ignore
from tlkit.experiments.body import BodyFeatures, body_of
from tlkit.experiments.question import Run, keys, labelled, steps_of
from tlkit.experiments.result import Result
from tlkit.experiments.source import Source
from tlkit.methods import lora
from tlkit.methods.classifier import Classifier, accuracy_of, new_head, probabilities, rights
from tlkit.methods.feature_cache import FeatureCache
from tlkit.methods.linear_probe import fit_head
from tlkit.methods.prompting import Prompted
from tlkit.methods.strategy import Strategy
from tlkit.methods.training import fit
from tlkit.models.backbone import Backbone, count_parameters
from tlkit.seeding import stream


class Setting:
    """What the runs from one source to one target share: what frozen stages say of the target's examples.

    ``planned`` are the runs that will be asked for, so that what frozen stages are to say for them is asked at once.
    """

    def __init__(
        self,
        source: Source,
        target: Task,
        steps: int | None = None,
        *,
        planned: Iterable[Run] = (),
        key: Callable[[Run], str] | None = None,
        on_event: Listener | None = None,
    ):
        self.source, self.target = source, target
        self.steps = steps_of(source, steps)
        self.on_event = on_event or ignore
        self._key = key or keys(source, target, self.steps)
        self._planned = list(planned)
        self._looks: dict[tuple[str, int], BodyFeatures] = {}
        self._answers: dict[tuple, np.ndarray] = {}  # to prompts

    def run(self, asked: Run, *, keep: bool = False) -> Result:
        """The result of one run, with its network only if it is to be kept."""
        strategy, shots, seed = asked
        rows = labelled(self.target, asked)
        work = self._ask if strategy.prompting else self._fit_head if strategy.still else self._train
        made = work(strategy, rows, seed, keep)
        return Result(
            source=self.source.name,
            target=self.target.name,
            strategy=strategy.name,
            shots=int(shots),
            seed=seed,
            labels=len(rows),
            accuracy=accuracy_of(made.chances, self.target.test.labels),
            seconds=made.seconds,
            trainable_params=made.learning,
            total_params=made.weights,
            key=self._key(asked),
            model=made.model,
            by_class=rights(made.chances, self.target.test.labels, self.target.classes),
        )

    def _ask(self, strategy: Strategy, rows: np.ndarray, seed: int, keep: bool) -> _Made:
        began = time.perf_counter()
        known = None if keep else self._answers  # who keeps the network may change it
        model = starting_point(self.source, self.target, strategy, rows, seed, said=known)
        seconds = time.perf_counter() - began
        chances = model.probabilities(self.target.test.items, on_event=self.on_event)
        return _Made(chances, seconds, 0, count_parameters(model), model if keep else None)

    def _fit_head(self, strategy: Strategy, rows: np.ndarray, seed: int, keep: bool) -> _Made:
        """The body says in the end what it said in the beginning, so only its features are needed."""
        looks = self._looks_of(strategy, seed)
        stop = strategy.cut or len(looks.body.stages)
        given = looks.train.features(rows, stop=stop) if len(rows) else None
        began = time.perf_counter()
        if strategy.head == "source":
            head = copy.deepcopy(self.source.model.head)
        else:
            head = new_head(looks.width(stop), len(self.target.classes), stream(seed, "target head", self.target.name))
            fit_head(head, given, self.target.train.labels[rows])
        seconds = time.perf_counter() - began + looks.train.seconds(len(rows), stop=stop)
        chances = probabilities(head, looks.tested(stop))
        learning = count_parameters(head) if strategy.phases else 0
        model = Classifier(looks.copy(stop), head).to(looks.body.device) if keep else None
        return _Made(chances, seconds, learning, looks.count(stop) + count_parameters(head), model)

    def _train(self, strategy: Strategy, rows: np.ndarray, seed: int, keep: bool) -> _Made:
        still = 0 if keep else _never_learning(strategy, len(self.source.backbone.stages))
        model = starting_point(self.source, self.target, strategy, rows, seed, shared=still)
        examples, stages = self.target.train.take(rows), len(model.backbone.stages)
        same, seconds = stages, 0.0  # so many first stages are still what they were
        for phase in strategy.phases:
            frozen = lora.first(model.backbone) if strategy.adapter else strategy.frozen(phase, stages)
            looks = self._looks_of(strategy, seed).train if frozen <= same else self._alone(model.backbone).train
            given = None
            if frozen:
                given = (looks.states if phase.rate else looks.features)(rows, stop=frozen)
            began = time.perf_counter()
            if phase.rate is None:
                fit_head(model.head, given, examples.labels)
            else:
                order = stream(seed, "target order", strategy.name)
                fit(
                    model, examples, phase, frozen=frozen, seed=order, steps=self.steps, activations=given,
                    on_event=self.on_event,
                )  # fmt: skip
                same = min(same, frozen)
            seconds += time.perf_counter() - began + (looks.seconds(len(rows), stop=frozen) if frozen else 0)
        test = self._looks_of(strategy, seed).test if same else self._alone(model.backbone).test
        chances = probabilities(model.head, test.features_of(model.backbone, start=same))
        made = _Made(chances, seconds, _learning(model, strategy), count_parameters(model), model if keep else None)
        if strategy.adapter and not keep:
            lora.let_go(model.backbone)
        return made

    def _looks_of(self, strategy: Strategy, seed: int) -> BodyFeatures:
        """What the strategy's body says before it learns anything; of random bodies only the last is remembered."""
        which = (strategy.body, seed if strategy.body == "random" else 0)
        if which not in self._looks:
            self._looks = {known: looks for known, looks in self._looks.items() if known[0] != strategy.body}
            looks = self._looks[which] = BodyFeatures(
                body_of(self.source, self.target, strategy, seed), self.target, self.on_event
            )
            runs = [run for run in self._planned if run.strategy.body == which[0] and which[1] in (0, run.seed)]
            looks.plan(self.target, runs)
        return self._looks[which]

    def _alone(self, backbone: Backbone) -> BodyFeatures:
        """The same of a network that nobody else has."""
        return BodyFeatures(backbone, self.target, self.on_event, FeatureCache())


class _Made(NamedTuple):
    """What came of a run: how likely each class of each test example is found (n, classes), and at what cost."""

    chances: np.ndarray
    seconds: float
    learning: int
    weights: int
    model: Classifier | Prompted | None


def starting_point(
    source: Source,
    target: Task,
    strategy: Strategy,
    rows: np.ndarray,
    seed: int,
    *,
    said: dict | None = None,
    shared: int = 0,
) -> Classifier | Prompted:
    """The network before its first lesson. What is new is drawn from seeds of its own, apart from the source's.

    ``said`` are answers that a prompted network gave before. The weights of the first ``shared`` stages, which then
    must not learn, are the source's own.
    """
    if strategy.prompting:
        luck = stream(seed, "prompt order", target.name, strategy.prompting.order)
        order = np.random.default_rng(luck).permutation(rows)
        return Prompted(source.backbone, target, strategy.prompting, target.train.take(order), log_probs=said)
    backbone = body_of(source, target, strategy, seed)
    if strategy.body == "source":
        backbone = backbone.copy(shared=shared)
    if strategy.cut:
        backbone = backbone.cut(strategy.cut, like=target.train.items)
    if strategy.adapter:
        last, own = strategy.phases[-1].learn, strategy.adapter
        born = stream(seed, "adapter", target.name)
        lora.add(backbone, rank=own.rank, alpha=own.alpha, seed=born, last=last, names=own.targets)
    if strategy.head == "source":
        return Classifier(backbone, copy.deepcopy(source.model.head))
    head = new_head(backbone.width, len(target.classes), stream(seed, "target head", target.name))
    return Classifier(backbone, head.to(backbone.device))


def _learning(model: Classifier, strategy: Strategy) -> int:
    """How many weights learn, in the phase in which most do."""
    if strategy.adapter:
        return count_parameters(model.head) + lora.count(model.backbone)
    stages = model.backbone.stages
    return count_parameters(model.head) + count_parameters(stages[_never_learning(strategy, len(stages)) :])


def _never_learning(strategy: Strategy, stages: int) -> int:
    """How many first stages keep their weights through all phases; beside adapters they all do."""
    return stages if strategy.adapter else min(strategy.frozen(phase, stages) for phase in strategy.phases)
