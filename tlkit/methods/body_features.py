"""The body that a strategy begins with, and what its frozen stages compute of a target's examples."""

from __future__ import annotations

import numpy as np

from tlkit.datasets.task import Task
from tlkit.events import Listener
from tlkit.methods.feature_cache import FeatureCache
from tlkit.methods.fingerprint import stage_fingerprints
from tlkit.methods.frozen_features import FrozenFeatures
from tlkit.models.backbone import Backbone, count_parameters


class BodyFeatures:
    """A body, and what its stages say of a target's examples."""

    def __init__(self, body: Backbone, target: Task, on_event: Listener, cache: FeatureCache | None = None):
        self.body = body
        known = stage_fingerprints(body) if cache is None else None  # of others each part works out its own
        self.train, self.test = (
            FrozenFeatures(body, part.items, fingerprints=known, cache=cache, on_event=on_event)
            for part in (target.train, target.test)
        )
        self._planned = np.empty(0, int)
        self._learnt: dict[int, np.ndarray] = {}
        self._tested: dict[int, np.ndarray] = {}
        self._counted: dict[int, int] = {}

    def plan(self, rows: np.ndarray, depths: set[int]) -> None:
        """Say which labelled rows will be asked for, and after which stages before the last."""
        self._planned = np.unique(rows)
        self._learnt.clear()
        self.train.plan(rows, depths)
        self.test.plan(np.empty(0, int), depths)

    def learnt(self, rows: np.ndarray, stop: int) -> np.ndarray:
        """Features of the labelled examples at ``rows`` after so many stages; those planned are gathered once."""
        if not np.isin(rows, self._planned).all():
            return self.train.features(rows, stop=stop)
        if stop not in self._learnt:
            self._learnt[stop] = self.train.features(self._planned, stop=stop)
        return self._learnt[stop][np.searchsorted(self._planned, rows)]

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
        if stop not in self._counted:
            whole = stop == len(self.body.stages)
            self._counted[stop] = count_parameters(self.body if whole else self.body.stages[:stop])
        return self._counted[stop]
