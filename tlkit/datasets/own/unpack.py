"""A zip of pictures or of a table, unpacked to a folder of its own: what would harm is refused before it is written."""

from __future__ import annotations

import contextlib
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tlkit.datasets.own.images import LEFTOVERS, PICTURES
from tlkit.datasets.own.split import Skipped, short
from tlkit.datasets.own.tables import KINDS
from tlkit.errors import TlkitError, first_line, shown

MOST_FILES, MOST_BYTES = 100_000, 4 << 30  # in one zip
RATIO = 200  # times its packed size a file of more than a megabyte may have; pictures are packed already
BLOCK = 1 << 20


@contextlib.contextmanager
def unpacked(path: Path) -> Iterator[tuple[Path, list[Skipped]]]:
    """The folder of what a zip holds, while the context lasts, and what of it was left packed."""
    with tempfile.TemporaryDirectory(prefix="tlkit-", ignore_cleanup_errors=True) as folder:
        root = Path(folder).resolve()
        try:
            with zipfile.ZipFile(path) as packed:
                wanted, skipped = _wanted(path, packed)
                for entry, place in wanted:
                    _write(path, packed, entry, root.joinpath(*place.parts))
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as error:
            raise TlkitError(
                f"{path.name} can't be unpacked ({first_line(error)}): it is damaged, or locked. Zip the folder again."
            ) from error
        yield _innermost(root), skipped


Wanted = list[tuple[zipfile.ZipInfo, PurePosixPath]]


def _wanted(path: Path, packed: zipfile.ZipFile) -> tuple[Wanted, list[Skipped]]:
    entries = [entry for entry in packed.infolist() if not entry.is_dir()]
    if len(entries) > MOST_FILES:
        raise TlkitError(f"{path.name} holds {len(entries):,} files, and at most {MOST_FILES:,} are read: give a part.")
    _refuse_bomb(path, entries)
    wanted, skipped = [], []
    for entry in entries:
        place = PurePosixPath(entry.filename.replace("\\", "/"))
        _refuse_slip(path, place, entry.filename)
        if any(part.startswith(".") or part.casefold() in LEFTOVERS for part in place.parts):
            continue
        if stat.S_ISLNK(entry.external_attr >> 16):
            skipped.append(Skipped(short(str(place)), "it is a link"))
        elif place.suffix.lower() in (*PICTURES, *KINDS):
            wanted.append((entry, place))
        else:
            skipped.append(Skipped(short(str(place)), _why_not(place)))
    return wanted, skipped


def _why_not(place: PurePosixPath) -> str:
    return "it is packed in turn" if place.suffix.lower() in (".zip", ".gz", ".7z", ".tar", ".rar") else "no picture"


def _refuse_slip(path: Path, place: PurePosixPath, name: str) -> None:
    """Names that lead out of the folder are no accident."""
    if place.is_absolute() or ".." in place.parts or ":" in name or "\0" in name or not place.parts:
        raise TlkitError(
            f"{path.name} is not read: {shown(short(name))} in it leads out of its own folder, as in an attack. Zip "
            "the folder of pictures itself."
        )


def _refuse_bomb(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    total = sum(entry.file_size for entry in entries)
    if total > MOST_BYTES:
        raise TlkitError(f"{path.name} unpacks to more than {MOST_BYTES >> 30} GB: give a part of it.")
    for entry in entries:
        if entry.file_size > BLOCK and entry.file_size > RATIO * max(entry.compress_size, 1):
            raise TlkitError(
                f"{path.name} is not read: {short(entry.filename)!r} in it unpacks to {entry.file_size >> 20} MB from "
                f"{entry.compress_size:,} bytes, as in an attack. Leave it out."
            )


def _write(path: Path, packed: zipfile.ZipFile, entry: zipfile.ZipInfo, place: Path) -> None:
    """One file; it may be no longer than the zip says."""
    place.parent.mkdir(parents=True, exist_ok=True)
    left = entry.file_size
    with packed.open(entry) as source, place.open("xb") as target:
        while block := source.read(BLOCK):
            left -= len(block)
            if left < 0:
                raise TlkitError(f"{path.name} is not read: {short(entry.filename)!r} is longer than it says.")
            target.write(block)


def _innermost(root: Path) -> Path:
    """The folder that holds something besides one other folder."""
    while True:
        inside = list(root.iterdir())
        if len(inside) != 1 or not inside[0].is_dir():
            return root
        if not any(path.is_dir() for path in inside[0].iterdir()) and not _has_table(inside[0]):
            return root
        root = inside[0]


def _has_table(folder: Path) -> bool:
    return any(path.suffix.lower() in KINDS for path in folder.iterdir())
