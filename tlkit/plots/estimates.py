"""Estimates in panels side by side, which share their rows: a dot and its interval for each."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure

from tlkit.estimate import Estimate
from tlkit.plots import style
from tlkit.plots.picture import Picture

ACROSS = 2  # panels in a row: more of them would be too small to read on a page


def plot_estimates(panels: Mapping[str, Mapping[str, Estimate]], title: str) -> Picture:
    """Each panel, by its title, has the same rows, the first on top; the numbers stand beside the dots."""
    rows, across = list(next(iter(panels.values()))), min(len(panels), ACROSS)
    down = -(-len(panels) // across)
    size = (2.4 + 3.1 * across, 0.4 + down * (0.7 + 0.36 * len(rows)))
    figure = Figure(figsize=size, dpi=110, layout="constrained")
    axes = figure.subplots(down, across, sharey=True, squeeze=False).ravel()
    for ax, (name, found) in zip(axes, panels.items(), strict=False):
        _draw(ax, name, found)
    for ax in axes[len(panels) :]:
        ax.set_visible(False)
    axes[0].set_yticks(range(len(rows)), rows)
    axes[0].set_ylim(len(rows) - 0.5, -0.5)
    figure.suptitle(title, fontweight="bold", x=0.01, ha="left")
    seeds = style.seeds_of(each for found in panels.values() for each in found.values())
    told = [f"{name}: {', '.join(f'{row} {_said(e)}' for row, e in found.items())}" for name, found in panels.items()]
    return Picture(figure, title, f"{title}. Mean of {seeds}, and the 95% interval. {'; '.join(told)}.")


def _draw(ax, name: str, found: Mapping[str, Estimate]) -> None:
    for row, estimate in enumerate(found.values()):
        ax.errorbar(estimate.mean, row, xerr=estimate.half_width, fmt="o", color="#0072b2", markersize=6, capsize=3)
        ax.text(estimate.high, row, f"  {estimate.mean:.2f}", va="center", fontsize=9)
    ax.axvline(0, color="black", linewidth=1)
    ax.set_title(name, loc="left", fontsize=10)
    ax.margins(x=0.18)
    ax.grid(axis="x", alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)


def _said(estimate: Estimate) -> str:
    return f"{estimate.mean:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"
