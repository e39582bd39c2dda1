"""Real pictures that tlkit does not ship: solar cells (elpv) and medical pictures (medmnist), once you install them.

Nothing of them is copied into tlkit. Each has a licence of its own, which is printed when the data is loaded.
"""

from __future__ import annotations

import contextlib
import importlib
import socket
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from tlkit.datasets.task import Examples, Task
from tlkit.errors import TlkitError
from tlkit.seeding import stream

SOLAR_SIDE = 96  # pixels; as shipped, a solar cell has 300
SOLAR_TESTED = (1, 2, 6, 7, 8)  # which runs of cells of one type are for the test
MOST = {"train": 400, "test": 200}  # medical pictures that are taken of each class
PATIENCE = 15  # seconds without an answer, after which a download is given up
SOLAR_LICENCE = "CC BY-NC-SA 4.0: not for commercial use"
MEDICAL = {  # what the pictures are, and their licence
    "blood": ("name the type of a blood cell", "CC BY 4.0"),
    "path": ("name the tissue in a slide of the bowel", "CC BY 4.0"),
    "derma": ("name a spot on the skin", "CC BY-NC 4.0: not for commercial use"),
    "pneumonia": ("tell pneumonia in an X-ray of a child's chest", "CC BY 4.0"),
}


def names() -> dict[str, str]:
    """Every task of this family, with what it is in one line."""
    solar = {"elpv": "tell a defective solar cell from a sound one (optional: pip install elpv-dataset)"}
    medical = {f"medmnist/{flag}": f"{about} (optional: pip install medmnist)" for flag, (about, _) in MEDICAL.items()}
    return solar | medical


def load(name: str) -> Task:
    """The task of that name, ``elpv`` or such as ``medmnist/blood``, if its package is installed."""
    return _solar(name) if name == "elpv" else _medical(name)


def _package(task: str, module: str, package: str, size: str, licence: str) -> ModuleType:
    """An optional package, or the sentence that says how to get it; its licence is printed."""
    try:
        found = importlib.import_module(module)
    except ImportError as error:
        raise TlkitError(
            f"The task {task!r} needs a data set that is not part of tlkit: install it with "
            f"`pip install {package}` ({size}; its licence is {licence})."
        ) from error
    print(f"{task}: from the package {package}, licence {licence}")
    return found


def _solar(name: str) -> Task:
    """Solar cells of which the experts were sure: sound (a probability of 0) or defective (of 1).

    The cells come module by module, and a module is of one type. So each run of one type goes to one side, and no
    module is on both.
    """
    package = _package(name, "elpv_dataset.utils", "elpv-dataset", "90 MB", SOLAR_LICENCE)
    images, probabilities, types = package.load_dataset()
    run = np.cumsum(np.append(False, types[1:] != types[:-1]))
    sure = np.isin(probabilities, (0, 1))
    cells = Examples(_shrunk(images[sure]), (probabilities[sure] == 1).astype(np.int64), {"type": types[sure]})
    tested = np.isin(run[sure], SOLAR_TESTED)
    train, test = cells.take(~tested), _even_types(cells.take(tested), np.random.default_rng(stream(0, name)))
    return Task(name, "image", ("sound", "defective"), train, test, about=names()[name])


def _even_types(cells: Examples, random: np.random.Generator) -> Examples:
    """As many sound as defective cells of each type, so that the type gives nothing away."""
    of_type = [np.flatnonzero(cells.tags["type"] == kind) for kind in np.unique(cells.tags["type"])]
    return cells.take(np.concatenate([rows[_even(cells.labels[rows], len(rows), random)] for rows in of_type]))


def _even(labels: np.ndarray, most: int, random: np.random.Generator) -> np.ndarray:
    """Rows with equally many of each class, drawn anew: as many as the rarest has, and no more than ``most``."""
    return _drawn(labels, min(most, np.unique(labels, return_counts=True)[1].min()), random)


def _drawn(labels: np.ndarray, most: int, random: np.random.Generator) -> np.ndarray:
    """Rows with up to ``most`` of each class."""
    order = random.permutation(len(labels))
    return np.concatenate([order[labels[order] == label][:most] for label in np.unique(labels)])


def _shrunk(images: np.ndarray) -> np.ndarray:
    """Solar cells (n, 300, 300) at SOLAR_SIDE pixels a side."""
    from PIL import Image

    size = (SOLAR_SIDE, SOLAR_SIDE)
    return np.stack([np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BOX)) for image in images])


def _medical(name: str) -> Task:
    """Up to 400 pictures of each class to learn from, and equally many of each, 200 at most, to be tested on."""
    flag = name.removeprefix("medmnist/")
    package = _package(name, "medmnist", "medmnist", "its pictures are downloaded when first loaded", MEDICAL[flag][1])
    info = package.INFO[f"{flag}mnist"]
    classes = tuple(word.partition("(")[0].strip() for _, word in sorted(info["label"].items(), key=_number))
    train, test = (_medical_part(name, package, part, choose) for part, choose in (("train", _drawn), ("test", _even)))
    return Task(name, "image", classes, train, test, about=names()[name])


def _number(item: tuple[str, str]) -> int:
    return int(item[0])


def _medical_part(name: str, package: ModuleType, part: str, choose: Callable) -> Examples:
    """The pictures of one part, those that ``choose`` takes."""
    data = _medical_file(name, package, part)
    labels = np.asarray(data.labels).ravel().astype(np.int64)
    rows = choose(labels, MOST[part], np.random.default_rng(stream(0, name, part)))
    return Examples(np.asarray(data.imgs)[rows], labels[rows], {"row": rows})


def _medical_file(name: str, package: ModuleType, part: str) -> Any:
    """What medmnist's own loader makes of the file, which it downloads first if there is none."""
    flag = f"{name.removeprefix('medmnist/')}mnist"
    path = Path(package.info.DEFAULT_ROOT) / f"{flag}.npz"
    loader = getattr(package, package.INFO[flag]["python_class"], None)
    if loader is None:  # medmnist then has printed what else it needs
        raise TlkitError("The package medmnist is installed without what it needs: run `pip install medmnist` again.")
    try:
        with _impatient():
            return loader(split=part, download=not path.exists())
    except RuntimeError as error:
        raise TlkitError(
            f"The pictures of {name!r} can't be downloaded: see whether you are online, or put {flag}.npz from "
            f"medmnist.com into {path.parent} by hand."
        ) from error
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise TlkitError(f"The file {path} can't be read: delete it, and load {name!r} again.") from error


@contextlib.contextmanager
def _impatient() -> Iterator[None]:
    """While this lasts, a server that says nothing for some seconds counts as one that can't be reached."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
