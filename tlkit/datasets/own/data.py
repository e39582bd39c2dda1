"""A person's own data, once it was read: a report of what is there, and as many splits of it as are asked for."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from tlkit.arguments import a_share
from tlkit.datasets.own.load import as_task, check_options, pictures_in, texts_in, there
from tlkit.datasets.own.near_texts import near_sets, near_texts
from tlkit.datasets.own.split import Found, Skipped, draw_test, listed, short, together
from tlkit.datasets.own.unpack import unpacked
from tlkit.datasets.task import UNEVEN, Task
from tlkit.errors import TlkitError, shown
from tlkit.seeding import check_seed

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Report:
    """What was read: how many ``items``, how many of each of the ``classes``, and what was ``skipped`` and why.

    ``leaks`` are pairs of names, of what was to be learnt from and of the same, or nearly the same, in the test, where
    the files say the split; ``copies`` are pairs that are the same or nearly so, and are kept on one side of a split
    that is drawn; ``clashes`` are copies under two labels. ``doubts`` are sentences on what may have been read wrong.
    """

    source: str
    things: str
    items: int
    classes: dict[str, int]
    skipped: list[Skipped]
    leaks: list[tuple[str, str]]
    copies: list[tuple[str, str]]
    clashes: list[tuple[str, str]]
    doubts: list[str]
    has_split: bool

    @property
    def majority(self) -> tuple[str, float]:
        """The largest class and its share."""
        name, most = max(self.classes.items(), key=lambda each: each[1])
        return name, most / self.items

    def as_json(self) -> dict:
        """The report as plain values."""
        return {
            "source": self.source, "items": self.items, "classes": self.classes,
            "skipped": [{"name": each.name, "why": each.why} for each in self.skipped],
            "leaks": [list(pair) for pair in self.leaks], "copies": [list(pair) for pair in self.copies],
            "clashes": [list(pair) for pair in self.clashes], "doubts": self.doubts,
        }  # fmt: skip

    def __str__(self) -> str:
        return "\n".join(self.sentences())

    def sentences(self) -> list[str]:
        """The report in words."""
        counts = sorted(self.classes.items(), key=lambda each: -each[1])
        said = [
            f"{self.source}: {self.items} {self.things} in {len(counts)} classes: "
            f"{listed([f'{short(name)} {count}' for name, count in counts], 12)}."
        ]
        name, share = self.majority
        if share * len(counts) > UNEVEN:
            said.append(
                f"The classes are uneven: always naming {short(name)!r} would be right {share:.0%} of the time."
            )
        if few := [short(name) for name, count in counts if count < 10]:
            said.append(f"Too few to say much of them, under 10: {listed(few)}.")
        said += self._copies()
        if self.skipped:
            said.append(f"Skipped, {len(self.skipped)}: {listed(self.skipped)}.")
        return [*said, *self.doubts]

    def _copies(self) -> list[str]:
        pairs = {name: [f"{short(a)} = {short(b)}" for a, b in getattr(self, name)] for name in
                 ("leaks", "copies", "clashes")}  # fmt: skip
        said = []
        if self.leaks:
            said.append(
                f"LEAKS, {len(self.leaks)}: what is to be learnt from is in the test, too, which flatters: "
                f"{listed(pairs['leaks'])}."
            )
        if self.copies:
            said.append(f"Copies or near copies, {len(self.copies)}, kept on one side: {listed(pairs['copies'])}.")
        if self.clashes:
            said.append(f"The same under two labels, {len(self.clashes)}: {listed(pairs['clashes'])}.")
        return said


@dataclass(frozen=True, eq=False)
class OwnData:
    """A person's own labelled items, of which :meth:`task` makes a task with one split, and another for each seed."""

    name: str
    modality: Literal["image", "text"]
    found: Found
    items: np.ndarray
    report: Report

    def __repr__(self) -> str:
        return f"OwnData({self.name!r}: {self.report.items} {self.report.things}, {len(self.report.classes)} classes)"

    @property
    def has_split(self) -> bool:
        """Whether the files say what is for the test."""
        return self.report.has_split

    @property
    def groups(self) -> np.ndarray:
        """For each item the first one of its set: copies of one thing, or what belongs together (n,)."""
        return together(self.found.keys)

    def task(self, *, test: float = 0.3, seed: int = 0) -> Task:
        """A task, of which about the share ``test`` is held back, drawn by ``seed`` unless the files say the split."""
        share = a_share(test, f"test={shown(test)} is no share of the examples, such as 0.3")
        tested = draw_test(self.found, share, check_seed(seed))
        return replace(as_task(self.modality, self.found, self.items, tested, self.name), uneven=True)


def read_data(
    path: str | os.PathLike | pd.DataFrame,
    *,
    text: str | Sequence[str] | None = None,
    label: str | None = None,
    group: str | None = None,
    side: int = 128,
    encoding: str | None = None,
    name: str | None = None,
) -> OwnData:
    """Read a folder of pictures, a zip of one, or a table of texts, and say what is there.

    A folder holds one folder for each class, or pictures and one table that names them; a table is a .csv, .tsv,
    .xlsx, .jsonl or .parquet, or a pandas frame. The options are those of :func:`tlkit.from_folder` and
    :func:`tlkit.from_csv`. Nothing is written, and nothing leaves this machine.
    """
    side, name = check_options(side, name)
    if hasattr(path, "columns"):  # a frame
        return _texts(path, text, label, group, encoding, name)
    place = there(path, "a folder or a table")
    with _opened(place) as (folder, left_packed), _named_as(folder, place):
        if folder.is_dir() and not (table := _lone_table(folder, place)):
            found = pictures_in(folder, side, label)
            found = replace(found, source=place.stem if folder != place else found.source)
            return _own("image", _with(found, left_packed), np.stack(found.items), name)
        file = table if folder.is_dir() else folder
        data = _texts(file, text, label, group, encoding, name)
        return replace(data, report=replace(data.report, skipped=[*data.report.skipped, *left_packed]))


@contextlib.contextmanager
def _opened(place: Path) -> Iterator[tuple[Path, list[Skipped]]]:
    if place.is_file() and place.suffix.lower() == ".zip":
        with unpacked(place) as opened:
            yield opened
    else:
        yield place, []


@contextlib.contextmanager
def _named_as(folder: Path, place: Path) -> Iterator[None]:
    """Sentences name the zip that was given, and not the folder to which it was unpacked."""
    try:
        yield
    except TlkitError as error:
        if folder == place:
            raise
        raise TlkitError(str(error).replace(str(folder), place.name)) from error


def _lone_table(folder: Path, place: Path) -> Path | None:
    """The one file of a zip, if it is a table."""
    inside = list(folder.iterdir()) if folder != place else []
    return inside[0] if len(inside) == 1 and inside[0].is_file() else None


def _texts(path: object, text, label, group, encoding, name: str | None) -> OwnData:
    found, stem = texts_in(path, text, label, group, encoding)
    pairs = near_texts(found.items)
    leaders = near_sets(len(found.items), pairs)
    if leaders is None:
        form = "Many texts are nearly alike, as forms are that were filled in: near copies are not kept together."
        found = replace(found, doubts=[*found.doubts, form])
    else:
        near = [found.keys[-1][row] for row in leaders]
        found = replace(found, keys=(*found.keys, near, found.keys[-1]))
    return _own("text", found, np.array(found.items, dtype=object), name or stem, pairs if leaders is not None else [])


def _with(found: Found, skipped: list[Skipped]) -> Found:
    return replace(found, skipped=[*found.skipped, *skipped])


def _own(
    modality: str, found: Found, items: np.ndarray, name: str | None, near: Sequence[tuple[int, int]] = ()
) -> OwnData:
    same = together(found.keys[-1:])
    exact = [(int(first), row) for row, first in enumerate(same) if first != row]
    pairs = sorted({*exact, *near})
    crossing = [_in_order(found, pair) for pair in pairs if found.sides and _crosses(found, pair)]
    report = Report(
        source=found.source,
        things="pictures" if modality == "image" else "texts",
        items=len(items),
        classes=dict(sorted(Counter(found.labels).items())),
        skipped=list(found.skipped),
        leaks=[*found.leaks, *_named(found, crossing)],
        copies=[] if found.sides else _named(found, pairs),
        clashes=_named(found, [(a, b) for a, b in pairs if found.labels[a] != found.labels[b]]),
        doubts=list(found.doubts),
        has_split=bool(found.sides),
    )
    return OwnData(name or found.source, modality, found, items, report)


def _named(found: Found, pairs: Sequence[tuple[int, int]]) -> list[tuple[str, str]]:
    return [(found.names[one], found.names[other]) for one, other in pairs]


def _crosses(found: Found, pair: tuple[int, int]) -> bool:
    return found.sides[pair[0]] != found.sides[pair[1]]


def _in_order(found: Found, pair: tuple[int, int]) -> tuple[int, int]:
    """The one that is learnt from first."""
    return pair if found.sides[pair[0]] == "train" else (pair[1], pair[0])
