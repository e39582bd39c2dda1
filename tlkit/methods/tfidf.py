"""Counted words with TF-IDF weights and a linear classifier: the baseline that needs no network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tlkit.datasets.task import Examples
from tlkit.methods.classifier import accuracy_of

STRENGTH = 10.0  # scikit-learn's C; on training texts outside the shots, 1 and 100 did no better


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
