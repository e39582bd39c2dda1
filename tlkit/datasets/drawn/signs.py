"""Road signs as they look in a photograph: real national drawings, set up, lit and photographed by arithmetic.

The drawings are in ``data/signs``; its card says where they come from and what the photographs lack.
"""

from __future__ import annotations

import functools

import numpy as np

from tlkit.datasets.files import read_arrays
from tlkit.datasets.task import Examples, Task
from tlkit.runtime import paths
from tlkit.seeding import stream

FOLDER = paths.DATA / "signs"
SIDE = 48  # pixels of a photograph
FINE = 2  # points a pixel, each way, at which a drawing is looked at
BLOCK = 16  # photographs made at a time: more no longer fit where the processor works fastest
COUNTS = {"common": (30, 10), "rare": (40, 25)}  # photographs a meaning, to learn from and to be tested on
REACH = 3  # pixels: what lies farther away does not blur into one
ACROSS = np.linspace(-1, 1, SIDE, dtype=np.float32)  # places in a photograph, from its middle
GROUNDS = np.array(
    [[150, 190, 230], [200, 205, 210], [120, 120, 125], [90, 120, 70], [150, 160, 120], [170, 150, 125]], np.float32
)


def names() -> dict[str, str]:
    """Every task of this family, with what it is in one line."""
    return {
        "signs/common": "name a road sign among 107, in a design that is not among those with labels",
        "signs/rare": "name a road sign among twelve others, in a design that is not among those with labels",
    }


def load(name: str) -> Task:
    """The task of that name, ``signs/common`` or ``signs/rare``."""
    part = name.removeprefix("signs/")
    data = _drawings()
    meanings = np.flatnonzero(data["rare"] == (part == "rare"))
    train, test = (_examples(part, meanings, count, test=place == 1) for place, count in enumerate(COUNTS[part]))
    return Task(name, "image", tuple(data["words"][meanings].tolist()), train, test, about=names()[name])


def photographs(drawings: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """One photograph of each drawing: (n, 64, 64, 4) becomes (n, SIDE, SIDE, 3), both uint8."""
    blocks = [drawings[start : start + BLOCK] for start in range(0, len(drawings), BLOCK)]
    return np.concatenate([_photographed(block, random) for block in blocks])


def _examples(part: str, meanings: np.ndarray, count: int, *, test: bool) -> Examples:
    """``count`` photographs of each meaning, its designs taken in turn."""
    data = _drawings()
    designs = [np.flatnonzero((data["meaning"] == meaning) & (data["test"] == test)) for meaning in meanings]
    rows = np.concatenate([np.resize(each, count) for each in designs])
    random = np.random.default_rng(stream(0, "signs", part, "test" if test else "train"))
    labels = np.repeat(np.arange(len(meanings)), count)
    return Examples(photographs(data["drawings"][rows], random), labels, {"design": data["designs"][rows]})


@functools.cache
def _drawings() -> dict[str, np.ndarray]:
    """The shipped drawings, read once."""
    return read_arrays(FOLDER / "signs.npz")


def _photographed(drawings: np.ndarray, random: np.random.Generator) -> np.ndarray:
    seen = _seen(drawings, _views(len(drawings), random))
    scene = seen[..., :3] + _ground(len(drawings), random) * (1 - seen[..., 3:] / 255)
    photograph = _blurred(_lit(scene, random), random)
    grain = _drawn(random, len(drawings), 1, 6)
    photograph += random.standard_normal(photograph.shape, np.float32) * grain
    return np.rint(photograph).clip(0, 255).astype(np.uint8)


def _drawn(random: np.random.Generator, count: int, low: float, high: float, channels: int = 1) -> np.ndarray:
    """One number a photograph, or one a channel: (count, 1, 1, channels)."""
    return random.uniform(low, high, (count, 1, 1, channels)).astype(np.float32)


def _views(count: int, random: np.random.Generator) -> np.ndarray:
    """Matrices (n, 3, 3) that take a place in the photograph, each way from -1 to 1, to one in the drawing."""
    size = random.uniform(0.7, 0.95, count)  # of the photograph's side
    turn = random.uniform(-0.1, 0.1, count)  # radians
    narrow = random.uniform(0.8, 1, count)  # as a sign looks from its side
    lean = random.uniform(-0.08, 0.08, count)
    cos, sin = np.cos(turn), np.sin(turn)
    views = np.zeros((count, 3, 3))
    views[:, 0, 0], views[:, 0, 1] = cos / narrow / size, (sin + lean) / size
    views[:, 1, 0], views[:, 1, 1] = -sin / size, cos / size
    views[:, 2, :2] = random.uniform(-0.15, 0.15, (count, 2))  # perspective: one side is nearer than the other
    views[:, 2, 2] = 1
    centre = random.uniform(-0.08, 0.08, (count, 2, 1))
    views[:, :2, 2:] = -views[:, :2, :2] @ centre
    return views.astype(np.float32)


def _seen(drawings: np.ndarray, views: np.ndarray) -> np.ndarray:
    """The drawings through their views, (n, SIDE, SIDE, 4) floats from 0 to 255; around a drawing there is nothing."""
    side = drawings.shape[1]
    margin = np.pad(_weighed(drawings), ((0, 0), (1, 1), (1, 1), (0, 0))).view(np.uint32)  # a point is one number
    rows, columns = _places(views, side)
    first = np.arange(len(drawings), dtype=np.int32)[:, None, None] * (side + 2) ** 2
    points = margin.ravel().take(first + rows * (side + 2) + columns).view(np.uint8)
    points = points.reshape(-1, SIDE, FINE, SIDE, FINE, 4).astype(np.uint16)
    return sum(points[:, :, i, :, j] for i in range(FINE) for j in range(FINE)) / np.float32(FINE**2)


def _places(views: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows and columns of a drawing, with a margin of one, at which each point of the photograph looks."""
    across = ((np.arange(SIDE * FINE, dtype=np.float32) + 0.5) / (SIDE * FINE) * 2 - 1).astype(np.float32)
    x, y, depth = (
        views[:, row, 0, None, None] * across
        + (views[:, row, 1, None, None] * across[:, None] + views[:, row, 2, None, None])
        for row in range(3)
    )
    return tuple((((each / depth + 1) / 2 * side).clip(-1, side) + 1).astype(np.int32) for each in (y, x))


def _weighed(drawings: np.ndarray) -> np.ndarray:
    """The drawings with their colours as dark as they are transparent, so that points can be averaged."""
    weighed = drawings.copy()
    weighed[..., :3] = (drawings[..., :3].astype(np.uint16) * drawings[..., 3:] + 127) // 255
    return weighed


def _ground(count: int, random: np.random.Generator) -> np.ndarray:
    """Calm grounds, (n, SIDE, SIDE, 3): two colours of sky, stone, grass or earth, one above, and one below."""
    above, below = (GROUNDS[random.integers(len(GROUNDS), size=count)][:, None, None] for _ in range(2))
    slope = _drawn(random, count, -0.5, 0.5) * ACROSS[:, None]
    down = ((ACROSS[:, None, None] + 1) / 2 + slope).clip(0, 1)
    return above + (below - above) * down + _drawn(random, count, -25, 25)


def _lit(scene: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The scene in brighter or duller light of some colour, which falls off to one side, and through haze."""
    count = len(scene)
    light = _drawn(random, count, 0.65, 1.1) * _drawn(random, count, 0.93, 1.07, channels=3)
    right, down = _drawn(random, count, -0.2, 0.2), _drawn(random, count, -0.2, 0.2)
    haze = _drawn(random, count, 0, 0.15)
    falling = (1 + right * ACROSS[:, None] + down * ACROSS[:, None, None]) * (1 - haze)
    return scene * falling * light + 190 * haze


def _blurred(scene: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The scene a little out of focus, each by its own width."""
    width = random.uniform(0.3, 0.8, (len(scene), 1, 1, 1))  # pixels
    weights = [np.exp(-((step / width) ** 2) / 2) for step in range(REACH + 1)]
    total = weights[0] + 2 * sum(weights[1:])
    near, *far = [(weight / total).astype(np.float32) for weight in weights]
    for axis in (1, 2):
        edges = [(REACH, REACH) if each == axis else (0, 0) for each in range(4)]
        wide = np.pad(scene, edges, mode="edge").swapaxes(0, axis)
        moved = [wide[REACH + step : REACH + step + SIDE].swapaxes(0, axis) for step in range(-REACH, REACH + 1)]
        pairs = zip(far, reversed(moved[:REACH]), moved[REACH + 1 :], strict=True)
        scene = near * scene + sum(weight * (one + other) for weight, one, other in pairs)
    return scene
