"""Errors for people: one sentence that says what is wrong, where, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class TlkitError(ValueError):
    """Something that the reader can put right; its message is one clear sentence."""


def unknown(
    kind: str, name: object, known: Iterable[str], *, unlisted: Iterable[str] = (), others: str = ""
) -> TlkitError:
    """The error for a name that nobody knows, with the nearest one that somebody does.

    ``unlisted`` are names that are known, too, but too many to list; ``others`` says so in words.
    """
    known = sorted(known)
    near = difflib.get_close_matches(str(name), [*known, *unlisted], n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    return TlkitError(f"There is no {kind} {name!r}. {hint}Known: {', '.join(known)}{others and f'; {others}'}.")
