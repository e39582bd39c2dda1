"""A person's own pictures: a folder of class folders, read into squares of one size."""

from __future__ import annotations

import hashlib
import os
import unicodedata
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from tlkit.datasets.own.copies import near_copies
from tlkit.datasets.own.grey import Deep, measure, scale_of
from tlkit.datasets.own.listing import find_listing
from tlkit.datasets.own.split import SIDES, Found, Skipped, listed, short
from tlkit.datasets.task import array_digest
from tlkit.errors import TlkitError

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".heic")
LEFTOVERS = (  # what systems, disks and unpackers leave behind, besides .hidden files
    "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "network trash folder", "temporary items",
    "@eadir", "@tmp", "@recycle", "#recycle", "#snapshot", "@recently-snapshot",
    "$recycle.bin", "recycler", "recycled", "system volume information", "found.000", "lost+found",
)  # fmt: skip
UNLABELLED = ("test", "val", "eval", "unlab")  # how folders begin that may lie beside train and have no labels
PAGED = ("TIFF", "GIF", "WEBP", "PNG")  # whose files may hold several pictures of one rank
MOST = 2 << 30  # bytes of all pictures together
DARK = 31  # of 255: pictures that are nowhere lighter show nothing
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


class Read(NamedTuple):
    """A picture (side, side, 3), or deep grey (side, side) that is still to be scaled; its file's hash, and its size.

    ``cut`` says that it had 16 bits a colour, of which Pillow reads 8; ``pages`` is how many pictures its file holds.
    """

    picture: np.ndarray | Deep
    digest: str
    size: tuple[int, int]
    cut: bool
    pages: int


def read_pictures(root: Path, side: int, label: str | None = None) -> Found:
    """Every picture that can be read, as (side, side, 3), with the name of its folder for a label.

    Where a table beside them names the pictures, the labels are in its column ``label``.
    """
    listing = find_listing(root, label)
    if listing:
        files, strays, how = listing.files, listing.skipped, f", labelled by {listing.source}"
        places = sorted({(name, part, root) for name, part, _ in files})
    else:
        places, how = _places(root)
        files = [(name, part, file) for name, part, folder in places for file in _files(folder)]
        strays = _strays(root, [folder for *_, folder in places])
    _refuse_many(root, len(files), side)
    names = [_said(file.relative_to(root).as_posix()) for *_, file in files]
    read = _read_all([file for *_, file in files], (side, side))
    failed = {row: Skipped(short(names[row]), why) for row, why in enumerate(read) if isinstance(why, str)}
    _check_classes(root, places, [place[:2] for place in files], failed)
    rows = [row for row in range(len(files)) if row not in failed]
    good, names, labels = [read[row] for row in rows], [names[row] for row in rows], [files[row][0] for row in rows]
    items, scales = _scaled(good)
    copies = near_copies(items, [each.size for each in good], labels)
    contents = [array_digest(item) for item in items]
    return Found(
        source=_said(root.name),
        things="files",
        items=items,
        labels=labels,
        names=names,
        keys=([each.digest for each in good], [contents[first] for first in copies]),
        sides=[files[row][1] for row in rows if files[row][1]],
        skipped=[*failed.values(), *strays],
        how=how + scales,
        doubts=_losses(good, items, names),
    )


def _refuse_many(root: Path, files: int, side: int) -> None:
    """All pictures are held in memory at once."""
    if files * side * side * 3 > MOST:
        raise TlkitError(
            f"{root} holds {files:,} files, which at {side} pixels take more than {MOST >> 30} GB: give a smaller "
            "side=, or a part of them."
        )


def _scaled(read: list[Read]) -> tuple[list[np.ndarray], str]:
    """Pictures as they are seen, and a word on how deep grey was scaled: whole numbers alike, and fractions alike."""
    deep = [each.picture for each in read if isinstance(each.picture, Deep)]
    kinds = {whole: [each for each in deep if each.whole == whole] for whole in (True, False)}
    scales = {whole: scale_of(pictures) for whole, pictures in kinds.items() if pictures}
    items = [
        scales[each.picture.whole].apply(each.picture.grey) if isinstance(each.picture, Deep) else each.picture
        for each in read
    ]
    return items, "".join(f", {scale.told}" for scale in scales.values())


def _losses(read: list[Read], items: list[np.ndarray], names: list[str]) -> list[str]:
    """Sentences on what of the pictures is not seen."""
    lost = [
        short(name)
        for each, item, name in zip(read, items, names, strict=True)
        if isinstance(each.picture, Deep) and each.picture.low < each.picture.high and np.ptp(item) < 2
    ]
    cut = [short(name) for each, item, name in zip(read, items, names, strict=True) if each.cut and item.max() <= DARK]
    paged = [f"{short(name)} ({each.pages})" for each, name in zip(read, names, strict=True) if each.pages > 1]
    lightest = max(int(item.max()) for item in items)
    return [
        *([f"On the scale of the others nothing is left of {listed(lost)}: give it a folder of its own."] * bool(lost)),
        *([f"Of 16 bits a colour 8 are read, and that left {listed(cut)} dark: save them with 8."] * bool(cut)),
        *([f"Of several pictures in one file the first is read: {listed(paged)}."] * bool(paged)),
        *([f"The pictures are nearly black: the lightest spot is {lightest} of 255."] * (lightest <= DARK)),
    ]


def _places(root: Path) -> tuple[list[tuple[str, str, Path]], str]:
    """Each class folder with its class and side ("" where a split is still to be drawn), and a word on the sides."""
    folders = _folders(root)
    parts = _parts(folders)
    if not parts:
        return [(_said(folder.name), "", folder) for folder in folders], ""
    places = [(_said(folder.name), part, folder) for part, above in parts.items() for folder in _folders(above)]
    _check_parts(root, places, parts)
    unused = [_said(folder.name) for folder in folders if folder not in parts.values()]
    left_out = f", {', '.join(unused)} left out" if unused else ""
    return places, f", learnt from {parts['train'].name}, tested on {parts['test'].name}{left_out}"


def _parts(folders: list[Path]) -> dict[str, Path]:
    """The folders of a split that the person made: train and test, or train and val where test has no classes."""
    found = {SIDES[folder.name.casefold()]: folder for folder in folders if folder.name.casefold() in SIDES}
    train = found.get("train")
    if train is None or not _folders(train):
        return {}
    for part in ("test", "val"):
        if part in found and _folders(found[part]):
            return {"train": train, "test": found[part]}
    beside = [path for path in folders if path != train and path.name.casefold().startswith(UNLABELLED)]
    if beside:
        raise TlkitError(
            f"{beside[0]} has no class folders, so it holds no labels to be tested by: read {train} alone, of which a "
            f"part is then held back."
        )
    return {}


def _check_parts(root: Path, places: list[tuple[str, str, Path]], parts: dict[str, Path]) -> None:
    """The two sides of a split name the same classes, or some of them."""
    learnt, tested = ([label for label, part, _ in places if part == side] for side in ("train", "test"))
    if not set(learnt) & set(tested):
        raise TlkitError(
            f"No class of {root} is both in {parts['train'].name} ({listed(learnt)}) and in {parts['test'].name} "
            f"({listed(tested)}): call the folders alike, or read {parts['train']} alone."
        )


def _folders(folder: Path) -> list[Path]:
    return [path for path in _inside(folder) if path.is_dir()]


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
    return [Skipped(short(_said(path.relative_to(root).as_posix())), "it is in no class folder") for path in pictures]


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


def _read_all(files: list[Path], size: tuple[int, int]) -> list[Read | str]:
    with warnings.catch_warnings(), ThreadPoolExecutor(max_workers=4) as pool:
        warnings.simplefilter("ignore")  # a file's odd metadata
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        return list(pool.map(lambda file: _read(file, size), files))


def _read(path: Path, wanted: tuple[int, int]) -> Read | str:
    """The picture, or why it can't be read."""
    try:
        with Image.open(path, formats=FORMATS) as image:
            size, deep = image.size, any(";16" in str(tile[3]) for tile in image.tile)
            pages = getattr(image, "n_frames", 1) if image.format in PAGED else 1
            picture = _fitted(image, wanted)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Read(picture, digest, size, deep and not isinstance(picture, Deep), pages)
    except UnidentifiedImageError:
        return _what_else(path)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return f"it has more than {Image.MAX_IMAGE_PIXELS / 1e6:.0f} million pixels: make it smaller"
    except Exception as error:  # a broken file can raise anything, and its name and the reason are told
        return f"it can't be read: {getattr(error, 'strerror', None) or str(error) or type(error).__name__}"


def read_picture(path: Path, size: tuple[int, int], *, grey: bool) -> np.ndarray:
    """One picture as those of a task are: (height, width, 3), or (height, width) if ``grey``; ``size`` is width first.

    Deep grey is refused: what is black and what is white in it was told by a whole folder.
    """
    (read,) = _read_all([path], size)
    if isinstance(read, str):
        raise TlkitError(f"{path} can't be named: {read}.")
    if isinstance(read.picture, Deep):
        raise TlkitError(f"{path} has grey of more than 8 bits, and one file does not say its scale: save it with 8.")
    return np.asarray(Image.fromarray(read.picture).convert("L")) if grey else read.picture


def _what_else(path: Path) -> str:
    """What a file is that Pillow does not take for a picture."""
    with path.open("rb") as file:
        head = file.read(32)
    if not head:
        return "it is empty"
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif"):
        return "HEIC and AVIF can't be read here: save it as JPEG"
    return "it is no picture that can be read"


def _fitted(image: Image.Image, size: tuple[int, int]) -> np.ndarray | Deep:
    """Upright, in colour, brought to ``size`` (width, height) and cut about the middle; deep grey as numbers."""
    image.draft("RGB", (2 * size[0], 2 * size[1]))  # a large JPEG is decoded at a fraction of its size
    image.load()
    turn = (
        None if image.format == "TIFF" else UPRIGHT.get(image.getexif().get(ORIENTATION))
    )  # Pillow turns a TIFF itself
    deep = measure(image) if image.mode[0] in "IF" else None  # 16 or 32 bits of grey, which Pillow would cut off at 255
    image = ImageOps.fit(Image.fromarray(deep.grey) if deep else _coloured(image), size, Image.Resampling.BILINEAR)
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    picture = np.array(image if turn is None else image.transpose(turn))
    return deep._replace(grey=picture) if deep else picture


def _coloured(image: Image.Image) -> Image.Image:
    """Any mode as RGB, or as RGBA where something shows through."""
    clear = image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info
    return image.convert("RGBA" if clear else "RGB")
