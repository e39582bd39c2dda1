"""A person's own data as a task: a folder of pictures, or a table of texts. Nothing is ever written there."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from tlkit.arguments import a_path, a_share, whole
from tlkit.errors import TlkitError, shown
from tlkit.seeding import check_seed
from tlkit.tasks.base import Examples, Task
from tlkit.tasks.own_images import read_pictures
from tlkit.tasks.own_split import Found, draw_test, tell, thin_classes, without_leaks
from tlkit.tasks.own_texts import as_number, lonely, read_texts


def from_folder(
    path: str | Path, *, side: int = 128, test: float = 0.3, seed: int = 0, name: str | None = None
) -> Task:
    """A task of your own pictures: a folder with one folder for each class, named as the class is.

    Every picture becomes a square of ``side`` pixels: upright, in colour, its shorter side brought to that size and the
    rest cut off evenly. About the share ``test`` of each class is held back for the test; which pictures is decided by
    their content and ``seed``, so that those you add later leave the others on their sides. If the folder holds
    ``train`` and ``test`` with class folders in each, that is the split.

    Files that can't be read are named in one warning and left out. Copies of one file stay on one side of the split,
    but two shots of one scene are two pictures: to be tested on new scenes, make ``train`` and ``test`` yourself. The
    tag ``origin`` says which file an example is.
    """
    share, seed = _check_share(test), check_seed(seed)
    side = whole(side, f"side={shown(side)} is no size for pictures in pixels", least=8, most=1024)
    root = _there(path, "the folder", "my_photos")
    if not root.is_dir():
        raise TlkitError(f"{root} is a file: name the folder that holds the class folders, or unpack it first.")
    found = without_leaks(read_pictures(root, side))
    if thin := thin_classes(found):
        need = "one in each part of the split" if found.sides else "one to learn from and one to be tested on"
        raise TlkitError(
            f"The class {thin[0]!r} of {root} needs two different pictures or more, {need}: add some, or take its "
            f"folder out."
        )
    tell(found, "picture")
    return _task("image", found, np.stack(found.items), share, seed, name or found.source)


def from_csv(
    path: str | Path,
    *,
    text: str | None = None,
    label: str | None = None,
    test: float = 0.3,
    seed: int = 0,
    group: str | None = None,
    name: str | None = None,
) -> Task:
    """A task of your own texts: a table (.csv, .tsv, .xlsx, .jsonl, or one of them as .gz) with a heading a column.

    ``text`` and ``label`` name the columns, and may be left out where there is one sensible choice. About the share
    ``test`` of each class is held back for the test; which rows is decided by their content and ``seed``, so that those
    you add later leave the others on their sides. Rows with the same text stay on one side, and so do those with the
    same ``group``, a column such as the customer or the document. A column ``split`` that says train and test is the
    split.

    Rows without a text or a label, and classes with a single row, are named in one warning and left out. ``about`` says
    how the file was read; if letters look wrong, save it again as UTF-8. The tag ``origin`` says which row an example
    is.
    """
    share, seed = _check_share(test), check_seed(seed)
    file = _there(path, "the table", "tickets.csv")
    if file.is_dir():
        raise TlkitError(f"{file} is a folder: name the table in it, or read a folder of pictures with from_folder.")
    found = without_leaks(read_texts(file, text, label, group))
    found = found.without(lonely(found, thin_classes(found)))
    if len(set(found.labels)) < 2:
        one = f"one class only, {found.labels[0]!r}," if found.labels else "no class"
        hint = f" ({'; '.join(found.skipped[:3])})" if found.skipped else ""
        raise TlkitError(f"{file} has {one} with rows on both sides of the split{hint}: give two classes or more.")
    tell(found, "text")
    items = np.array(found.items, dtype=object)
    return _task("text", found, items, share, seed, name or Path(file.name.removesuffix(".gz")).stem)


def _task(modality: str, found: Found, items: np.ndarray, share: float, seed: int, name: str) -> Task:
    classes = _sorted(set(found.labels))
    number = {label: place for place, label in enumerate(classes)}
    labels = np.array([number[label] for label in found.labels], dtype=np.int64)
    examples = Examples(items, labels, {"origin": np.array(found.names, dtype=object)})
    tested = draw_test(found, share, seed)
    left_out = f"; {len(found.skipped)} {found.things} were skipped" if found.skipped else ""
    about = f"your own: {len(items)} {modality}s from {found.source}{found.how}{left_out}"
    return Task(name, modality, classes, examples.take(~tested), examples.take(tested), about=about)


def _sorted(labels: set[str]) -> tuple[str, ...]:
    """Class names in order: numbers by size, all else by the alphabet."""
    if all(as_number(label) is not None for label in labels):
        return tuple(sorted(labels, key=lambda label: (as_number(label), label)))
    return tuple(sorted(labels, key=lambda label: (label.casefold(), label)))


def _there(path: str | Path, what: str, example: str) -> Path:
    """The path in full, if something is there."""
    full = Path(os.path.abspath(a_path(path, what, example)))
    if not full.exists():
        raise TlkitError(f"There is nothing at {full}: check the spelling, or give the path from {Path.cwd()}.")
    return full


def _check_share(test: object) -> float:
    return a_share(test, f"test={shown(test)} is no share of the examples, such as 0.3")
