"""Pictures: a result in, an Axes out; and a picture as a notebook shows it, with its numbers in words.

Colours are those of Okabe and Ito, which colour-blind people can tell apart; each strategy has a marker and a dash of
its own besides, so that a plot reads in grey.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator, PercentFormatter

from tlkit.experiments.results import Results
from tlkit.plots.glyphs import make_readable
from tlkit.plots.majority import majority_line, uneven_words
from tlkit.plots.picture import Picture, figure
from tlkit.plots.style import label, styles


def label_curve(results: Results, *, ax: Axes | None = None, strategies: Iterable[str] | None = None) -> Axes:
    """Accuracy against shots: the mean over seeds, and a band from the lowest seed to the highest.

    A comparison that is not complete yet is drawn as far as it goes.
    """
    ax = ax if ax is not None else figure()[1]
    lines = []
    for name, (colour, marker, dash) in styles(strategies or results.strategies).items():
        points = _points(results, name)
        shots, lows, highs = list(points), [min(v) for v in points.values()], [max(v) for v in points.values()]
        ax.fill_between(shots, lows, highs, color=colour, alpha=0.13, linewidth=0)
        look = {"color": colour, "marker": marker, "linestyle": dash, "markersize": 6, "linewidth": 1.8}
        lines += ax.plot(shots, [np.mean(v) for v in points.values()], label=label(name), **look)
    lines += majority_line(ax, results)
    label_axes(ax, results.shots)
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


def curve_picture(results: Results, title: str = "", *, strategies: Iterable[str] | None = None) -> Picture:
    """The label curve as a picture with its numbers in words."""
    strategies = list(strategies or results.strategies)
    fig, ax = figure()
    label_curve(results, ax=ax, strategies=strategies)
    if title:
        ax.set_title(title, loc="left", fontweight="bold")
    return Picture(fig, title or "accuracy against shots", describe(results, title, strategies))


def describe(results: Results, title: str, strategies: Iterable[str]) -> str:
    """The means of a label curve in words."""
    parts = []
    for name in strategies:
        points = _points(results, name).items()
        parts.append(f"{label(name)} " + ", ".join(f"{np.mean(values):.0%} at {k}" for k, values in points))
    opening = f"{title}. " if title else ""
    uneven = uneven_words(results, strategies)
    return f"{opening}Named right, mean of {len(results.seeds)} seeds, by shots: {'; '.join(parts)}.{uneven}"


def _points(results: Results, strategy: str) -> dict[int, list[float]]:
    """The accuracies of a strategy, seed by seed, for each number of shots that there is."""
    shots = results.where(strategy=strategy).shots
    return {k: results.accuracy(strategy, shots=k).values for k in shots}
