"""A table from a file, whatever program saved it: cells as texts, under the names of their columns."""

from __future__ import annotations

import gzip
import importlib.util
import io
import json
import zipfile
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path

from tlkit.datasets.own.encoding import Decoded, decode
from tlkit.datasets.own.rows import SEPARATORS, OpenMark, guess_dialect, read_rows
from tlkit.datasets.own.split import Skipped, listed
from tlkit.errors import TlkitError, first_line

TABLES, LINES, SHEETS, COLUMNAR = (".csv", ".tsv", ".txt"), (".jsonl", ".ndjson"), (".xlsx",), (".parquet",)
KINDS = TABLES + LINES + SHEETS + COLUMNAR
MOST = 1 << 29  # bytes of a table, unpacked: half a gigabyte of texts


@dataclass(frozen=True)
class Table:
    """Columns by name, the number that each row has in the file, what was skipped, and how the file was read.

    ``separator`` stands between the cells of a row, where it is text; ``doubts`` are sentences on what is uncertain.
    """

    source: str
    columns: dict[str, list[str]]
    numbers: list
    skipped: list[str]
    how: str
    separator: str = ""
    doubts: list[str] = field(default_factory=list)


def read_table(path: Path, encoding: str | None = None) -> Table:
    """The table in a file, by the kind that its name says."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    kind = suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else (suffixes or [""])[-1]
    if kind not in KINDS:
        raise TlkitError(f"{path.name} is no table that can be read here: save it as .csv, .tsv, .xlsx or .jsonl.")
    raw = _bytes(path, packed=suffixes[-1] == ".gz")
    if kind in COLUMNAR:
        return _columnar(path, raw, encoding)
    if kind not in SHEETS:
        read = _objects if kind in LINES else _separated
        return _with_rows(read(path, decode(path, raw, encoding)))
    if encoding is not None:
        raise TlkitError(f"{path.name} is a workbook, which says its encoding itself: leave encoding= out.")
    return _with_rows(_named(path.name, _sheet(path, raw), "the first sheet"))


def read_frame(frame: object) -> Table:
    """The table in a pandas frame; what is missing there is an empty cell, and a row is called as its index says."""
    heads = _heads([str(name) for name in frame.columns])
    columns = {
        head: ["" if gone else _cell(value) for value, gone in zip(column, column.isna(), strict=True)]
        for head, (_, column) in zip(heads, frame.items(), strict=True)
    }
    return _with_rows(Table("the frame", columns, frame.index.tolist(), [], ""))


def _cell(value: object) -> str:
    """A cell as text; a whole number that a gap in its column made a fraction of is whole again."""
    whole = isinstance(value, float) and value.is_integer()
    return _as_text(str(int(value) if whole else value))


def _with_rows(table: Table) -> Table:
    """The table, if there is a row in it; else the reason why there is none."""
    if table.numbers and table.columns:
        return table
    if table.skipped:
        between = SEPARATORS.get(table.separator)
        advice = f"put texts that hold {between} between quotation marks" if between else "write one JSON object a line"
        few = listed(table.skipped, 3)
        raise TlkitError(f"There is no row to read in {table.source}: {few}. To mend it, {advice}.")
    raise TlkitError(
        f"There is no row to read in {table.source}: give a table with a heading for each column, and rows below."
    )


def _bytes(path: Path, *, packed: bool) -> bytes:
    try:
        with gzip.open(path) if packed else path.open("rb") as file:
            raw = file.read(MOST + 1)
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise TlkitError(f"{path} can't be read ({why}): allow it, or save the file again.") from error
    if len(raw) > MOST:
        raise TlkitError(f"{path.name} holds more than {MOST >> 20} MB, more than is read at once: give a part.")
    return raw


def _columnar(path: Path, raw: bytes, encoding: str | None) -> Table:
    if encoding is not None:
        raise TlkitError(f"{path.name} says its encoding itself: leave encoding= out.")
    if importlib.util.find_spec("pyarrow") is None:
        raise TlkitError(f"To read {path.name}, install pyarrow (pip install pyarrow), or save it as .csv or .jsonl.")
    import pandas as pd

    try:
        frame = pd.read_parquet(io.BytesIO(raw), engine="pyarrow")
    except Exception as error:  # a broken file can raise anything, and the reason is told
        raise TlkitError(f"{path.name} can't be read as Parquet ({first_line(error)}): save it again.") from error
    return replace(read_frame(frame), source=path.name)


def _separated(path: Path, read: Decoded) -> Table:
    """Rows of cells with commas, semicolons, tabs or bars between them, whichever gives the steadiest table."""
    dialect, text = guess_dialect(read.text)
    try:
        rows = list(read_rows(text, dialect))
    except OpenMark as error:
        raise TlkitError(
            f"A quotation mark in line {error.line} of {path.name} is never closed: close it, or write it twice."
        ) from error
    table = _named(path.name, rows, f"{read.encoding}, {dialect}")
    return replace(table, separator=dialect.separator, doubts=read.doubts)


def _sheet(path: Path, raw: bytes) -> list[list[str]]:
    if importlib.util.find_spec("openpyxl") is None:
        raise TlkitError(f"To read {path.name}, install openpyxl (pip install openpyxl), or save it as 'CSV UTF-8'.")
    import pandas as pd

    _refuse_bomb(path, raw)
    try:
        sheet = pd.read_excel(io.BytesIO(raw), header=None, dtype=str, na_filter=False, engine="openpyxl")
    except Exception as error:  # a broken workbook can raise anything, and the reason is told
        raise TlkitError(
            f"{path.name} can't be read as a workbook ({error}): save it again as .xlsx or .csv."
        ) from error
    return [[str(cell) for cell in row] for row in sheet.itertuples(index=False)]


def _refuse_bomb(path: Path, raw: bytes) -> None:
    """A workbook is a zip, whose small size says nothing of what is in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return  # told by the reader of workbooks
    if size > MOST:
        raise TlkitError(f"{path.name} unpacks to more than {MOST >> 20} MB: save a part of it.")


def _named(source: str, rows: list[list[str]], how: str) -> Table:
    """The first row names the columns; rows that have more cells than it are skipped."""
    filled = [(number, cells) for number, cells in enumerate(rows, 1) if any(cell.strip() for cell in cells)]
    if not filled:
        raise TlkitError(f"{source} is empty: give a table with a heading for each column, and rows below.")
    heads = _heads(filled[0][1])
    kept, skipped = [], []
    for number, cells in filled[1:]:
        while len(cells) > len(heads) and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) > len(heads):
            skipped.append(Skipped(f"row {number}", f"it has {len(cells)} cells under {len(heads)} headings"))
        else:
            kept.append((number, [*cells, *[""] * (len(heads) - len(cells))]))
    columns = {head: [cells[place].strip() for _, cells in kept] for place, head in enumerate(heads)}
    return Table(source, columns, [number for number, _ in kept], skipped, how)


def _heads(cells: list[str]) -> list[str]:
    """A name of its own for each column."""
    heads: list[str] = []
    for place, cell in enumerate(cells, 1):
        head = cell.strip() or f"column {place}"
        heads.append(f"{head} {place}" if head in heads else head)
    return heads


def _objects(path: Path, read: Decoded) -> Table:
    """One JSON object a line."""
    rows, skipped = {}, []
    for number, line in enumerate(read.text.split("\n"), 1):
        try:
            row = json.loads(line) if line.strip() else {}
        except (ValueError, RecursionError):  # no JSON, a number of a thousand digits, or brackets in brackets
            row = None
        if not isinstance(row, dict):
            skipped.append(Skipped(f"row {number}", "it is no JSON object"))
        elif row:
            rows[number] = {str(name): _as_text(value) for name, value in row.items()}
    heads = dict.fromkeys(name for row in rows.values() for name in row)
    columns = {head: [row.get(head, "") for row in rows.values()] for head in heads}
    how = f"{read.encoding}, JSON lines"
    return Table(path.name, columns, list(rows), skipped, how, "JSON", read.doubts)


def _as_text(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode("utf-8").strip()  # half an emoji is no text
