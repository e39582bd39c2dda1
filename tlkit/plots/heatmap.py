"""Heat maps: a number in each cell, which can be read without its colour."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tlkit.plots.picture import figure


def plot_heatmap(
    matrix: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    names: tuple[str, str],
    *,
    framed: Iterable[tuple[int, int]] = (),
    title: str = "",
) -> Figure:
    """A matrix (rows, columns) of numbers from 0 to 1; ``names`` are those of what lies down and across.

    The cells that are ``framed``, by row and column, have a frame and bold numbers.
    """
    fig, ax = figure(1.9 + 0.62 * len(columns), 1.3 + 0.5 * len(rows))
    draw_heatmap(ax, matrix, rows, columns, set(framed))
    ax.set(xlabel=names[1], ylabel=names[0])
    ax.set_title(title or " and ".join(dict.fromkeys(names)), loc="left", fontweight="bold")
    return fig


def draw_heatmap(
    ax: Axes,
    matrix: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    framed: Collection[tuple[int, int]] = (),
    *,
    size: float = 9,
) -> None:
    """The matrix on axes that are there; ``size`` is that of the numbers."""
    ax.imshow(matrix, vmin=0, vmax=1, cmap="cividis", aspect="auto")
    ax.set_xticks(range(len(columns)), columns, rotation=45 if len(columns) > 5 else 0)
    ax.set_yticks(range(len(rows)), rows)
    for (row, column), value in np.ndenumerate(matrix):
        ink, bold = "black" if value > 0.5 else "white", (row, column) in framed
        look = {"color": ink, "fontsize": size, "fontweight": "bold" if bold else "normal"}
        ax.text(column, row, f"{value:.2f}", ha="center", va="center", **look)
        if bold:
            place = (column - 0.46, row - 0.46)
            ax.add_patch(Rectangle(place, 0.92, 0.92, fill=False, edgecolor="#d55e00", linewidth=2))
