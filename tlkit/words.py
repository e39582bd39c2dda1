"""Words: how a network that reads cuts up a text, which texts lie near it, and what counting words alone can do.

Counting words (TF-IDF with a logistic regression) is the baseline of every lesson on texts: it knows no language, only
the labelled examples that it was shown.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from tlkit.arguments import listed, numbers, whole
from tlkit.backbones import Backbone
from tlkit.errors import TlkitError, shown
from tlkit.frozen import Frozen
from tlkit.results import Result, Results
from tlkit.seeding import check_seed, choose_seeds
from tlkit.source import check_backbone
from tlkit.tasks import Examples, Task, as_task
from tlkit.tasks.base import check_shots
from tlkit.training import share_right

STRATEGY = "tf_idf"
STRENGTH = 10.0  # scikit-learn's C; on training texts outside the shots, 1 and 100 did no better
RECIPE = 1  # raise it when a change to the code changes what a run learns


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
        return share_right(self.probabilities(examples.items), examples.labels)

    def telling(self, n: int = 8) -> list[list[str]]:
        """For each class, the ``n`` words that speak most for it."""
        words = self.vectorizer.get_feature_names_out()
        weights = self.probe.coef_
        if len(weights) == 1:  # scikit-learn keeps one row for two classes
            weights = np.vstack([-weights, weights])
        return [words[np.argsort(-row)[:n]].tolist() for row in weights]


def count_words(task: Task | str, *, shots: int = 8, seed: int = 0, most: int | None = None) -> Result:
    """One run of the baseline: the same labelled texts that :func:`tlkit.transfer` draws, and no network.

    With ``most`` only so many words count: those that differ most between the classes of the labelled texts (chi2).
    """
    task, seed = as_task(task), check_seed(seed)
    if task.modality != "text":
        raise TlkitError(f"{task.name} has {task.modality}s, and only texts have words to count.")
    if most is not None:
        most = whole(most, f"most={shown(most)} is no number of words")
    learnt = task.shots(shots, seed=seed)
    began = time.perf_counter()
    model = _fit(learnt, most)
    seconds = time.perf_counter() - began
    weights = model.probe.coef_.size + model.probe.intercept_.size
    strategy = STRATEGY + (f":{most}" if most else "")
    asked = [RECIPE, strategy, STRENGTH, task.name, task.digest, int(shots), seed]
    return Result(
        source="words",
        target=task.name,
        strategy=strategy,
        shots=int(shots),
        seed=seed,
        labels=len(learnt),
        accuracy=model.accuracy(task.test),
        seconds=seconds,
        trainable_params=weights,
        total_params=weights,
        key=hashlib.blake2b(json.dumps(asked).encode(), digest_size=12).hexdigest(),
        model=model,
    )


def words_baseline(
    task: Task | str, *, shots: Iterable[int], seeds: int | str | Iterable[int] | None = None, most: int | None = None
) -> Results:
    """:func:`count_words` for each seed and number of shots, to stand beside a comparison: ``results + baseline``."""
    counts = numbers(shots, "shots", check_shots, "[1, 8, 64]")
    asked = [(k, seed) for seed in choose_seeds(seeds) for k in counts]
    return Results(replace(count_words(task, shots=k, seed=seed, most=most), model=None) for k, seed in asked)


def _fit(examples: Examples, most: int | None) -> WordCounts:
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


def texts(sentences: Iterable[str]) -> np.ndarray:
    """Sentences as a network that reads is given them: an array (n,) of ``str``."""
    many = listed(sentences, "sentences", "['a good film', 'a bad one']", most=10_000_000)
    return np.array([str(each) for each in many], dtype=object)


def tokens(backbone: Backbone, text: str) -> list[str]:
    """The pieces into which a network that reads cuts a text; ``##`` marks one that goes on a word."""
    tokenizer = getattr(check_backbone(backbone).prepare, "tokenizer", None)
    if tokenizer is None:
        raise TlkitError(f"{backbone.name} reads no texts, so it has no tokens: take 'minilm'.")
    return tokenizer.tokenize(str(text))


class Near(NamedTuple):
    """A text of a task that lies near another: its row, its class, and the cosine between the two."""

    row: int
    text: str
    label: str
    cosine: float


class Shelf:
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
            points = Frozen(backbone, task.test.items).features()
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
