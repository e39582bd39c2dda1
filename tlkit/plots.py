"""Pictures: a result in, an Axes out; and a picture as a notebook shows it, with its numbers in words.

Colours are those of Okabe and Ito, which colour-blind people can tell apart; each strategy has a marker and a dash of
its own besides, so that a plot reads in grey.
"""

from __future__ import annotations

import base64
import html
import io
import re
import warnings
from collections.abc import Iterable, Mapping
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator, PercentFormatter

from tlkit.glyphs import make_readable
from tlkit.results import Estimate, Results

STYLES = {  # colour, marker, dash
    "scratch": ("#000000", "o", "--"),
    "random_head": ("#8c8c8c", "x", ":"),
    "head": ("#0072b2", "s", "-"),
    "partial": ("#e69f00", "^", "-."),
    "full": ("#d55e00", "D", "-"),
    "lp_ft": ("#009e73", "v", "-"),
    "keep": ("#cc79a7", "P", "-"),
    "as_is": ("#56b4e9", "", (0, (1, 2))),
    "tf_idf": ("#cc79a7", "*", "--"),
    "lora": ("#56b4e9", "h", "-"),
    "random_lora": ("#8c8c8c", "+", "--"),
    "prompt": ("#e69f00", "p", ":"),
}
VARIANTS = (("^", (0, (4, 1.5))), ("o", (0, (1, 1))), ("*", "-."), ("<", (0, (6, 2, 1, 2))))  # the second of a kind on
CLOSE = 0.015  # nearer in accuracy than this, the names of two points would lie on each other
OTHER = ("#999999", ".", "-")
LONGEST = 24  # letters of a class name in a legend
LABELS = {
    "scratch": "from scratch",
    "random_head": "random, frozen",
    "head": "frozen (head)",
    "full": "tune all (full)",
    "lp_ft": "head, then all (lp_ft)",
    "keep": "keep the head, tune all (keep)",
    "as_is": "no lesson at all (as_is)",
    "tf_idf": "words counted (tf_idf)",
}


class Picture:
    """A figure with its numbers in words, which stand below it, for those who don't see it and for plain text."""

    def __init__(self, figure: Figure, title: str, words: str):
        self.figure = figure
        self.title, self.words = (text.encode("utf-8", "replace").decode() for text in (title, words))
        make_readable(figure)

    def __repr__(self) -> str:
        return self.words

    def _repr_html_(self) -> str:
        data = base64.b64encode(png(self.figure)).decode()
        return (
            f'<figure style="margin:0"><img alt="Plot: {html.escape(self.title)}; its numbers are below." '
            f'src="data:image/png;base64,{data}" style="max-width:100%">'
            f'<figcaption style="max-width:48em">{html.escape(self.words)}</figcaption></figure>'
        )


def png(figure: Figure) -> bytes:
    """The figure as PNG."""
    make_readable(figure)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)  # told once, in words
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def figure(width: float = 7.2, height: float = 4.2) -> tuple[Figure, Axes]:
    """A figure that belongs to no window, and its Axes."""
    fig = Figure(figsize=(width, height), dpi=110, layout="constrained")
    return fig, fig.subplots()


def style(strategy: str) -> tuple[str, str, object]:
    """Colour, marker and dash of a strategy, the same in every plot."""
    return STYLES.get(re.split("[:@,]", strategy)[0], OTHER)


def styles(strategies: Iterable[str]) -> dict[str, tuple[str, str, object]]:
    """The looks of several strategies in one plot: those of one kind share a colour, not a marker or a dash."""
    looks: dict[str, tuple] = {}
    variants = cycle(VARIANTS)
    for name in strategies:
        look = style(name)
        looks[name] = (look[0], *next(variants)) if look in looks.values() else look
    return looks


def short(name: str) -> str:
    """``guitar`` of ``notes/guitar``."""
    return name.rpartition("/")[2]


def label(strategy: str) -> str:
    """What a strategy is called in a plot."""
    kind, _, cut = strategy.partition("@")
    if cut and kind in ("head", "random_head"):
        return f"{LABELS[kind]}, first {cut} stages"
    return LABELS.get(strategy, strategy)


def label_curve(results: Results, *, ax: Axes | None = None, strategies: Iterable[str] | None = None) -> Axes:
    """Accuracy against shots: the mean over seeds, and a band from the lowest seed to the highest.

    A comparison that is not complete yet is drawn as far as it goes.
    """
    ax = ax if ax is not None else figure()[1]
    lines = []
    for name, (colour, marker, dash) in styles(strategies or results.strategies).items():
        points = _points(results, name)
        shots, lows, highs = list(points), [min(v) for v in points.values()], [max(v) for v in points.values()]
        ax.fill_between(shots, lows, highs, color=colour, alpha=0.13, linewidth=0)
        look = {"color": colour, "marker": marker, "linestyle": dash, "markersize": 6, "linewidth": 1.8}
        lines += ax.plot(shots, [np.mean(v) for v in points.values()], label=label(name), **look)
    lines += _majority_line(ax, results)
    label_axes(ax, results.shots)
    first = sorted(lines, key=lambda line: -line.get_ydata()[0])  # from top to bottom where they are furthest apart
    place = {"loc": "upper left", "bbox_to_anchor": (1, 1), "frameon": False}
    ax.legend(handles=first, labelcolor="linecolor", handlelength=3, **place)
    make_readable(ax.figure)
    return ax


def _majority_line(ax: Axes, results: Results) -> list[Line2D]:
    """What always naming the largest class is worth, as a line, where the test is uneven."""
    if results.majority is None:
        return []
    name, share = results.majority
    shown = name if len(name) <= LONGEST else f"{name[:LONGEST]}…"
    return [ax.axhline(share, color="#595959", linestyle=(0, (1, 3)), label=f"always {shown!r}")]


def label_axes(ax: Axes, shots: list[int]) -> None:
    """Shots across on a log scale, accuracy up in percent."""
    ax.set_xscale("log")
    ax.set_xticks(shots, [str(k) for k in shots])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xlabel("shots: labelled examples of each class")
    ax.set_ylabel("test examples named right")
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)


def curve_picture(results: Results, title: str = "", *, strategies: Iterable[str] | None = None) -> Picture:
    """The label curve as a picture with its numbers in words."""
    strategies = list(strategies or results.strategies)
    fig, ax = figure()
    label_curve(results, ax=ax, strategies=strategies)
    if title:
        ax.set_title(title, loc="left", fontweight="bold")
    return Picture(fig, title or "accuracy against shots", describe(results, title, strategies))


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
    if _majority_line(ax, results):
        ax.legend(frameon=False)
    ax.set_xscale("log")
    ax.margins(x=0.12, y=0.12)
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set(xlabel="weights that learn, head and all", ylabel="test examples named right")
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_title(title, loc="left", fontweight="bold")
    words = f"{title}. Named right, mean of {len(results.seeds)} seeds, with so many weights that learn: "
    uneven = _uneven(results.where(shots=shots), results.strategies)
    return Picture(fig, title or "accuracy against weights that learn", f"{words}{'; '.join(parts)}.{uneven}")


def _budget_point(ax: Axes, name: str, weights: int, found: Estimate, *, left: bool) -> None:
    colour, marker, _ = style(name)
    spread = [[found.mean - min(found.values)], [max(found.values) - found.mean]]
    look = {"color": colour, "marker": marker or "o", "markersize": 9, "capsize": 3, "linewidth": 1.2}
    ax.errorbar(weights, found.mean, yerr=spread, **look)
    place = {"xytext": (-7, 5), "ha": "right"} if left else {"xytext": (7, 5)}
    ax.annotate(name, (weights, found.mean), **place, textcoords="offset points", fontsize=9, color=colour)


def see_questions(*tasks, count: int = 6) -> Picture:
    """The first test images of tasks that have the same ones, and what each task calls them."""
    fig = Figure(figsize=(1.45 * count, 0.85 + 0.2 * len(tasks)), dpi=100, layout="constrained")
    called = []
    for row, ax in enumerate(fig.subplots(1, count)):
        names = [task.classes[task.test.labels[row]] for task in tasks]
        ax.imshow(tasks[0].test.items[row], cmap="gray")
        ax.set(xticks=[], yticks=[], xlabel="\n".join(names))
        called.append(" and ".join(names))
    asked = " and ".join(task.name for task in tasks)
    return Picture(fig, f"images of {asked}", f"The first {count} test images of {asked}: {'; '.join(called)}.")


def describe(results: Results, title: str, strategies: Iterable[str]) -> str:
    """The means of a label curve in words."""
    parts = []
    for name in strategies:
        points = _points(results, name).items()
        parts.append(f"{label(name)} " + ", ".join(f"{np.mean(values):.0%} at {k}" for k, values in points))
    opening = f"{title}. " if title else ""
    return f"{opening}Named right, mean of {len(results.seeds)} seeds, by shots: {'; '.join(parts)}." + _uneven(
        results, strategies
    )


def _uneven(results: Results, strategies: Iterable[str]) -> str:
    """Where the test is uneven: what always naming its largest class is worth, and the balanced accuracies."""
    if results.majority is None:
        return ""
    name, share = results.majority
    parts = []
    for strategy in strategies:
        shots = results.where(strategy=strategy).shots
        found = ", ".join(f"{results.balanced_accuracy(strategy, shots=k).mean:.0%} at {k}" for k in shots)
        parts.append(f"{label(strategy)} {found}")
    return f" Always {name!r} is {share:.0%} right. With each class counting alike: {'; '.join(parts)}."


def _points(results: Results, strategy: str) -> dict[int, list[float]]:
    """The accuracies of a strategy, seed by seed, for each number of shots that there is."""
    shots = results.where(strategy=strategy).shots
    return {k: results.accuracy(strategy, shots=k).values for k in shots}
