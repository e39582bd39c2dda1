"""Strategies: which stages learn, starting from what. How they learn is :mod:`tlkit.training`'s business.

A strategy is a value, not a class of its own: where the body and the head begin, and the phases in which they learn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tlkit.errors import TlkitError, unknown


@dataclass(frozen=True)
class Phase:
    """A stretch of training: the head and the last ``learn`` stages learn (None: all of them; 0: the head alone).

    ``rate`` is Adam's learning rate. A head that learns alone is solved for, not descended to, and has no rate.
    """

    learn: int | None
    rate: float | None = None


@dataclass(frozen=True)
class Strategy:
    """Where body and head begin, and the phases in which they learn."""

    name: str
    body: Literal["source", "random"]
    head: Literal["source", "new"]
    phases: tuple[Phase, ...]
    about: str

    def __repr__(self) -> str:
        return f"Strategy({self.name!r}: {self.about})"

    def frozen(self, phase: Phase, stages: int) -> int:
        """How many of ``stages`` stages, from the first on, do not learn in ``phase``."""
        if phase.learn is None:
            return 0
        if phase.learn > stages:
            raise TlkitError(
                f"{self.name} lets {phase.learn} stages learn, and this backbone has {stages}: ask for fewer."
            )
        return stages - phase.learn


SCRATCH_RATE = 6e-3  # where all weights start at random; see tlkit.training for how the rates were found
RATE = 3e-3  # where the head does
TUNING_RATE = 1e-3  # where all of them already know something


def Scratch() -> Strategy:
    """Nothing from the source: the same network, random, learns the target alone. The baseline of every transfer."""
    return Strategy("scratch", "random", "new", (Phase(None, SCRATCH_RATE),), "random network, all of it learns")


def Head() -> Strategy:
    """Feature extraction, or linear probe: the body is frozen and only a new head learns."""
    return Strategy("head", "source", "new", (Phase(0),), "frozen body, a new head learns")


def Partial(stages: int) -> Strategy:
    """The last ``stages`` stages and a new head learn; what comes before is frozen (Yosinski et al., 2014)."""
    if stages < 1:
        raise TlkitError(f"partial:{stages} lets no stage learn: ask for 1 or more, or for 'head'.")
    about = f"the last {stages} stage{'s' * (stages > 1)} and a new head learn"
    return Strategy(f"partial:{stages}", "source", "new", (Phase(stages, RATE),), about)


def Full() -> Strategy:
    """Full fine-tuning: the source's body and a new head all learn together."""
    return Strategy("full", "source", "new", (Phase(None, RATE),), "all of it learns, with a new head")


def LPFT() -> Strategy:
    """Head first, then all: a new head is fitted before it is let loose on the body (Kumar et al., 2022)."""
    return Strategy("lp_ft", "source", "new", (Phase(0), Phase(None, TUNING_RATE)), "a new head learns, then all of it")


def Keep() -> Strategy:
    """Full fine-tuning that keeps the source's head too, where both tasks name the same classes."""
    return Strategy("keep", "source", "source", (Phase(None, TUNING_RATE),), "all of it learns, with the source's head")


def AsIs() -> Strategy:
    """No lesson at all: the source, head and all, is asked about the target as it is."""
    return Strategy("as_is", "source", "source", (), "nothing learns: the source as it is")


def RandomHead() -> Strategy:
    """The control of ``head``: a frozen *random* body. What it can do is owed to the wiring, not to knowledge."""
    return Strategy("random_head", "random", "new", (Phase(0),), "frozen random body, a new head learns")


_PLAIN: dict[str, Callable[[], Strategy]] = {
    "scratch": Scratch,
    "random_head": RandomHead,
    "head": Head,
    "full": Full,
    "lp_ft": LPFT,
    "keep": Keep,
    "as_is": AsIs,
}


def strategies() -> dict[str, str]:
    """Every strategy by name, with what it is in one line."""
    return {name: make().about for name, make in _PLAIN.items()} | {
        "partial:k": "the last k stages and a new head learn"
    }


def as_strategy(strategy: str | Strategy) -> Strategy:
    """A strategy from its name, such as ``"head"`` or ``"partial:2"``; an object is passed through."""
    if isinstance(strategy, Strategy):
        return strategy
    name, colon, number = str(strategy).partition(":")
    if name == "partial":
        if not number.isdigit():
            raise TlkitError(f"{strategy!r} does not say how many stages learn: write it as 'partial:2'.")
        return Partial(int(number))
    if colon or name not in _PLAIN:
        raise unknown("strategy", strategy, strategies())
    return _PLAIN[name]()
