"""Runs: one source, one target, one strategy, so many shots, one seed."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from tlkit import lora
from tlkit.backbones import Backbone
from tlkit.backbones.base import count_parameters
from tlkit.errors import TlkitError
from tlkit.events import Listener, ignore
from tlkit.frozen import Frozen, FrozenCache, chain_of
from tlkit.prompting import Prompted
from tlkit.results import Result
from tlkit.seeding import stream
from tlkit.source import Source, check_modality, check_steps
from tlkit.strategy import Strategy
from tlkit.tasks import Task
from tlkit.training import Classifier, fit, fit_head, new_head, probabilities, share_right

RECIPE = 1  # raise it when a change to the code changes what a run learns: older saved results are then not reused
ADAPTER_RECIPE = 2  # the same of runs with adapters; since 2 there is no dropout beside them


class Run(NamedTuple):
    """What is asked: a strategy, with so many shots, by that seed."""

    strategy: Strategy
    shots: int
    seed: int


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
        self._looks: dict[tuple[str, int], _Looks] = {}
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
            accuracy=made.accuracy,
            seconds=made.seconds,
            trainable_params=made.learning,
            total_params=made.weights,
            key=self._key(asked),
            model=made.model,
        )

    def _ask(self, strategy: Strategy, rows: np.ndarray, seed: int, keep: bool) -> _Made:
        began = time.perf_counter()
        known = None if keep else self._answers  # who keeps the network may change it
        model = starting_point(self.source, self.target, strategy, rows, seed, said=known)
        seconds = time.perf_counter() - began
        accuracy = model.accuracy(self.target.test, on_event=self.on_event)
        return _Made(accuracy, seconds, 0, count_parameters(model), model if keep else None)

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
        accuracy = share_right(probabilities(head, looks.tested(stop)), self.target.test.labels)
        learning = count_parameters(head) if strategy.phases else 0
        model = Classifier(looks.copy(stop), head).to(looks.body.device) if keep else None
        return _Made(accuracy, seconds, learning, looks.count(stop) + count_parameters(head), model)

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
                    model, examples, phase, frozen=frozen, seed=order, steps=self.steps, said=given,
                    on_event=self.on_event,
                )  # fmt: skip
                same = min(same, frozen)
            seconds += time.perf_counter() - began + (looks.seconds(len(rows), stop=frozen) if frozen else 0)
        test = self._looks_of(strategy, seed).test if same else self._alone(model.backbone).test
        features = test.features_of(model.backbone, start=same)
        accuracy = share_right(probabilities(model.head, features), self.target.test.labels)
        made = _Made(accuracy, seconds, _learning(model, strategy), count_parameters(model), model if keep else None)
        if strategy.adapter and not keep:
            lora.let_go(model.backbone)
        return made

    def _looks_of(self, strategy: Strategy, seed: int) -> _Looks:
        """What the strategy's body says before it learns anything; of random bodies only the last is remembered."""
        which = (strategy.body, seed if strategy.body == "random" else 0)
        if which not in self._looks:
            self._looks = {known: looks for known, looks in self._looks.items() if known[0] != strategy.body}
            looks = self._looks[which] = _Looks(
                body_of(self.source, self.target, strategy, seed), self.target, self.on_event
            )
            runs = [run for run in self._planned if run.strategy.body == which[0] and which[1] in (0, run.seed)]
            looks.plan(self.target, runs)
        return self._looks[which]

    def _alone(self, backbone: Backbone) -> _Looks:
        """The same of a network that nobody else has."""
        return _Looks(backbone, self.target, self.on_event, FrozenCache())


class _Made(NamedTuple):
    """What came of a run."""

    accuracy: float
    seconds: float
    learning: int
    weights: int
    model: Classifier | Prompted | None


class _Looks:
    """A body, and what its stages say of a target's examples."""

    def __init__(self, body: Backbone, target: Task, on_event: Listener, cache: FrozenCache | None = None):
        self.body = body
        chain = chain_of(body) if cache is None else None  # a network that nobody else has is asked once, unremembered
        self.train, self.test = (
            Frozen(body, part.items, chain=chain, cache=cache, on_event=on_event)
            for part in (target.train, target.test)
        )
        self._tested: dict[int, np.ndarray] = {}

    def plan(self, target: Task, runs: list[Run]) -> None:
        """Say which runs will be made."""
        stages = len(self.body.stages)
        depths = {run.strategy.frozen(phase, stages) for run in runs for phase in run.strategy.phases if phase.rate}
        rows = [labelled(target, run) for run in runs if _freezes(run.strategy, stages)]
        for part, asked in ((self.train, rows), (self.test, [])):
            part.plan(np.concatenate([np.empty(0, int), *asked]), depths - {0})

    def tested(self, stop: int) -> np.ndarray:
        """Features of all test examples after so many stages."""
        if stop not in self._tested:
            self._tested[stop] = self.test.features(stop=stop)
        return self._tested[stop]

    def width(self, stop: int) -> int:
        """Of the features after so many stages."""
        return self.tested(stop).shape[1]

    def copy(self, stop: int) -> Backbone:
        """So many first stages as a network of their own."""
        whole = stop == len(self.body.stages)
        return self.body.copy() if whole else self.body.cut(stop, like=self.test.items)

    def count(self, stop: int) -> int:
        """The weights of so many first stages."""
        whole = stop == len(self.body.stages)
        return count_parameters(self.body if whole else self.body.stages[:stop])


def _freezes(strategy: Strategy, stages: int) -> bool:
    return any(strategy.frozen(phase, stages) for phase in strategy.phases)


def _never_learning(strategy: Strategy, stages: int) -> int:
    """How many first stages keep their weights through all phases; beside adapters they all do."""
    return stages if strategy.adapter else min(strategy.frozen(phase, stages) for phase in strategy.phases)


def labelled(target: Task, asked: Run) -> np.ndarray:
    """The rows of the target's training examples whose labels a run uses."""
    strategy, shots, seed = asked
    if strategy.prompting:
        shown = shots if strategy.prompting.shown == "shots" else strategy.prompting.shown
        return target.draw(shown, seed=seed) if shown else np.empty(0, int)
    return target.draw(shots, seed=seed) if strategy.phases else np.empty(0, int)


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
        return Prompted(source.backbone, target, strategy.prompting, target.train.take(order), said=said)
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


def body_of(source: Source, target: Task, strategy: Strategy, seed: int) -> Backbone:
    """The body that a strategy begins with: the source's own, or a random twin."""
    if strategy.body == "source":
        return source.backbone
    return source.backbone.fresh(stream(seed, "target", source.backbone.name, target.name)).to(source.backbone.device)


def _learning(model: Classifier, strategy: Strategy) -> int:
    """How many weights learn, in the phase in which most do."""
    if strategy.adapter:
        return count_parameters(model.head) + lora.count(model.backbone)
    stages = model.backbone.stages
    return count_parameters(model.head) + count_parameters(stages[_never_learning(strategy, len(stages)) :])


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
    if strategy.prompting and getattr(source.backbone, "unembed", None) is None:
        raise TlkitError(f"{strategy.name!r} asks in words, and {source.name} can't answer: take a language model.")
    for phase in strategy.phases:
        strategy.frozen(phase, stages)
    target.shots(shots)


def steps_of(source: Source, steps: int | None) -> int:
    """How many steps a training lasts: the backbone's own number, unless another is asked for."""
    return check_steps(source.backbone.rates.steps if steps is None else steps)


def keys(source: Source, target: Task, steps: int) -> Callable[[Run], str]:
    """Hashes of all that a run's result depends on, so that a saved result is reused for the same question only."""
    rates, taught, asked_of = dataclasses.asdict(source.backbone.rates), source.recipe(), target.digest

    def key(run: Run) -> str:
        what = [taught, asked_of, target.name, target.question, target.words, dataclasses.asdict(run.strategy)]
        recipe = ADAPTER_RECIPE if run.strategy.adapter else RECIPE
        asked = [recipe, what, rates, int(run.shots), run.seed, steps]
        return hashlib.blake2b(json.dumps(asked).encode(), digest_size=12).hexdigest()

    return key
