"""Heat maps: a number in each cell, which can be read without its colour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from tlkit.plots.picture import figure


def plot_heatmap(matrix: np.ndarray, rows: Sequence[str], columns: Sequence[str], names: tuple[str, str]) -> Figure:
    """A matrix (rows, columns) of numbers from 0 to 1; ``names`` are those of what lies down and across."""
    fig, ax = figure(1.9 + 0.62 * len(columns), 1.3 + 0.5 * len(rows))
    ax.imshow(matrix, vmin=0, vmax=1, cmap="cividis", aspect="auto")
    ax.set_xticks(range(len(columns)), columns, rotation=45 if len(columns) > 5 else 0)
    ax.set_yticks(range(len(rows)), rows)
    for (row, column), value in np.ndenumerate(matrix):
        ink = "black" if value > 0.5 else "white"
        ax.text(column, row, f"{value:.2f}", ha="center", va="center", color=ink, fontsize=9)
    ax.set(xlabel=names[1], ylabel=names[0])
    ax.set_title(" and ".join(dict.fromkeys(names)), loc="left", fontweight="bold")
    return fig
