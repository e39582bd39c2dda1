"""Sources: a backbone with what it was pre-trained on, here or elsewhere."""

from __future__ import annotations

import copy
import dataclasses
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

import torch
from torch import nn

from tlkit.datasets.catalogue import as_task
from tlkit.datasets.environments import Environment
from tlkit.datasets.task import Task, array_digest
from tlkit.errors import TlkitError, first_line, shown
from tlkit.events import Listener, recorder
from tlkit.methods.classifier import Classifier, check_modality, new_head
from tlkit.methods.cut_texts import tell_cut
from tlkit.methods.method import Phase
from tlkit.methods.reinforcement import school
from tlkit.methods.self_supervised import Contrast, learn
from tlkit.methods.training import check_steps, fit
from tlkit.models.backbone import Backbone
from tlkit.seeding import check_seed, choose_seeds, stream

PRETRAINING_STEPS = 300
PRETRAINING_RATE = 2e-3
PRETRAINING_DECAY = 1.0  # AdamW's: worth two points to a frozen head at one shot


@dataclass(frozen=True, eq=False)
class Source:
    """A backbone with what it was pre-trained on: its ``name``, and the classes that its own head can name, if any."""

    model: Classifier
    name: str
    classes: tuple[str, ...]
    by_seed: ClassVar[bool] = False  # whether each seed has a source of its own

    @property
    def backbone(self) -> Backbone:
        """The network, as stages."""
        return self.model.backbone

    @property
    def network(self) -> Backbone:
        """The network as it is built: what does not ask for its weights asks this, and nobody need be taught for it."""
        return self.backbone

    def __repr__(self) -> str:
        return f"Source({self.name}: learnt from {self.backbone.taught})"

    def reseed(self, seed: int, on_event: Listener | None = None) -> Source:
        """The same source: there is only one of it, and luck is in the labelled examples and the new heads alone."""
        return self

    def recipe(self) -> list:
        """All that decides what a run with this source learns, but for the seed."""
        return [self.backbone.name, self._digest]

    @cached_property
    def _digest(self) -> str:
        return self.backbone.digest()  # once: of a language model it takes more than half a second

    def on(self, device: str | torch.device | None) -> Source:
        """The same source on another device, such as "cuda" or "mps"; itself where there is nothing to move."""
        if device is None or _usable(device) == self.backbone.device:
            return self
        return dataclasses.replace(self, model=_moved(self.model, device))


@dataclass(frozen=True, eq=False)
class PretrainedSource(Source):
    """A source that was taught here: its task, seed, steps, and how it came along."""

    task: Task
    seed: int
    steps: int
    accuracy: float
    history: tuple = field(default=(), repr=False)
    by_seed: ClassVar[bool] = True
    _siblings: dict = field(default_factory=dict, init=False, repr=False)

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_siblings": {}}  # what travels to another process travels light

    def __repr__(self) -> str:
        return (
            f"Source({self.backbone.name} taught {self.name}, seed {self.seed}: names {self.accuracy:.1%} of it right)"
        )

    def reseed(self, seed: int, on_event: Listener | None = None) -> Source:
        """Another network that went through the same schooling with other luck; itself, where the seed is the same.

        It is schooled once, however often it is asked for.
        """
        if seed == self.seed:
            return self
        if seed not in self._siblings:
            self._siblings[seed] = pretrain(self.network, self.task, seed=seed, steps=self.steps, on_event=on_event)
        return self._siblings[seed]

    def recipe(self) -> list:
        """All that decides what a run with this source learns, but for the seed."""
        wiring = [self.network.name, str(self.network)]
        return [wiring, self.task.digest, self.steps, PRETRAINING_RATE, PRETRAINING_DECAY]


class LaterSource(PretrainedSource):
    """The same, taught when somebody first asks for its weights: whose runs are all saved, is never taught at all."""

    def __init__(self, network: Backbone, task: Task, seed: int, steps: int):
        known = {"name": task.name, "classes": task.classes, "task": task, "seed": seed, "steps": steps}
        self.__dict__.update(known, _untaught=network.fresh(0), _siblings={})  # it is frozen

    def __repr__(self) -> str:
        if "taught" in self.__dict__:
            return repr(self.taught)
        return f"Source({self.network.name}, to be taught {self.name} with seed {self.seed} once somebody asks)"

    @cached_property
    def taught(self) -> PretrainedSource:
        """The source, which learns now if it did not before."""
        return pretrain(self.network, self.task, seed=self.seed, steps=self.steps)

    @property
    def network(self) -> Backbone:
        """The network as it is built, with random weights."""
        return self._untaught

    @property
    def model(self) -> Classifier:
        """The network with its head, taught."""
        return self.taught.model

    @property
    def accuracy(self) -> float:
        """How well it names its own task's test."""
        return self.taught.accuracy

    @property
    def history(self) -> tuple:
        """How it came along."""
        return self.taught.history

    def reseed(self, seed: int, on_event: Listener | None = None) -> Source:
        """A network that went through the schooling with that seed's luck."""
        return self.taught if seed == self.seed else super().reseed(seed, on_event)

    def on(self, device: str | torch.device | None) -> Source:
        """The same source on another device; itself, still untaught, where none is named."""
        return self if device is None else self.taught.on(device)


@dataclass(frozen=True, eq=False)
class SelfTaughtSource(Source):
    """A source that was taught here without labels: from which task's pictures, with what objective, and how it went.

    ``projector`` is what the loss looked through; a head is fitted on the features before it.
    """

    task: Task
    objective: Contrast
    seed: int
    steps: int
    projector: nn.Module = field(repr=False)
    history: tuple = field(default=(), repr=False)
    by_seed: ClassVar[bool] = True
    _siblings: dict = field(default_factory=dict, init=False, repr=False)

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_siblings": {}}  # what travels to another process travels light

    def __repr__(self) -> str:
        return f"Source({self.backbone.name} taught itself {self.name}, seed {self.seed})"

    def reseed(self, seed: int, on_event: Listener | None = None) -> Source:
        """Another network that went through the same with other luck; itself, where the seed is the same."""
        if seed == self.seed:
            return self
        if seed not in self._siblings:
            how = {"steps": self.steps, "objective": self.objective, "on_event": on_event}
            self._siblings[seed] = pretrain(self.backbone, self.task, seed=seed, **how)
        return self._siblings[seed]

    def recipe(self) -> list:
        """All that decides what a run with this source learns, but for the seed."""
        return self_taught_recipe(self.backbone, self.task, self.objective, self.steps)


def self_taught_recipe(backbone: Backbone, task: Task, objective: Contrast, steps: int) -> list:
    """All that decides what a network learns from a task's pictures without their labels, but for the seed."""
    return [[backbone.name, str(backbone)], array_digest(task.train.items), task.name, objective.recipe(), steps]


@dataclass(frozen=True, eq=False)
class RandomSource(Source):
    """The control: a random network in a source's place, another one for every seed."""

    by_seed: ClassVar[bool] = True

    def __repr__(self) -> str:
        return f"Source({self.name}: it has learnt nothing)"

    def reseed(self, seed: int, on_event: Listener | None = None) -> Source:
        """Another random network of the same wiring."""
        return random_source(self.backbone, seed=seed)

    def recipe(self) -> list:
        """All that decides what a run with this source learns, but for the seed."""
        return [self.name, str(self.backbone), self._digest]

    @cached_property
    def _digest(self) -> str:
        return self.backbone.fresh(0).digest()  # of the wiring, with the same weights whatever the seed


def random_source(source: Source | Backbone, *, seed: int = 0) -> RandomSource:
    """The same wiring with random weights, as a source: what it can do is owed to the wiring, not to knowledge."""
    backbone = source.network if isinstance(source, Source) else check_backbone(source)
    body = backbone.fresh(stream(check_seed(seed), "untaught", backbone.name))
    return RandomSource(Classifier(body, None), f"random {backbone.name}", ())


def as_source(source: Source | Backbone) -> Source:
    """A source from a backbone that was pre-trained elsewhere, such as ``tl.backbone("minilm")``."""
    if isinstance(source, Source):
        return source
    source = check_backbone(source, "source: give what tl.pretrain returned, or a pre-trained tl.backbone")
    if not source.taught:
        raise TlkitError(f"{source.name} has learnt nothing yet, so it can't be a source: teach it with tl.pretrain.")
    return Source(Classifier(source, None), source.name, ())


def check_backbone(given: object, what: str = "backbone: give what tl.backbone returned") -> Backbone:
    """``given``, if it is a backbone."""
    if not isinstance(given, Backbone):
        raise TlkitError(f"{shown(given)} is no {what}.")
    return given


def pretrain(
    backbone: Backbone,
    task: Task | str,
    *,
    seed: int | None = None,
    steps: int = PRETRAINING_STEPS,
    objective: Contrast | None = None,
    later: bool = False,
    on_event: Listener | None = None,
) -> PretrainedSource | SelfTaughtSource:
    """Teach ``task`` to a new random copy of ``backbone``, on its device; the one that was given stays as it is.

    In an environment it practises ``steps`` batches of episodes. Without a seed it is the first of those that
    comparisons use, which then need not teach that one again. With an ``objective``, such as
    ``tl.self_supervised.contrast()``, it learns from the training items alone, and their labels are not looked at.
    With ``later`` it learns when something first asks for its weights, which runs that were saved do not.
    """
    backbone, task, steps = check_backbone(backbone), as_task(task), check_steps(steps)
    seed = choose_seeds()[0] if seed is None else check_seed(seed)
    check_modality(backbone, task)
    tell_cut(backbone, task)
    if later:
        return _later(backbone, task, seed, steps, objective, on_event)
    if objective is not None:
        return _self_taught(backbone, task, objective, seed, steps, on_event)
    model = Classifier(
        backbone.fresh(stream(seed, "source", backbone.name, task.name)),
        new_head(backbone.width, len(task.classes), stream(seed, "source head", task.name)),
    ).to(backbone.device)
    history: list = []
    listener = recorder(history, on_event)
    order = stream(seed, "source order", task.name)
    if isinstance(task, Environment):
        accuracy = school(model, task, Phase(None, "scratch"), seed=order, steps=steps, on_event=listener)
    else:
        phase = Phase(None, PRETRAINING_RATE)
        fit(
            model, task.train, phase, frozen=0, decay=PRETRAINING_DECAY, seed=order, steps=steps, on_event=listener
        )  # fmt: skip
        accuracy = model.accuracy(task.test)
    return PretrainedSource(model, task.name, task.classes, task, seed, steps, accuracy, tuple(history))


def _later(backbone: Backbone, task: Task, seed: int, steps: int, objective: object, on_event: object) -> LaterSource:
    if objective is not None or on_event is not None:
        raise TlkitError("later=True has no objective and no listener: leave objective= and on_event= out, or later=.")
    return LaterSource(backbone, task, seed, steps)


def _self_taught(
    backbone: Backbone, task: Task, objective: Contrast, seed: int, steps: int, on_event: Listener | None
) -> SelfTaughtSource:
    if not isinstance(objective, Contrast):
        raise TlkitError(f"objective={shown(objective)} is none: give tl.self_supervised.contrast(), or leave it out.")
    history: list = []
    body = backbone.fresh(stream(seed, "self-taught", backbone.name, task.name)).to(backbone.device)
    listener, luck = recorder(history, on_event), stream(seed, "self-taught order", task.name)
    taught = learn(body, task.train.items, objective, seed=luck, steps=steps, on_event=listener)
    name, model = f"{task.name}, {objective.name}", Classifier(body, None)
    return SelfTaughtSource(model, name, (), task, objective, seed, steps, taught.projector, tuple(history))


def _moved(model: Classifier, device: str | torch.device) -> Classifier:
    try:
        return copy.deepcopy(model).to(device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise _no_device(device, first_line(error)) from error


def _usable(device: str | torch.device) -> torch.device:
    """The device, if a number can be put there and fetched again."""
    try:
        found = torch.device(device)
        torch.zeros(1, device=found).cpu()
    except (RuntimeError, AssertionError, NotImplementedError, TypeError) as error:
        raise _no_device(device, first_line(error)) from error
    if found.type == "cpu" and found.index:
        raise _no_device(device, "the processor has no number")
    return torch.device("cpu") if found.type == "cpu" else found


def _no_device(device: object, reason: str) -> TlkitError:
    return TlkitError(f"There is no device {shown(device)} to compute on here ({reason}): leave device= out.")
