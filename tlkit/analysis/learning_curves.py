"""Learning curves: what a head start is worth in practice, by the three measures of Taylor and Stone (2009).

The *jump-start* is what it is worth before any practice, the *time to threshold* how many episodes it takes to be good
enough, the *asymptote* what is reached in the end ("Transfer learning for reinforcement learning domains: a survey").
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from tlkit.arguments import a_share
from tlkit.errors import shown
from tlkit.estimate import Estimate
from tlkit.experiments.results import Results
from tlkit.plots.learning_curve import learning_curve
from tlkit.plots.picture import Picture

THRESHOLD = 0.75  # of the greatest return


def jump_start(results: Results, *, over: Results | None = None) -> Estimate:
    """By how much the source as it is beats a random policy, before any practice, seed by seed.

    ``over`` are other results in which the random policy is to be found.
    """
    ahead, behind = (_once(each, name) for each, name in ((results, "as_is"), (over or results, "random_policy")))
    return ahead - behind


def time_to_threshold(results: Results, strategy: str, *, threshold: float = THRESHOLD) -> Estimate:
    """After how many episodes a strategy first has ``threshold`` of the greatest return, seed by seed.

    Between two numbers of episodes that were tried its curve is a line, and before the first it is flat. A seed that
    never gets there counts with the largest number: it would take more than that.
    """
    threshold = a_share(threshold, f"threshold={shown(threshold)} is no share of the greatest return", ends=True)
    runs = results.where(strategy=strategy)
    curves = [runs.accuracy(strategy, shots=k).by_seed for k in runs.shots]
    times = {seed: _first_time(runs.shots, [curve[seed] for curve in curves], threshold) for seed in runs.seeds}
    return Estimate(times, f"episodes of {strategy} until {threshold:.0%}")


def asymptote(results: Results, strategy: str) -> Estimate:
    """The share of the greatest return after all the practice that there was, seed by seed."""
    return results.accuracy(strategy, shots=results.where(strategy=strategy).shots[-1])


def picture(
    results: Results, title: str = "", *, strategies: Iterable[str] | None = None, threshold: float | None = THRESHOLD
) -> Picture:
    """Return against episodes as a picture with its numbers in words; dotted, the threshold."""
    return learning_curve(results.curves(strategies), title, threshold=threshold)


def table(results: Results, *, threshold: float = THRESHOLD):
    """A pandas frame of what practice brings, means over seeds; what does not practise has no row."""
    import pandas as pd

    rows = {
        strategy: {
            f"episodes to {threshold:.0%}": round(time_to_threshold(results, strategy, threshold=threshold).mean),
            "return in the end": round(asymptote(results, strategy).mean, 3),
            "lowest seed in the end": round(min(asymptote(results, strategy).values), 3),
        }
        for strategy in results.strategies
        if len(results.where(strategy=strategy).shots) > 1
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _once(results: Results, strategy: str) -> Estimate:
    """What does not learn is the same after any number of episodes."""
    return results.accuracy(strategy, shots=results.where(strategy=strategy).shots[0])


def _first_time(episodes: list[int], curve: list[float], threshold: float) -> float:
    above = np.flatnonzero(np.array(curve) >= threshold)
    if not len(above):
        return float(episodes[-1])
    i = above[0]
    if i == 0:
        return float(episodes[0])
    part = (threshold - curve[i - 1]) / (curve[i] - curve[i - 1])
    return float(episodes[i - 1] + part * (episodes[i] - episodes[i - 1]))
