"""Estimates side by side, figure by figure."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.ticker import PercentFormatter

from tlkit.estimate import Estimate
from tlkit.plots.picture import Picture, figure


def plot_spread(estimates: Mapping[str, Estimate], title: str = "", *, chance: float | None = None) -> Picture:
    """Estimates side by side: a dot for each figure, a line over their range, and a bar at their mean."""
    fig, ax = figure(7.2, 1.4 + 0.5 * len(estimates))
    for row, found in enumerate(reversed(estimates.values())):
        ax.hlines(row, min(found.values), max(found.values), color="#0072b2", linewidth=1.5, alpha=0.5)
        ax.plot(found.values, [row] * len(found.values), "o", color="#0072b2", alpha=0.65, markersize=7)
        ax.plot(found.mean, row, "|", color="#000000", markersize=20, markeredgewidth=2)
    ax.set_yticks(range(len(estimates)), reversed(estimates))
    ax.set_ylim(-0.6, len(estimates) - 0.4)
    ax.set_xlim(0, 1.02)
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xlabel("test examples named right" + (" (dotted: guessing)" if chance else ""))
    if chance:
        ax.axvline(chance, color="#8c8c8c", linestyle=":")
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_title(title, loc="left", fontweight="bold")
    parts = [f"{name} {found.mean:.0%} ({_range(found)})" for name, found in estimates.items()]
    return Picture(fig, title or "spread", f"{title}. Named right, mean and range: {'; '.join(parts)}.")


def _range(found: Estimate) -> str:
    """``50% to 87% over 8 wordings``."""
    return f"{min(found.values):.0%} to {max(found.values):.0%} over {len(found.values)} {found.of}"
