"""Two plots of runs: accuracies seed by seed, and accuracy against the share of weights that learn."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from tlkit.estimate import Estimate
from tlkit.experiments.results import Results
from tlkit.plots.majority import majority_line, uneven_words
from tlkit.plots.picture import Picture, figure
from tlkit.plots.style import style

CLOSE = 0.015  # nearer in accuracy than this, the names of two points would lie on each other


def see_spread(estimates: Mapping[str, Estimate], title: str = "", *, chance: float | None = None) -> Picture:
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


def see_budget(results: Results, title: str = "", *, shots: int) -> Picture:
    """Accuracy against the weights that learn, a point a strategy: the mean, from the lowest seed to the highest."""
    fig, ax = figure()
    found = {name: results.accuracy(name, shots=shots) for name in results.strategies}
    weights = {
        name: results.where(strategy=name).where(shots=shots).runs[0].trainable_params for name in results.strategies
    }
    order = sorted(found, key=weights.get)
    for name, right in zip(order, [*order[1:], None], strict=True):
        near = right and weights[right] < 3 * weights[name] and abs(found[right].mean - found[name].mean) < CLOSE
        _budget_point(ax, name, weights[name], found[name], left=bool(near))
    parts = [f"{name} {found[name].mean:.1%} with {weights[name]:,}" for name in found]
    if majority_line(ax, results):
        ax.legend(frameon=False)
    ax.set_xscale("log")
    ax.margins(x=0.12, y=0.12)
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set(xlabel="weights that learn, head and all", ylabel="test examples named right")
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_title(title, loc="left", fontweight="bold")
    words = f"{title}. Named right, mean of {len(results.seeds)} seeds, with so many weights that learn: "
    uneven = uneven_words(results.where(shots=shots), results.strategies)
    return Picture(fig, title or "accuracy against weights that learn", f"{words}{'; '.join(parts)}.{uneven}")


def _budget_point(ax: Axes, name: str, weights: int, found: Estimate, *, left: bool) -> None:
    colour, marker, _ = style(name)
    spread = [[found.mean - min(found.values)], [max(found.values) - found.mean]]
    look = {"color": colour, "marker": marker or "o", "markersize": 9, "capsize": 3, "linewidth": 1.2}
    ax.errorbar(weights, found.mean, yerr=spread, **look)
    place = {"xytext": (-7, 5), "ha": "right"} if left else {"xytext": (7, 5)}
    ax.annotate(name, (weights, found.mean), **place, textcoords="offset points", fontsize=9, color=colour)
