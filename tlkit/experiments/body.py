"""The body that a strategy begins with, and what its frozen stages compute of a target's examples."""

from __future__ import annotations

import numpy as np

from tlkit.datasets.task import Task
from tlkit.events import Listener
from tlkit.experiments.question import Run, labelled
from tlkit.experiments.source import Source
from tlkit.methods.feature_cache import FeatureCache
from tlkit.methods.fingerprint import stage_fingerprints
from tlkit.methods.frozen_features import FrozenFeatures
from tlkit.methods.strategy import Strategy
from tlkit.models.backbone import Backbone, count_parameters
from tlkit.seeding import stream


class BodyFeatures:
    """A body, and what its stages say of a target's examples."""

    def __init__(self, body: Backbone, target: Task, on_event: Listener, cache: FeatureCache | None = None):
        self.body = body
        known = stage_fingerprints(body) if cache is None else None  # of others each part works out its own
        self.train, self.test = (
            FrozenFeatures(body, part.items, fingerprints=known, cache=cache, on_event=on_event)
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


def body_of(source: Source, target: Task, strategy: Strategy, seed: int) -> Backbone:
    """The body that a strategy begins with: the source's own, or a random twin."""
    if strategy.body == "source":
        return source.backbone
    return source.backbone.fresh(stream(seed, "target", source.backbone.name, target.name)).to(source.backbone.device)
