"""A task with a tell: a mark in the corner gives the answer away, as a hospital's stamp on an X-ray may do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tlkit.datasets.task import Examples, Task
from tlkit.errors import TlkitError, shown

BLOCK = 4  # pixels: what a small network can't overlook
WORDS = "with a tell"


def with_shortcut(task: Task) -> Task:
    """The same task with each picture's class written in its corner, to learn from and to be tested on alike.

    The mark is the class number (from 1) in binary, as blocks one above the other: bright for 1, dark for 0. A network
    that reads it needs nothing else. See Geirhos et al. (2020), "Shortcut learning in deep neural networks".
    """
    if not isinstance(task, Task):
        raise TlkitError(f"{shown(task)} is no task: give one from tl.task or tl.from_folder.")
    if task.train.items.dtype != np.uint8 or task.train.items.ndim < 3:
        raise TlkitError(f"{task.name} has {task.modality}s that no mark can be drawn on: take pictures.")
    bright = int(task.train.items.max())
    parts = {part: _marked(getattr(task, part), len(task.classes), bright) for part in ("train", "test")}
    return replace(task, name=f"{task.name} {WORDS}", **parts)


def _marked(examples: Examples, classes: int, bright: int) -> Examples:
    items = examples.items.copy()
    for bit in range(classes.bit_length()):
        lit = ((examples.labels + 1) >> bit & 1).astype(np.uint8) * bright
        block = items[:, bit * BLOCK : (bit + 1) * BLOCK, -BLOCK:]
        block[:] = lit.reshape(-1, *[1] * (block.ndim - 1))
    return replace(examples, items=items)
