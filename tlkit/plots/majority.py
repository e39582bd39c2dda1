"""What an accuracy is worth where one class of the test is larger than the others: a line, and words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from tlkit.estimate import Estimate
from tlkit.plots.style import label

LONGEST = 24  # letters of a class name in a legend


class Majority(NamedTuple):
    """The largest class of an uneven test, its share, and the accuracies with each class counting alike."""

    name: str
    share: float
    balanced: Mapping[str, Mapping[int, Estimate]]  # by strategy and shots


def majority_line(ax: Axes, majority: Majority | None) -> list[Line2D]:
    """What always naming the largest class is worth, as a line; none where the test is even."""
    if majority is None:
        return []
    name = majority.name
    shown = name if len(name) <= LONGEST else f"{name[:LONGEST]}…"
    return [ax.axhline(majority.share, color="#595959", linestyle=(0, (1, 3)), label=f"always {shown!r}")]


def uneven_words(majority: Majority | None) -> str:
    """Where the test is uneven: what always naming its largest class is worth, and the balanced accuracies."""
    if majority is None:
        return ""
    parts = [
        f"{label(strategy)} " + ", ".join(f"{found.mean:.0%} at {k}" for k, found in by_shots.items())
        for strategy, by_shots in majority.balanced.items()
    ]
    always = f"Always {majority.name!r} is {majority.share:.0%} right."
    return f" {always} With each class counting alike: {'; '.join(parts)}."
