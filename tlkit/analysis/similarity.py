"""How alike two bodies of features are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tlkit.errors import TlkitError, shown


def cka(first: np.ndarray, second: np.ndarray) -> float:
    """How alike two sets of features (n, any width) of the same n items are: 0 not at all, 1 up to turn and scale.

    Linear centred kernel alignment (Kornblith, Norouzi, Lee and Hinton, 2019, "Similarity of Neural Network
    Representations Revisited"): do the two find the same items alike? Units may be in any order, turned into one
    another, and of any scale; there may be more of them on one side. Features that never change give 0.
    """
    first, second = _centred(first), _centred(second)
    if len(first) != len(second):
        raise TlkitError(f"CKA asks two networks about the same items, and here are {len(first)} and {len(second)}.")
    alone = np.linalg.norm(first.T @ first) * np.linalg.norm(second.T @ second)
    return float(np.linalg.norm(first.T @ second) ** 2 / alone) if alone else 0.0


def cka_matrix(first: Sequence[np.ndarray], second: Sequence[np.ndarray]) -> np.ndarray:
    """:func:`cka` of every stage's features of one network, down, with every stage's of another, across."""
    return np.array([[cka(one, other) for other in second] for one in first])


def _centred(features: np.ndarray) -> np.ndarray:
    try:
        features = np.asarray(features, np.float64)
    except (TypeError, ValueError) as error:
        raise TlkitError(f"CKA takes features (items, units), and these are no numbers: {shown(features)}.") from error
    if features.ndim != 2:
        raise TlkitError(f"CKA takes features (items, units), and these have the shape {features.shape}.")
    return features - features.mean(axis=0)
