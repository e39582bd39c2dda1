"""Texts by meaning and by shared words: which lie near which."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from tlkit.arguments import listed
from tlkit.datasets.task import Task
from tlkit.errors import TlkitError
from tlkit.experiments.source import check_backbone
from tlkit.methods.cut_texts import tell_cut
from tlkit.methods.frozen_features import FrozenFeatures
from tlkit.models.backbone import Backbone
from tlkit.models.language_model import TextBackbone


def texts(sentences: Iterable[str]) -> np.ndarray:
    """Sentences as a network that reads is given them: an array (n,) of ``str``."""
    many = listed(sentences, "sentences", "['a good film', 'a bad one']", most=10_000_000)
    return np.array([str(each) for each in many], dtype=object)


def tokens(backbone: Backbone, text: str) -> list[str]:
    """The pieces into which a network that reads cuts a text; ``##`` marks one that goes on a word."""
    if not isinstance(check_backbone(backbone), TextBackbone):
        raise TlkitError(f"{backbone.name} reads no texts, so it has no tokens: take 'minilm'.")
    return backbone.tokenizer.tokenize(str(text))


class Near(NamedTuple):
    """A text of a task that lies near another: its row, its class, and the cosine between the two."""

    row: int
    text: str
    label: str
    cosine: float


class NeighbourIndex:
    """The test texts of a task as points, so that the nearest to any other text can be named at once.

    With a backbone a point is what the network says of a text (its features); without, it is its words as TF-IDF weighs
    them. What a network says is remembered.
    """

    def __init__(self, task: Task, backbone: Backbone | None = None):
        self.task, self.backbone = task, backbone
        if backbone is None:
            from sklearn.feature_extraction.text import TfidfVectorizer

            self._vectorizer = TfidfVectorizer(sublinear_tf=True).fit(task.test.items)
            points = self._vectorizer.transform(task.test.items).toarray()
        else:
            tell_cut(backbone, task)
            points = FrozenFeatures(backbone, task.test.items).features()
        self.points = _unit(points)

    def point(self, text: str) -> np.ndarray:
        """Where a text lies (width,); of length one, or zero if it has no word that is known."""
        item = texts([text])
        found = self.backbone.features(item) if self.backbone else self._vectorizer.transform(item).toarray()
        return _unit(found)[0]

    def near(self, text: str, n: int = 5) -> list[Near]:
        """The ``n`` texts with the largest cosine to ``text``, nearest first; never one that has nothing in common."""
        cosines = self.points @ self.point(text)
        examples = self.task.test
        rows = [row for row in np.argsort(-cosines, kind="stable")[:n] if cosines[row] > 0]
        classes = self.task.classes
        return [Near(int(r), examples.items[r], classes[examples.labels[r]], float(cosines[r])) for r in rows]


def _unit(points: np.ndarray) -> np.ndarray:
    """Rows (n, width) at length one; a row of zeros stays."""
    return points / np.linalg.norm(points, axis=1, keepdims=True).clip(1e-12)
