"""An estimate: a figure for each seed, with its interval, and the check of it against a margin."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from tlkit.arguments import a_number
from tlkit.errors import TlkitError, shown

if TYPE_CHECKING:
    import numpy as np


class Verdict(StrEnum):
    """What evidence says of a sentence: it *holds*, it is *not shown*, or it is *contradicted*."""

    HOLDS = "holds"
    NOT_SHOWN = "not shown"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True)
class Check:
    """An estimate, and the region that it must lie in: above one margin, below another, or between two.

    It *holds* if the whole 95% interval, not just the mean, lies in the region, it is *contradicted* if the whole
    interval lies outside, and *not shown* if the interval straddles a margin. For one margin that is a t test on each
    side of it, at 2.5%; for two it is the equivalence test of Schuirmann (1987).
    """

    estimate: Estimate
    above: float = -math.inf
    below: float = math.inf

    @property
    def verdict(self) -> Verdict:
        """What the interval says."""
        e = self.estimate
        if bool(self.holds_for(e.low, e.high)):
            return Verdict.HOLDS
        outside = e.high <= self.above or e.low >= self.below
        return Verdict.CONTRADICTED if outside else Verdict.NOT_SHOWN

    def holds_for(self, low: float | np.ndarray, high: float | np.ndarray) -> bool | np.ndarray:
        """Whether intervals from ``low`` to ``high``, one or an array of them, lie in the region."""
        return (low > self.above) & (high < self.below)

    def __bool__(self) -> bool:
        return self.verdict is Verdict.HOLDS

    def __str__(self) -> str:
        e = self.estimate
        return (
            f"{e.what}: {e.mean:+.3f}, 95% interval {e.low:+.3f} to {e.high:+.3f} over {len(e.values)} {e.of}; "
            f"must be {self._region()}"
        )

    def _region(self) -> str:
        if self.below == math.inf:
            return f"above {self.above:+.2f}"
        if self.above == -math.inf:
            return f"below {self.below:+.2f}"
        return f"between {self.above:+.2f} and {self.below:+.2f}"


CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A figure for each seed, with their mean and its 95% interval (Student's t).

    Estimates subtract seed by seed: ``a - b`` is the paired difference. Compared with a margin (``gain > 0.10``,
    ``gain < 0.02``, ``gain.within(0.05)``) they give a :class:`Check`. Where there is no seed, other luck may take its
    place: ``of`` says what the figures are of, such as "wordings".
    """

    by_seed: Mapping[int, float]
    what: str
    of: str = "seeds"

    @property
    def values(self) -> list[float]:
        """The figure of each seed."""
        return list(self.by_seed.values())

    @property
    def mean(self) -> float:
        """The mean over seeds."""
        return statistics.fmean(self.values)

    @property
    def half_width(self) -> float:
        """Half the width of the interval; infinite for a single seed, which says nothing of the spread."""
        n = len(self.values)
        return t_quantile(n) * statistics.stdev(self.values) / n**0.5 if n > 1 else math.inf

    @property
    def low(self) -> float:
        """The lower end of the interval."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """The upper end of the interval."""
        return self.mean + self.half_width

    def named(self, what: str) -> Estimate:
        """The same figures under another name, by which a claim calls them."""
        return replace(self, what=what)

    def __sub__(self, other: Estimate) -> Estimate:
        if not isinstance(other, Estimate):
            raise TlkitError(f"{shown(other)} can't be taken from {self.what}: subtract another estimate.")
        seeds = [seed for seed in self.by_seed if seed in other.by_seed]
        if not seeds:
            raise TlkitError(
                f"{self.what} and {other.what} share no seed, so they can't be paired: compare them on the same ones."
            )
        gaps = {seed: self.by_seed[seed] - other.by_seed[seed] for seed in seeds}
        return Estimate(gaps, f"{self.what} - {other.what}", self.of)

    def __gt__(self, margin: float) -> Check:
        return Check(self, above=self._margin(margin))

    def __lt__(self, margin: float) -> Check:
        return Check(self, below=self._margin(margin))

    def within(self, margin: float) -> Check:
        """The check that it is nowhere further than ``margin`` from 0: of a difference, that two are as good."""
        margin = self._margin(margin)
        if margin <= 0:
            raise TlkitError(f"{self.what} can't be within {margin} of 0: give a margin above 0, such as 0.05.")
        return Check(self, above=-margin, below=margin)

    def _margin(self, margin: object) -> float:
        what = f"{self.what} can't be compared with {shown(margin)}"
        return a_number(margin, what, "a number, such as 0.10; for two estimates, their difference and 0")

    def __str__(self) -> str:
        return f"{self.mean:.3f} ({self.low:.3f} to {self.high:.3f})"


@cache
def t_quantile(n: int) -> float:
    """How many standard errors the interval of ``n`` figures reaches to each side (Student 1908)."""
    from scipy.stats import t

    return float(t.ppf((1 + CONFIDENCE) / 2, n - 1))


SURE = 0.90  # of intervals for one test, and for splits of one set of data


def wilson(right: int, of: int, confidence: float = SURE) -> tuple[float, float]:
    """The interval for a share of which ``right`` in ``of`` are right (Wilson, 1927): wide where ``of`` is small."""
    if not of:
        return 0.0, 1.0
    from scipy.stats import binomtest

    low, high = binomtest(right, of).proportion_ci(confidence, method="wilson")
    return float(low), float(high)


@dataclass(frozen=True)
class SplitEstimate:
    """An accuracy on each of several random splits of the same data, with their mean and its 90% interval.

    Splits share most of their examples, so their spread is too small by itself: the variance is multiplied by
    1/splits + tested/learnt (Nadeau and Bengio, 2003). ``learnt`` and ``tested`` are examples in each split, and
    ``items`` how many there are: the interval is never narrower than that of one test of all of them. For one split it
    is Wilson's.
    """

    values: tuple[float, ...]
    learnt: int
    tested: int
    items: int

    @property
    def mean(self) -> float:
        """The mean over splits."""
        return statistics.fmean(self.values)

    @property
    def half_width(self) -> float:
        """Half the width of the corrected t interval; 0 for a single split."""
        return corrected_half_width(self.values, self.learnt, self.tested) if len(self.values) > 1 else 0.0

    @property
    def _interval(self) -> tuple[float, float]:
        of = self.tested if len(self.values) < 2 else self.items
        low, high = wilson(round(self.mean * of), of)
        return max(0.0, min(low, self.mean - self.half_width)), min(1.0, max(high, self.mean + self.half_width))

    @property
    def low(self) -> float:
        """The lower end of the interval."""
        return self._interval[0]

    @property
    def high(self) -> float:
        """The upper end of the interval."""
        return self._interval[1]

    def __str__(self) -> str:
        return f"{self.mean:.2f} ({self.low:.2f} to {self.high:.2f})"


def corrected_half_width(values: Sequence[float], learnt: int, tested: int) -> float:
    """Half the width of the 90% t interval of a mean over random splits of the same data (Nadeau and Bengio, 2003)."""
    from scipy.stats import t

    n = len(values)
    factor = 1 / n + tested / learnt
    return float(t.ppf((1 + SURE) / 2, n - 1)) * statistics.stdev(values) * math.sqrt(factor)
