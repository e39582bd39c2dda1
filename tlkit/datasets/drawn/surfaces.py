"""Inspection: patches of real brick, grass and gravel with made-up faults; the task is to name the fault.

The photographs are in ``data/surfaces``; its card says where they come from. The faults are drawn here.
"""

from __future__ import annotations

import functools

import numpy as np

from tlkit.datasets.drawn.geometry import edge
from tlkit.datasets.files import read_arrays
from tlkit.datasets.task import Examples, Task
from tlkit.runtime import paths
from tlkit.seeding import stream

MATERIALS = ("brick", "grass", "gravel")
FAULTS = ("sound", "scratch", "stain", "hole")
FOLDER = paths.DATA / "surfaces"
SIDE = 48  # pixels of a patch


LEARNT, TESTED = (0, 304), (304, 512)  # columns of the photograph: a patch lies within the one or the other


COUNTS = (60, 40)  # patches of each fault, to learn from and to be tested on
MANY = "brick-many"  # the task that has more of them:
MANY_COUNTS = (300, 100)
ACROSS = np.arange(SIDE) - (SIDE - 1) / 2  # places in a patch, from its middle


def names() -> dict[str, str]:
    """Every task of this family, with what it is in one line."""
    usual = {
        f"surfaces/{material}": f"inspect {material}: sound, or with a drawn scratch, stain or hole"
        for material in MATERIALS
    }
    return usual | {f"surfaces/{MANY}": "inspect brick, with 300 labelled patches of each kind in place of 60"}


def load(name: str) -> Task:
    """The task of that name, such as ``surfaces/brick``."""
    part = name.removeprefix("surfaces/")
    columns = zip((LEARNT, TESTED), MANY_COUNTS if part == MANY else COUNTS, strict=True)
    train, test = (_inspected(part.removesuffix("-many"), between, count) for between, count in columns)
    return Task(name, "image", FAULTS, train, test, about=names()[name])


def scratch(patches: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A thin bent line, brighter or darker than the material around it."""
    along, away = turned(len(patches), random)
    bend, length, width = drawn(random, len(patches), (-0.015, 0.015), (10, 20), (0.8, 1.4))
    line = np.exp(-(((away - bend * along**2) / width) ** 2)) * edge(length - np.abs(along), 1.5)
    tone = random.choice([-1, 1], (len(patches), 1, 1)) * random.uniform(60, 100, (len(patches), 1, 1))
    return patches + tone * line


def stain(patches: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A spill with an uneven, soft edge, through which the material can be seen."""
    shape = _blob(len(patches), random, radius=(8, 13), uneven=0.25, soft=1.5)
    return patches * (1 - random.uniform(0.3, 0.5, (len(patches), 1, 1)) * shape)


def hole(patches: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A small pit with a sharp edge, dark inside, that catches the light on one side."""
    shape = _blob(len(patches), random, radius=(3.5, 6.5), uneven=0.12, soft=0.4)
    lit = np.clip(np.roll(shape, 2, axis=1) - shape, 0, 1)  # a rim below the pit
    dark = random.uniform(20, 50, (len(patches), 1, 1))
    return patches * (1 - shape) + dark * shape + 60 * lit


DRAWN = {"scratch": scratch, "stain": stain, "hole": hole}


def _inspected(material: str, columns: tuple[int, int], count: int) -> Examples:
    """``count`` patches of each fault from between two columns of a photograph."""
    random = np.random.default_rng(stream(0, "surfaces", material, *columns))
    photograph = _photographs()[material]
    column = random.integers(columns[0], columns[1] - SIDE + 1, len(FAULTS) * count)
    row = random.integers(0, len(photograph) - SIDE + 1, len(FAULTS) * count)
    patches = _cut(photograph, row, column)
    labels = np.repeat(np.arange(len(FAULTS)), count)
    for label, fault in enumerate(FAULTS):
        if fault in DRAWN:
            patches[labels == label] = DRAWN[fault](patches[labels == label], random)
    return Examples(_taken(patches, random), labels, {"column": column, "row": row})


@functools.cache
def _photographs() -> dict[str, np.ndarray]:
    """The shipped photographs, read once."""
    return read_arrays(FOLDER / "surfaces.npz")


def _cut(photograph: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """The patches (n, SIDE, SIDE), as floats, whose upper left corners are at these rows and columns."""
    step = np.arange(SIDE)
    return photograph[(row[:, None] + step)[:, :, None], (column[:, None] + step)[:, None]].astype(float)


def _taken(patches: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The patches as a camera sees them: mirrored or not, in brighter or duller light from one side, with noise."""
    count = len(patches)
    mirrored = np.where(random.random((count, 1, 1)) < 0.5, patches[:, :, ::-1], patches)
    light, across, down = drawn(random, count, (0.75, 1.25), (-0.25, 0.25), (-0.25, 0.25))
    slope = (across * ACROSS + down * ACROSS[:, None]) / SIDE
    grain = random.standard_normal(patches.shape) * random.uniform(2, 7, (count, 1, 1))
    return np.round(mirrored * light * (1 + slope) + grain).clip(0, 255).astype(np.uint8)


def drawn(random: np.random.Generator, count: int, *ranges: tuple[float, float]) -> list[np.ndarray]:
    """For each range, one number a patch: (count, 1, 1)."""
    return [random.uniform(low, high, (count, 1, 1)) for low, high in ranges]


def placed(count: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """How far each place of a patch lies to the right of a fault, and below it: (count, SIDE, SIDE) each."""
    right, down = drawn(random, count, (-11, 11), (-11, 11))
    return ACROSS - right + 0 * down, ACROSS[:, None] - down


def turned(count: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """How far each place lies along a line through a fault, and beside it."""
    right, down = placed(count, random)
    (angle,) = drawn(random, count, (0, np.pi))
    return right * np.cos(angle) + down * np.sin(angle), down * np.cos(angle) - right * np.sin(angle)


def _blob(
    count: int, random: np.random.Generator, *, radius: tuple[float, float], uneven: float, soft: float
) -> np.ndarray:
    """Roundish shapes, (count, SIDE, SIDE): 1 inside and 0 outside."""
    right, down = placed(count, random)
    angle = np.arctan2(down, right)
    size, *turns = drawn(random, count, radius, (0, 2 * np.pi), (0, 2 * np.pi))
    wave = sum(np.cos(lobes * angle + turn) for lobes, turn in zip((2, 3), turns, strict=True))
    return edge(size * (1 + uneven * wave / 2) - np.hypot(right, down), soft)
