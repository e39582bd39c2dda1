"""Two handwritten digits side by side, and two questions about them: one by a made-up rule, one by what is to be seen.

The digits are those of the task ``digits``; who wrote the digits of the test wrote none with labels. The pairs are
drawn by a fixed seed, the same ones for both questions.
"""

from __future__ import annotations

import functools

import numpy as np

from tlkit.datasets import images
from tlkit.datasets.task import Examples, Task

PARTS = {"train": (800, 0), "test": (500, 1)}  # pairs, and the seed by which they are drawn
WANTED = 7
QUESTIONS = {  # the classes, and which of them two digits belong to
    "even": (("odd", "even"), lambda left, right: (left + right) % 2 == 0),
    "seven": (("no 7", "7"), lambda left, right: (left == WANTED) | (right == WANTED)),
}


def names() -> dict[str, str]:
    """Every task of this family, with what it is in one line."""
    return {
        "pairs/even": "two handwritten digits: is their sum even? A rule that has to be found out",
        "pairs/seven": "the same pairs of digits: is there a 7 among them?",
    }


def load(name: str) -> Task:
    """The task of that name, ``pairs/even`` or ``pairs/seven``."""
    classes, rule = QUESTIONS[name.partition("/")[2]]
    parts = [_pairs(part) for part in PARTS]
    labelled = [Examples(e.items, rule(e.tags["left"], e.tags["right"]).astype(np.int64), e.tags) for e in parts]
    return Task(name, "image", classes, *labelled, about=names()[name])


@functools.cache
def _pairs(part: str) -> Examples:
    """Images (n, 28, 56); half of the pairs have a 7, and of either half each sum is as often odd as even."""
    count, seed = PARTS[part]
    digits = getattr(images.load("digits"), part)
    draw = np.random.default_rng(seed)
    by_digit = [np.flatnonzero(digits.labels == digit) for digit in range(10)]
    chosen = [pair for seven in (False, True) for odd in (0, 1) for pair in _drawn(draw, seven, odd, count // 4)]
    left, right = np.array(chosen)[draw.permutation(len(chosen))].T
    rows = [[draw.choice(by_digit[digit]) for digit in side] for side in (left, right)]
    items = np.concatenate([digits.items[side] for side in rows], axis=2)
    return Examples(items, np.zeros(len(items), np.int64), {"left": left, "right": right})


def _drawn(draw: np.random.Generator, seven: bool, odd: int, count: int) -> list[tuple[int, int]]:
    """``count`` pairs of digits, with or without a 7, whose sums are odd or even."""
    fitting = [(a, b) for a in range(10) for b in range(10) if (WANTED in (a, b)) == seven and (a + b) % 2 == odd]
    return [fitting[i] for i in draw.integers(len(fitting), size=count)]
