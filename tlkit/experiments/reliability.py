"""Reliability: is a network right as often as it is sure? Confidence against accuracy, in bins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tlkit.errors import TlkitError
from tlkit.methods.classifier import Classifier, probabilities
from tlkit.methods.frozen_features import FrozenFeatures

BINS = 5  # of confidence, as wide as each other
LITTLE = 0.02  # a gap that nobody would act on


@dataclass(frozen=True)
class Reliability:
    """For each bin that has answers: how sure they were on average, how often right, and how many they are."""

    confidence: tuple[float, ...]
    accuracy: tuple[float, ...]
    counts: tuple[int, ...]

    @property
    def gap(self) -> float:
        """The expected calibration error: how far the two are apart, a mean over answers (Naeini et al., 2015)."""
        apart = np.abs(np.subtract(self.confidence, self.accuracy))
        return float(np.average(apart, weights=self.counts))

    @property
    def overconfidence(self) -> float:
        """By how much it is surer than right, on average over answers; below 0 where it is less sure than right."""
        return float(np.average(np.subtract(self.confidence, self.accuracy), weights=self.counts))

    def __str__(self) -> str:
        bins = [
            f"{confidence:.0%} sure and {accuracy:.0%} right ({count})"
            for confidence, accuracy, count in zip(self.confidence, self.accuracy, self.counts, strict=True)
        ]
        return f"By how sure it was (answers in brackets): {', '.join(bins)}. {self._verdict()}"

    def _verdict(self) -> str:
        if abs(self.overconfidence) < LITTLE:
            return "On the whole it is as sure as it is right."
        much = f"{abs(self.overconfidence):.0%}"
        return f"On the whole it is surer than right, by {much}." if self.overconfidence > 0 else (
            f"On the whole it is less sure than right, by {much}."
        )  # fmt: skip


def reliability(chances: np.ndarray, labels: np.ndarray) -> Reliability:
    """The reliability of answers ``chances`` (n, classes) where ``labels`` (n,) are right; by scikit-learn."""
    from sklearn.calibration import calibration_curve

    if not len(labels):
        raise TlkitError("Nothing was asked, so nobody knows how reliable the answers are: give some examples.")
    sure, right = chances.max(axis=1).clip(0, 1), chances.argmax(axis=1) == labels
    accuracy, confidence = calibration_curve(right, sure, n_bins=BINS, pos_label=True)
    places = np.searchsorted(np.linspace(0, 1, BINS + 1)[1:-1], sure)  # as scikit-learn puts them
    counts = np.bincount(places, minlength=BINS)
    return Reliability(tuple(confidence.tolist()), tuple(accuracy.tolist()), tuple(counts[counts > 0].tolist()))


def answers_of(model: object, items: np.ndarray) -> np.ndarray:
    """How likely a model finds each class (n, classes); what its frozen body says of the items is remembered."""
    if isinstance(model, Classifier):
        return probabilities(model.head, FrozenFeatures(model.backbone, items).features())
    return model.probabilities(items)
