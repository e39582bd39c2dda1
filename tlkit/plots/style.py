"""One colour, marker and name for each strategy, in every plot."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import cycle

from tlkit.estimate import Estimate

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
    "random_policy": ("#8c8c8c", "", (0, (1, 4))),
    "logistic": ("#cc79a7", "<", ":"),
    "forest": ("#e69f00", "X", (0, (5, 2))),
    "trees": ("#d55e00", "p", "--"),
    "logistic+surprise": ("#cc79a7", "1", (0, (3, 2, 1, 2))),
    "forest+surprise": ("#e69f00", "8", (0, (3, 1, 1, 1, 1, 1))),
    "trees+surprise": ("#d55e00", "d", (0, (3, 1, 1, 1))),
}
VARIANTS = (("^", (0, (4, 1.5))), ("o", (0, (1, 1))), ("*", "-."), ("<", (0, (6, 2, 1, 2))))  # the second of a kind on
OTHER = ("#999999", ".", "-")
LABELS = {
    "scratch": "from scratch",
    "random_head": "random, frozen",
    "head": "frozen (head)",
    "full": "tune all (full)",
    "lp_ft": "head, then all (lp_ft)",
    "keep": "keep the head, tune all (keep)",
    "as_is": "no lesson at all (as_is)",
    "tf_idf": "words counted (tf_idf)",
    "random_policy": "by lot (random_policy)",
    "logistic": "by hand (logistic)",
    "forest": "by hand (forest)",
    "trees": "by hand (trees)",
    "logistic+surprise": "by hand and surprise (logistic)",
    "forest+surprise": "by hand and surprise (forest)",
    "trees+surprise": "by hand and surprise (trees)",
}


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
    name, comma, more = strategy.partition(", ")
    kind, _, cut = name.partition("@")
    if cut and kind in ("head", "random_head"):
        name = f"{LABELS[kind]}, first {cut} stages"
    return LABELS.get(name, name) + comma + more


def seeds_of(estimates: Iterable[Estimate]) -> str:
    """Over how many seeds the means of a picture are taken: ``20 seeds``, or ``10 to 20 seeds``."""
    counts = {len(each.values) for each in estimates} or {0}
    fewest, most = min(counts), max(counts)
    return f"{fewest} to {most} seeds" if fewest < most else f"{most} seeds"
