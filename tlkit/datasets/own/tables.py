"""A table from a file, whatever program saved it: cells as texts, under the names of their columns."""

from __future__ import annotations

import csv
import gzip
import importlib.util
import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from tlkit.errors import TlkitError

TABLES, LINES, SHEETS = (".csv", ".tsv", ".txt"), (".jsonl", ".ndjson"), (".xlsx",)


SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}


@dataclass(frozen=True)
class Table:
    """Columns by name, the number that each row has in the file, what was skipped, and how the file was read."""

    columns: dict[str, list[str]]
    numbers: list[int]
    skipped: list[str]
    how: str


def read_table(path: Path) -> Table:
    """The table in a file, by the kind that its name says."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    kind = suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else (suffixes or [""])[-1]
    if kind not in TABLES + LINES + SHEETS:
        raise TlkitError(f"{path.name} is no table that can be read here: save it as .csv, .tsv, .xlsx or .jsonl.")
    raw = _bytes(path, packed=suffixes[-1] == ".gz")
    if kind in SHEETS:
        table = _named(path, _sheet(path, raw), "the first sheet")
    elif kind in LINES:
        table = _objects(path, raw)
    else:
        table = _separated(path, raw)
    if not table.numbers:
        raise TlkitError(
            f"There is no row to read in {path.name}: give a table with a heading for each column, and rows below."
        )
    return table


def _bytes(path: Path, *, packed: bool) -> bytes:
    try:
        raw = path.read_bytes()
        return gzip.decompress(raw) if packed else raw
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise TlkitError(f"{path} can't be read ({why}): allow it, or save the file again.") from error


def _text(path: Path, raw: bytes) -> tuple[str, str]:
    """The file as text, and the encoding that it was read with."""
    wide = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    unmarked = "utf-16-be" if raw[:1] == b"\0" else "utf-16-le"
    tries = ["utf-16"] if wide else [unmarked] if b"\0" in raw[:200] else ["utf-8-sig", "cp1252"]
    for encoding in tries:
        try:
            return raw.decode(encoding), encoding.removesuffix("-sig").upper().replace("CP1252", "cp1252")
        except UnicodeDecodeError:
            continue
    raise TlkitError(f"{path.name} is no text in UTF-8, UTF-16 or cp1252: save it again as 'CSV UTF-8'.")


def _separated(path: Path, raw: bytes) -> Table:
    """Rows of cells with commas, semicolons or tabs between them, whichever gives the steadiest table."""
    text, encoding = _text(path, raw)
    read = {separator: list(csv.reader(io.StringIO(text[:50_000], newline=""), delimiter=separator))
            for separator in SEPARATORS}  # fmt: skip

    def steadiness(separator: str) -> tuple[float, int]:
        widths = [len(cells) for cells in read[separator] if cells] or [0]
        return (widths[0] > 1) * widths.count(widths[0]) / len(widths), widths[0]

    best = max(SEPARATORS, key=steadiness)
    return _named(path, _cells(path, text, best), f"{encoding}, {SEPARATORS[best]}")


def _cells(path: Path, text: str, separator: str) -> list[list[str]]:
    """The cells of each row; a quotation mark that is never closed would hide rows, and is found by a last line."""
    end = "\N{END OF TRANSMISSION}"
    reader = csv.reader(io.StringIO(f"{text}\n{end}", newline=""), delimiter=separator)
    rows, begins = [], 1
    try:
        for cells in reader:
            rows.append(cells)
            begins, last = reader.line_num + 1, begins
    except csv.Error as error:
        raise TlkitError(f"{path.name} can't be read from line {begins} on ({error}): is a quotation mark left open "
                         f"there?") from error  # fmt: skip
    if rows.pop() != [end]:
        raise TlkitError(
            f"A quotation mark in line {last} of {path.name} is never closed: close it, or write it twice."
        )
    return rows


def _sheet(path: Path, raw: bytes) -> list[list[str]]:
    if importlib.util.find_spec("openpyxl") is None:
        raise TlkitError(f"To read {path.name}, install openpyxl (pip install openpyxl), or save it as 'CSV UTF-8'.")
    import pandas as pd

    try:
        sheet = pd.read_excel(io.BytesIO(raw), header=None, dtype=str, na_filter=False, engine="openpyxl")
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise TlkitError(
            f"{path.name} can't be read as a workbook ({error}): save it again as .xlsx or .csv."
        ) from error
    return [[str(cell) for cell in row] for row in sheet.itertuples(index=False)]


def _named(path: Path, rows: list[list[str]], how: str) -> Table:
    """The first row names the columns; rows that have more cells than it are skipped."""
    filled = [(number, cells) for number, cells in enumerate(rows, 1) if any(cell.strip() for cell in cells)]
    if not filled:
        raise TlkitError(f"{path.name} is empty: give a table with a heading for each column, and rows below.")
    heads = _heads(filled[0][1])
    kept, skipped = [], []
    for number, cells in filled[1:]:
        while len(cells) > len(heads) and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) > len(heads):
            skipped.append(f"row {number} (it has {len(cells)} cells under {len(heads)} headings)")
        else:
            kept.append((number, [*cells, *[""] * (len(heads) - len(cells))]))
    columns = {head: [cells[place].strip() for _, cells in kept] for place, head in enumerate(heads)}
    return Table(columns, [number for number, _ in kept], skipped, how)


def _heads(cells: list[str]) -> list[str]:
    """A name of its own for each column."""
    heads: list[str] = []
    for place, cell in enumerate(cells, 1):
        head = cell.strip() or f"column {place}"
        heads.append(f"{head} {place}" if head in heads else head)
    return heads


def _objects(path: Path, raw: bytes) -> Table:
    """One JSON object a line."""
    text, encoding = _text(path, raw)
    rows, skipped = {}, []
    for number, line in enumerate(text.split("\n"), 1):
        try:
            row = json.loads(line) if line.strip() else {}
        except json.JSONDecodeError as error:
            row = error.msg
        if not isinstance(row, dict):
            skipped.append(f"row {number} (it is no JSON object)")
        elif row:
            rows[number] = {str(name): _as_text(value) for name, value in row.items()}
    heads = dict.fromkeys(name for row in rows.values() for name in row)
    columns = {head: [row.get(head, "") for row in rows.values()] for head in heads}
    return Table(columns, list(rows), skipped, f"{encoding}, JSON lines")


def _as_text(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode("utf-8").strip()  # half an emoji is no text
