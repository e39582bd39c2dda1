"""A person's own pictures: a folder of class folders, read into squares of one size."""

from __future__ import annotations

import hashlib
import os
import unicodedata
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from tlkit.datasets.own.split import SIDES, Found, short
from tlkit.datasets.task import array_digest
from tlkit.errors import TlkitError

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".heic")
LEFTOVERS = ("thumbs.db", "desktop.ini", "__macosx")  # what systems and unpackers leave behind, besides .hidden files
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # EXIF's orientation: how to turn the picture
ORIENTATION = 0x0112


def read_pictures(root: Path, side: int) -> Found:
    """Every picture that can be read, as (side, side, 3), with the name of its folder for a label."""
    places, how = _places(root)
    files = [(label, part, file) for label, part, folder in places for file in _files(folder)]
    names = [_said(file.relative_to(root).as_posix()) for *_, file in files]
    read = _read_all([file for *_, file in files], side)
    failed = {row: f"{short(names[row])} ({why})" for row, why in enumerate(read) if isinstance(why, str)}
    _check_classes(root, places, [place[:2] for place in files], failed)
    rows = [row for row in range(len(files)) if row not in failed]
    strays = _strays(root, [folder for *_, folder in places])
    return Found(
        source=_said(root.name),
        things="files",
        items=[read[row][0] for row in rows],
        labels=[files[row][0] for row in rows],
        names=[names[row] for row in rows],
        keys=([read[row][1] for row in rows], [array_digest(read[row][0]) for row in rows]),
        sides=[files[row][1] for row in rows if files[row][1]],
        skipped=[*failed.values(), *strays],
        how=how,
    )


def _places(root: Path) -> tuple[list[tuple[str, str, Path]], str]:
    """Each class folder with its class and side ("" where a split is still to be drawn), and a word on the sides."""
    folders = [path for path in _inside(root) if path.is_dir()]
    parts = _parts(folders)
    if not parts:
        return [(_said(folder.name), "", folder) for folder in folders], ""
    places = [
        (_said(folder.name), part, folder)
        for part, above in parts.items()
        for folder in _inside(above)
        if folder.is_dir()
    ]
    unused = [_said(folder.name) for folder in folders if folder not in parts.values()]
    left_out = f", {', '.join(unused)} left out" if unused else ""
    return places, f", learnt from {parts['train'].name}, tested on {parts['test'].name}{left_out}"


def _parts(folders: list[Path]) -> dict[str, Path]:
    """The folders of a split that the person made: train and test, or train and val where there is no test."""
    found = {SIDES[folder.name.casefold()]: folder for folder in folders if folder.name.casefold() in SIDES}
    test = found.get("test", found.get("val"))
    if "train" not in found or test is None or not any(path.is_dir() for path in _inside(found["train"])):
        return {}
    return {"train": found["train"], "test": test}


def _inside(folder: Path) -> list[Path]:
    """What lies in a folder, in one order on every system, without what nobody put there on purpose."""
    try:
        found = [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError as error:
        raise TlkitError(f"The folder {folder} can't be read ({error.strerror}): allow it, or take it out.") from error
    return sorted((path for path in found if path.name.casefold() not in LEFTOVERS), key=lambda path: _said(path.name))


def _files(folder: Path, above: tuple[str, ...] = ()) -> list[Path]:
    """The files of a folder and of those in it; links are followed, though not in circles."""
    here = os.path.realpath(folder)
    if here in above:
        return []
    files = []
    for path in _inside(folder):
        if path.is_dir():
            files += _files(path, (*above, here))
        elif path.is_file() or not path.exists():  # a link to nowhere is named later; pipes and devices are left alone
            files.append(path)
    return files


def _strays(root: Path, folders: list[Path]) -> list[str]:
    """Pictures beside the class folders."""
    beside = [path for above in sorted({root, *(folder.parent for folder in folders)}) for path in _inside(above)]
    pictures = [path for path in beside if path.is_file() and path.suffix.lower() in PICTURES]
    return [f"{short(_said(path.relative_to(root).as_posix()))} (it is in no class folder)" for path in pictures]


def _said(name: str) -> str:
    """A file's name as text that can be printed and is the same on every system."""
    return unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "replace"))


def _check_classes(root: Path, places: list, files: list[tuple[str, str]], failed: dict[int, str]) -> None:
    """The sentence for a folder that holds no task."""
    classes = {label for label, *_ in places}
    if not classes:
        raise TlkitError(f"There is no class folder in {root}: put the pictures of each class in a folder of its own.")
    if len(classes) == 1:
        raise TlkitError(
            f"{root} has one class only, {classes.pop()!r}, and nothing to tell it from: add a folder for each other "
            f"class, or name the folder inside if that one holds the classes."
        )
    for label, part, folder in places:
        rows = [row for row, place in enumerate(files) if place == (label, part)]
        if all(row in failed for row in rows):
            why = "; ".join(failed[row] for row in rows[:3])
            raise TlkitError(
                f"There is no picture that can be read in {folder}{why and f': {why}'}. Put some there, or take the "
                f"folder out."
            )


def _read_all(files: list[Path], side: int) -> list[tuple[np.ndarray, str] | str]:
    with warnings.catch_warnings(), ThreadPoolExecutor(max_workers=4) as pool:
        warnings.simplefilter("ignore")  # a file's odd metadata
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        return list(pool.map(lambda file: _read(file, side), files))


def _read(path: Path, side: int) -> tuple[np.ndarray, str] | str:
    """The picture and the hash of its file, or why it can't be read."""
    try:
        with Image.open(path, formats=FORMATS) as image:
            picture = _square(image, side)
        with path.open("rb") as file:
            return picture, hashlib.file_digest(file, "sha256").hexdigest()
    except UnidentifiedImageError:
        return _what_else(path)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return f"it has more than {Image.MAX_IMAGE_PIXELS / 1e6:.0f} million pixels: make it smaller"
    except Exception as error:  # a broken file can raise anything, and its name and the reason are told
        return f"it can't be read: {getattr(error, 'strerror', None) or str(error) or type(error).__name__}"


def _what_else(path: Path) -> str:
    """What a file is that Pillow does not take for a picture."""
    with path.open("rb") as file:
        head = file.read(32)
    if not head:
        return "it is empty"
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif"):
        return "HEIC and AVIF can't be read here: save it as JPEG"
    return "it is no picture that can be read"


def _square(image: Image.Image, side: int) -> np.ndarray:
    """Upright, in colour, the shorter side at ``side`` and cut square about the middle."""
    image.draft("RGB", (2 * side, 2 * side))  # a large JPEG is decoded at a fraction of its size
    image.load()
    turn = (
        None if image.format == "TIFF" else UPRIGHT.get(image.getexif().get(ORIENTATION))
    )  # Pillow turns a TIFF itself
    image = ImageOps.fit(_coloured(image), (side, side), Image.Resampling.BILINEAR)
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return np.array(image if turn is None else image.transpose(turn), dtype=np.uint8)


def _coloured(image: Image.Image) -> Image.Image:
    """Any mode as RGB, or as RGBA where something shows through."""
    if image.mode[0] in "IF":  # 16 or 32 bits of grey, which Pillow would cut off at 255
        return Image.fromarray(_eight_bits(np.asarray(image))).convert("RGB")
    clear = image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info
    return image.convert("RGBA" if clear else "RGB")


def _eight_bits(grey: np.ndarray) -> np.ndarray:
    """Grey as 0 to 255: 16 bits keep their scale; larger numbers and fractions are spread from lowest to highest."""
    sixteen = grey.dtype.kind in "iu" and grey.min() >= 0 and grey.max() <= 65535
    grey = np.nan_to_num(grey.astype(np.float64))
    low, high = (0, 65535) if sixteen else (grey.min(), grey.max())
    return np.round((grey - low) * (255 / max(high - low, 1e-12))).astype(np.uint8)
