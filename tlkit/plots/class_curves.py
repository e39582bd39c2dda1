"""The curves that a class predicted, over what was measured: for a projector."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator, PercentFormatter

from tlkit.plots.picture import Picture

YOU, TRUTH = "#0072b2", "#b34f00"  # as in the lesson
ACROSS = 2  # panels side by side, so that the last row of a room can read them


@dataclass(frozen=True)
class ClassPrediction:
    """What a class predicted where it was asked one thing: the curves, in fractions, and the truth, if it is known."""

    question: str
    label: str
    unit: str
    shots: tuple[int, ...]
    curves: tuple[tuple[float, ...], ...]
    truth: Mapping | None = None
    late: int = 0

    @property
    def median(self) -> list[float]:
        """The middle of the class, at each number of shots."""
        return [statistics.median(values) for values in zip(*self.curves, strict=True)]

    @property
    def off(self) -> float | None:
        """How far off a reader was, in points: the mean over shots, and of that the median over readers."""
        if not self.truth:
            return None
        gaps = [
            [abs(mine - mean) for mine, mean in zip(curve, self.truth["mean"], strict=True)] for curve in self.curves
        ]
        return 100 * statistics.median(statistics.fmean(gap) for gap in gaps)

    def words(self) -> str:
        """The panel in words, with its numbers."""
        count = f"{len(self.curves)} curve{'s' * (len(self.curves) != 1)}"
        said = [f"{self.question} ({self.label}) {count}; the middle of the class: {self._listed(self.median)}."]
        if self.truth:
            measured = self._listed(self.truth["mean"])
            said.append(f"Measured: {measured}. Half of the class was at most {self.off:.0f} points off on average.")
        else:
            said.append("Nobody has revealed what was measured yet.")
        if self.late:
            said.append(f"{self.late} drawn after that was known: left out.")
        return " ".join(said)

    def _listed(self, values: Sequence[float]) -> str:
        return ", ".join(f"{value:.0%} at {k}" for k, value in zip(self.shots, values, strict=True))


def class_picture(predictions: Sequence[ClassPrediction], *, truth: bool = True) -> Picture:
    """All curves, a panel for each question; without ``truth`` the answer stays hidden."""
    across = min(ACROSS, len(predictions))
    down = math.ceil(len(predictions) / across)
    fig = Figure(figsize=(8 * across, 5.4 * down), dpi=100, layout="constrained")
    axes = fig.subplots(down, across, squeeze=False).flat
    for ax, asked in zip(axes, predictions, strict=False):
        _panel(ax, asked, truth)
    for ax in list(axes)[len(predictions) :]:
        ax.set_axis_off()
    words = " ".join(asked.words() for asked in predictions)
    return Picture(fig, "what the class predicted", words)


def _panel(ax: Axes, asked: ClassPrediction, truth: bool) -> None:
    shots = [max(k, 0.5) for k in asked.shots]  # none at all lies one doubling left of 1
    for curve in asked.curves:
        ax.plot(shots, curve, color=YOU, alpha=max(0.2, 1.5 / len(asked.curves)), linewidth=1.5)
    look = {"linewidth": 4, "markersize": 10}
    ax.plot(shots, asked.median, color=YOU, linestyle="--", marker="o", label="the middle of the class", **look)
    if truth and asked.truth:
        ax.fill_between(shots, asked.truth["low"], asked.truth["high"], color=TRUTH, alpha=0.2, linewidth=0)
        ax.plot(shots, asked.truth["mean"], color=TRUTH, marker="D", label="measured", **look)
    ax.set_title(fill(asked.question, 52), loc="left", fontsize=16, fontweight="bold")
    ax.set_xscale("log")
    ax.set_xticks(shots, [str(k) for k in asked.shots])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set(ylim=(0, 1.02))
    ax.set_xlabel(f"{asked.unit}; {asked.label}, {len(asked.curves)} curves", fontsize=14)
    ax.tick_params(labelsize=14)
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(fontsize=14, labelcolor="linecolor", frameon=False)
