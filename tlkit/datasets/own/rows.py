"""Rows of a text with separators: what stands between quotation marks is one cell, and a stray mark hides no row.

Python's csv takes any mark at the beginning of a cell for an opening one, and goes on to the next wherever that stands,
over line ends and other rows. Here a cell is quoted only if its mark has a partner before a separator or a line end.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from tlkit.errors import TlkitError

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SAMPLE = 50_000  # letters by which the separator is chosen
ASTRAY = 200  # so many marks without a partner of their own, and none is looked for further than its line
_LINE_END = re.compile(r"\r\n|\n|\r|\Z")
_DECLARED = re.compile(r"\ufeff?sep=(.)\r?\n", re.IGNORECASE)  # a first line that Excel writes and reads


class Dialect(NamedTuple):
    """What stands between cells, and whether a backslash takes a quotation mark's meaning away."""

    separator: str
    escaped: bool

    def __str__(self) -> str:
        between = SEPARATORS.get(self.separator, f"{self.separator!r} between cells")
        return between + (', \\" for a quotation mark' if self.escaped else "")


class OpenMark(TlkitError):
    """A quotation mark has no partner; ``line`` is where."""

    def __init__(self, line: int):
        super().__init__(f"A quotation mark in line {line} is never closed.")
        self.line = line


def guess_dialect(text: str) -> tuple[Dialect, str]:
    """The separator that the first line declares, or that gives the steadiest table; and the text without that line."""
    if declared := _DECLARED.match(text):
        text, separators = f"\n{text[declared.end() :]}", [declared[1]]
    else:
        separators = list(SEPARATORS)
    dialects = [Dialect(separator, _escapes(text, separator)) for separator in separators]
    return max(dialects, key=lambda dialect: _steadiness(text[:SAMPLE], dialect)), text


def _escapes(text: str, separator: str) -> bool:
    """Whether marks inside quoted cells have a backslash before them, and not a second mark."""
    end = _end(separator)
    return bool(re.search(rf'(?:^|{re.escape(separator)})"[^"\r\n]*\\"(?!"|{end})', text, re.MULTILINE))


def _steadiness(text: str, dialect: Dialect) -> tuple[float, int]:
    """The share of rows that have as many cells as the first, if that has several."""
    widths = [len(cells) for cells in read_rows(text, dialect, lenient=True) if cells] or [0]
    return (widths[0] > 1) * widths.count(widths[0]) / len(widths), widths[0]


def read_rows(text: str, dialect: Dialect, *, lenient: bool = False) -> Iterator[list[str]]:
    """The cells of each row, none for an empty line.

    A mark without a partner is a letter like any other between tabs or where we are ``lenient``; else it raises
    :class:`OpenMark`, for it may hide a separator.
    """
    marks = _Marks(text, dialect, lenient or dialect.separator == "\t")
    place, line = 0, 1
    while place < len(text):
        end = _LINE_END.search(text, place)
        plain = text[place : end.start()]
        cells = plain.split(dialect.separator) if plain else []
        if '"' in plain:
            cells, stop = marks.row(place, line)
            end = _LINE_END.match(text, stop)
        if marks.width is None and cells:
            marks.width = len(cells)
        line += len(_LINE_END.findall(text, place, end.start())) if '"' in plain else 1
        place = end.end()
        yield cells


class _Marks:
    """Reads rows in which there are quotation marks."""

    def __init__(self, text: str, dialect: Dialect, lenient: bool):
        self.text, self.dialect, self.lenient = text, dialect, lenient
        self.quoted, self.bare, self.opening = _patterns(dialect)
        self.width: int | None = None  # cells in the first row
        self._alone = False  # a mark without any partner below: no other has one but in its own line
        self._astray = 0  # marks whose partner was another cell's

    def row(self, place: int, line: int) -> tuple[list[str], int]:
        """The cells of the row that begins at ``place``, and where it ends."""
        cells, begin, end = [], place, _LINE_END.search(self.text, place).start()
        while True:
            found = (
                self._quoted(begin, place, end, line) if '"' in self.text[place : place + 8].lstrip(" ")[:1] else None
            )
            if found:
                cells.append(_unmarked(found[1], self.dialect))
            else:
                found = self.bare.match(self.text, place)
                cells.append(found[0])
            place = found.end()
            if self.text[place : place + 1] != self.dialect.separator:
                return cells, place
            place += 1
            end = max(end, _LINE_END.search(self.text, place).start())

    def _quoted(self, begin: int, place: int, end: int, line: int) -> re.Match | None:
        """The quoted cell at ``place`` of the row that begins at ``begin``; None where the mark is but a letter.

        ``end`` is the end of the mark's line.
        """
        found = self.quoted.match(self.text, place, end)
        if found or (self.lenient and (self._alone or self._rows_alone(begin, place, end))):
            return found
        found = self.quoted.match(self.text, place)
        self._alone = found is None
        if found and not self.opening.search(found[1]):
            return found
        if not self.lenient:
            raise OpenMark(line)
        self._astray += 1
        self._alone = self._alone or self._astray > ASTRAY
        return None

    def _rows_alone(self, begin: int, place: int, end: int) -> bool:
        """Whether this line and the next are whole rows between tabs, if marks are letters."""
        if self.dialect.separator != "\t":
            return False
        begin = max(begin, *(self.text.rfind(mark, begin, place) + 1 for mark in "\r\n"))
        after = _LINE_END.match(self.text, end).end()
        following = self.text[after : _LINE_END.search(self.text, after).start()]
        return all(line.count("\t") + 1 == self.width for line in (self.text[begin:end], following))


@functools.cache
def _patterns(dialect: Dialect) -> tuple[re.Pattern, re.Pattern, re.Pattern]:
    """A quoted cell, a bare one, and, inside a quoted one, a mark that looks like the opening of another."""
    separator, end = re.escape(dialect.separator), _end(dialect.separator)
    inside = r'[^"\\]++|\\["\\]|\\' if dialect.escaped else r'[^"]++'
    quoted = rf' {{0,6}}"((?>{inside}|""|"(?!"|{end}))*+)"(?={end})'
    return (
        re.compile(quoted, re.DOTALL),
        re.compile(rf"[^{separator}\r\n]*+"),
        re.compile(rf'[\r\n](?:[^"\r\n]*{separator})?"(?!"|{end})'),
    )


def _end(separator: str) -> str:
    return rf"{re.escape(separator)}|\r|\n|\Z"


def _unmarked(cell: str, dialect: Dialect) -> str:
    """The inside of a quoted cell as it was before it was quoted."""
    if not dialect.escaped:
        return cell.replace('""', '"')
    return re.sub(r'\\(["\\])|""', lambda found: found[1] or '"', cell)
