"""Labels that look wrong: a network that did not learn from an example is sure of another name for it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from tlkit.datasets.own.data import OwnData
from tlkit.errors import TlkitError
from tlkit.methods.frozen_features import FrozenFeatures
from tlkit.models.backbone import Backbone
from tlkit.seeding import check_seed, stream

FOLDS = 5
# A head that is held down less believes the wrong labels: on scikit-learn's digits under noise, with 10% of 300 labels
# wrong, .27 to .41 of the suspects were wrong at C=1, .65 to .76 at 0.01, and as many of the wrong ones were found.
STRENGTH = 0.01  # scikit-learn's C
LEAST = 3  # sets of examples of a class; of fewer nothing can be said


@dataclass(frozen=True)
class Suspect:
    """An example whose label looks wrong: its name, its label, what the others say it is, and how sure they are."""

    name: str
    label: str
    likely: str
    chance: float

    def __str__(self) -> str:
        return f"{self.name} says {self.label!r}, and looks like {self.likely!r} ({self.chance:.0%})"


def suspicious_labels(data: OwnData, backbone: Backbone, *, seed: int = 0) -> list[Suspect]:
    """Examples of ``data`` whose labels look wrong, the worst first: by cleanlab, from a head on ``backbone``.

    The head's probabilities for an example come from a fold in which neither it nor a copy of it was learnt from.
    Which are too unlikely is confident learning's answer (Northcutt et al., 2021). They are to be looked at, and not to
    be believed: the rarer a class and the harder the task, the more of them are right as they are.
    """
    from cleanlab.filter import find_label_issues

    _check(data, backbone)
    classes = sorted(set(data.found.labels))
    labels, groups = np.array([classes.index(label) for label in data.found.labels]), data.groups
    kept = [number for number in range(len(classes)) if len(set(groups[labels == number])) >= LEAST]
    rows = np.flatnonzero(np.isin(labels, kept))
    if len(kept) < 2:
        return []
    given = np.searchsorted(kept, labels[rows])
    features = FrozenFeatures(backbone, data.items[rows]).features()
    chances = out_of_fold(features, given, groups[rows], len(kept), seed=check_seed(seed))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of classes in which it finds nothing
        found = find_label_issues(
            given, chances, filter_by="both", return_indices_ranked_by="self_confidence", n_jobs=1
        )
    likely = chances.argmax(axis=1)
    return [
        Suspect(data.found.names[rows[i]], classes[kept[given[i]]], classes[kept[likely[i]]], float(chances[i].max()))
        for i in found
        if likely[i] != given[i]
    ]


def _check(data: OwnData, backbone: Backbone) -> None:
    if not isinstance(data, OwnData) or not isinstance(backbone, Backbone):
        raise TlkitError("suspicious_labels takes what tl.read_data returned, and a tl.backbone to look with.")
    if data.modality != backbone.modality:
        raise TlkitError(f"{backbone.name} was made for {backbone.modality}s, and {data.name} has {data.modality}s.")


def out_of_fold(features: np.ndarray, labels: np.ndarray, groups: np.ndarray, classes: int, *, seed: int) -> np.ndarray:
    """How likely each class is (n, classes), for each row by a head that was fitted without its group."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=stream(seed, "suspicious") % 2**32)
    chances = np.full((len(labels), classes), 1 / classes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of classes with fewer members than folds
        parts = list(folds.split(features, labels, groups))
    for learnt, asked in parts:
        if len(asked) and len(set(labels[learnt])) > 1:
            head = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=1000))
            head.fit(features[learnt], labels[learnt])
            chances[asked] = 0
            chances[np.ix_(asked, head.classes_)] = head.predict_proba(features[asked])
    return chances
