"""A person's own texts: which column of a table holds them, which holds the labels, and which rows can be used."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tlkit.datasets.own.split import SIDES, Found, short
from tlkit.datasets.own.tables import Table, read_table
from tlkit.errors import TlkitError, unknown

TEXT_NAMES = ("text", "texts", "sentence")
LABEL_NAMES = ("label", "labels", "class", "category", "target")
MOST_CLASSES = 200


def read_texts(path: Path, text: str | None, label: str | None, group: str | None) -> Found:
    """Every row that has a text and a label."""
    table = read_table(path)
    for name in (text, label, group):
        if name is not None and name not in table.columns:
            raise unknown("column", name, table.columns)
    split = _split_column(table, {text, label, group})
    label = label or _guess_label(path, table, {text, group, split})
    text = text or _guess_text(path, table, {label, group, split})
    _check_label(label, [value for value in table.columns[label] if value])
    texts, sides = table.columns[text], _sides(table, split)
    found = Found(
        source=path.name,
        things="rows",
        items=texts,
        labels=table.columns[label],
        names=[f"row {number}" for number in table.numbers],
        keys=_keys(texts, table.columns[group] if group else None),
        sides=sides,
        skipped=table.skipped,
        how=f" ({table.how}), {text!r} under {label!r}" + (f", split by {split!r}" if split else ""),
    )
    return found.without(_gaps(text, label, found, split))


def _keys(texts: list[str], groups: list[str] | None) -> tuple[list[str], ...]:
    """What keeps rows together: the group, if there is one, and the text without its spacing and case."""
    same = [" ".join(text.casefold().split()) for text in texts]
    if groups is None:
        return (same,)
    return [f"group {group}" if group else text for group, text in zip(groups, same, strict=True)], same


def _split_column(table: Table, named: set) -> str | None:
    """The column 'split', where there is one that says train and test."""
    for head, column in table.columns.items():
        values = {SIDES.get(value.casefold()) for value in column if value}
        if head.casefold() == "split" and head not in named and values in (
            {"train", "test"}, {"train", "val"}, {"train", "test", "val"}
        ):  # fmt: skip
            return head
    return None


def _sides(table: Table, split: str | None) -> list[str]:
    """Each row's side; where there is no test, val is it, and else val is on no side."""
    if split is None:
        return []
    sides = [SIDES.get(value.casefold(), "") for value in table.columns[split]]
    return sides if "test" in sides else ["test" if side == "val" else side for side in sides]


def _gaps(text: str, label: str, found: Found, split: str | None) -> dict[int, str]:
    """Rows that can't be used, and why."""
    gaps = {}
    for row, (item, name) in enumerate(zip(found.items, found.labels, strict=True)):
        if not item or not name:
            gaps[row] = f"no {text if not item else label}"
        elif split and found.sides[row] not in ("train", "test"):
            gaps[row] = f"its {split} is neither train nor test"
    return gaps


def _guess_label(path: Path, table: Table, taken: set) -> str:
    free = {head: column for head, column in table.columns.items() if head not in taken}
    label = _only(free, lambda head, column: head.casefold() in LABEL_NAMES) or _only(free, _labels)
    if label is None:
        raise _ambiguous(path, table, "label", "labels")
    if label in table.columns[label]:
        raise TlkitError(
            f"The first line of {path.name} looks like a row, since {short(label)!r} is among the values below: write "
            f"a heading for each column there, such as text and label."
        )
    return label


def _guess_text(path: Path, table: Table, taken: set) -> str:
    free = {head: column for head, column in table.columns.items() if head not in taken}
    text = (
        _only(free, lambda head, column: head.casefold() in TEXT_NAMES) or _only(free, _phrases) or _only(free, _words)
    )
    if text is None:
        raise _ambiguous(path, table, "text", "texts")
    return text


def _only(columns: dict[str, list[str]], fits: Callable[[str, list[str]], bool]) -> str | None:
    """The one column that fits, if there is exactly one."""
    fitting = [head for head, column in columns.items() if fits(head, [value for value in column if value])]
    return fitting[0] if len(fitting) == 1 else None


def _labels(head: str, values: list[str]) -> bool:
    """A few short values that come again and again."""
    few = 2 <= len(set(values)) <= min(MOST_CLASSES, len(values) / 2)
    return few and max(map(len, values)) <= 60 and not _continuous(values)


def _phrases(head: str, values: list[str]) -> bool:
    """Mostly more than one word, and mostly different ones."""
    return _words(head, values) and 2 * sum(" " in value for value in values) > len(values)


def _words(head: str, values: list[str]) -> bool:
    """Mostly with letters, and mostly different."""
    lettered = sum(any(letter.isalpha() for letter in value) for value in values)
    return 2 * lettered > len(values) and 2 * len(set(values)) > len(values)


def _ambiguous(path: Path, table: Table, argument: str, things: str) -> TlkitError:
    heads = ", ".join(repr(short(head)) for head in table.columns)
    return TlkitError(f"Which column of {path.name} holds the {things}? Say it with {argument}=, one of {heads}.")


def _check_label(label: str, values: list[str]) -> None:
    different = len(set(values))
    if different > MOST_CLASSES or 2 * different > max(len(values), 20) or (different > 20 and _continuous(values)):
        raise TlkitError(
            f"The column {label!r} has {different} different values in {len(values)} rows: a label has few. Name "
            f"another column with label=, or sort these values into a few classes first."
        )


def _continuous(values: list[str]) -> bool:
    """Numbers with something after the point."""
    numbers = [as_number(value) for value in set(values)]
    return None not in numbers and any(number % 1 for number in numbers)


def as_number(value: str) -> float | None:
    """The number that a label is, if it is one."""
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def lonely(found: Found, classes: list[str]) -> dict[int, str]:
    """The rows of classes that can't be on both sides of the split, and why each is skipped."""
    count = Counter(found.labels)
    why = {name: "the only row of" if count[name] == 1 else "not on both sides of the split:" for name in classes}
    return {row: f"{why[name]} the class {short(name)!r}" for row, name in enumerate(found.labels) if name in why}
