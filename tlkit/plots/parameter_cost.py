"""Accuracy against the weights that learn."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from tlkit.estimate import Estimate
from tlkit.plots.majority import Majority, majority_line, uneven_words
from tlkit.plots.picture import Picture, figure
from tlkit.plots.style import seeds_of, style

CLOSE = 0.015  # nearer in accuracy than this, the names of two points would lie on each other


def plot_parameter_cost(
    accuracies: Mapping[str, Estimate],
    weights: Mapping[str, int],
    title: str = "",
    *,
    majority: Majority | None = None,
) -> Picture:
    """Accuracy against the weights that learn, a point a strategy: the mean, from the lowest seed to the highest."""
    fig, ax = figure()
    order = sorted(accuracies, key=weights.get)
    for name, right in zip(order, [*order[1:], None], strict=True):
        near = right and weights[right] < 3 * weights[name] and _gap(accuracies, right, name) < CLOSE
        _point(ax, name, weights[name], accuracies[name], left=bool(near))
    if majority_line(ax, majority):
        ax.legend(frameon=False)
    ax.set_xscale("log")
    ax.margins(x=0.12, y=0.12)
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set(xlabel="weights that learn, head and all", ylabel="test examples named right")
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_title(title, loc="left", fontweight="bold")
    parts = [f"{name} {found.mean:.1%} with {weights[name]:,}" for name, found in accuracies.items()]
    seeds = seeds_of(accuracies.values())
    words = f"{title}. Named right, mean of {seeds}, with so many weights that learn: {'; '.join(parts)}."
    return Picture(fig, title or "accuracy against weights that learn", words + uneven_words(majority))


def _gap(accuracies: Mapping[str, Estimate], one: str, other: str) -> float:
    return abs(accuracies[one].mean - accuracies[other].mean)


def _point(ax: Axes, name: str, weights: int, found: Estimate, *, left: bool) -> None:
    colour, marker, _ = style(name)
    spread = [[found.mean - min(found.values)], [max(found.values) - found.mean]]
    look = {"color": colour, "marker": marker or "o", "markersize": 9, "capsize": 3, "linewidth": 1.2}
    ax.errorbar(weights, found.mean, yerr=spread, **look)
    place = {"xytext": (-7, 5), "ha": "right"} if left else {"xytext": (7, 5)}
    ax.annotate(name, (weights, found.mean), **place, textcoords="offset points", fontsize=9, color=colour)
