"""Photographs in colour: six kinds of things, no photographer both among those with labels and in the test.

They are in ``data/photographs``, with a card and a list of who took each.
"""

from __future__ import annotations

import numpy as np

from tlkit.datasets.files import read_arrays
from tlkit.datasets.task import Examples, Task
from tlkit.runtime import paths

PHOTOGRAPHS = ("animal", "fish", "building", "windmill", "tool", "household")
FOLDER = paths.DATA / "photographs"


def names() -> dict[str, str]:
    """Every task of this family, with what it is in one line."""
    return {"photographs": "say what a photograph shows: an animal, a fish, a building, a windmill and two more"}


def load(name: str) -> Task:
    """The task of that name: images (n, 112, 112, 3), the test uneven by class, as there are few of some."""
    data = read_arrays(FOLDER / "photographs.npz")
    examples = Examples(data["images"], data["labels"].astype(np.int64))
    train, test = examples.take(~data["test"]), examples.take(data["test"])
    return Task(name, "image", PHOTOGRAPHS, train, test, about=names()[name])
