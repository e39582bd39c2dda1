"""One run, as it is kept and written down."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Result:
    """One run.

    ``accuracy`` is the share of test examples named right; ``seconds`` is what the learning took, without the test;
    ``labels`` is how many labelled examples it used; ``history`` holds the training steps and ``model`` the network,
    neither of which a comparison keeps.
    """

    source: str
    target: str
    strategy: str
    shots: int
    seed: int
    labels: int
    accuracy: float
    seconds: float
    trainable_params: int
    total_params: int
    key: str = field(default="", repr=False)
    history: tuple = field(default=(), repr=False, compare=False)
    model: object = field(default=None, repr=False, compare=False)

    def row(self) -> dict:
        """What can be written down: all but the history and the network."""
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name not in ("history", "model")}


COLUMNS = tuple(f.name for f in dataclasses.fields(Result) if f.name not in ("history", "model"))
