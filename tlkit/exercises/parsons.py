"""Parsons problems: the lines of a small program, shuffled, to be put in order; some do not belong (Ericson, 2017).

A problem is nothing but rules of one form, "this line comes before that one, else why": a line that does not belong
comes after the divider, one that does before it.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from tlkit.errors import TlkitError
from tlkit.exercises.check import register_parsons

DIVIDER = -1  # stands among the lines of an order; what is below it is left out


@dataclass(frozen=True)
class Parsons:
    """A problem: its lines, those that belong first and in a right order, and the rules that an order must keep."""

    name: str
    text: str
    lines: tuple[str, ...]
    rules: tuple[tuple[int, int, str], ...]
    right: str

    @property
    def start(self) -> list[int]:
        """The order in which the lines are met: shuffled, always alike, never right."""
        draw = random.Random(self.name)
        while True:
            order = [*draw.sample(range(len(self.lines)), len(self.lines)), DIVIDER]
            if self.broken(order):
                return order

    def broken(self, order: Sequence[int]) -> str:
        """Why an order is wrong: the first rule that it breaks; nothing, where it is right."""
        if sorted(order) != [DIVIDER, *range(len(self.lines))]:
            raise TlkitError(f"An order has each of the {len(self.lines)} lines once, and the divider, not {order}.")
        place = {line: number for number, line in enumerate(order)}
        return next((why for before, after, why in self.rules if place[before] > place[after]), "")


def parsons(
    name: str,
    *,
    text: str,
    lines: Mapping[str, str],
    traps: Mapping[str, str],
    right: str,
    free: Collection[tuple[int, int]] = (),
) -> None:
    """Register a problem: ``lines`` in a right order with why each comes where it does, and ``traps`` with why not.

    ``free`` are pairs of lines, by number, either of which may come first.
    """
    whole = (*lines, *traps)
    why = [*lines.values(), *traps.values()]
    rules = [(DIVIDER, trap, f"One line does not belong: {why[trap]}") for trap in range(len(lines), len(whole))]
    rules += [(line, DIVIDER, f"A line is missing above the divider: {why[line]}") for line in range(len(lines))]
    rules += [(one, two, why[two]) for two, one in _later_first(len(lines)) if (one, two) not in free]
    register_parsons(name, Parsons(name, text, whole, tuple(rules), right))


def _later_first(count: int) -> list[tuple[int, int]]:
    """Pairs of lines, the later one first, such that hints begin at the top."""
    return sorted((two, one) for one, two in combinations(range(count), 2))
