"""Bands: distributions over batches, step by step."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from tlkit.estimate import Estimate


def draw_bands(ax: Axes, looks: Sequence[int], values: Sequence[Estimate], look: tuple, name: str) -> None:
    """Draw means as a line and the range over seeds as a band, by the number of looks."""
    colour, marker, dash = look
    ax.fill_between(looks, [min(v.values) for v in values], [max(v.values) for v in values], color=colour, alpha=0.13)
    ax.plot(looks, [v.mean for v in values], color=colour, marker=marker, linestyle=dash, label=name)
    ax.set_xticks(looks)
    ax.set_xlabel("looks at the labelled examples")
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)
