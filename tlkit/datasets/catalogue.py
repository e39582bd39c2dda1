"""Tasks by name: one module a family."""

from __future__ import annotations

import functools

from tlkit.datasets import images, notes, pairs, texts
from tlkit.datasets import optional as outside
from tlkit.datasets.drawn import cells, signs, surfaces
from tlkit.datasets.task import Task
from tlkit.errors import unknown

_FAMILIES = (notes, images, pairs, signs, surfaces, cells, texts, outside)


def tasks() -> dict[str, str]:
    """Every task that :func:`task` knows, with what it is in one line."""
    return {name: about for family in _FAMILIES for name, about in family.names().items()}


@functools.lru_cache(maxsize=32)
def task(name: str) -> Task:
    """The task of that name, such as ``"notes/guitar"``; :func:`tasks` lists them all."""
    for family in _FAMILIES:
        if name in family.names():
            return family.load(name)
    raise unknown("task", name, tasks())
