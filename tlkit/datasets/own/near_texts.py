"""Texts that are nearly the same: a word changed, a signature added."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

LETTERS = 2000  # of a text that are compared
MOST = 20_000  # texts; comparing more takes too long, and is not done
BLOCK = 512
ALIKE = 0.7  # the share of runs of four letters that two have in common, of those that either has (Jaccard)
TEMPLATE = 0.2  # of all texts: a larger set is a form that was filled in, and no copies


def near_texts(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of rows, the later one second, whose texts are nearly the same; none of more than ``MOST`` texts."""
    return list(_near(tuple(texts))) if 2 <= len(texts) <= MOST else []


@functools.lru_cache(maxsize=32)  # a table is read again with other labels, or split in another way
def _near(texts: tuple[str, ...]) -> list[tuple[int, int]]:
    from sklearn.feature_extraction.text import HashingVectorizer

    counter = HashingVectorizer(
        analyzer="char", ngram_range=(4, 4), binary=True, norm=None, alternate_sign=False, dtype=np.float32
    )
    runs = counter.transform([" ".join(text[:LETTERS].casefold().split()) for text in texts])  # (texts, hashes)
    sizes = np.asarray(runs.sum(axis=1)).ravel()
    pairs = []
    for begin in range(0, len(texts), BLOCK):
        common = (runs[begin : begin + BLOCK] @ runs.T).tocoo()
        rows, others = common.row + begin, common.col
        alike = common.data >= ALIKE * (sizes[rows] + sizes[others] - common.data)
        chosen = alike & (others > rows)
        pairs += zip(rows[chosen].tolist(), others[chosen].tolist(), strict=True)
    return sorted(pairs)


def near_sets(count: int, pairs: Sequence[tuple[int, int]]) -> np.ndarray | None:
    """For each of ``count`` rows the first of its near copies; None where they are so many that it is a form."""
    leaders = np.arange(count)
    while True:  # the smallest row of each set spreads along the pairs
        before = leaders.copy()
        for one, other in pairs:
            leaders[one] = leaders[other] = min(leaders[one], leaders[other])
        if (before == leaders).all():
            break
    _, sizes = np.unique(leaders, return_counts=True)
    return None if len(leaders) and sizes.max() > max(10, TEMPLATE * count) else leaders
