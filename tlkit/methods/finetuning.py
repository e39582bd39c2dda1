"""Fine-tuning: the body learns, all of it or its last stages, phase by phase."""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tlkit.arguments import a_number, a_share, one_of, whole
from tlkit.datasets.task import Task
from tlkit.errors import TlkitError
from tlkit.errors import shown as repeated
from tlkit.methods.classifier import Classifier, check_head, new_head, probabilities
from tlkit.methods.frozen_features import FrozenFeatures
from tlkit.methods.linear_probe import fit_head
from tlkit.methods.method import PACES, Case, Outcome, Pace, Phase, Strategy
from tlkit.methods.training import fit
from tlkit.models.backbone import Backbone, count_parameters
from tlkit.seeding import stream

if TYPE_CHECKING:
    from tlkit.experiments.source import Source

RECIPE = 1  # raise it when a change to the code changes what is learnt: older saved results are then not reused


@dataclass(frozen=True, repr=False)
class Finetuning(Strategy):
    """Where body and head begin, and the phases in which they learn."""

    phases: tuple[Phase, ...]
    body: Literal["source", "random"] = "source"
    head: Literal["source", "new"] = "new"

    def recipe(self) -> list:
        """All that a run's result depends on."""
        phases = [phase.recipe() for phase in self.phases]
        return ["finetuning", RECIPE, self.name, self.body, self.head, phases]

    def check(self, source: Source, target: Task) -> None:
        """The stages must be there, and so must the classes, if the source's head is to name them."""
        super().check(source, target)
        if self.head == "source":
            check_head(self.name, source, target)
        self.frozen_depths(len(source.network.stages))

    def frozen(self, phase: Phase, stages: int) -> int:
        """How many of ``stages`` stages, from the first on, do not learn in ``phase``."""
        if phase.learn is None:
            return 0
        if phase.learn > stages:
            raise TlkitError(
                f"{self.name} lets {phase.learn} stages learn, and this backbone has {stages}: ask for fewer."
            )
        return stages - phase.learn

    def frozen_depths(self, stages: int) -> set[int]:
        """After how many frozen stages it will ask what they say."""
        return {self.frozen(phase, stages) for phase in self.phases} - {0}

    def starting_point(self, source: Source, target: Task, seed: int, *, shared: int = 0) -> Classifier:
        """The network before its first lesson. What is new is drawn from seeds of its own, apart from the source's.

        The weights of the first ``shared`` stages, which then must not learn, are the source's own.
        """
        if self.body == "source":
            backbone = source.backbone.copy(shared=shared)
        else:
            backbone = random_twin(source.backbone, target, seed)
        if self.head == "source":
            return Classifier(backbone, copy.deepcopy(source.model.head))
        head = new_head(backbone.width, len(target.classes), stream(seed, "target head", target.name))
        return Classifier(backbone, head.to(backbone.device))

    def fit(self, case: Case) -> Outcome:
        """Each phase in turn; what stages that have not yet learnt say is what it was, and need not be asked again."""
        stages = len(case.source.backbone.stages)
        shared = 0 if case.keep else self._never_learning(stages)
        model = self.starting_point(case.source, case.target, case.seed, shared=shared)
        same, seconds = stages, 0.0  # so many first stages are still what they were
        for phase in self.phases:
            frozen = self._unchanging(model.backbone, phase)
            features = case.features() if frozen <= same else case.body_features(model.backbone)
            seconds += self._learn(model, case, phase, frozen, features.train)
            same = same if phase.rate is None else min(same, frozen)
        test = (case.features() if same else case.body_features(model.backbone)).test
        chances = probabilities(model.head, test.features_of(model.backbone, start=same))
        learning, weights = self._learning(model), count_parameters(model)
        if not case.keep:
            self._let_go(model.backbone)
        return Outcome(chances, seconds, learning, weights, model if case.keep else None)

    def _learn(self, model: Classifier, case: Case, phase: Phase, frozen: int, features: FrozenFeatures) -> float:
        """One phase, in place; how many seconds it took, looking at the labelled examples included."""
        examples, given = case.examples, None
        if frozen:
            given = (features.states if phase.rate else features.features)(case.rows, stop=frozen)
        began = time.perf_counter()
        if phase.rate is None:
            fit_head(model.head, given, examples.labels)
        else:
            order = stream(case.seed, "target order", self.name)
            fit(
                model, examples, phase, frozen=frozen, seed=order, steps=case.steps, activations=given,
                on_event=case.on_event,
            )  # fmt: skip
        return time.perf_counter() - began + (features.seconds(len(case.rows), stop=frozen) if frozen else 0)

    def _unchanging(self, backbone: Backbone, phase: Phase) -> int:
        """How many first stages say in ``phase`` what they said before it."""
        return self.frozen(phase, len(backbone.stages))

    def _never_learning(self, stages: int) -> int:
        """How many first stages keep their weights through all phases."""
        return min(self.frozen(phase, stages) for phase in self.phases)

    def _learning(self, model: Classifier) -> int:
        """How many weights learn, in the phase in which most do."""
        stages = model.backbone.stages
        return count_parameters(model.head) + count_parameters(stages[self._never_learning(len(stages)) :])

    def _let_go(self, backbone: Backbone) -> None:
        """Nobody needs the network any more."""


def random_twin(backbone: Backbone, target: Task, seed: int) -> Backbone:
    """The same wiring with random weights, for a seed's run on that target."""
    return backbone.fresh(stream(seed, "target", backbone.name, target.name)).to(backbone.device)


def Scratch(*, rate: float | None = None) -> Finetuning:
    """Nothing from the source: the same network, random, learns the target alone. The baseline of every transfer.

    ``rate`` is AdamW's, where the backbone's own for random networks does not suit the target.
    """
    if rate is not None:
        _check_rate(rate)
    name = "scratch" if rate is None else f"scratch, rate {rate:g}"
    phase = Phase(None, "scratch" if rate is None else float(rate))
    return Finetuning(name, "random network, all of it learns", (phase,), body="random")


def Partial(stages: int, *, layer_decay: float = 1.0) -> Finetuning:
    """The last ``stages`` stages and a new head learn; what comes before is frozen (Yosinski et al., 2014)."""
    stages = whole(stages, f"partial:{repeated(stages)} lets no stage learn", instead="ask for 'head'")
    about = f"the last {stages} stage{'s' * (stages > 1)} and a new head learn"
    phase = Phase(stages, "body", _check_decay(layer_decay), statistics=False)
    return Finetuning(_named(f"partial:{stages}", layer_decay), about, (phase,))


def Full(*, layer_decay: float = 1.0, statistics: bool = False, rate: Pace = "body") -> Finetuning:
    """Full fine-tuning: the source's body and a new head all learn together.

    Each stage learns at ``layer_decay`` times the rate of the one after it. With ``statistics`` the running statistics
    of BatchNorm follow the target's few examples. ``rate`` is which of the backbone's rates it learns at.
    """
    phase = Phase(None, one_of(rate, "rate", PACES), _check_decay(layer_decay), statistics)
    name = _named("full", layer_decay) + "+statistics" * statistics + (f", {rate}'s rate" if rate != "body" else "")
    return Finetuning(name, "all of it learns, with a new head", (phase,))


def LPFT(*, layer_decay: float = 1.0) -> Finetuning:
    """Head first, then all: a new head is fitted before it is let loose on the body (Kumar et al., 2022)."""
    phases = Phase(0), Phase(None, "tuning", _check_decay(layer_decay), statistics=False)
    return Finetuning(_named("lp_ft", layer_decay), "a new head learns, then all of it", phases)


def Keep() -> Finetuning:
    """Full fine-tuning that keeps the source's head too, where both tasks name the same classes."""
    phase = Phase(None, "tuning", statistics=False)
    return Finetuning("keep", "all of it learns, with the source's head", (phase,), head="source")


def _named(name: str, layer_decay: float) -> str:
    return name if layer_decay == 1 else f"{name}, slower {layer_decay:g}"  # as it was first called: saved runs have it


def _check_decay(layer_decay: float) -> float:
    return a_share(layer_decay, f"layer_decay={repeated(layer_decay)} is no share of a rate", ends=True)


def _check_rate(rate: object) -> None:
    if a_number(rate, f"rate={repeated(rate)} is no learning rate", "a small number, such as 1e-3") <= 0:
        raise TlkitError(f"rate={repeated(rate)} teaches nothing: give a number above 0, such as 1e-3.")
