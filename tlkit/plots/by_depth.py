"""Accuracy by depth: a probe after each stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from tlkit.estimate import Estimate
from tlkit.plots import picture, style

COLUMNS = 3
ACCURACY = "test examples named right"


def plot_depth(
    curves: Mapping[str, Sequence[Estimate]],
    stages: Sequence[str],
    title: str,
    *,
    level: tuple[str, Estimate] | None = None,
    what: str = ACCURACY,
    across: str = "the last stage that is kept",
) -> picture.Picture:
    """Accuracy, or ``what`` else there is a figure of, stage by stage; ``level`` is a line across."""
    fig, ax = picture.figure()
    looks = cycle(style.STYLES[name] for name in ("head", "full", "lp_ft", "partial", "keep"))
    for name, values in curves.items():
        draw_depth(ax, values, name, style.STYLES["random_head"] if "random" in name else next(looks))
    if level:
        ax.axhline(level[1].mean, color="#56b4e9", linestyle=(0, (1, 2)), linewidth=2, label=level[0])
    label_depth(ax, stages, what, across)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False, labelcolor="linecolor", handlelength=3)
    ax.set_title(title, loc="left", fontweight="bold")
    return picture.Picture(fig, title, _depth_words(curves, stages, title, level, what, across))


def plot_depths(
    panels: Mapping[str, Mapping[str, Sequence[Estimate]]], stages: Sequence[str], title: str, *, across: str
) -> picture.Picture:
    """As :func:`plot_depth`, in a panel for each of several targets, three in a row."""
    rows = -(-len(panels) // COLUMNS)
    fig = Figure(figsize=(10.4, 0.6 + 2.4 * rows), dpi=100, layout="constrained")
    axes = fig.subplots(rows, COLUMNS, sharey=True, squeeze=False).flatten()
    for ax, (name, curves) in zip(axes, panels.items(), strict=False):
        for (curve, values), look in zip(curves.items(), ("full", "head", "lp_ft"), strict=False):
            draw_depth(ax, values, curve, style.STYLES[look])
        label_depth(ax, stages, across=across)
        ax.set_ylabel("")
        ax.set_title(name, loc="left", fontsize=10, fontweight="bold")
    for ax in axes[len(panels) :]:
        ax.set_axis_off()
    axes[0].legend(frameon=False, labelcolor="linecolor", handlelength=3, loc="lower right")
    fig.suptitle(title, fontweight="bold", x=0.01, ha="left")
    told = (_depth_words(curves, stages, name, None, ACCURACY, across) for name, curves in panels.items())
    return picture.Picture(fig, title, f"{title}. {' '.join(told)}")


def draw_depth(ax: Axes, values: Sequence[Estimate], name: str, look: tuple) -> list[Artist]:
    """One curve of :func:`plot_depth`: a band from the lowest seed to the highest, and the mean; both are returned."""
    colour, marker, dash = look
    places, means = range(1, len(values) + 1), [value.mean for value in values]
    lowest, highest = [min(value.values) for value in values], [max(value.values) for value in values]
    band = ax.fill_between(places, lowest, highest, color=colour, alpha=0.13, linewidth=0)
    look = {"color": colour, "marker": marker, "linestyle": dash, "markersize": 6, "linewidth": 1.8}
    return [band, *ax.plot(places, means, **look, label=name)]


def label_depth(
    ax: Axes, stages: Sequence[str], what: str = ACCURACY, across: str = "the last stage that is kept"
) -> None:
    """Stages across, early to late; accuracy upwards in percent, or what else goes from 0 to 1."""
    ax.set_xticks(range(1, len(stages) + 1), stages)
    ax.set_ylim(0, 1.02)
    if what == ACCURACY:
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xlabel(across)
    ax.set_ylabel(what)
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)


def _depth_words(
    curves: Mapping, stages: Sequence[str], title: str, level: tuple | None, what: str, across: str
) -> str:
    parts = []
    for name, values in [*curves.items(), *([(level[0], [level[1]])] if level else [])]:
        points = [f"{value.mean:.0%}" if what == ACCURACY else f"{value.mean:.2f}" for value in values]
        places = [f" at {stage}" for stage in stages] if len(values) > 1 else [""]
        parts.append(f"{name} {', '.join(map(''.join, zip(points, places, strict=False)))}")
    return f"{title}. {what[0].upper()}{what[1:]}, by {across}: {'; '.join(parts)}."
