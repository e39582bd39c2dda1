"""A person's own texts: which column of a table holds them, which holds the labels, and which rows can be used."""

from __future__ import annotations

import itertools
import math
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

from tlkit.datasets.own.rows import SEPARATORS
from tlkit.datasets.own.split import SIDES, Found, listed, short
from tlkit.datasets.own.tables import Table
from tlkit.errors import TlkitError, unknown

TEXT_NAMES = ("text", "texts", "sentence")
LABEL_NAMES = ("label", "labels", "class", "category", "target")
MOST_CLASSES = 200


def read_texts(table: Table, text: str | Sequence[str] | None, label: str | None, group: str | None) -> Found:
    """Every row of the table that has a text and a label; several text columns become one text, part below part."""
    named = [text] if isinstance(text, str) else list(text or ())
    _check_columns(table, named, label, group)
    split = split_column(table, {*named, label, group})
    label = label or guess_label(table, {*named, group, split})
    named = named or [guess_text(table, {label, group, split})]
    _check_label(label, [value for value in table.columns[label] if value])
    texts, sides = _joined(table, named), _sides(table, split)
    said = " and ".join(map(repr, named))
    found = Found(
        source=table.source,
        things="rows",
        items=texts,
        labels=table.columns[label],
        names=[f"row {number}" for number in table.numbers],
        keys=_keys(texts, table.columns[group] if group else None),
        sides=sides,
        skipped=table.skipped,
        how=(f" ({table.how})" if table.how else "")
        + f", {said} under {label!r}"
        + f", split by {split!r}" * bool(split),
        doubts=[*table.doubts, *_swallowed(table, texts, label)],
    )
    return found.without(_gaps(" or ".join(named), label, found, split))


def _check_columns(table: Table, named: list[str], label: str | None, group: str | None) -> None:
    """The names that were given are columns, each for one purpose."""
    given = [name for name in (*named, label, group) if name is not None]
    for name in given:
        if name not in table.columns:
            raise _no_column(table, name)
    if twice := [name for name in given if given.count(name) > 1]:
        raise TlkitError(f"The column {twice[0]!r} is named for two things: texts, labels and groups need one each.")


def _no_column(table: Table, name: str) -> TlkitError:
    """The sentence for a column that is not there: lines above the headings and wrong letters are told as the cause."""
    rows = zip(table.numbers, zip(*table.columns.values(), strict=True), strict=True)
    below = next((number for number, cells in itertools.islice(rows, 10) if name in cells), None)
    if below is not None:
        return TlkitError(
            f"{name!r} stands in row {below} of {table.source}, and the first line is taken for the headings: take out "
            f"the lines above them."
        )
    return TlkitError(f"{unknown('column', name, table.columns)}{_uncertain(table)}")


def _uncertain(table: Table) -> str:
    """What may have gone wrong before, for a sentence that would name another cause."""
    skipped = [f"Skipped: {listed(table.skipped, 3)}."] if table.skipped else []
    return "".join(f" {each}" for each in (*table.doubts, *skipped))


def _joined(table: Table, named: list[str]) -> list[str]:
    columns = [table.columns[name] for name in named]
    return ["\n".join(part for part in parts if part) for parts in zip(*columns, strict=True)]


def _swallowed(table: Table, texts: list[str], label: str) -> list[str]:
    """Texts in which other rows seem to stand, as happens when a quotation mark too few or too many hides line ends."""
    between, known = table.separator, set(table.columns[label]) - {""}
    if between not in SEPARATORS:
        return []

    def holds_a_row(text: str) -> bool:
        parts = [line.split(between) for line in text.splitlines() if between in line]
        return "\n" in text and any(part.strip(' "') in known for line in parts for part in line)

    found = [
        f"row {number} ({short(text)!r})"
        for number, text in zip(table.numbers, texts, strict=True)
        if (between == "\t" and "\t" in text) or holds_a_row(text)
    ]
    return [f"Other rows seem to be inside a text, as by a stray quotation mark: {listed(found)}."] if found else []


def _keys(texts: list[str], groups: list[str] | None) -> tuple[list[str], ...]:
    """What keeps rows together: the group, if there is one, and the text without its spacing and case."""
    same = [" ".join(unicodedata.normalize("NFC", text).casefold().split()) for text in texts]
    if groups is None:
        return (same,)
    return [f"group {group}" if group else text for group, text in zip(groups, same, strict=True)], same


def split_column(table: Table, named: set) -> str | None:
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


def guess_label(table: Table, taken: set) -> str:
    """The one column that can only be the labels."""
    free = {head: column for head, column in table.columns.items() if head not in taken}
    label = _only(free, lambda head, column: head.casefold() in LABEL_NAMES) or _only(free, _labels)
    if label is None:
        raise _ambiguous(table, "label", "labels")
    if label in table.columns[label]:
        raise TlkitError(
            f"The first line of {table.source} looks like a row, since {short(label)!r} is among the values below: "
            f"write a heading for each column there, such as text and label."
        )
    return label


def guess_text(table: Table, taken: set) -> str:
    """The one column that can only be the texts."""
    free = {head: column for head, column in table.columns.items() if head not in taken}
    text = (
        _only(free, lambda head, column: head.casefold() in TEXT_NAMES) or _only(free, _phrases) or _only(free, _words)
    )
    if text is None:
        raise _ambiguous(table, "text", "texts")
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


def _ambiguous(table: Table, argument: str, things: str) -> TlkitError:
    heads = ", ".join(repr(short(head)) for head in table.columns)
    which = f"Which column of {table.source} holds the {things}? Say it with {argument}=, one of {heads}."
    return TlkitError(which + _uncertain(table))


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
