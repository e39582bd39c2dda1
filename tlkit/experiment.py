"""Experiments: teach a source, transfer it to a target, compare strategies over shots and seeds."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, wait
from dataclasses import dataclass, field

from tlkit.backbones import Backbone
from tlkit.backbones.base import count_parameters
from tlkit.errors import TlkitError
from tlkit.results import Result, Results
from tlkit.seeding import check_seed, choose_seeds, stream
from tlkit.strategy import Strategy, as_strategy
from tlkit.tasks import Task
from tlkit.training import STEPS, Classifier, FrozenFeatures, Listener, fit, fit_head, new_head, run_body

RECIPE = 1  # raise it when a change to the code changes what a run learns: older saved results are then not reused
PRETRAINING_STEPS = 300
PRETRAINING_RATE = 2e-3
PRETRAINING_DECAY = 1.0  # AdamW's: worth two points to a frozen head at one shot


@dataclass(frozen=True, eq=False)
class Source:
    """A backbone with what it was pre-trained on: task, seed, steps, and the head that it learnt there."""

    model: Classifier
    task: Task
    seed: int
    steps: int
    accuracy: float
    history: tuple = field(default=(), repr=False)
    _siblings: dict = field(default_factory=dict, init=False, repr=False)

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_siblings": {}}  # what travels to another process travels light

    @property
    def name(self) -> str:
        """The name of the task that it learnt."""
        return self.task.name

    @property
    def backbone(self) -> Backbone:
        """The network, as stages."""
        return self.model.backbone

    @property
    def classes(self) -> tuple[str, ...]:
        """What its own head can name."""
        return self.task.classes

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


@dataclass(frozen=True)
class Done:
    """One run of a comparison has ended: the ``done``-th of ``total``; ``reused`` if it was computed earlier."""

    done: int
    total: int
    result: Result
    reused: bool


def pretrain(
    backbone: Backbone, task: Task, *, seed: int = 0, steps: int = PRETRAINING_STEPS, on_event: Listener | None = None
) -> Source:
    """Teach ``task`` to a new random copy of ``backbone``; the backbone that was given stays as it is."""
    seed = check_seed(seed)
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
        frozen=0,
        rate=PRETRAINING_RATE,
        decay=PRETRAINING_DECAY,
        seed=order,
        steps=_check_steps(steps),
        on_event=listener,
    )
    return Source(model, task, seed, steps, model.accuracy(task.test), tuple(history))


def transfer(
    source: Source,
    target: Task,
    *,
    strategy: str | Strategy = "head",
    shots: int = 5,
    seed: int = 0,
    steps: int = STEPS,
    on_event: Listener | None = None,
    features: FrozenFeatures | None = None,
) -> Result:
    """Adapt ``source`` to ``target`` with ``shots`` labelled examples of each class; the source stays as it is.

    Test data takes no part in the training, not even to choose when to stop. ``features`` remembers what frozen bodies
    said, so that a second run on the same source need not ask again.
    """
    strategy, seed, steps = as_strategy(strategy), check_seed(seed), _check_steps(steps)
    features = features or FrozenFeatures()
    rows = target.draw(shots, seed=seed)
    history: list = []
    listener = _recorder(history, on_event)
    begin = time.perf_counter()
    model = _starting_point(source, target, strategy, seed)
    for phase in strategy.phases:
        if phase.rate is None:
            fit_head(model, features(model.backbone, target.train.items)[rows], target.train.labels[rows])
        else:
            order = stream(seed, "target order", strategy.name)
            frozen = strategy.frozen(phase, len(model.backbone.stages))
            examples = target.train.take(rows)
            fit(model, examples, frozen=frozen, rate=phase.rate, seed=order, steps=steps, on_event=listener)
    seconds = time.perf_counter() - begin
    still = all(phase.learn == 0 for phase in strategy.phases)  # the body is what it was: it may be remembered
    return Result(
        source=source.name,
        target=target.name,
        strategy=strategy.name,
        shots=int(shots),
        seed=seed,
        labels=len(rows) if strategy.phases else 0,
        accuracy=model.accuracy(target.test, features=features if still else run_body),
        seconds=seconds,
        trainable_params=_count_learning(model, strategy),
        total_params=count_parameters(model),
        key=_key(source, target, strategy, shots, seed, steps),
        history=tuple(history),
        model=model,
    )


def compare(
    source: Source,
    target: Task,
    *,
    strategies: Iterable[str | Strategy] = ("scratch", "head", "full"),
    shots: Iterable[int] = (1, 2, 5, 10, 20),
    seeds: int | str | Iterable[int] | None = None,
    steps: int = STEPS,
    reuse: Results | None = None,
    executor: Executor | None = None,
    on_event: Callable[[Done], None] | None = None,
) -> Results:
    """Every strategy with every number of shots and every seed.

    Each seed is an experiment of its own: its own source, schooled anew, its own labelled examples and its own head, so
    that the spread holds the luck of all three. ``reuse`` takes earlier results, and only what they lack is computed.
    ``executor`` is any ``concurrent.futures.Executor``; without one the runs are made here, one after the other.
    """
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
    if executor is None:
        for seed, group in by_seed.items():
            own, features = source.reseed(seed), FrozenFeatures()
            yield from (_run(own, target, strategy, k, seed, steps, features) for strategy, k in group)
        return
    pending = {executor.submit(source.reseed, seed): seed for seed in by_seed}
    try:
        while pending:
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                seed = pending.pop(future)
                if seed is None:
                    yield future.result()
                    continue
                own = future.result()
                for strategy, k in by_seed[seed]:
                    pending[executor.submit(_run, own, target, strategy, k, seed, steps)] = None
    finally:
        for future in pending:
            future.cancel()


def _run(source: Source, target: Task, strategy: Strategy, shots: int, seed: int, steps: int, features=None) -> Result:
    """One run without its network and history, which a comparison of hundreds does not keep."""
    result = transfer(source, target, strategy=strategy, shots=shots, seed=seed, steps=steps, features=features)
    return dataclasses.replace(result, model=None, history=())


def _starting_point(source: Source, target: Task, strategy: Strategy, seed: int) -> Classifier:
    """The network before its first lesson. What is new is drawn from seeds of its own, apart from the source's."""
    _check_fit(source, target, strategy)
    if strategy.body == "source":
        backbone = source.backbone.copy()
    else:
        backbone = source.backbone.fresh(stream(seed, "target", source.backbone.name, target.name))
    if strategy.head == "source":
        return Classifier(backbone, copy.deepcopy(source.model.head))
    return Classifier(backbone, new_head(backbone.width, len(target.classes), stream(seed, "target head", target.name)))


def _count_learning(model: Classifier, strategy: Strategy) -> int:
    """How many weights learn, in the phase in which most do."""
    stages = model.backbone.stages
    frozen = [strategy.frozen(phase, len(stages)) for phase in strategy.phases]
    return count_parameters(model) - count_parameters(stages[: min(frozen)]) if frozen else 0


def _check_fit(source: Source, target: Task, strategy: Strategy, shots: int = 1) -> None:
    """One sentence now, rather than a traceback from the depths of torch later."""
    if source.task.modality != target.modality:
        raise TlkitError(f"{source.name} is made of {source.task.modality}s and {target.name} of {target.modality}s.")
    if strategy.head == "source" and source.classes != target.classes:
        raise TlkitError(
            f"{strategy.name!r} uses the source's own head, and {source.name} and {target.name} do not name the same "
            "classes: use 'lp_ft', which fits a new one."
        )
    for phase in strategy.phases:
        strategy.frozen(phase, len(source.backbone.stages))
    target.shots(shots)


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
    asked = [RECIPE, source.recipe(), target.digest, target.name, dataclasses.asdict(strategy), int(shots), seed, steps]
    return hashlib.blake2b(json.dumps(asked).encode(), digest_size=12).hexdigest()
