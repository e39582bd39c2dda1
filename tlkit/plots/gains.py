"""Gains and losses over a baseline, with their intervals, in panels."""

from __future__ import annotations

import math
from collections.abc import Mapping

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MultipleLocator

from tlkit.estimate import Estimate
from tlkit.plots.picture import Picture

COLUMNS = {4: 2}  # of panels side by side; else up to three
STEP = 0.1  # between two ticks


HELP, HARM, UNSURE = ("#0072b2", "o"), ("#d55e00", "v"), ("#666666", "d")  # colour and marker


Panels = Mapping[str, Mapping[str, Estimate]]


def gains_picture(panels: Panels, title: str) -> Picture:
    """Each panel has its estimates one below the other, around a zero line."""
    columns = COLUMNS.get(len(panels), min(3, len(panels)))
    rows, tallest = -(-len(panels) // columns), max(map(len, panels.values()))
    size = (1.4 + (3.6 if columns < 3 else 2.9) * columns, rows * (0.36 * tallest + 1.0))
    figure = Figure(figsize=size, dpi=110, layout="constrained")
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).flatten()
    for ax, (name, gains) in zip(axes, panels.items(), strict=False):
        _draw(ax, name, gains)
    for ax in axes[len(panels) :]:
        ax.set_axis_off()
    figure.suptitle(title, fontweight="bold", x=0.01, ha="left")
    return Picture(figure, title, _words(panels, title))


def _look(estimate: Estimate) -> tuple[str, str]:
    """Help or harm, where the whole interval is on one side of zero."""
    return HELP if estimate.low > 0 else HARM if estimate.high < 0 else UNSURE


def _draw(ax, name: str, gains: Mapping[str, Estimate]) -> None:
    """A dot and its interval for each row; help, harm and what may be neither have marks of their own."""
    for row, estimate in enumerate(gains.values()):
        colour, marker = _look(estimate)
        spread = estimate.half_width if math.isfinite(estimate.half_width) else None  # of one seed there is none
        ax.errorbar(estimate.mean, row, xerr=spread, fmt=marker, color=colour, markersize=7, capsize=3, zorder=3)
        ax.plot(estimate.values, [row] * len(estimate.values), "|", color=colour, alpha=0.45, markersize=9)
    ax.axvline(0, color="black", linewidth=1)
    ax.set_yticks(range(len(gains)), gains)
    ax.set_ylim(len(gains) - 0.5, -0.5)
    ax.xaxis.set_major_locator(MultipleLocator(STEP))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda gain, _: _points(gain)))
    ax.tick_params(labelbottom=True)
    ax.set_xlabel("points over scratch")
    ax.set_title(name, loc="left", fontsize=10)
    ax.grid(axis="x", alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)


def _words(panels: Panels, title: str) -> str:
    parts = [f"{name}: " + ", ".join(_said(row, gain) for row, gain in gains.items()) for name, gains in panels.items()]
    seeds = len(next(iter(next(iter(panels.values())).values())).values)
    return (
        f"{title}. Points over scratch, mean of {seeds} seeds, and the 95% interval. {'; '.join(parts)}. "
        "Blue dots help, orange triangles harm, grey diamonds may do either."
    )


def _said(row: str, gain: Estimate) -> str:
    if not math.isfinite(gain.half_width):
        return f"{row} {_points(gain.mean)} (one seed, no interval)"
    return f"{row} {_points(gain.mean)} ({_points(gain.low)} to {_points(gain.high)})"


def _points(share: float) -> str:
    points = round(100 * share)
    return f"{points:+d}" if points else "0"
