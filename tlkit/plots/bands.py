"""Bands: figures step by step, mean and range over seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from tlkit.estimate import Estimate
from tlkit.plots.style import STYLES

LOOKS = ("full", "head", "random_head")  # whose colours and dashes the first, the second and the third line have
Lines = Mapping[str, Sequence[Estimate]]


def plot_bands(panels: Mapping[str, Lines], places: Sequence[int], xlabel: str) -> Figure:
    """Panels side by side, each with a line for the mean and a band for the range over seeds, at the same places."""
    figure = Figure(figsize=(4.2 * len(panels), 3.6), dpi=110, layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for ax, (title, lines) in zip(axes, panels.items(), strict=True):
        for (name, values), look in zip(lines.items(), LOOKS, strict=False):
            _draw(ax, places, values, STYLES[look], name)
        ax.set(xlabel=xlabel, xticks=places)
        ax.set_title(title, loc="left", fontsize=10, fontweight="bold")
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes[0].legend(frameon=False, labelcolor="linecolor", handlelength=3)
    return figure


def _draw(ax: Axes, places: Sequence[int], values: Sequence[Estimate], look: tuple, name: str) -> None:
    colour, marker, dash = look
    ax.fill_between(places, [min(v.values) for v in values], [max(v.values) for v in values], color=colour, alpha=0.13)
    ax.plot(places, [v.mean for v in values], color=colour, marker=marker, linestyle=dash, label=name)
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)
