"""Discs, turns and edges, from which drawn pictures are made."""

from __future__ import annotations

import numpy as np

SIDE = 48  # pixels
ACROSS = np.arange(SIDE) - (SIDE - 1) / 2  # places in a picture, from its middle


def drawn(random: np.random.Generator, count: int, low: float, high: float) -> np.ndarray:
    """One number a picture, (count, 1, 1)."""
    return random.uniform(low, high, (count, 1, 1))


def placed(count: int, random: np.random.Generator, zoom: float, far: float) -> tuple[np.ndarray, np.ndarray]:
    """How far each place lies to the right of a cell, and below it, (count, SIDE, SIDE) each; it lies ``far`` out."""
    right, down = drawn(random, count, -far, far), drawn(random, count, -far, far)
    across = np.broadcast_to(ACROSS / zoom, (count, SIDE, SIDE))
    return across - right, across.swapaxes(1, 2) - down


def turned(right: np.ndarray, down: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The same places, along a cell's own axis and beside it."""
    angle = drawn(random, len(right), 0, 2 * np.pi)
    return right * np.cos(angle) + down * np.sin(angle), down * np.cos(angle) - right * np.sin(angle)


def disc(right: np.ndarray, down: np.ndarray, radius: np.ndarray, *, soft: float) -> np.ndarray:
    """1 within ``radius`` and 0 beyond it, with an edge of ``soft`` pixels either way."""
    return np.clip(0.5 + (radius - np.hypot(right, down)) / (2 * soft), 0, 1)


def edge(inside: np.ndarray, soft: float) -> np.ndarray:
    """1 inside and 0 outside, with an edge of this many pixels; ``inside`` is how far within a place lies."""
    return np.clip(0.5 + inside / (2 * soft), 0, 1)
