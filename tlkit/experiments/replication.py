"""Replication: how often five fresh seeds would bear a claim, by the seeds that there are."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from functools import cache

import numpy as np

from tlkit.estimate import Check, t_quantile

DRAW = 5
FEWEST, MOST_DRAWS = 8, 20_000


def replication(checks: Iterable[Check]) -> float | None:
    """The share of all draws of five of its seeds on which all ``checks`` hold; None on fewer than 8 seeds.

    This share is the U-statistic of "five seeds uphold it" (Hoeffding 1948), and so an unbiased estimate of the
    probability that five fresh seeds do; reproducibility probability is what Boos and Stefanski (2011) call it.
    Checks on the same seeds are asked on the same draws; those on other seeds, or on wordings, are independent, and
    their shares are multiplied. Beyond 20,000 draws that many of them are taken at random, always the same.
    """
    groups: dict[tuple, list[Check]] = {}
    for check in checks:
        groups.setdefault((check.estimate.of, *sorted(check.estimate.by_seed)), []).append(check)
    if any(len(seeds) < FEWEST for _, *seeds in groups):
        return None
    return math.prod(_share(group, seeds) for (_, *seeds), group in groups.items())


def _share(checks: list[Check], seeds: list[int]) -> float:
    draws = _draws(len(seeds))
    upheld = np.ones(len(draws), dtype=bool)
    for check in checks:
        drawn = np.array([check.estimate.by_seed[seed] for seed in seeds])[draws]
        half = t_quantile(DRAW) * drawn.std(axis=1, ddof=1) / DRAW**0.5
        upheld &= check.holds_for(drawn.mean(axis=1) - half, drawn.mean(axis=1) + half)
    return float(upheld.mean())


@cache
def _draws(n: int) -> np.ndarray:
    """Which of ``n`` seeds are drawn, shape (draws, 5)."""
    if math.comb(n, DRAW) <= MOST_DRAWS:
        return np.array(list(itertools.combinations(range(n), DRAW)))
    random = np.random.default_rng(0)
    return np.stack([random.choice(n, DRAW, replace=False) for _ in range(MOST_DRAWS)])
