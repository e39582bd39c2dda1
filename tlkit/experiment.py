"""Experiments: teach a source, transfer it to a target, compare strategies over shots and seeds."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from tlkit import lora
from tlkit.backbones import Backbone
from tlkit.backbones.base import count_parameters
from tlkit.errors import TlkitError
from tlkit.prompting import Prompted
from tlkit.results import Result, Results
from tlkit.seeding import check_seed, choose_seeds, stream
from tlkit.strategy import Phase, Strategy, as_strategy
from tlkit.tasks import Task
from tlkit.training import Classifier, FrozenFeatures, Listener, fit, fit_head, new_head, run_body

RECIPE = 1  # raise it when a change to the code changes what a run learns: older saved results are then not reused
PRETRAINING_STEPS = 300
PRETRAINING_RATE = 2e-3
PRETRAINING_DECAY = 1.0  # AdamW's: worth two points to a frozen head at one shot


@dataclass(frozen=True, eq=False)
class Source:
    """A backbone with what it was pre-trained on: its ``name``, and the classes that its own head can name, if any."""

    model: Classifier
    name: str
    classes: tuple[str, ...]

    @property
    def backbone(self) -> Backbone:
        """The network, as stages."""
        return self.model.backbone

    def __repr__(self) -> str:
        return f"Source({self.name}: learnt from {self.backbone.taught})"

    def reseed(self, seed: int) -> Source:
        """The same source: there is only one of it, and luck is in the labelled examples and the new heads alone."""
        return self

    def recipe(self) -> list:
        """All that decides what a run with this source learns, but for the seed."""
        return [self.backbone.name, self._digest]

    @cached_property
    def _digest(self) -> str:
        return self.backbone.digest()


@dataclass(frozen=True, eq=False)
class Schooled(Source):
    """A source that was taught here: its task, seed, steps, and how it came along."""

    task: Task
    seed: int
    steps: int
    accuracy: float
    history: tuple = field(default=(), repr=False)
    _siblings: dict = field(default_factory=dict, init=False, repr=False)

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_siblings": {}}  # what travels to another process travels light

    def __repr__(self) -> str:
        return (
            f"Source({self.backbone.name} taught {self.name}, seed {self.seed}: names {self.accuracy:.1%} of it right)"
        )

    def reseed(self, seed: int) -> Source:
        """Another network that went through the same schooling with other luck; itself, where the seed is the same.

        It is schooled once, however often it is asked for.
        """
        if seed == self.seed:
            return self
        if seed not in self._siblings:
            self._siblings[seed] = pretrain(self.backbone, self.task, seed=seed, steps=self.steps)
        return self._siblings[seed]

    def recipe(self) -> list:
        """All that decides what a run with this source learns, but for the seed."""
        wiring = [self.backbone.name, str(self.backbone)]
        return [wiring, self.task.digest, self.steps, PRETRAINING_RATE, PRETRAINING_DECAY]


def as_source(source: Source | Backbone) -> Source:
    """A source from a backbone that was pre-trained elsewhere, such as ``tl.backbone("minilm")``."""
    if isinstance(source, Source):
        return source
    if not isinstance(source, Backbone):
        raise TlkitError(f"{source!r} is no source: give what tl.pretrain returned, or a pre-trained tl.backbone.")
    if not source.taught:
        raise TlkitError(f"{source.name} has learnt nothing yet, so it can't be a source: teach it with tl.pretrain.")
    return Source(Classifier(source, None), source.name, ())


@dataclass(frozen=True)
class Done:
    """One run of a comparison has ended: the ``done``-th of ``total``; ``reused`` if it was computed earlier."""

    done: int
    total: int
    result: Result
    reused: bool


def pretrain(
    backbone: Backbone, task: Task, *, seed: int = 0, steps: int = PRETRAINING_STEPS, on_event: Listener | None = None
) -> Schooled:
    """Teach ``task`` to a new random copy of ``backbone``; the backbone that was given stays as it is."""
    seed = check_seed(seed)
    _check_modality(backbone, task)
    model = Classifier(
        backbone.fresh(stream(seed, "source", backbone.name, task.name)),
        new_head(backbone.width, len(task.classes), stream(seed, "source head", task.name)),
    )
    history: list = []
    listener = _recorder(history, on_event)
    order = stream(seed, "source order", task.name)
    fit(
        model,
        task.train,
        Phase(None, PRETRAINING_RATE),
        frozen=0,
        decay=PRETRAINING_DECAY,
        seed=order,
        steps=_check_steps(steps),
        on_event=listener,
    )
    return Schooled(model, task.name, task.classes, task, seed, steps, model.accuracy(task.test), tuple(history))


def transfer(
    source: Source | Backbone,
    target: Task,
    *,
    strategy: str | Strategy = "head",
    shots: int = 5,
    seed: int = 0,
    steps: int | None = None,
    on_event: Listener | None = None,
    features: FrozenFeatures | None = None,
) -> Result:
    """Adapt ``source`` to ``target`` with ``shots`` labelled examples of each class; the source stays as it is.

    Test data takes no part in the training, not even to choose when to stop. ``features`` remembers what frozen bodies
    said, so that a second run on the same source need not ask again.
    """
    source, strategy, seed = as_source(source), as_strategy(strategy), check_seed(seed)
    _check_fit(source, target, strategy, shots)
    steps = _check_steps(source.backbone.rates.steps if steps is None else steps)
    features = features or FrozenFeatures()
    rows = _labelled(target, strategy, shots, seed)
    history: list = []
    begin = time.perf_counter()
    model = _starting_point(source, target, strategy, rows, seed)
    for phase in strategy.phases:
        _learn(model, target, strategy, phase, rows, features, seed, steps, _recorder(history, on_event))
    seconds = time.perf_counter() - begin
    return Result(
        source=source.name,
        target=target.name,
        strategy=strategy.name,
        shots=int(shots),
        seed=seed,
        labels=len(rows),
        accuracy=model.accuracy(target.test, features=features if strategy.still else run_body),
        seconds=seconds,
        trainable_params=_count_learning(model, strategy),
        total_params=count_parameters(model),
        key=_key(source, target, strategy, shots, seed, steps),
        history=tuple(history),
        model=model,
    )


def compare(
    source: Source | Backbone,
    target: Task,
    *,
    strategies: Iterable[str | Strategy] = ("scratch", "head", "full"),
    shots: Iterable[int] = (1, 2, 5, 10, 20),
    seeds: int | str | Iterable[int] | None = None,
    steps: int | None = None,
    reuse: Results | None = None,
    executor: Executor | None = None,
    on_event: Callable[[Done], None] | None = None,
) -> Results:
    """Every strategy with every number of shots and every seed.

    Each seed is an experiment of its own: its own source, schooled anew, its own labelled examples and its own head, so
    that the spread holds the luck of all three. ``reuse`` takes earlier results, and only what they lack is computed.
    ``executor`` is any ``concurrent.futures.Executor``; without one the runs are made here, one after the other.
    """
    source = as_source(source)
    steps = _check_steps(source.backbone.rates.steps if steps is None else steps)
    grid = [(as_strategy(s), k, seed) for seed in choose_seeds(seeds) for s in strategies for k in shots]
    for strategy, k, _ in grid:
        _check_fit(source, target, strategy, k)
    keys = [_key(source, target, strategy, k, seed, steps) for strategy, k, seed in grid]
    known = {result.key: result for result in reuse or ()}
    results = {key: known[key] for key in keys if key in known}
    todo = {key: run for key, run in zip(keys, grid, strict=True) if key not in results}
    reused = len(results)
    tell = on_event or (lambda event: None)
    for done, result in enumerate(list(results.values()), start=1):
        tell(Done(done, len(keys), result, reused=True))
    for result in _run_all(source, target, todo.values(), steps, executor):
        results[result.key] = result
        tell(Done(len(results), len(keys), result, reused=False))
    return Results((results[key] for key in keys), reused=reused)


def _run_all(
    source: Source, target: Task, runs: Iterable[tuple[Strategy, int, int]], steps: int, executor: Executor | None
) -> Iterator[Result]:
    """The results as they come; each seed's source is schooled once, before the first run that needs it."""
    by_seed: dict[int, list[tuple[Strategy, int]]] = {}
    for strategy, k, seed in runs:
        by_seed.setdefault(seed, []).append((strategy, k))
    features = FrozenFeatures()
    if executor is None:
        for seed, group in by_seed.items():
            own = source.reseed(seed)
            yield from (_run(own, target, strategy, k, seed, steps, features) for strategy, k in group)
        return
    pending = {_schooling(source, seed, executor): seed for seed in by_seed}
    try:
        while pending:
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                seed = pending.pop(future)
                if seed is None:
                    yield future.result()
                    continue
                own = future.result()
                for strategy, k in by_seed[seed]:
                    if not strategy.still:
                        pending[executor.submit(_run, own, target, strategy, k, seed, steps)] = None
                for strategy, k in by_seed[seed]:  # what a frozen body says is asked for once, here
                    if strategy.still:
                        yield _run(own, target, strategy, k, seed, steps, features)
    finally:
        for future in pending:
            future.cancel()


def _schooling(source: Source, seed: int, executor: Executor) -> Future:
    """The source of that seed, as it comes; a source of which there is only one is there at once."""
    if isinstance(source, Schooled):
        return executor.submit(source.reseed, seed)
    there: Future = Future()
    there.set_result(source)
    return there


def _run(source: Source, target: Task, strategy: Strategy, shots: int, seed: int, steps: int, features=None) -> Result:
    """One run without its network and history, which a comparison of hundreds does not keep."""
    result = transfer(source, target, strategy=strategy, shots=shots, seed=seed, steps=steps, features=features)
    return dataclasses.replace(result, model=None, history=())


def _labelled(target: Task, strategy: Strategy, shots: int, seed: int) -> np.ndarray:
    """The rows of the target's training examples whose labels the strategy uses."""
    if strategy.prompting:
        shown = shots if strategy.prompting.shown == "shots" else strategy.prompting.shown
        return target.draw(shown, seed=seed) if shown else np.empty(0, int)
    return target.draw(shots, seed=seed) if strategy.phases else np.empty(0, int)


def _starting_point(
    source: Source, target: Task, strategy: Strategy, rows: np.ndarray, seed: int
) -> Classifier | Prompted:
    """The network before its first lesson. What is new is drawn from seeds of its own, apart from the source's."""
    if strategy.prompting:
        order = np.random.default_rng(stream(seed, "prompt order", target.name)).permutation(rows)
        return Prompted(source.backbone, target, strategy.prompting, target.train.take(order))
    if strategy.body == "source":
        backbone = source.backbone.copy()
    else:
        backbone = source.backbone.fresh(stream(seed, "target", source.backbone.name, target.name))
    if strategy.cut:
        backbone = backbone.cut(strategy.cut, like=target.train.items)
    if strategy.adapter:
        last, own = strategy.phases[-1].learn, strategy.adapter
        born = stream(seed, "adapter", target.name)
        lora.add(backbone, rank=own.rank, alpha=own.alpha, seed=born, last=last, names=own.targets)
    if strategy.head == "source":
        return Classifier(backbone, copy.deepcopy(source.model.head))
    return Classifier(backbone, new_head(backbone.width, len(target.classes), stream(seed, "target head", target.name)))


def _learn(
    model: Classifier,
    target: Task,
    strategy: Strategy,
    phase: Phase,
    rows: np.ndarray,
    features: FrozenFeatures,
    seed: int,
    steps: int,
    listener: Listener,
) -> None:
    """One phase of a strategy, in place."""
    examples = target.train.take(rows)
    if phase.rate is None and strategy.still:  # the next run may ask for other rows of the same
        fit_head(model, features(model.backbone, target.train.items)[rows], examples.labels)
    elif phase.rate is None:
        fit_head(model, run_body(model.backbone, examples.items), examples.labels)
    else:
        order = stream(seed, "target order", strategy.name)
        frozen = strategy.frozen(phase, len(model.backbone.stages))
        fit(model, examples, phase, frozen=frozen, seed=order, steps=steps, on_event=listener)


def _count_learning(model: Classifier | Prompted, strategy: Strategy) -> int:
    """How many weights learn, in the phase in which most do."""
    if not strategy.phases:
        return 0
    if strategy.adapter:
        return count_parameters(model.head) + lora.count(model.backbone)
    stages = model.backbone.stages
    frozen = min(strategy.frozen(phase, len(stages)) for phase in strategy.phases)
    return count_parameters(model.head) + count_parameters(stages[frozen:])


def _check_fit(source: Source, target: Task, strategy: Strategy, shots: int = 1) -> None:
    """One sentence now, rather than a traceback from the depths of torch later."""
    _check_modality(source.backbone, target)
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


def _check_modality(backbone: Backbone, task: Task) -> None:
    if backbone.modality != task.modality:
        raise TlkitError(f"{backbone.name} was made for {backbone.modality}s, and {task.name} has {task.modality}s.")


def _check_steps(steps: int) -> int:
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
        raise TlkitError(f"steps={steps!r} is no number of training steps: give a whole number from 1 up.")
    return steps


def _recorder(history: list, on_event: Listener | None) -> Listener:
    def listen(event) -> None:
        history.append(event)
        if on_event:
            on_event(event)

    return listen


def _key(source: Source, target: Task, strategy: Strategy, shots: int, seed: int, steps: int) -> str:
    """A hash of all that a run's result depends on, so that a saved result is reused for the same question only."""
    rates = dataclasses.asdict(source.backbone.rates)
    what = [source.recipe(), target.digest, target.name, target.question, target.words, dataclasses.asdict(strategy)]
    asked = [RECIPE, what, rates, int(shots), seed, steps]
    return hashlib.blake2b(json.dumps(asked).encode(), digest_size=12).hexdigest()
