"""Openly made up: cells as in a stained drop of blood, drawn by arithmetic; the task is to name the nucleus.

No patient and no microscope is behind them. The card in ``data/cells`` says what was drawn, and what that leaves out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter

from tlkit.datasets.drawn.geometry import SIDE, disc, drawn, placed, turned
from tlkit.datasets.task import Examples, Task
from tlkit.seeding import stream

NUCLEI = ("round", "two lobes", "several lobes", "granules")
COUNTS = (60, 50)  # cells of each kind, to learn from and to be tested on
RED_CELLS = 7
GRANULES = 40


class Lab(NamedTuple):
    """How a laboratory stains and photographs."""

    violet: tuple[float, float, float]  # how much of the red, green and blue light each stain takes away
    pink: tuple[float, float, float]
    lamp: tuple[int, int, int]  # the colour of what lets all light through
    zoom: float
    blur: float  # pixels


LABS = {
    "lab-a": Lab((0.9, 1.2, 0.45), (0.1, 0.42, 0.25), lamp=(245, 242, 235), zoom=1.0, blur=0.7),
    "lab-b": Lab((1.2, 0.8, 0.3), (0.06, 0.22, 0.36), lamp=(222, 226, 246), zoom=0.8, blur=1.0),
}


def names() -> dict[str, str]:
    """Every task of this family, with what it is in one line."""
    return {
        "cells/lab-a": "made up, not medicine: name the nucleus of a drawn white blood cell, as a laboratory stains it",
        "cells/lab-b": "made up, not medicine: the same kinds of cell, in another laboratory's stain and microscope",
    }


def load(name: str) -> Task:
    """The task of that name, ``cells/lab-a`` or ``cells/lab-b``."""
    lab = name.removeprefix("cells/")
    train, test = (_examples(lab, part, count) for part, count in zip(("train", "test"), COUNTS, strict=True))
    return Task(name, "image", NUCLEI, train, test, about=names()[name])


def smear(kind: int, count: int, zoom: float, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """How much violet and how much pink lies at each place, (count, SIDE, SIDE): white cells among red ones."""
    size = drawn(random, count, 12.5, 16.5)
    right, down = placed(count, random, zoom, 4)
    cell = disc(right, down, size, soft=1)
    nucleus = (_round, _two_lobes, _several_lobes, _granules)[kind](*turned(right, down, random), size, random)
    chromatin = drawn(random, count, 0.6, 1.2) * (1 + 0.25 * _mottled(count, random))
    dust = 0.25 * _specks(right, down, size, random, 8)
    violet = cell * (0.1 + np.maximum(nucleus * chromatin, dust))
    pink = cell * drawn(random, count, 0.1, 0.6) + _red_cells(count, random, zoom) * (1 - cell)
    return violet, pink


def _examples(lab: str, part: str, count: int) -> Examples:
    """``count`` cells of each kind, as a laboratory's microscope shows them."""
    random = np.random.default_rng(stream(0, "cells", lab, part))
    smears = [smear(kind, count, LABS[lab].zoom, random) for kind in range(len(NUCLEI))]
    violet, pink = (np.concatenate(stain) for stain in zip(*smears, strict=True))
    return Examples(_seen(violet, pink, LABS[lab], random), np.repeat(np.arange(len(NUCLEI)), count))


def _round(along: np.ndarray, away: np.ndarray, size: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """One large nucleus, a little longer than wide."""
    count = len(along)
    radius = size * drawn(random, count, 0.5, 0.8)
    return disc(along / drawn(random, count, 1, 1.2), away - drawn(random, count, -2, 2), radius, soft=1)


def _two_lobes(along: np.ndarray, away: np.ndarray, size: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Two lobes, and what joins them."""
    count = len(along)
    apart, radius = size * drawn(random, count, 0.35, 0.5), size * drawn(random, count, 0.3, 0.42)
    bridge = disc(along / 3, away, size * drawn(random, count, 0.1, 0.2), soft=0.7)
    lobes = [disc(along - side * apart, away, radius * drawn(random, count, 0.85, 1.1), soft=1) for side in (-1, 1)]
    return np.maximum.reduce([bridge, *lobes])


def _several_lobes(along: np.ndarray, away: np.ndarray, size: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Three to five lobes in a bow."""
    count = len(along)
    lobes, step = random.integers(3, 6, (count, 1, 1)), drawn(random, count, 1.0, 1.3)  # radians from lobe to lobe
    bow = size * drawn(random, count, 0.4, 0.55)
    nucleus = np.zeros(along.shape)
    for lobe in range(5):
        radius = size * drawn(random, count, 0.2, 0.32) * (lobe < lobes)
        right, down = along - bow * np.cos(lobe * step), away - bow * np.sin(lobe * step)
        nucleus = np.maximum(nucleus, disc(right, down, radius, soft=0.8) * (lobe < lobes))
    return nucleus


def _granules(along: np.ndarray, away: np.ndarray, size: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A pale nucleus under many dark granules."""
    pale = drawn(random, len(along), 0.3, 0.6) * _round(along, away, size, random)
    return np.maximum(pale, _specks(along, away, size, random, GRANULES))


def _specks(
    right: np.ndarray, down: np.ndarray, size: np.ndarray, random: np.random.Generator, most: int
) -> np.ndarray:
    """Up to ``most`` small grains within a cell."""
    specks = np.zeros(right.shape)
    for _ in range(most):
        angle, far = drawn(random, len(right), 0, 2 * np.pi), size * np.sqrt(drawn(random, len(right), 0, 0.9))
        radius = drawn(random, len(right), 0.4, 1.5)
        specks = np.maximum(specks, disc(right - far * np.cos(angle), down - far * np.sin(angle), radius, soft=0.6))
    return specks


def _red_cells(count: int, random: np.random.Generator, zoom: float) -> np.ndarray:
    """Red cells here and there, paler in the middle: they have no nucleus."""
    cells = np.zeros((count, SIDE, SIDE))
    for _ in range(RED_CELLS):
        right, down = placed(count, random, zoom, 34)
        radius, depth = drawn(random, count, 8, 10.5), drawn(random, count, 0.5, 0.9)
        ring = disc(right, down, radius, soft=1) - 0.6 * disc(right, down, radius * 0.5, soft=3)
        cells = np.maximum(cells, depth * ring)
    return cells


def _seen(violet: np.ndarray, pink: np.ndarray, lab: Lab, random: np.random.Generator) -> np.ndarray:
    """Stain as light that is missing: uint8 pictures (n, SIDE, SIDE, 3)."""
    count = len(violet)
    strength = random.uniform(0.7, 1.2, (2, count, 1, 1))
    stains = np.stack([violet, pink], axis=-1) * strength.transpose(1, 2, 3, 0)
    lamp = np.array(lab.lamp) * random.uniform(0.9, 1.04, (count, 1, 1, 3))
    light = lamp * np.exp(-stains[..., :1] * np.array(lab.violet) - stains[..., 1:] * np.array(lab.pink))
    blurs = lab.blur * random.uniform(0.6, 1.4, count)
    sharp = np.stack([gaussian_filter(each, (blur, blur, 0)) for each, blur in zip(light, blurs, strict=True)])
    return np.round(sharp + random.normal(0, 4, light.shape)).clip(0, 255).astype(np.uint8)


def _mottled(count: int, random: np.random.Generator) -> np.ndarray:
    """Small clouds about 0, with a spread of 1."""
    clouds = gaussian_filter(random.standard_normal((count, SIDE, SIDE)), (0, 1.3, 1.3))
    return clouds / clouds.std()
