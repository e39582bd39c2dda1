"""Copies of a picture that are not the same pixel by pixel: in another size, or saved again with some loss.

Each picture is brought down to 16 by 16 points. Two are copies if these differ by little beside the picture's own
contrast. Pictures of one size may be alike for better reasons (parts on a conveyor, slices of a scan): they must also
be nearer to each other than is usual in their class.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

POINTS = 16
BRIGHTNESS = 3.0  # copies differ by less in their mean, of 255
OTHER_SIZE, SAME_SIZE = 0.13, 0.04  # the most that copies differ by, beside their contrast
UNUSUAL = 0.2  # ... and, of one size, beside the median distance of two pictures in their class
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
    ends = np.searchsorted(bright[order], bright[order] + BRIGHTNESS)
    for begin in range(0, len(order), BLOCK):
        rows, others = order[begin : begin + BLOCK], order[begin : ends[begin : begin + BLOCK].max()]
        least = np.minimum.outer(contrast[rows], contrast[others])
        one_size = np.minimum(SAME_SIZE * least, UNUSUAL * np.minimum.outer(usual[rows], usual[others]))
        most = np.where(np.equal.outer(shape[rows], shape[others]), one_size, OTHER_SIZE * least)
        alike = np.argwhere(_far(points[rows], points[others]) < most)
        for row, other in zip(rows[alike[:, 0]], others[alike[:, 1]], strict=True):
            if first[row] != first[other]:
                low, high = sorted((first[row], first[other]))
                first[first == high] = low
    return first


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
