"""What an accuracy is worth where one class of the test is larger than the others: a line, and words."""

from __future__ import annotations

from collections.abc import Iterable

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from tlkit.experiments.results import Results
from tlkit.plots.style import label

LONGEST = 24  # letters of a class name in a legend


def majority_line(ax: Axes, results: Results) -> list[Line2D]:
    """What always naming the largest class is worth, as a line, where the test is uneven."""
    if results.majority is None:
        return []
    name, share = results.majority
    shown = name if len(name) <= LONGEST else f"{name[:LONGEST]}…"
    return [ax.axhline(share, color="#595959", linestyle=(0, (1, 3)), label=f"always {shown!r}")]


def uneven_words(results: Results, strategies: Iterable[str]) -> str:
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
