"""A task: labelled examples to learn from, and others to be tested on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from tlkit.arguments import a_share, whole
from tlkit.errors import TlkitError, shown
from tlkit.seeding import check_seed, choose_seeds, stream

UNEVEN = 1.2  # classes of which one is so many times as frequent as if all were alike


@dataclass(frozen=True, eq=False)
class Examples:
    """Labelled examples: ``items`` (n, ...), ``labels`` (n,) as class numbers, and ``tags``, more columns by name.

    Images are uint8 arrays (n, height, width) or (n, height, width, 3); texts are an object array (n,) of ``str``.
    """

    items: np.ndarray
    labels: np.ndarray
    tags: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self):
        for name, column in {"labels": self.labels, **self.tags}.items():
            if len(column) != len(self.items):
                raise TlkitError(f"There are {len(self.items)} items but {len(column)} {name}: give one for each item.")

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        shape = f" of shape {self.items.shape[1:]}" if self.items.ndim > 1 else ""
        return f"Examples({len(self)} items{shape})"

    def take(self, rows: np.ndarray) -> Examples:
        """The examples at ``rows`` (numbers or a mask), in that order."""
        return Examples(self.items[rows], self.labels[rows], {name: tag[rows] for name, tag in self.tags.items()})


@dataclass(frozen=True, eq=False)
class Task:
    """A labelled problem: name, modality, class names, and a train and a test split that share no example.

    ``question`` is how one would put the task to a language model, and ``label_words`` are the answers that it may
    give, one for each class; the class names where there are none. Where it is
    ``uneven``, a class with fewer examples than are asked for gives all that it has.
    """

    name: str
    modality: str
    classes: tuple[str, ...]
    train: Examples
    test: Examples
    about: str = ""
    question: str = ""
    label_words: tuple[str, ...] = ()
    uneven: bool = False

    def __repr__(self) -> str:
        return (
            f"Task({self.name!r}: {len(self.classes)} classes, {len(self.train):,} {self.modality}s to learn from, "
            f"{len(self.test):,} to be tested on)"
        )

    @property
    def most_shots(self) -> int:
        """How many labelled examples of *each* class there are to draw from; of any class, where it is ``uneven``."""
        counts = np.bincount(self.train.labels, minlength=len(self.classes))
        return int(counts.max() if self.uneven else counts.min())

    def shots(self, k: int, *, seed: int = 0) -> Examples:
        """``k`` labelled training examples of each class, drawn by ``seed``.

        The first of ``shots(5)`` are those of ``shots(1)``: more labels add to what was there, as they do in life.
        """
        return self.train.take(self.draw(k, seed=seed))

    def draw(self, k: int, *, seed: int = 0) -> np.ndarray:
        """The rows of ``train`` that :meth:`shots` takes."""
        k = check_shots(k)
        if k > self.most_shots:
            raise TlkitError(
                f"{self.name} has {self.most_shots} labelled examples of its rarest class, and shots={k} asks for "
                f"more: ask for 1 to {self.most_shots}."
            )
        draw = np.random.default_rng(stream(check_seed(seed), "shots", self.name))
        order = draw.permutation(len(self.train))
        rows = [order[self.train.labels[order] == label][:k] for label in range(len(self.classes))]
        return np.concatenate(rows)

    def fewer(self, *, test: int, seed: int | None = None) -> Task:
        """The same task with only ``test`` of its test examples, as evenly of each class as it goes, drawn by ``seed``.

        For networks so slow that a whole test would take too long; the fewer, the coarser the accuracy. Without a seed
        it is the first of those that comparisons use, so that ``TLKIT_SEEDS`` draws others.
        """
        there = f"test={shown(test)} can't be drawn: {self.name} has {len(self.test)} to be tested on"
        test = whole(test, there, most=len(self.test))
        seed = choose_seeds(None)[0] if seed is None else check_seed(seed)
        order = np.random.default_rng(stream(seed, "fewer", self.name)).permutation(len(self.test))
        labels = self.test.labels[order]
        turn = np.array([(labels[:i] == label).sum() for i, label in enumerate(labels)])  # 0 for the first of a class
        rows = order[np.argsort(turn, kind="stable")[:test]]
        return replace(self, test=self.test.take(rows))

    def shuffled(self, *, seed: int = 0) -> Task:
        """The control: the same training items with their labels dealt out anew, so that they mean nothing."""
        labels = np.random.default_rng(stream(check_seed(seed), "shuffled", self.name)).permutation(self.train.labels)
        train = replace(self.train, labels=labels)
        return replace(self, name=f"{self.name} with shuffled labels", train=train)

    def mislabelled(self, share: float, *, seed: int = 0) -> Task:
        """The same task with a ``share`` of its training labels wrong: another class instead, any of them alike."""
        share = a_share(share, f"share={shown(share)} of the labels can't be wrong", ends=True)
        random = np.random.default_rng(stream(check_seed(seed), "mislabelled", self.name))
        labels, wrong = self.train.labels.copy(), random.permutation(len(self.train))[: round(share * len(self.train))]
        labels[wrong] = (labels[wrong] + random.integers(1, len(self.classes), len(wrong))) % len(self.classes)
        return replace(
            self, name=f"{self.name} with {share:.0%} wrong labels", train=replace(self.train, labels=labels)
        )

    def judge(self, answers: np.ndarray) -> tuple[float, tuple]:
        """What answers to the test are worth: the accuracy, and what :func:`rights` says of each class.

        Here they are how likely each class of each example was found (n, classes).
        """
        return accuracy_of(answers, self.test.labels), rights(answers, self.test.labels, self.classes)

    @cached_property
    def digest(self) -> str:
        """A hash of all that a run can learn from or be tested on."""
        blake = hashlib.blake2b(digest_size=16)
        for part in (self.train, self.test):
            blake.update((array_digest(part.items) + array_digest(part.labels)).encode())
        blake.update("\0".join(self.classes).encode())
        return blake.hexdigest()


def accuracy_of(chances: np.ndarray, labels: np.ndarray) -> float:
    """The share of rows of ``chances`` (n, classes) that are highest at the label."""
    return float((chances.argmax(axis=1) == labels).mean())


def rights(chances: np.ndarray, labels: np.ndarray, classes: Sequence[str]) -> tuple[tuple[str, int, int], ...]:
    """For each class its name, how many of its rows of ``chances`` are highest at the label, and how many it has."""
    named = np.bincount(labels[chances.argmax(axis=1) == labels], minlength=len(classes))
    there = np.bincount(labels, minlength=len(classes))
    return tuple(zip(classes, named.tolist(), there.tolist(), strict=True))


def check_shots(shots: object) -> int:
    """``shots``, if it is a number of labelled examples of each class."""
    return whole(shots, f"shots={shown(shots)} is not a number of examples of each class", such="5")


def array_digest(array: np.ndarray) -> str:
    """A hash of an array's type, shape and content."""
    blake = hashlib.blake2b(f"{array.dtype}{array.shape}".encode(), digest_size=16)
    if array.dtype == object:  # texts: an array of references, which say nothing
        array = np.frombuffer("\0".join(array).encode(), np.uint8)
    blake.update(np.ascontiguousarray(array))
    return blake.hexdigest()
