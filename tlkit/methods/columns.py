"""Features made by hand, and a classifier that needs no network: what a network that reads sequences must beat."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from tlkit.datasets.task import Task
from tlkit.errors import TlkitError
from tlkit.methods.classifier import check_head
from tlkit.methods.method import Case, Outcome, Strategy
from tlkit.seeding import stream

if TYPE_CHECKING:
    from tlkit.experiments.source import Source

RECIPE = 1  # raise it when a change to the code changes what is learnt: older saved results are then not reused


@dataclass(frozen=True, repr=False)
class ByHand(Strategy):
    """A classifier on a task's columns; with ``surprise``, what the source says of each example is one more."""

    classifier: Literal["trees", "forest", "logistic"] = "trees"
    surprise: bool = False

    body_is_frozen = True

    @property
    def from_source(self) -> bool:
        """A network has a part in it only where its surprise is a column."""
        return self.surprise

    def recipe(self) -> list:
        """All that a run's result depends on."""
        return ["by hand", RECIPE, self.name, self.classifier, self.surprise]

    def check(self, source: Source | None, target: Task) -> None:
        """There must be columns."""
        if not getattr(target, "columns", None):
            raise TlkitError(f"{target.name} has no features made by hand, and {self.name!r} learns from those.")
        if self.surprise:
            check_head(self.name, source, target)

    def fit(self, case: Case) -> Outcome:
        """Make the columns, and fit the classifier on those of the labelled examples."""
        train, test = case.target.columns(case.rows)
        if self.surprise:
            train, test = _with_surprise(case, train, test)
        began = time.perf_counter()
        model = _classifier(self.classifier, stream(case.seed, "by hand") % 2**31)
        model.fit(train[case.rows], case.examples.labels)
        seconds = time.perf_counter() - began
        return Outcome(model.predict_proba(test), seconds, 0, 0, model if case.keep else None)


def _with_surprise(case: Case, *tables: np.ndarray) -> list[np.ndarray]:
    """The tables with one more column: the log-odds that the source, as it is, gives the second class."""
    parts = case.target.train, case.target.test
    chances = [case.source.model.probabilities(part.items).clip(1e-7, 1) for part in parts]
    odds = [np.log(each[:, 1] / each[:, 0]) for each in chances]
    return [np.column_stack([table, each]) for table, each in zip(tables, odds, strict=True)]


def _classifier(name: str, seed: int):
    """scikit-learn's own settings, but for the strength of the logistic one, which was tried on other seeds."""
    if name == "trees":
        from sklearn.ensemble import HistGradientBoostingClassifier

        return HistGradientBoostingClassifier(random_state=seed)
    if name == "forest":
        from sklearn.ensemble import ExtraTreesClassifier

        return ExtraTreesClassifier(random_state=seed)
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))


def Trees(*, surprise: bool = False) -> ByHand:
    """Gradient-boosted trees on features made by hand (Friedman, 2001; scikit-learn's HistGradientBoosting).

    With ``surprise``, how surely the source, as it is, says "the second class" is one more feature.
    """
    return _by_hand("trees", "boosted trees", surprise)


def Forest(*, surprise: bool = False) -> ByHand:
    """Trees with random splits on features made by hand (Geurts, Ernst and Wehenkel, 2006), for very few labels."""
    return _by_hand("forest", "a forest of random trees", surprise)


def Logistic(*, surprise: bool = False) -> ByHand:
    """Logistic regression on features made by hand."""
    return _by_hand("logistic", "logistic regression", surprise)


def _by_hand(name: str, what: str, surprise: bool) -> ByHand:
    if surprise:
        about = f"{what} on features made by hand, with the source's surprise as one more"
        return ByHand(f"{name}+surprise", about, name, surprise=True)
    return ByHand(name, f"no network: {what} on features made by hand", name)
