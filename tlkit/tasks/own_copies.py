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
SOME = 300  # pictures of a class by which that median is found


def near_copies(pictures: Sequence[np.ndarray], sizes: Sequence[tuple[int, int]], labels: Sequence[str]) -> np.ndarray:
    """For each picture (side, side, 3) the first one that it is a copy of, itself where there is none.

    ``sizes`` are those of the files' pictures.
    """
    points = np.stack([_points(picture) for picture in pictures])  # (n, POINTS * POINTS, 3)
    contrast = np.sqrt((points - points.mean(axis=1, keepdims=True)).var(axis=(1, 2)))
    points = points.reshape(len(points), -1)
    usual = _usual(points, np.asarray(labels))
    shape = np.array([width * 100_000 + height for width, height in sizes])
    first, bright = np.arange(len(points)), points.mean(axis=1)
    order = np.argsort(bright, kind="stable")
    ends = np.searchsorted(bright[order], bright[order] + BRIGHTNESS)
    for place, row in enumerate(order):
        others = order[place + 1 : ends[place]]
        least = np.minimum(contrast[row], contrast[others])
        same = shape[others] == shape[row]
        most = np.where(same, np.minimum(SAME_SIZE * least, UNUSUAL * np.minimum(usual[row], usual[others])),
                        OTHER_SIZE * least)  # fmt: skip
        copies = others[_far(points[others], points[row]) < most]
        if len(copies):
            sets = first[[row, *copies]]
            first[np.isin(first, sets)] = sets.min()
    return first


def _points(picture: np.ndarray) -> np.ndarray:
    small = Image.fromarray(picture).resize((POINTS, POINTS), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32).reshape(-1, 3)


def _far(points: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How far rows of points are from another row: the root of the mean square."""
    return np.sqrt(np.square(points - other).mean(axis=-1))


def _usual(points: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """For each picture the median distance between two of its class."""
    found = np.zeros(len(points))
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        some = points[rows[:: max(1, len(rows) // SOME)]]
        apart = [_far(some[place + 1 :], one) for place, one in enumerate(some)]
        found[rows] = np.median(np.concatenate(apart)) if len(some) > 1 else 0.0
    return found
