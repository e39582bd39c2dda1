"""Errors for people: one sentence that says what is wrong, where, and what to do."""

from __future__ import annotations

import difflib
import itertools
import reprlib
from collections.abc import Iterable, Iterator

SHOWN = 80  # characters of a value that a sentence repeats


class TlkitError(ValueError):
    """Something that the reader can put right; its message is one clear sentence."""


def unknown(
    kind: str, name: object, known: Iterable[str], *, unlisted: Iterable[str] = (), others: str = ""
) -> TlkitError:
    """The error for a name that nobody knows, with the nearest one that somebody does.

    ``unlisted`` are names that are known, too, but too many to list; ``others`` says so in words.
    """
    known = sorted(known)
    near = difflib.get_close_matches(shown(name).strip("'"), [*known, *unlisted], n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    told = ", ".join(_by_family(known))
    return TlkitError(f"There is no {kind} {shown(name)}. {hint}Known: {told}{others and f'; {others}'}.")


def _by_family(names: Iterable[str]) -> Iterator[str]:
    """Sorted names, those of a family of three or more in one: notes/{drums, piano, violin}."""
    for family, members in itertools.groupby(names, lambda name: name.rpartition("/")[0]):
        members = list(members)
        if family and len(members) > 2:
            yield f"{family}/{{{', '.join(name.removeprefix(f'{family}/') for name in members)}}}"
        else:
            yield from members


def shown(value: object) -> str:
    """A value as a sentence repeats it: on one line, and short whatever it is."""
    try:
        text = " ".join(repr(value).split())
    except Exception:  # a repr is the value's own code
        text = reprlib.repr(type(value))
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 4]} ..."


def first_line(error: BaseException) -> str:
    """The first line of what a library says, as a part of a sentence."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].strip().rstrip(".:")
