"""Curves of rare things: average precision against how many are known, and what so many calls a day find."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from matplotlib.ticker import ScalarFormatter

from tlkit.estimate import Estimate
from tlkit.plots.label_curve import Curves, label_curve
from tlkit.plots.picture import Picture, figure
from tlkit.plots.style import label, seeds_of

KNOWN, CALLS = "known frauds", "calls a day"
FOUND = "robbed customers found"


def precision_curve(curves: Curves, title: str = "") -> Picture:
    """Average precision by known frauds: the mean over seeds, and a band from the lowest seed to the highest."""
    fig, ax = figure()
    label_curve(curves, ax=ax)
    ax.set(xlabel=KNOWN, ylabel="average precision", ylim=(0, 0.85))
    ax.yaxis.set_major_formatter(ScalarFormatter())
    ax.set_title(title, loc="left", fontweight="bold")
    parts = [
        f"{label(name)} " + ", ".join(f"{each.mean:.2f} with {known}" for known, each in found.items())
        for name, found in curves.items()
    ]
    words = f"Average precision, mean of {_seeds(curves)}, by known frauds: {'; '.join(parts)}."
    return Picture(fig, title or "average precision", f"{title}. {words}" if title else words)


def calls_curve(curves: Mapping[str, Mapping[int, Estimate]], title: str = "") -> Picture:
    """The share of robbed customers that are found, by calls a day; each curve has a strategy's look by its name."""
    fig, ax = figure()
    label_curve(curves, ax=ax)
    ax.set(xlabel=CALLS, ylabel=FOUND)
    ax.set_title(title, loc="left", fontweight="bold")
    parts = [
        f"{label(name)} " + ", ".join(f"{each.mean:.0%} by {calls}" for calls, each in found.items())
        for name, found in curves.items()
    ]
    words = f"Robbed customers found, mean of {_seeds(curves)}, by calls a day: {'; '.join(parts)}."
    return Picture(fig, title or FOUND, f"{title}. {words}" if title else words)


def _seeds(curves: Mapping[str, Mapping[int, Estimate]]) -> str:
    estimates: Iterable[Estimate] = (each for found in curves.values() for each in found.values())
    return seeds_of(estimates)
