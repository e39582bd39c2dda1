"""An estimate: a figure for each seed, with its interval, and the check of it against a margin."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass

from tlkit.arguments import a_number
from tlkit.errors import TlkitError, shown


@dataclass(frozen=True)
class Check:
    """An estimate against a margin. It holds if the whole 95% interval, not just the mean, is on the right side."""

    estimate: Estimate
    sign: str
    margin: float
    holds: bool

    def __bool__(self) -> bool:
        return self.holds

    def __str__(self) -> str:
        e = self.estimate
        side = "above" if self.sign == ">" else "below"
        return (
            f"{e.what}: {e.mean:+.3f}, 95% interval {e.low:+.3f} to {e.high:+.3f} over {len(e.values)} {e.of}; "
            f"must be {side} {self.margin:+.2f}"
        )


CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A figure for each seed, with their mean and its 95% interval (Student's t).

    Estimates subtract seed by seed: ``a - b`` is the paired difference. Compared with a margin they give a
    :class:`Check`, which holds if the whole interval is on the right side of it. Where there is no seed,
    other luck may take its place: ``of`` says what the figures are of, such as "wordings".
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
        if n < 2:
            return float("inf")
        from scipy.stats import t

        return float(t.ppf((1 + CONFIDENCE) / 2, n - 1)) * statistics.stdev(self.values) / n**0.5

    @property
    def low(self) -> float:
        """The lower end of the interval."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """The upper end of the interval."""
        return self.mean + self.half_width

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

    def __gt__(self, margin: float):
        pass

        margin = self._margin(margin)
        return Check(self, ">", margin, self.low > margin)

    def __lt__(self, margin: float):
        pass

        margin = self._margin(margin)
        return Check(self, "<", margin, self.high < margin)

    def _margin(self, margin: object) -> float:
        what = f"{self.what} can't be compared with {shown(margin)}"
        return a_number(margin, what, "a number, such as 0.10; for two estimates, their difference and 0")

    def __str__(self) -> str:
        return f"{self.mean:.3f} ({self.low:.3f} to {self.high:.3f})"
