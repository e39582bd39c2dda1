"""Alarms: what a list of suspects is worth to who can call so many customers a day.

Average precision looks at the whole list. A bank looks at its top: whom it has the time to call. A call finds a
customer who was robbed that day, or annoys one who was not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tlkit.datasets.bank import KINDS, WAYS
from tlkit.datasets.payments import CALLS, EVENT, TEST, called
from tlkit.datasets.task import Task
from tlkit.errors import TlkitError, shown
from tlkit.estimate import Estimate
from tlkit.experiments.results import Results
from tlkit.plots.alarm_curve import calls_curve, precision_curve
from tlkit.plots.picture import Picture

DAYS = TEST[1] - TEST[0]  # of the test


def found(results: Results, strategy: str, *, shots: int, calls: int) -> Estimate:
    """The share of robbed customers that ``calls`` calls a day find, seed by seed."""
    if calls not in CALLS:
        raise TlkitError(f"calls={shown(calls)} were not counted: ask for one of {', '.join(map(str, CALLS))}.")
    results.accuracy(strategy, shots=shots)  # one source and one target
    runs = results.where(strategy=strategy).where(shots=shots)
    known = f"{shots} known frauds" if learns(results, strategy) else "no known fraud"
    what = f"found by {strategy} with {known}, {calls} calls a day"
    return Estimate({run.seed: _share(run.by_class[CALLS.index(calls)]) for run in runs}, what)


def robbed(results: Results) -> float:
    """How many customers are robbed a day, in the test."""
    return results.runs[0].by_class[0][2] / DAYS


def picture(results: Results, title: str = "", *, strategies: Sequence[str] | None = None) -> Picture:
    """Average precision against known frauds, as a picture with its numbers in words."""
    return precision_curve(results.curves(strategies), title)


def by_calls(results: Results, title: str = "", *, shots: int, strategies: Sequence[str]) -> Picture:
    """The share of robbed customers found against calls a day, as a picture with its numbers in words.

    What learns nothing is the same at any number of shots.
    """
    curves = {
        name: {calls: found(results, name, shots=shots_of(results, name, shots), calls=calls) for calls in CALLS}
        for name in strategies
    }
    return calls_curve(curves, title)


def learns(results: Results, strategy: str) -> bool:
    """Whether a strategy used any label; if it did not, it is the same at any number of shots."""
    return any(run.labels for run in results.where(strategy=strategy))


def shots_of(results: Results, strategy: str, shots: int) -> int:
    """``shots``, or the first number that a strategy was asked with, if it learns nothing."""
    return shots if learns(results, strategy) else results.where(strategy=strategy).shots[0]


def by_way(chances: np.ndarray, task: Task, *, calls: int):
    """A pandas frame of the frauds by their way: how many there are, and of how many the customer is called that day.

    ``chances`` (n, 2) are what a model says of the test.
    """
    import pandas as pd

    paid, ways = task.test.tags, np.arange(1, len(WAYS))
    _, rank, group = called(chances[:, 1], task.test)
    there = [paid["way"] == way for way in ways]
    caught = rank[group] < calls
    columns = {"frauds": [int(of.sum()) for of in there], "found": [int((of & caught).sum()) for of in there]}
    return pd.DataFrame(columns, index=[WAYS[way] for way in ways])


def statement(item: np.ndarray):
    """A pandas frame of an item (payments, numbers) as a bank statement, the latest payment last."""
    import pandas as pd

    columns = dict(zip(EVENT, item.T.astype(float), strict=False))
    turn = np.arctan2(columns["sine of the hour"], columns["cosine of the hour"]) / (2 * np.pi) % 1
    minutes = (turn * 24 * 60).round().astype(int) % (24 * 60)
    return pd.DataFrame({
        "shop": [KINDS[kind] for kind in item[:, len(EVENT) :].argmax(axis=1)],
        "amount": (np.exp(columns["amount"] + 3.5) - 1).round(2),
        "at": [f"{minute // 60:02}:{minute % 60:02}" for minute in minutes],
        "km from home": (20 * np.hypot(columns["across"], columns["up"])).round(1),
        "been there": np.where(columns["been there"] > 0, "yes", ""),
    })  # fmt: skip


def _share(told: tuple[str, int, int]) -> float:
    _, right, of = told
    return right / of
