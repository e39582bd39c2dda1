"""Grey of more than 8 bits (X-rays, microscopes, depth): one scale for a whole folder, chosen by what is there.

Such pictures use 10, 12 or 14 bits of their 16, or fractions of any size, and mark where nothing was measured with a
number far off the others. A scale by type or by picture would leave some of them black, or of two pictures alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

BITS = (8, 10, 12, 14, 16)
NO_DATA = 42113  # GDAL's tag in a TIFF: the number that stands for nothing
FAR = 4  # an extreme so many times further off than all the rest is spread is no measurement
FEW = 16  # levels: with fewer, nothing is known of how they spread


class Deep(NamedTuple):
    """A picture's grey as numbers (height, width), whether they are whole, and the lowest and highest measured."""

    grey: np.ndarray
    whole: bool
    low: float
    high: float


def measure(image: Image.Image) -> Deep:
    """Deep grey, in which what was not measured stands at the nearest measured extreme."""
    raw = np.asarray(image)
    grey = raw.astype(np.float64)
    told = _number(getattr(image, "tag_v2", {}).get(NO_DATA))
    if told is not None:
        grey[np.isclose(grey, told)] = np.nan
    low, high = _span(np.unique(grey[np.isfinite(grey)]))
    grey = np.nan_to_num(grey, nan=low, posinf=high, neginf=low).clip(low, high)
    return Deep(grey.astype(np.float32), raw.dtype.kind in "iub", low, high)


def _number(tag: object) -> float | None:
    try:
        return float(str(tag).strip("\0 "))
    except ValueError:
        return None


def _span(levels: np.ndarray) -> tuple[float, float]:
    """The lowest and the highest of some numbers in order, without those that stand for 'nothing here'."""
    while len(levels) > FEW:
        rest = FAR * (levels[-2] - levels[1])
        below, above = levels[1] - levels[0] > rest, levels[-1] - levels[-2] > rest
        if not below and not above:
            break
        levels = levels[int(below) : len(levels) - int(above)]
    return (float(levels[0]), float(levels[-1])) if len(levels) else (0.0, 0.0)


class Scale(NamedTuple):
    """What is black and what is white, and how that is told."""

    low: float
    high: float
    told: str

    def apply(self, grey: np.ndarray) -> np.ndarray:
        """Grey (height, width) in colour (height, width, 3), 0 to 255."""
        spread = (grey - self.low) * (255 / max(self.high - self.low, 1e-12))
        return np.repeat(np.round(spread).clip(0, 255).astype(np.uint8)[..., None], 3, axis=-1)


def scale_of(pictures: Sequence[Deep]) -> Scale:
    """One scale that holds all of some pictures: the fewest bits for whole numbers, else from lowest to highest."""
    varied = [each for each in pictures if each.low < each.high] or pictures
    low, high = min(each.low for each in varied), max(each.high for each in varied)
    bits = next((bits for bits in BITS if high < 2**bits), None)
    if low >= 0 and bits and all(each.whole for each in pictures):
        return Scale(0, 2**bits - 1, f"grey of {bits} bits")
    return Scale(low, high, f"grey from {low:g} to {high:g}")
