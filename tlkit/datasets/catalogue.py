"""Tasks by name: one module a family."""

from __future__ import annotations

import functools

from tlkit.arguments import a_name
from tlkit.datasets import environments, images, notes, pairs, payments, photographs, texts
from tlkit.datasets import optional as outside
from tlkit.datasets.drawn import cells, signs, surfaces
from tlkit.datasets.task import Task
from tlkit.errors import TlkitError, shown, unknown

_FAMILIES = (notes, photographs, images, pairs, signs, surfaces, cells, texts, payments, environments, outside)


def tasks() -> dict[str, str]:
    """Every task that :func:`task` knows, with what it is in one line."""
    return {name: about for family in _FAMILIES for name, about in family.names().items()}


def task(name: str) -> Task:
    """The task of that name, such as ``"notes/guitar"``; :func:`tasks` lists them all."""
    return _loaded(a_name(name, "a task", "notes/guitar"))


def as_task(given: Task | str) -> Task:
    """A task from its name; a task is passed through."""
    if isinstance(given, Task):
        return given
    if not isinstance(given, str):
        raise TlkitError(f"{shown(given)} is no task: give one from tl.task, tl.from_folder or tl.from_csv, or a name.")
    return task(given)


@functools.lru_cache(maxsize=32)
def _loaded(name: str) -> Task:
    for family in _FAMILIES:
        if name in family.names():
            return family.load(name)
    raise unknown("task", name, tasks())
