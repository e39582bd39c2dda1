"""The label curve: accuracy against labels, on an Axes or as a picture with its numbers in words.

Colours are those of Okabe and Ito, which colour-blind people can tell apart; each strategy has a marker and a dash of
its own besides, so that a plot reads in grey.
"""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator, PercentFormatter

from tlkit.estimate import Estimate
from tlkit.plots.glyphs import make_readable
from tlkit.plots.majority import Majority, majority_line, uneven_words
from tlkit.plots.picture import Picture, figure
from tlkit.plots.style import label, seeds_of, styles

Curves = Mapping[str, Mapping[int, Estimate]]  # accuracy by strategy and shots


def label_curve(curves: Curves, *, ax: Axes | None = None, majority: Majority | None = None) -> Axes:
    """Accuracy against shots: the mean over seeds, and a band from the lowest seed to the highest.

    A comparison that is not complete yet is drawn as far as it goes.
    """
    ax = ax if ax is not None else figure()[1]
    lines = []
    for name, (colour, marker, dash) in styles(curves).items():
        shots, found = list(curves[name]), curves[name].values()
        lows, highs = [min(each.values) for each in found], [max(each.values) for each in found]
        ax.fill_between(shots, lows, highs, color=colour, alpha=0.13, linewidth=0)
        look = {"color": colour, "marker": marker, "linestyle": dash, "markersize": 6, "linewidth": 1.8}
        lines += ax.plot(shots, [each.mean for each in found], label=label(name), **look)
    lines += majority_line(ax, majority)
    label_axes(ax, sorted({k for by_shots in curves.values() for k in by_shots}))
    first = sorted(lines, key=lambda line: -line.get_ydata()[0])  # from top to bottom where they are furthest apart
    place = {"loc": "upper left", "bbox_to_anchor": (1, 1), "frameon": False}
    ax.legend(handles=first, labelcolor="linecolor", handlelength=3, **place)
    make_readable(ax.figure)
    return ax


def label_axes(ax: Axes, shots: list[int]) -> None:
    """Shots across on a log scale, accuracy up in percent."""
    ax.set_xscale("log")
    ax.set_xticks(shots, [str(k) for k in shots])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xlabel("shots: labelled examples of each class")
    ax.set_ylabel("test examples named right")
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)


def curve_picture(curves: Curves, title: str = "", *, majority: Majority | None = None) -> Picture:
    """The label curve as a picture with its numbers in words."""
    fig, ax = figure()
    label_curve(curves, ax=ax, majority=majority)
    if title:
        ax.set_title(title, loc="left", fontweight="bold")
    return Picture(fig, title or "accuracy against shots", describe(curves, title, majority=majority))


def describe(curves: Curves, title: str = "", *, majority: Majority | None = None) -> str:
    """The means of a label curve in words."""
    parts = [
        f"{label(name)} " + ", ".join(f"{found.mean:.0%} at {k}" for k, found in by_shots.items())
        for name, by_shots in curves.items()
    ]
    opening = f"{title}. " if title else ""
    seeds = seeds_of(found for by_shots in curves.values() for found in by_shots.values())
    words = f"Named right, mean of {seeds}, by shots: {'; '.join(parts)}."
    return f"{opening}{words}{uneven_words(majority)}"
