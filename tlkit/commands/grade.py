"""tlkit grade: what a class answered, as a table, and what it gained."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from tlkit.errors import TlkitError
from tlkit.exercises import grading

FORMULAS = ("=", "+", "-", "@")  # with which a cell of a spreadsheet begins to compute


def grade_command(folder: str, out: str | None) -> int:
    """What ``tlkit grade`` does: the table to standard output or a file, and the rest in words."""
    sheets = grading.read_folder(Path(folder))
    table = as_csv(grading.grades(sheets))
    if out:
        _write(Path(out), table)
    else:
        print(table, end="")
    print("\n".join(words(sheets)), file=sys.stdout if out else sys.stderr)
    return 0


def as_csv(rows: Iterable[Mapping[str, object]]) -> str:
    """Rows that have the same columns, as text; a name can't become a formula."""
    rows = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _plain(value) for key, value in row.items()})
    return text.getvalue()


def words(sheets: Iterable[grading.Sheet]) -> list[str]:
    """How many files were read, what is wrong with others, and what the class gained."""
    sheets = list(sheets)
    bad = [sheet for sheet in sheets if sheet.problem]
    said = [f"{len(sheets)} files, {len(bad)} of them without anything to count."]
    said += [f"  {sheet.file}: {sheet.problem}" for sheet in bad]
    said.append(str(grading.gain(sheets) or "Fewer than two readers answered the ten questions before and after."))
    return said


def _plain(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise TlkitError(f"The table can't be written to {path} ({error.strerror}): name another.") from error
