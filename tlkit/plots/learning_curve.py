"""The learning curve: return against episodes of practice, as a picture with its numbers in words."""

from __future__ import annotations

from tlkit.plots.label_curve import Curves, label_curve
from tlkit.plots.picture import Picture, figure
from tlkit.plots.style import label


def learning_curve(curves: Curves, title: str = "", *, threshold: float | None = None) -> Picture:
    """The mean over seeds, and a band from the lowest seed to the highest; dotted, the ``threshold``."""
    fig, ax = figure()
    label_curve(curves, ax=ax)
    ax.set(xlabel="episodes practised", ylabel="share of the greatest return")
    if threshold is not None:
        ax.axhline(threshold, color="#8c8c8c", linestyle=":", linewidth=1, zorder=0)
    if title:
        ax.set_title(title, loc="left", fontweight="bold")
    return Picture(fig, title or "return against episodes", _describe(curves, title))


def _describe(curves: Curves, title: str) -> str:
    parts = [
        f"{label(name)} " + ", ".join(f"{found.mean:.0%} after {k}" for k, found in by_episodes.items())
        for name, by_episodes in curves.items()
    ]
    opening = f"{title}. " if title else ""
    seeds = {seed for by_episodes in curves.values() for found in by_episodes.values() for seed in found.by_seed}
    return f"{opening}Share of the greatest return, mean of {len(seeds)} seeds, by episodes: {'; '.join(parts)}."
