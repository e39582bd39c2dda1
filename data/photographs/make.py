"""Gathers the photographs: those of GCompris that are free of any copyright, cut square, as one file.

You need this script only to rebuild the data; the files it makes are shipped beside it::

    apt download gcompris-qt-data=3.1-2
    dpkg-deb -x gcompris-qt-data_3.1-2_all.deb gcompris
    pip install pillow numpy
    python make.py --source gcompris/usr/share/gcompris-qt/rcc
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image, ImageOps

FOLDERS = {  # where in GCompris the photographs of a class are
    "animal": (
        "explore_world_animals/resource/animals",
        "explore_farm_animals/resource/animals",
        "erase/resource",
    ),
    "fish": ("categorization/resource/images/fishes",),
    "building": ("categorization/resource/images/monuments",),
    "windmill": ("categorization/resource/images/renewable",),
    "tool": ("categorization/resource/images/tools",),
    "household": ("categorization/resource/images/others",),
}
FREE = {"public domain": "public domain", "cc0-1.0": "CC0 1.0"}  # the only licences taken
OTHERS = ("igloo", "baseball", "volleyball", "dam", "geothermal", "solar")  # how files begin that lie with a class
TRAIN, TEST = 8, 16  # photographs of a class to learn from, at least, and to be tested on, at most
SIDE = 112  # pixels
SEED = 0


def unpack(resource: bytes) -> dict[str, bytes]:
    """The files in one of Qt's resource files (.rcc, versions 1 to 3) by their paths."""
    magic, version, tree, data, names = struct.unpack(">4sIIII", resource[:20])
    if magic != b"qres":
        raise ValueError("this is no resource file of Qt")
    size = 14 if version < 2 else 22

    def name(at: int) -> str:
        (length,) = struct.unpack_from(">H", resource, names + at)
        return resource[names + at + 6 : names + at + 6 + 2 * length].decode("utf-16-be")

    def walk(node: int, path: PurePosixPath) -> Iterator[tuple[str, bytes]]:
        at = tree + node * size
        label, flags, *_ = struct.unpack_from(">IH", resource, at)
        path = path / name(label) if node else path
        if flags & 2:  # a folder: how many children, and the first
            count, first = struct.unpack_from(">II", resource, at + 6)
            for child in range(first, first + count):
                yield from walk(child, path)
        else:
            (start,) = struct.unpack_from(">I", resource, at + 10)
            (length,) = struct.unpack_from(">I", resource, data + start)
            content = resource[data + start + 4 : data + start + 4 + length]
            yield str(path), zlib.decompress(content[4:]) if flags & 1 else content

    return dict(walk(0, PurePosixPath()))


def credits(readme: str) -> dict[str, dict[str, str]]:
    """Copyright, Source and License of each file that a README of GCompris names."""
    found, note, listing = {}, {}, False
    for line in readme.splitlines():
        field = re.match(r"(Copyright|Source|License|Comments?|Files): *(.*)", line)
        if field:
            note = {} if field[1] == "Copyright" else note
            note[field[1]], listing = field[2].strip(), field[1] == "Files"
        files = field[2].split() if field and listing else [line.strip()] if listing and not field else []
        found.update((file, dict(note)) for file in files if file)
    return found


def photographs(source: Path) -> Iterator[dict]:
    """Each photograph that is free, with its class and what is known of it."""
    for label, folders in FOLDERS.items():
        for folder in folders:
            files = unpack((source / f"{folder.split('/')[0]}.rcc").read_bytes())
            folder = f"gcompris/src/activities/{folder}"
            notes = credits(files[f"{folder}/README"].decode())
            for name, note in sorted(notes.items()):
                licence = FREE.get(note.get("License", "").lower())
                if licence and name.endswith(".webp") and not name.startswith(OTHERS) and f"{folder}/{name}" in files:
                    yield {
                        "class": label, "file": name, "author": note["Copyright"], "licence": licence,
                        "source": note["Source"], "content": files[f"{folder}/{name}"],
                    }  # fmt: skip


def split(found: list[dict]) -> list[dict]:
    """Those that are taken, with ``test``: no photographer is on both sides of a class."""
    random, taken = np.random.default_rng(SEED), []
    for label in FOLDERS:
        rows = [row for row in found if row["class"] == label]
        authors = sorted({row["author"] for row in rows})
        works = {author: [row for row in rows if row["author"] == author] for author in authors}
        order = sorted(random.permutation(authors), key=lambda author: -len(works[author]))  # who has most, learns
        learnt, tested = [], []
        for author in order:
            (learnt if len(learnt) < TRAIN else tested).extend(works[author])
        taken += [row | {"test": False} for row in learnt]
        taken += [row | {"test": True} for row in tested[:TEST]]
    return taken


def square(content: bytes) -> np.ndarray:
    """A photograph cut square about its middle: (112, 112, 3)."""
    image = Image.open(io.BytesIO(content)).convert("RGB")
    return np.asarray(ImageOps.fit(image, (SIDE, SIDE), Image.Resampling.LANCZOS))


def save_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Like ``np.savez_compressed``, but the same arrays always give the same bytes: the zip holds no clock time."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, content.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)


def save_credits(path: Path, rows: list[dict]) -> None:
    """Who took each photograph, under what licence, and where it was found."""
    columns = ("class", "test", "file", "author", "licence", "source")
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def save_checksums(folder: Path) -> None:
    """SHA256SUMS of the files; ``sha256sum -c SHA256SUMS`` verifies them."""
    files = sorted([*folder.glob("*.npz"), *folder.glob("*.csv")])
    sums = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    (folder / "SHA256SUMS").write_text("".join(f"{sums[name]}  {name}\n" for name in sums), newline="\n")


def main() -> None:
    """Gather, split and save."""
    parser = argparse.ArgumentParser(description="Gather the photographs.")
    parser.add_argument("--source", type=Path, default=Path("/usr/share/gcompris-qt/rcc"))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where to; beside this script if unset")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rows = split(list(photographs(options.source)))
    arrays = {
        "images": np.stack([square(row["content"]) for row in rows]),
        "labels": np.array([list(FOLDERS).index(row["class"]) for row in rows], np.uint8),
        "test": np.array([row["test"] for row in rows]),
    }
    save_npz(options.out / "photographs.npz", arrays)
    save_credits(options.out / "credits.csv", rows)
    save_checksums(options.out)


if __name__ == "__main__":
    main()
