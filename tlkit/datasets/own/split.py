"""What was found in a person's own files, and which of it is for learning and which for the test."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tlkit.errors import TlkitError
from tlkit.seeding import stream

SIDES = {
    "train": "train", "training": "train", "test": "test", "testing": "test",
    "val": "val", "valid": "val", "validation": "val", "dev": "val",
}  # fmt: skip
TOLD = 5  # of what was skipped, a warning names so many


class Skipped(str):
    """What was left out, as a sentence holds it: ``name (why)``; and the two by themselves."""

    name: str
    why: str

    def __new__(cls, name: str, why: str) -> Skipped:
        """One entry."""
        entry = super().__new__(cls, f"{name} ({why})")
        entry.name, entry.why = name, why
        return entry


@dataclass(frozen=True)
class Found:
    """One entry for each item that could be read.

    Items that share a value in any of the ``keys`` stay on one side of the split; the last of them stands for the
    content itself. ``sides`` is empty where a split has yet to be drawn. ``skipped`` says of each thing that was left
    out what and why, ``doubts`` are sentences on what may have been read wrong.
    ``leaks`` are pairs of names, of what was to be learnt from and of the same thing in the test.
    """

    source: str
    things: str
    items: Sequence
    labels: list[str]
    names: list[str]
    keys: tuple[list[str], ...]
    sides: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    how: str = ""
    doubts: list[str] = field(default_factory=list)
    leaks: list[tuple[str, str]] = field(default_factory=list)

    def without(self, reasons: dict[int, str]) -> Found:
        """All rows but those, which count as skipped for the reasons given."""

        def rest(column: Sequence) -> list:
            return [value for row, value in enumerate(column) if row not in reasons]

        return replace(
            self, items=rest(self.items), labels=rest(self.labels), names=rest(self.names),
            keys=tuple(map(rest, self.keys)), sides=rest(self.sides),
            skipped=[*self.skipped, *(Skipped(short(self.names[row]), why) for row, why in reasons.items())],
        )  # fmt: skip


def together(keys: Iterable[Sequence[str]]) -> np.ndarray:
    """For each row the first one of its set: rows that share a value in any column, and the partners of partners."""
    keys = list(keys)
    leader = list(range(len(keys[0])))

    def first_of(row: int) -> int:
        while leader[row] != row:
            leader[row] = leader[leader[row]]
            row = leader[row]
        return row

    for column in keys:
        seen: dict[str, int] = {}
        for row, value in enumerate(column):
            one, other = first_of(row), first_of(seen.setdefault(value, row))
            leader[max(one, other)] = min(one, other)
    return np.array([first_of(row) for row in range(len(leader))], dtype=np.int64)


def without_leaks(found: Found) -> Found:
    """What the test holds can't be learnt from: where the files say the split, such rows are left out of training."""
    sets = together(found.keys)
    tested = {group: row for row, (group, side) in enumerate(zip(sets, found.sides, strict=False)) if side == "test"}
    leaks = [row for row, side in enumerate(found.sides) if side == "train" and sets[row] in tested]
    pairs = [(found.names[row], found.names[tested[sets[row]]]) for row in leaks]
    return replace(found.without(dict.fromkeys(leaks, "the test has it too")), leaks=pairs)


def thin_classes(found: Found) -> list[str]:
    """The classes that can't be on both sides of the split."""
    groups = found.sides or together(found.keys)
    seen: dict[str, set] = {}
    for label, group in zip(found.labels, groups, strict=True):
        seen.setdefault(label, set()).add(group)
    return sorted(label for label, groups in seen.items() if len(groups) < 2)


def draw_test(found: Found, share: float, seed: int) -> np.ndarray:
    """The rows of the test, as a mask: by the hash of each item's content, so that it keeps its side among others.

    Each class has about ``share`` of its items in the test, and at least one on either side.
    """
    if found.sides:
        return np.array(found.sides) == "test"
    leaders, sets = np.unique(together(found.keys), return_inverse=True)
    classes, labels = np.unique(found.labels, return_inverse=True)
    lots = _lots(found.keys[0], sets, len(leaders), seed)
    has = np.zeros((len(leaders), len(classes)), dtype=bool)  # (sets, classes)
    has[sets, labels] = True
    test = lots < share
    for label in range(len(classes)):
        for side, order in ((True, np.argsort(lots)), (False, np.argsort(-lots))):
            if not (has[:, label] & (test == side)).any():
                test[_spare(has, test != side, label, order, found, classes)] = side
    return test[sets]


def _lots(keys: Sequence[str], sets: np.ndarray, count: int, seed: int) -> np.ndarray:
    """A number from 0 to 1 for each set, from the first of its keys and the seed."""
    first = [""] * count
    for key, group in zip(keys, sets, strict=True):
        first[group] = min(first[group] or key, key)
    return np.array([stream(seed, "own test", key) / 2**63 for key in first])


def _spare(has: np.ndarray, there: np.ndarray, label: int, order: np.ndarray, found: Found, classes: np.ndarray) -> int:
    """The first set with that class whose other classes stay behind too when it changes sides."""
    left = has[there].sum(axis=0)  # how many sets of each class are on that side now
    for row in order:
        if there[row] and has[row, label] and (left[has[row]] > 1).all():
            return row
    raise TlkitError(
        f"No split of {found.source} keeps together what belongs together and has the class {str(classes[label])!r} on "
        f"both sides: give more examples, or smaller groups."
    )


def tell(found: Found, same: str) -> None:
    """One warning that names what was skipped, what is uncertain, and what is there under more than one label."""
    parts = [*found.doubts]
    if found.skipped:
        total = len(found.items) + len(found.skipped)
        parts.append(f"{len(found.skipped)} of {total} {found.things} were skipped: {listed(found.skipped)}.")
    if clashes := _clashes(found):
        parts.append(f"The same {same} is in more than one class: {listed(clashes)}.")
    if parts:
        warnings.warn(f"{found.source}: {' '.join(parts)}", stacklevel=3)


def _clashes(found: Found) -> list[str]:
    same: dict[str, dict[str, str]] = {}
    for content, label, name in zip(found.keys[-1], found.labels, found.names, strict=True):
        same.setdefault(content, {}).setdefault(label, name)
    return [
        " = ".join(f"{short(name)} ({short(label)!r})" for label, name in by_label.items())
        for by_label in same.values()
        if len(by_label) > 1
    ]


def listed(entries: Sequence[str], most: int = TOLD) -> str:
    """The first few entries, and how many more there are."""
    more = len(entries) - most
    return "; ".join(entries[:most]) + (f"; and {more} more" if more > 0 else "")


def short(name: str, most: int = 70) -> str:
    """A name that a sentence can hold: its beginning and its end."""
    half = most // 2
    return name if len(name) <= most else f"{name[:half]}…{name[-half:]}"
