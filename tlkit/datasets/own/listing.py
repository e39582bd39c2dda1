"""A table that lies beside pictures and says what each of them shows."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tlkit.datasets.own.split import SIDES, Skipped, short
from tlkit.datasets.own.tables import KINDS, Table, read_table
from tlkit.datasets.own.texts import guess_label, split_column
from tlkit.errors import TlkitError, unknown


@dataclass(frozen=True)
class Listing:
    """The pictures that a table names, each with its label, its side ("" where none is said) and its file."""

    source: str
    files: list[tuple[str, str, Path]]
    skipped: list[Skipped]


def find_listing(root: Path, label: str | None) -> Listing | None:
    """What the one table in ``root`` says of the pictures there; None where there is none that names any."""
    found = [(table, column) for table in _tables(root) if (column := _files_column(root, table))]
    if not found:
        return None
    if len(found) > 1:
        names = " and ".join(table.source for table, _ in found[:2])
        raise TlkitError(f"{names} both name the pictures of {root}: take one of them out.")
    return _listed(root, *found[0], label)


def _tables(root: Path) -> list[Table]:
    """The tables that lie in ``root``; beside folders, which may be the classes, those that can be read."""
    inside = [path for path in sorted(root.iterdir()) if not path.name.startswith(".")]
    wanted = [path for path in inside if path.suffix.lower() in KINDS and path.suffix.lower() != ".txt"]
    read, alone = [], not any(path.is_dir() for path in inside)
    for path in wanted:
        try:
            read += [read_table(path)] if path.is_file() else []
        except TlkitError:
            if alone:
                raise
    return read


def _files_column(root: Path, table: Table) -> str | None:
    """The first column of which most values are files here."""
    for head, column in table.columns.items():
        named = [value for value in column if value]
        if named and 2 * sum(_inside(root, value) is not None for value in named) > len(named):
            return head
    return None


def _inside(root: Path, name: str) -> Path | None:
    """The file of that name, if it lies in ``root``, links followed."""
    try:
        file = root / name
        within = os.path.realpath(file).startswith(os.path.realpath(root) + os.sep)
        return file if within and file.is_file() else None
    except (OSError, ValueError):  # too long, or a zero in it
        return None


def _listed(root: Path, table: Table, files: str, label: str | None) -> Listing:
    split = split_column(table, {files, label})
    if label is not None and label not in table.columns:
        raise unknown("column", label, table.columns)
    label = label or guess_label(table, {files, split})
    sides = [SIDES.get(value.casefold(), "") for value in table.columns[split]] if split else [""] * len(table.numbers)
    if "test" not in sides:
        sides = ["test" if side == "val" else side for side in sides]
    kept, skipped = [], [*table.skipped]
    rows = zip(table.columns[files], table.columns[label], sides, table.numbers, strict=True)
    for name, value, side, number in rows:
        file = _inside(root, name)
        if file is None or not value or (split and side not in ("train", "test")):
            why = f"no {label}" if file and not value else "its split is neither train nor test" if file else (
                f"{short(name)!r} is no file in this folder"
            )  # fmt: skip
            skipped.append(Skipped(f"row {number} of {table.source}", why))
        else:
            kept.append((value, side, file))
    return Listing(table.source, kept, skipped)
