"""Negative transfer: what a teacher is worth against having none, in pictures with a zero line.

A gain below zero is negative transfer (Pan and Yang, 2010): the pupil would have done better alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tlkit.experiments.results import Results
from tlkit.plots import style
from tlkit.plots.gains import gains_picture
from tlkit.plots.picture import Picture


def plot(
    teachers: Mapping[str, Results], *, scratch: Results, strategies: Iterable[str], shots: int, title: str = ""
) -> Picture:
    """For each strategy, what each teacher is worth over learning from ``scratch``, with its 95% interval."""
    panels = {
        style.label(strategy): {
            name: results.gain(strategy, shots=shots, baseline=scratch) for name, results in teachers.items()
        }
        for strategy in strategies
    }
    return gains_picture(panels, title or f"Worth over scratch, {shots} shot{'s' * (shots != 1)}")


def two_by_two(
    similar: Results, different: Results, *, scratch: Results, strategies: Iterable[str], few: int, many: int
) -> Picture:
    """Few or many labels by a similar or a different source, and in each corner what every strategy is worth.

    It is the table of Stanford's course CS231n (Karpathy, "Transfer learning"), filled by runs.
    """
    strategies = list(strategies)
    panels = {
        f"{kind}, {k} shots": {style.label(name): results.gain(name, shots=k, baseline=scratch) for name in strategies}
        for k in (few, many)
        for kind, results in (("similar", similar), ("different", different))
    }
    return gains_picture(panels, "Worth over scratch, by labels and likeness")
