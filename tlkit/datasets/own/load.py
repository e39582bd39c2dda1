"""A person's own data as a task: a folder of pictures, or a table of texts. Nothing is ever written there."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tlkit.arguments import a_share, whole
from tlkit.datasets.own.encoding import check_encoding
from tlkit.datasets.own.images import read_pictures
from tlkit.datasets.own.split import Found, draw_test, listed, short, tell, thin_classes, without_leaks
from tlkit.datasets.own.tables import Table, read_frame, read_table
from tlkit.datasets.own.texts import as_number, lonely, read_texts
from tlkit.datasets.task import UNEVEN, Examples, Task
from tlkit.errors import TlkitError, shown
from tlkit.seeding import check_seed

if TYPE_CHECKING:
    import pandas as pd


def from_folder(
    path: str | Path, *, side: int = 128, test: float = 0.3, seed: int = 0, name: str | None = None
) -> Task:
    """A task of your own pictures: a folder with one folder for each class, named as the class is.

    Every picture becomes a square of ``side`` pixels: upright, in colour, its shorter side brought to that size and the
    rest cut off evenly. About the share ``test`` of each class is held back for the test; which pictures is decided by
    their content and ``seed``, so that those you add later leave the others on their sides. If the folder holds
    ``train`` and ``test`` with class folders in each, that is the split.

    Files that can't be read are named in one warning and left out. Copies of one picture stay on one side of the split,
    in other sizes, too; but two shots of one scene are two pictures: to be tested on new scenes, make ``train`` and
    ``test`` yourself. Grey of more than 8 bits gets one scale for the whole folder, which ``about`` tells. The tag
    ``origin`` says which file an example is.
    """
    share, seed = _check_share(test), check_seed(seed)
    side, name = check_options(side, name)
    root = there(path, "a folder")
    if not root.is_dir():
        raise TlkitError(f"{root} is a file: name the folder that holds the class folders, or unpack it first.")
    found = pictures_in(root, side)
    tell(found, "picture")
    return as_task("image", found, np.stack(found.items), draw_test(found, share, seed), name or found.source)


def pictures_in(root: Path, side: int, label: str | None = None) -> Found:
    """The pictures of a folder, of which each class can be on both sides of a split."""
    found = without_leaks(read_pictures(root, side, label))
    if thin := thin_classes(found):
        need = "one in each part of the split" if found.sides else "one to learn from and one to be tested on"
        hint = f" ({listed(found.skipped, 3)})" if found.skipped else ""
        raise TlkitError(
            f"The class {thin[0]!r} of {root} needs two different pictures or more, {need}{hint}: add some, or take "
            f"its folder out."
        )
    return found


def from_csv(
    path: str | Path | pd.DataFrame,
    *,
    text: str | Sequence[str] | None = None,
    label: str | None = None,
    test: float = 0.3,
    seed: int = 0,
    group: str | None = None,
    name: str | None = None,
    encoding: str | None = None,
) -> Task:
    """A task of your own texts: a table (.csv, .tsv, .xlsx, .jsonl, or one of them as .gz) with a heading a column.

    A pandas frame will do in the place of a file. ``text`` and ``label`` name the columns, and may be left out where
    there is one sensible choice; of several columns in ``text`` one text is made, part below part. About the share
    ``test`` of each class is held back for the test; which rows is decided by their content and ``seed``, so that those
    you add later leave the others on their sides. Rows with the same text stay on one side, and so do those with the
    same ``group``, a column such as the customer or the document. A column ``split`` that says train and test is the
    split.

    Rows without a text or a label, and classes with a single row, are named in one warning and left out. ``about`` says
    how the file was read; what speaks against that is in the warning, too. If letters look wrong, say the ``encoding``,
    such as "cp1251". The tag ``origin`` says which row an example is.
    """
    share, seed, name = _check_share(test), check_seed(seed), _check_name(name)
    found, stem = texts_in(path, text, label, group, encoding)
    tell(found, "text")
    items = np.array(found.items, dtype=object)
    return as_task("text", found, items, draw_test(found, share, seed), name or stem)


def texts_in(path: object, text: object, label: object, group: object, encoding: str | None) -> tuple[Found, str]:
    """The texts of a table, of which each class can be on both sides of a split, and what to call them."""
    text, label, group = _names_in("text", text, several=True), _names_in("label", label), _names_in("group", group)
    check_encoding(encoding)
    table, stem = _table(path, encoding)
    found = without_leaks(read_texts(table, text, label, group))
    found = found.without(lonely(found, thin_classes(found)))
    if len(set(found.labels)) < 2:
        one = f"one class only, {found.labels[0]!r}," if found.labels else "no class"
        hint = f" ({'; '.join(found.skipped[:3])})" if found.skipped else ""
        raise TlkitError(
            f"{table.source} has {one} with rows on both sides of the split{hint}: give two classes or more."
        )
    return found, stem


def _table(path: object, encoding: str | None) -> tuple[Table, str]:
    """The table in a file or a frame, and what to call it."""
    if isinstance(path, (str, os.PathLike)):
        file = there(path, "a table")
        if file.is_dir():
            raise TlkitError(
                f"{file} is a folder: name the table in it, or read a folder of pictures with from_folder."
            )
        return read_table(file, encoding), Path(file.name.removesuffix(".gz")).stem
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(path, pandas.DataFrame):
        if encoding is not None:
            raise TlkitError("A frame holds text already, which has no encoding: leave encoding= out.")
        return read_frame(path), "frame"
    hint = ": give what its to_pandas() returns" if hasattr(path, "to_pandas") else ""
    raise TlkitError(f"from_csv takes the path of a table or a pandas frame, and this is {_kind(path)}{hint}.")


def as_task(modality: str, found: Found, items: np.ndarray, tested: np.ndarray, name: str) -> Task:
    """A task of what was found, of which the rows ``tested`` (a mask) are the test."""
    classes = _sorted(set(found.labels))
    number = {label: place for place, label in enumerate(classes)}
    labels = np.array([number[label] for label in found.labels], dtype=np.int64)
    examples = Examples(items, labels, {"origin": np.array(found.names, dtype=object)})
    left_out = f"; {len(found.skipped)} {found.things} were skipped" if found.skipped else ""
    counts = np.bincount(labels)
    most = f"; {counts.max() / len(labels):.0%} are {short(classes[counts.argmax()])!r}"
    uneven = most if counts.max() * len(classes) > UNEVEN * len(labels) else ""
    about = f"your own: {len(items)} {modality}s from {found.source}{found.how}{left_out}{uneven}"
    return Task(name, modality, classes, examples.take(~tested), examples.take(tested), about=about)


def _sorted(labels: set[str]) -> tuple[str, ...]:
    """Class names in order: numbers by size, all else by the alphabet."""
    if all(as_number(label) is not None for label in labels):
        return tuple(sorted(labels, key=lambda label: (as_number(label), label)))
    return tuple(sorted(labels, key=lambda label: (label.casefold(), label)))


def there(path: object, what: str) -> Path:
    """The path in full, if something is there."""
    try:
        given = os.fspath(path)
    except TypeError:
        given = None
    if not isinstance(given, str) or not given:
        raise TlkitError(f"{_kind(path)} is no path: give the path of {what} as text, such as 'my_data/'.")
    if re.match(r"[a-z][a-z0-9+.-]+:/", str(path), re.IGNORECASE):
        raise TlkitError(
            f"{str(path)!r} is a web address, and only what is on this machine is read: download it first."
        )
    try:
        full = Path(os.path.abspath(Path(given).expanduser()))
        full.lstat()
    except (FileNotFoundError, NotADirectoryError):
        pass  # told below
    except (OSError, ValueError, RuntimeError) as error:  # too long, with a zero in it, the home of nobody, not allowed
        why = getattr(error, "strerror", None) or error
        raise TlkitError(f"{short(given)!r} is no path that can be followed ({why}): check it.") from error
    if not full.exists():
        raise TlkitError(f"There is nothing at {full}: check the spelling, or give the path from {Path.cwd()}.")
    return full


def _kind(thing: object) -> str:
    """``a list`` for a list."""
    name = type(thing).__name__
    known = thing is None or isinstance(thing, str)
    return repr(thing) if known else f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def _names_in(argument: str, given: object, *, several: bool = False) -> str | list[str] | None:
    """Names of columns as texts; numbers will do, for frames have such names."""
    if given is None or isinstance(given, str):
        return given
    if isinstance(given, (int, np.integer)) and not isinstance(given, bool):
        return str(given)
    if several and isinstance(given, (list, tuple)) and given and None not in given:
        return [_names_in(argument, each) for each in given]
    many = " or a list of such" if several else ""
    raise TlkitError(f"{argument}={given!r} names no column: give the heading of a column as text{many}.")


def check_options(side: object, name: object) -> tuple[int, str | None]:
    """The size of pictures and the name of a task, if they can be that."""
    return whole(side, f"side={shown(side)} is no size for pictures in pixels", least=8, most=1024), _check_name(name)


def _check_name(name: object) -> str | None:
    if name is not None and (not isinstance(name, str) or not name.strip()):
        raise TlkitError(f"name={name!r} is no name for a task: give a text, such as 'my tickets', or leave it out.")
    return name


def _check_share(test: object) -> float:
    return a_share(test, f"test={shown(test)} is no share of the examples, such as 0.3")
