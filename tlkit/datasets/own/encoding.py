"""The text in the bytes of a person's file: the encoding that it was written in, and what speaks against a guess."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import NamedTuple

from tlkit.datasets.own.split import listed, short
from tlkit.errors import TlkitError

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark begins alike
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
OTHERS = {  # how files begin that are called a table and are none
    b"PK\x03\x04": "a workbook or an archive: call it .xlsx if it is a workbook, or unpack it",
    b"\xd0\xcf\x11\xe0": "an old workbook (.xls): save it as .xlsx or .csv",
    b"\x1f\x8b": "packed: add .gz to its name",
    b"%PDF": "a PDF: save its table as .csv",
    b"PAR1": "Parquet: call it .parquet",
    b"SQLite format 3": "a database: save one table of it as .csv",
    b"{\\rtf": "RTF: save it as .csv",
    b"\x89PNG": "a picture: from_folder reads pictures",
    b"\xff\xd8\xff": "a picture: from_folder reads pictures",
    b"version https://git-lfs": "Git LFS's stand-in for a file: fetch the file itself with `git lfs pull`",
    b"<!doctype html": "a web page: download the table itself",
    b"<html": "a web page: download the table itself",
}
NON_ASCII = re.compile(r"\S*[^\x00-\x7f]\S*")


class Decoded(NamedTuple):
    """A file as text, the encoding that it was read with, and what is not certain about it."""

    text: str
    encoding: str
    doubts: list[str]


def check_encoding(encoding: object) -> None:
    """One sentence for what is no encoding of texts."""
    try:
        known = isinstance(encoding, str) and codecs.lookup(encoding)._is_text_encoding
    except (LookupError, ValueError):
        known = False
    if encoding is not None and not known:
        raise TlkitError(f"encoding={encoding!r} is no encoding that Python knows: try 'utf-8', 'cp1251' or 'gbk'.")


def decode(path: Path, raw: bytes, encoding: str | None = None) -> Decoded:
    """The file as text: as it was said, as its first bytes say, as UTF-8, or else as cp1252, which is told."""
    start = raw[:40].lstrip().lower()
    for begin, what in OTHERS.items():
        if raw.startswith(begin) or start.startswith(begin):
            raise TlkitError(f"{path.name} is no text but {what}.")
    sure = encoding or next((name for mark, name in MARKS if raw.startswith(mark)), None) or _wide(raw[:200])
    found = _as_said(path, raw, sure) if sure else _as_utf8(raw) or _by_line(raw) or _as_cp1252(path, raw)
    text = found.text.removeprefix("\ufeff")
    if zeros := text.count("\0"):
        found.doubts.append(f"{zeros} characters of zero were left out.")
    return found._replace(text=text.replace("\0", ""))


def _wide(start: bytes) -> str | None:
    """UTF-16 that does not say so: in texts with some plain letters one byte of two is often zero, the other never."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if min(even, odd) or max(even, odd) < len(start) / 20:
        return None
    return "utf-16-be" if even else "utf-16-le"


def _as_said(path: Path, raw: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(raw.decode(encoding), encoding.upper(), [])
    except UnicodeError as error:
        line = raw[: getattr(error, "start", 0)].count(b"\n") + 1
        raise TlkitError(
            f"{path.name} is not in {encoding} (line {line} does not fit): give another encoding=, or save the file "
            f"again as 'CSV UTF-8'."
        ) from error


def _as_utf8(raw: bytes) -> Decoded | None:
    try:
        return Decoded(raw.decode("utf-8"), "UTF-8", [])
    except UnicodeDecodeError:
        return None


def _by_line(raw: bytes) -> Decoded | None:
    """UTF-8 but for some lines, which are named; None unless more of the lines with other letters speak for UTF-8."""
    lines: list[str] = []
    bad, good = [], 0
    for number, line in enumerate(raw.split(b"\n"), 1):
        try:
            lines.append(line.decode("utf-8"))
            good += not line.isascii()
        except UnicodeDecodeError:
            lines.append(line.decode("cp1252", "replace"))
            bad.append(f"line {number} ({short(lines[-1].strip())!r})")
    if len(bad) >= good:
        return None
    few = f"{len(bad)} of {len(raw.splitlines())} lines are no UTF-8 and were read as cp1252: {listed(bad)}."
    return Decoded("\n".join(lines), "UTF-8", [few])


def _as_cp1252(path: Path, raw: bytes) -> Decoded:
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError as error:
        raise TlkitError(
            f"{path.name} is no text in UTF-8, UTF-16 or cp1252: save it again as 'CSV UTF-8', or say what it is in "
            f"with encoding=, such as 'shift_jis' or 'mac_roman'."
        ) from error
    example = max(NON_ASCII.findall(text), key=lambda word: sum(not letter.isascii() for letter in word[:40]))
    guess = (
        f"It is no UTF-8 and was read as cp1252, which is a guess: {short(example, 40)!r}. If that looks wrong, say "
        f"encoding=, such as 'cp1251' or 'gbk'."
    )
    return Decoded(text, "cp1252", [guess])
