"""Harm: what a teacher is worth against having none, in pictures with a zero line.

A gain below zero is negative transfer (Pan and Yang, 2010): the pupil would have done better alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from matplotlib.ticker import FuncFormatter, MultipleLocator, PercentFormatter

from tlkit import plots
from tlkit.forgetting import retained
from tlkit.plots import Picture
from tlkit.results import Estimate, Results

COLUMNS = {4: 2}  # of panels side by side; else up to three
STEP = 0.1  # between two ticks
HELP, HARM, UNSURE = ("#0072b2", "o"), ("#d55e00", "v"), ("#666666", "d")  # colour and marker
Panels = Mapping[str, Mapping[str, Estimate]]


def see_harm(
    teachers: Mapping[str, Results], *, scratch: Results, strategies: Iterable[str], shots: int, title: str = ""
) -> Picture:
    """For each strategy, what each teacher is worth over learning from ``scratch``, with its 95% interval."""
    panels = {
        plots.label(strategy): {name: gain(results, scratch, strategy, shots) for name, results in teachers.items()}
        for strategy in strategies
    }
    return _picture(panels, title or f"Worth over scratch, {shots} shot{'s' * (shots != 1)}")


def two_by_two(
    similar: Results, different: Results, *, scratch: Results, strategies: Iterable[str], few: int, many: int
) -> Picture:
    """Few or many labels by a similar or a different source, and in each corner what every strategy is worth.

    It is the table of Stanford's course CS231n (Karpathy, "Transfer learning"), filled by runs.
    """
    strategies = list(strategies)
    panels = {
        f"{kind}, {k} shots": {plots.label(name): gain(results, scratch, name, k) for name in strategies}
        for k in (few, many)
        for kind, results in (("similar", similar), ("different", different))
    }
    return _picture(panels, "Worth over scratch, by labels and likeness")


def see_forgetting(found: Results, title: str = "") -> Picture:
    """What each strategy leaves of the source, across, and what it learns of the target, up.

    ``found`` is what :func:`tlkit.measure_forgetting` returned.
    """
    kept = retained(found)
    learnt = Results(run for run in found if run.target != kept.targets[0])
    (shots,) = found.shots
    before = kept.accuracy("as_is", shots=shots).mean
    figure, ax = plots.figure(7.6, 4.6)
    parts = []
    for name in learnt.strategies:
        old, new = kept.accuracy(name, shots=shots), learnt.accuracy(name, shots=shots)
        _point(ax, name, old, new)
        parts.append(f"{plots.label(name)} {old.mean:.0%} and {new.mean:.0%}")
    ax.axvline(before, color="black", linewidth=1, linestyle=":")
    ax.set(xlabel=f"{learnt.sources[0]}: named right afterwards (dotted: before)")
    ax.set(ylabel=f"{learnt.targets[0]}: named right")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MultipleLocator(STEP / 2))
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_title(title, loc="left", fontweight="bold")
    ax.margins(0.08)
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)
    opening = f"{title}. " if title else ""
    words = f"{opening}Left of the source, {before:.0%} before, and learnt of the target: {'; '.join(parts)}."
    return Picture(figure, title, words)


def _point(ax, name: str, old: Estimate, new: Estimate) -> None:
    """A strategy's mean with its name, and its seeds."""
    colour, marker, _ = plots.style(name)
    ax.plot(old.values, new.values, marker, color=colour, markersize=4, alpha=0.35)
    ax.plot(old.mean, new.mean, marker, color=colour, markersize=10, markeredgecolor="white")
    place = {"xytext": (-8, 6), "textcoords": "offset points", "ha": "right"}
    ax.annotate(name, (old.mean, new.mean), color=colour, fontsize=9, **place)


def gain(results: Results, scratch: Results, strategy: str, shots: int) -> Estimate:
    """By how much a strategy beats the network from scratch at that many shots, paired by seed."""
    return results.accuracy(strategy, shots=shots) - scratch.accuracy("scratch", shots=shots)


def _picture(panels: Panels, title: str) -> Picture:
    columns = COLUMNS.get(len(panels), min(3, len(panels)))
    rows, tallest = -(-len(panels) // columns), max(map(len, panels.values()))
    size = (1.4 + (3.6 if columns < 3 else 2.9) * columns, rows * (0.36 * tallest + 1.0))
    figure = plots.Figure(figsize=size, dpi=110, layout="constrained")
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
        ax.errorbar(
            estimate.mean, row, xerr=estimate.half_width, fmt=marker, color=colour, markersize=7, capsize=3, zorder=3
        )
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
    return f"{row} {_points(gain.mean)} ({_points(gain.low)} to {_points(gain.high)})"


def _points(share: float) -> str:
    points = round(100 * share)
    return f"{points:+d}" if points else "0"
