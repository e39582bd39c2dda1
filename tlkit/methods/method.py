"""What a method is: a strategy, as a value that knows what it needs, is given a case, and adapts a network to it.

A new one is a subclass of :class:`Strategy` with ``recipe`` and ``fit``; comparisons, saved runs and executors take it
as they take any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from tlkit.datasets.task import Examples, Task
from tlkit.events import Listener, ignore
from tlkit.methods.body_features import BodyFeatures
from tlkit.methods.classifier import check_modality
from tlkit.methods.feature_cache import FeatureCache
from tlkit.models.backbone import Backbone

if TYPE_CHECKING:
    from tlkit.experiments.source import Source

Pace = Literal["scratch", "body", "tuning", "adapter"]
PACES = ("scratch", "body", "tuning", "adapter")


@dataclass(frozen=True)
class Phase:
    """A stretch of training: the head and the last ``learn`` stages learn (None: all of them; 0: the head alone).

    ``rate`` names one of the backbone's :class:`~tlkit.models.backbone.Rates`, or is AdamW's learning rate itself. A
    head that learns alone is solved for, not descended to, and has none. Each stage learns at ``layer_decay`` times the
    rate of the one after it (Howard and Ruder, 2018, "discriminative fine-tuning"). Where ``statistics`` is false, the
    running statistics of BatchNorm stay what they are in the stages that learn, too.
    """

    learn: int | None
    rate: Pace | float | None = None
    layer_decay: float = 1.0
    statistics: bool = True

    def recipe(self) -> list:
        """All that what is learnt in it depends on."""
        rate = self.rate if self.rate is None or isinstance(self.rate, str) else float(self.rate)
        return [self.learn, rate, float(self.layer_decay), self.statistics]


class Outcome(NamedTuple):
    """What came of a run: its answers to the test, and at what cost.

    Answers are how likely each class of each example is found (n, classes), or the test episodes' returns (n,): what
    they are worth the target says, by :meth:`~tlkit.datasets.task.Task.judge`.
    """

    answers: np.ndarray
    seconds: float
    trainable_params: int
    total_params: int
    model: object = None


@dataclass(frozen=True, eq=False)
class Case:
    """What a strategy is given: a source, a target, the ``rows`` of its labelled examples, and what others know.

    ``features`` gives what the body that the strategy begins with says of the target's examples, which is computed
    once for many runs. Where ``keep`` is true the outcome is to hold the network; ``known`` is what runs from
    one source to one target leave for one another: answers that a network gave to prompts, policies that practise on.
    """

    source: Source | None
    target: Task
    rows: np.ndarray
    seed: int
    steps: int = 0
    keep: bool = False
    on_event: Listener = ignore
    features: Callable[[], BodyFeatures] | None = None
    known: dict | None = None

    @property
    def examples(self) -> Examples:
        """The labelled examples."""
        return self.target.train.take(self.rows)

    def body_features(self, backbone: Backbone) -> BodyFeatures:
        """What a network that nobody else has says of the target's examples."""
        return BodyFeatures(backbone, self.target, self.on_event, FeatureCache())


@dataclass(frozen=True)
class Strategy:
    """How a source is adapted to a target: its name, what it is in one line, and what a run needs to know of it.

    ``body`` is what it begins with, the source's or a random one. Where ``body_is_frozen`` nothing but a head learns,
    if anything. Where ``cuts_texts`` is false, it reads texts to their ends, whatever the backbone does.
    """

    name: str
    about: str

    body = "source"
    body_is_frozen = False
    cuts_texts = True

    def __repr__(self) -> str:
        return f"Strategy({self.name!r}: {self.about})"

    @property
    def from_source(self) -> bool:
        """Whether what the source learnt has a part in it."""
        return self.body == "source"

    def recipe(self) -> list:
        """All that a run's result depends on, its name included and its prose not: by it a saved run is found again."""
        raise NotImplementedError(f"{type(self).__name__} has no recipe")

    def check(self, source: Source, target: Task) -> None:
        """One sentence now, where it can't be done, rather than a traceback from the depths of torch later."""
        check_modality(source.network, target)

    def rows(self, target: Task, shots: int, seed: int) -> np.ndarray:
        """The rows of the target's training examples whose labels it uses."""
        return target.draw(shots, seed=seed)

    def frozen_depths(self, stages: int) -> set[int]:
        """After how many of ``stages`` frozen stages it will ask what they say of its labelled examples."""
        return set()

    def fit(self, case: Case) -> Outcome:
        """Adapt the source to the target, and name the test."""
        raise NotImplementedError(f"{type(self).__name__} does nothing")
