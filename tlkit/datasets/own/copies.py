"""Copies of a picture that are not the same pixel by pixel: in another size, saved again with loss, or trimmed.

Each picture is brought down to 16 by 16 points. Two are copies if these differ by little beside the picture's own
contrast. Pictures of one size may be alike for better reasons (parts on a conveyor, slices of a scan): they must also
be nearer to each other than is usual in their class. Those that are merely near are looked at again with their edges
trimmed, each a little, until the one fits on the other.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image

POINTS = 16
BRIGHTNESS = 3.0  # copies differ by less in their mean, of 255
OTHER_SIZE, SAME_SIZE = 0.13, 0.04  # the most that copies differ by, beside their contrast
UNUSUAL = 0.2  # ... and, of one size, beside the median distance of two pictures in their class
# Measured on stamps, photographs, products, letters and brick: of copies that were saved again at JPEG's quality 40 or
# lost 2 or 3% at their edges nine in ten and more lie below both figures, and of other pictures none.
TRIMMED, TRIMMED_UNUSUAL = 0.15, 0.12  # beside the contrast, and beside the median distance in their class
MARGINS = (0, 0.025, 0.05)  # of each side, that may have been cut off
TRIMS = [(x, y, 1 - z, 1 - w) for x, y, z, w in itertools.product(MARGINS, repeat=4)]
SHIFT = 8.0  # by so much at most the mean of 255 changes with the edges
NEAR, NEIGHBOURS = 0.6, 3  # what is looked at again: so many nearest, so near beside their contrast
DETAIL = 64  # points of a side that are enough to trim
BLOCK = 256  # pictures that are compared with others at once
SOME = 300  # pictures of a class by which that median is found


def near_copies(pictures: Sequence[np.ndarray], sizes: Sequence[tuple[int, int]], labels: Sequence[str]) -> np.ndarray:
    """For each picture (side, side, 3) the first one that it is a copy of, itself where there is none.

    ``sizes`` are those of the files' pictures.
    """
    points = np.stack([_points(picture) for picture in pictures])  # (n, POINTS * POINTS, 3)
    contrast = np.sqrt((points - points.mean(axis=1, keepdims=True)).var(axis=(1, 2)))
    points = points.reshape(len(points), -1)
    bright = points.mean(axis=1)
    points -= points.mean(axis=0)  # small numbers, so that their squares are exact enough
    usual = _usual(points, np.asarray(labels))
    shape = np.array([width * 100_000 + height for width, height in sizes])
    first, order = np.arange(len(points)), np.argsort(bright, kind="stable")

    def join(row: int, other: int) -> None:
        low, high = sorted((first[row], first[other]))
        first[first == high] = low

    for rows, others in _bands(order, bright, BRIGHTNESS):
        least = np.minimum.outer(contrast[rows], contrast[others])
        one_size = np.minimum(SAME_SIZE * least, UNUSUAL * np.minimum.outer(usual[rows], usual[others]))
        most = np.where(np.equal.outer(shape[rows], shape[others]), one_size, OTHER_SIZE * least)
        alike = np.argwhere(_far(points[rows], points[others]) < most)
        for row, other in zip(rows[alike[:, 0]], others[alike[:, 1]], strict=True):
            join(row, other)
    near = [pair for pair in _near(points, contrast, order, bright) if first[pair[0]] != first[pair[1]]]
    for row, other, far in _trimmed(pictures, near):
        pair = [row, other]
        if far < min(TRIMMED * contrast[pair].min(), TRIMMED_UNUSUAL * usual[pair].min()):
            join(row, other)
    return first


def _bands(order: np.ndarray, bright: np.ndarray, width: float) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows, and the others to compare them with: those that are as bright, or brighter by ``width`` at most."""
    ends = np.searchsorted(bright[order], bright[order] + width)
    for begin in range(0, len(order), BLOCK):
        yield order[begin : begin + BLOCK], order[begin : ends[begin : begin + BLOCK].max()]


def _near(points: np.ndarray, contrast: np.ndarray, order: np.ndarray, bright: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of pictures that are among each other's nearest, and near enough to be looked at again."""
    pairs = set()
    for rows, others in _bands(order, bright, SHIFT):
        far = _far(points[rows], points[others]) / np.minimum.outer(contrast[rows], contrast[others]).clip(1e-6)
        far[np.equal.outer(rows, others)] = np.inf
        nearest = np.argsort(far, axis=1, kind="stable")[:, :NEIGHBOURS]
        close = np.argwhere(np.take_along_axis(far, nearest, axis=1) < NEAR)
        pairs |= {tuple(sorted((int(rows[i]), int(others[nearest[i, place]])))) for i, place in close}
    return sorted(pairs)


def _trimmed(pictures: Sequence[np.ndarray], pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, float]]:
    """Each pair, and how far the two are apart once the edges of one are trimmed so that it fits on the other best."""
    trims = functools.lru_cache(maxsize=BLOCK)(lambda row: _trims(pictures[row]))  # a quarter of a megabyte each
    for row, other in pairs:
        both = (trims(row) - trims(other)[0], trims(other) - trims(row)[0])
        yield row, other, min(float(np.sqrt(np.square(each).mean(axis=1).min())) for each in both)


def _trims(picture: np.ndarray) -> np.ndarray:
    """The points of a picture (trims, points) with its edges trimmed in each way, at first in none."""
    small = Image.fromarray(picture).resize((DETAIL, DETAIL), Image.Resampling.BOX)
    boxes = (tuple(DETAIL * edge for edge in trim) for trim in TRIMS)
    trims = [small.resize((POINTS, POINTS), Image.Resampling.BOX, box=box) for box in boxes]
    return np.stack([np.asarray(each, dtype=np.float32).ravel() for each in trims])


def _points(picture: np.ndarray) -> np.ndarray:
    small = Image.fromarray(picture).resize((POINTS, POINTS), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32).reshape(-1, 3)


def _far(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """How far each of some points is from each of others (n, m): the root of the mean square."""
    squares = np.square(points).sum(axis=1)[:, None] + np.square(others).sum(axis=1) - 2 * points @ others.T
    return np.sqrt(squares.clip(0) / points.shape[1])


def _usual(points: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """For each picture the median distance between two of its class."""
    found = np.zeros(len(points))
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        some = points[rows[:: max(1, len(rows) // SOME)]]
        if len(some) > 1:
            found[rows] = np.median(_far(some, some)[np.triu_indices(len(some), 1)])
    return found
