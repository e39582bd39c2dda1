"""A frozen body: nothing learns but a head on top, or nothing at all, so that only the body's features are needed."""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from torch import nn

from tlkit.arguments import a_share, whole
from tlkit.datasets.task import Task
from tlkit.errors import TlkitError
from tlkit.errors import shown as repeated
from tlkit.methods.body_features import BodyFeatures
from tlkit.methods.classifier import Classifier, check_head, new_head, probabilities
from tlkit.methods.linear_probe import HEAD_STRENGTH, fit_head
from tlkit.methods.method import Case, Outcome, Strategy
from tlkit.models.backbone import count_parameters
from tlkit.seeding import stream

if TYPE_CHECKING:
    from tlkit.experiments.source import Source

RECIPE = 1  # raise it when a change to the code changes what is learnt: older saved results are then not reused


@dataclass(frozen=True, repr=False)
class FrozenBody(Strategy):
    """A new head is fitted on the body, which may be ``cut`` after some of its stages; or the source's own stays.

    The smaller ``strength`` is, scikit-learn's C, the harder the weights of a new head are held down.
    """

    body: Literal["source", "random"] = "source"
    head: Literal["source", "new"] = "new"
    cut: int | None = None
    strength: float = HEAD_STRENGTH

    body_is_frozen = True

    def recipe(self) -> list:
        """All that a run's result depends on."""
        usual = ["frozen body", RECIPE, self.name, self.body, self.head, self.cut]
        return usual if self.strength == HEAD_STRENGTH else [*usual, self.strength]

    def check(self, source: Source, target: Task) -> None:
        """The stages must be there, and so must the classes, if the source's head is to name them."""
        super().check(source, target)
        if self.head == "source":
            check_head(self.name, source, target)
        stages = len(source.network.stages)
        if self.cut and self.cut > stages:
            raise TlkitError(f"{self.name} cuts after stage {self.cut}, and {source.network.name} has {stages}.")

    def rows(self, target: Task, shots: int, seed: int) -> np.ndarray:
        """Those that a new head learns from."""
        return super().rows(target, shots, seed) if self.head == "new" else np.empty(0, int)

    def frozen_depths(self, stages: int) -> set[int]:
        """After all of them, where a head learns."""
        return {stages} if self.head == "new" else set()

    def fit(self, case: Case) -> Outcome:
        """The body says in the end what it said in the beginning, so only its features are needed."""
        features, rows = case.features(), case.rows
        stop = self.cut or len(features.body.stages)
        given = features.learnt(rows, stop) if len(rows) else None
        began = time.perf_counter()
        head = self._head(case, features.width(stop), given)
        seconds = time.perf_counter() - began + features.train.seconds(len(rows), stop=stop)
        chances = probabilities(head, features.tested(stop))
        learning = count_parameters(head) if self.head == "new" else 0
        return Outcome(
            chances, seconds, learning, features.count(stop) + count_parameters(head),
            self._model(features, stop, head) if case.keep else None,
        )  # fmt: skip

    def _head(self, case: Case, width: int, given: np.ndarray | None) -> nn.Linear:
        if self.head == "source":
            return copy.deepcopy(case.source.model.head)
        head = new_head(width, len(case.target.classes), stream(case.seed, "target head", case.target.name))
        fit_head(head, given, case.target.train.labels[case.rows], strength=self.strength)
        return head

    @staticmethod
    def _model(features: BodyFeatures, stop: int, head: nn.Linear) -> Classifier:
        return Classifier(features.copy(stop), head).to(features.body.device)


def Head(*, cut: int | None = None, strength: float = HEAD_STRENGTH) -> FrozenBody:
    """Feature extraction, or linear probe: the body is frozen and only a new head learns.

    With ``cut`` the head sits on the first so many stages, and the rest of the body is left out. A ``strength`` below 1
    (scikit-learn's C) holds the head's weights down harder, so that it believes single labels less.
    """
    strength = a_share(strength, f"A head can't have strength={repeated(strength)}", ends=True)
    name, about = "head", "frozen body, a new head learns"
    if cut is not None:
        cut = whole(cut, f"head@{repeated(cut)} leaves no stage: cut after stage 1 or later")
        name, about = f"head@{cut}", f"frozen body, cut after stage {cut}; a new head learns"
    if strength != HEAD_STRENGTH:
        name, about = f"{name}, strength {strength:g}", f"{about}, strength {strength:g}"
    return FrozenBody(name, about, cut=cut, strength=strength)


def RandomHead(*, cut: int | None = None) -> FrozenBody:
    """The control of ``head``: a frozen *random* body. What it can do is owed to the wiring, not to knowledge.

    With ``cut`` it is the control of ``head@``: the first so many stages of a random body.
    """
    probe = Head(cut=cut)
    about = probe.about.replace("frozen body", "frozen random body")
    return FrozenBody(f"random_{probe.name}", about, body="random", cut=cut)


def AsIs() -> FrozenBody:
    """No lesson at all: the source, head and all, is asked about the target as it is."""
    return FrozenBody("as_is", "nothing learns: the source as it is", head="source")
