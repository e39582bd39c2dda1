"""Checksums of files, and the ``SHA256SUMS`` of a folder that says what its files are to be."""

from __future__ import annotations

import hashlib
from pathlib import Path

SHEET = "SHA256SUMS"


def sha256(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with open(file, "rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def read_sheet(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file of ``folder``, by name, as its sheet says.

    No sheet vouches for itself: an empty or damaged one stands under its own name, with a checksum that nothing has.
    """
    lines = (folder / SHEET).read_text(encoding="utf-8", errors="replace").splitlines()
    entries = [line.split(maxsplit=1) for line in lines if line.strip()]
    sums = {entry[1]: entry[0].lower() for entry in entries if len(entry) == 2}
    return sums if entries and len(sums) == len(entries) else {**sums, SHEET: ""}


def write_sheet(folder: Path) -> None:
    """Write down the SHA-256 of every file that is in ``folder`` now."""
    lines = [f"{sha256(file)}  {file.name}\n" for file in sorted(folder.iterdir())]
    (folder / SHEET).write_text("".join(lines), encoding="utf-8", newline="\n")


def damage(folder: Path) -> dict[str, str]:
    """The files of ``folder`` that are ``"missing"`` or ``"damaged"``, by name: not as its sheet says."""
    found = {name: _state(folder / name, known) for name, known in read_sheet(folder).items()}
    return {name: state for name, state in found.items() if state}


def _state(file: Path, known: str) -> str:
    if not file.is_file():
        return "missing"
    return "" if sha256(file) == known else "damaged"
