"""Tasks of which one class is rare, and what is asked for is a list of suspects, the likeliest first."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tlkit.datasets.task import Task, array_digest, check_shots
from tlkit.errors import TlkitError
from tlkit.seeding import check_seed, stream

USUAL = 10  # labelled examples of the usual class for each of the rare one


@dataclass(frozen=True, eq=False)
class RareTask(Task):
    """A task of two classes, of which the second is rare; the same number is *average precision*, not accuracy.

    One in a hundred is a fraud, so whoever never says "fraud" is right 99 times: accuracy tells nothing here. Average
    precision looks at the order in which examples are suspected: 1 if all of the rare ones come first, the share of
    them if it is no better than luck. Shots count the rare class; there are ten labelled ones of the usual class for
    each.

    ``columns`` makes a table of features by hand, where there is one: it is given the rows of the labelled examples,
    and returns (train examples, columns) and (test examples, columns).
    """

    columns: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]] | None = None

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.name!r}: {len(self.train):,} {self.modality}s to learn from and "
            f"{len(self.test):,} to be tested on, of which {self.train.labels.mean():.1%} and "
            f"{self.test.labels.mean():.1%} are {self.classes[1]!r})"
        )

    @property
    def most_shots(self) -> int:
        """How many labelled examples of the rare class there are, with ten others for each."""
        usual, rare = np.bincount(self.train.labels, minlength=2)
        return int(min(rare, usual // USUAL))

    def draw(self, k: int, *, seed: int = 0) -> np.ndarray:
        """The rows of ``k`` labelled examples of the rare class and of ten times as many others, drawn by ``seed``."""
        k = check_shots(k)
        if k > self.most_shots:
            raise TlkitError(f"{self.name} has {self.most_shots} labelled of its rare class: ask for 1 to as many.")
        order = np.random.default_rng(stream(check_seed(seed), "shots", self.name)).permutation(len(self.train))
        labels = self.train.labels[order]
        return np.concatenate([order[labels == 0][: USUAL * k], order[labels == 1][:k]])

    def judge(self, answers: np.ndarray) -> tuple[float, tuple]:
        """The average precision of how likely the rare class was found: scikit-learn's ``average_precision_score``."""
        from sklearn.metrics import average_precision_score

        return float(average_precision_score(self.test.labels, answers[:, 1])), ()

    @cached_property
    def digest(self) -> str:
        """A hash of all that a run can learn from or be tested on, the table of features included."""
        blake = hashlib.blake2b(super().digest.encode(), digest_size=16)
        if self.columns:
            for table in self.columns(np.flatnonzero(self.train.labels == 1)):
                blake.update(array_digest(table).encode())
        return blake.hexdigest()
