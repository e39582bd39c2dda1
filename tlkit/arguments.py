"""What comes in at the front door, held against what was asked for: names, numbers, lists and paths.

Each function returns what it was given in the one form that the kit goes on with, or raises a sentence.
"""

from __future__ import annotations

import itertools
import operator
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tlkit.errors import TlkitError, shown

LARGEST = 2**63 - 1  # what NumPy and torch take
MOST = 1000  # of what is listed: seeds, shots, strategies; a grid of more is a slip of the hand


def a_name(value: object, what: str, example: str) -> str:
    """``value``, if it is a text that can be the name of ``what``, such as "a task"."""
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if not isinstance(value, str) or not value.strip():
        raise TlkitError(f"{shown(value)} can't name {what}: give a text, such as {example!r}.")
    return value


def whole(
    value: object,
    what: str,
    *,
    least: int = 1,
    most: int = LARGEST,
    such: str = "",
    instead: str = "",
    ask: str = "give",
) -> int:
    """``value`` as an int, if it is a whole number from ``least`` up (to ``most``).

    ``what`` begins the sentence: "steps=2.5 is no number of training steps". It ends with ``such`` an example, or with
    what may be done ``instead``; ``ask`` is its verb.
    """
    try:
        number = operator.index(value)  # Python's and NumPy's whole numbers, and no other
    except TypeError:
        number = None
    if number is None or _is_truth(value) or not least <= number <= most:
        bounds = f"from {least} up" if most == LARGEST else f"from {least} to {most}"
        ending = (such and f", such as {such}") + (instead and f", or {instead}")
        raise TlkitError(f"{what}: {ask} a whole number {bounds}{ending}.")
    return number


def a_share(value: object, what: str, *, ends: bool = False) -> float:
    """``value`` as a float, if it is a number between 0 and 1; 1 itself, too, with ``ends``."""
    number = a_number(value, what, "a number between 0 and 1")
    if not 0 < number < 1 and not (ends and number == 1):
        raise TlkitError(f"{what}: give a number above 0 and {'up to' if ends else 'below'} 1.")
    return number


def a_number(value: object, what: str, wanted: str = "a number") -> float:
    """``value`` as a float, if it is a number and finite."""
    try:
        number = float("nan") if isinstance(value, (str, bytes)) or _is_truth(value) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = float("nan")
    if not abs(number) < float("inf"):
        raise TlkitError(f"{what}: give {wanted}.")
    return number


def listed(values: object, what: str, example: str, *, single: tuple[type, ...] = (str,), most: int = MOST) -> list:
    """``values`` as a list with something in it; one value of a ``single`` type is a list of one."""
    if isinstance(values, single):
        values = [values]
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise TlkitError(f"{what}={shown(values)} is no list: give one, such as {example}.")
    found = list(itertools.islice(values, most + 1))
    if not found:
        raise TlkitError(f"{what}=[] asks for nothing: name at least one, such as {example}.")
    if len(found) > most:
        raise TlkitError(f"{what} has more than {most:,} entries: name fewer, such as {example}.")
    return found


def numbers(values: object, what: str, check: Callable[[object], int], example: str) -> list[int]:
    """``values``, one or many, each as ``check`` returns it."""
    if _is_whole(values):
        values = [values]
    return [check(value) for value in listed(values, what, example, single=())]


def one_of(value: object, what: str, known: Sequence[str]) -> str:
    """``value``, if it is one of a few words."""
    if not isinstance(value, str) or value not in known:
        raise TlkitError(f"{what}={shown(value)} is none of {', '.join(map(repr, known))}: choose one of them.")
    return value


def a_path(value: object, what: str, example: str) -> Path:
    """``value`` as a path with ``~`` written out, if it is one on this machine."""
    given = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not isinstance(given, str) or not given.strip():
        raise TlkitError(f"{shown(value)} is no path of {what}: give a text, such as {example!r}.")
    if given.split("://")[0] in ("http", "https", "ftp", "s3", "gs"):
        raise TlkitError(f"{given} is an address: download it first, and give the path of {what} on this machine.")
    try:
        path = Path(given).expanduser()
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return path
    except (OSError, ValueError, RuntimeError) as error:  # too long, a zero in it, a home that nobody has
        reason = getattr(error, "strerror", None) or str(error)
        raise TlkitError(f"{shown(given)} can be no path ({reason}): give one such as {example!r}.") from error
    return path


def to_write(value: object, what: str, example: str) -> Path:
    """``value`` as the path of a file to write: it has a name, is no folder, and its folder is there or can be made.

    One folder may be new, as in "runs/x"; a whole way of them is a slip of the hand.
    """
    path = a_path(value, what, example)
    if not path.name or path.name == ".." or path.is_dir():
        raise TlkitError(f"{path} is a folder: name the file for {what} in it, such as {example!r}.")
    folder, what = path.parent, f"{what[0].upper()}{what[1:]} can't be saved as {path}"
    if folder.exists() and not folder.is_dir():
        raise TlkitError(f"{what}: {folder} is a file, so choose another place.")
    if not folder.exists() and (not folder.parent.is_dir() or folder.absolute().parent == Path(path.absolute().anchor)):
        raise TlkitError(f"{what}: there is no folder {folder}. Make it, or choose another place.")
    return path


def _is_truth(value: object) -> bool:
    """True and False are whole numbers to Python, and to nobody else; NumPy's are of a type of their own."""
    return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")


def _is_whole(value: object) -> bool:
    return hasattr(value, "__index__") and not hasattr(value, "__len__")
