"""Counted words with TF-IDF weights and a linear classifier: the baseline that needs no network."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tlkit.arguments import whole
from tlkit.datasets.task import Examples, Task, accuracy_of
from tlkit.errors import TlkitError, shown
from tlkit.methods.method import Case, Outcome, Strategy

if TYPE_CHECKING:
    from tlkit.experiments.source import Source

RECIPE = 1  # raise it when a change to the code changes what is learnt: older saved results are then not reused

STRENGTH = 10.0  # scikit-learn's C; on training texts outside the shots, 1 and 100 did no better


@dataclass(frozen=True, repr=False)
class WordCounting(Strategy):
    """Words are counted in the network's place, ``most`` of them or all."""

    most: int | None = None

    body_is_frozen = True
    cuts_texts = False

    @property
    def from_source(self) -> bool:
        """No network has a part in it."""
        return False

    def recipe(self) -> list:
        """All that a run's result depends on."""
        return ["tf_idf", RECIPE, self.name, STRENGTH, self.most]

    def check(self, source: Source | None, target: Task) -> None:
        """It counts words, so there must be some."""
        if target.modality != "text":
            raise TlkitError(f"{target.name} has {target.modality}s, and only texts have words to count.")

    def fit(self, case: Case) -> Outcome:
        """Count the words of the labelled texts, and fit a classifier on them."""
        examples, began = case.examples, time.perf_counter()
        model = fit_counts(examples, self.most)
        seconds = time.perf_counter() - began
        weights = model.probe.coef_.size + model.probe.intercept_.size
        chances = model.probabilities(case.target.test.items)
        return Outcome(chances, seconds, weights, weights, model if case.keep else None)


def TfIdf(most: int | None = None) -> WordCounting:
    """The baseline of every text comparison: the same labelled texts, and no network.

    With ``most`` only so many words count: those that differ most between the classes of the labelled texts (chi2).
    """
    if most is None:
        return WordCounting("tf_idf", "no network: words are counted (TF-IDF), and a classifier learns")
    most = whole(most, f"most={shown(most)} is no number of words")
    return WordCounting(f"tf_idf:{most}", f"no network: the {most} most telling words are counted", most)


@dataclass(frozen=True)
class WordCounts:
    """Words as TF-IDF weighs them, and a linear classifier on them."""

    vectorizer: object
    probe: object

    def probabilities(self, items: np.ndarray) -> np.ndarray:
        """How likely each class is (n, classes)."""
        return self.probe.predict_proba(self.vectorizer.transform(items))

    def accuracy(self, examples: Examples) -> float:
        """The share of ``examples`` that is named right."""
        return accuracy_of(self.probabilities(examples.items), examples.labels)

    def telling(self, n: int = 8) -> list[list[str]]:
        """For each class, the ``n`` words that speak most for it."""
        words = self.vectorizer.get_feature_names_out()
        weights = self.probe.coef_
        if len(weights) == 1:  # scikit-learn keeps one row for two classes
            weights = np.vstack([-weights, weights])
        return [words[np.argsort(-row)[:n]].tolist() for row in weights]


def fit_counts(examples: Examples, most: int | None) -> WordCounts:
    """Count the words of ``examples`` and fit a classifier on them, with the ``most`` telling words if so many."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.feature_selection import chi2
    from sklearn.linear_model import LogisticRegression

    vectorizer = TfidfVectorizer(sublinear_tf=True)
    counts = vectorizer.fit_transform(examples.items)
    if most and most < counts.shape[1]:
        differ, _ = chi2(counts, examples.labels)
        kept = vectorizer.get_feature_names_out()[np.argsort(-differ, kind="stable")[:most]]
        vectorizer = TfidfVectorizer(sublinear_tf=True, vocabulary=sorted(kept))
        counts = vectorizer.fit_transform(examples.items)
    return WordCounts(vectorizer, LogisticRegression(C=STRENGTH, max_iter=1000).fit(counts, examples.labels))
