"""A new domain without labels: heads that learn in one domain and are asked in another.

Everything here works on features (n, width) of a frozen body: labelled ones of the source domain, and others of the
target domain, whose labels nobody knows. An *alignment* moves the two towards each other before a head is fitted; a
*scorer* says which of several heads to trust, without one target label.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlkit.methods.linear_probe import linear_probe
from tlkit.runtime.torch_state import seeded, threads
from tlkit.seeding import stream

RECIPE = 1  # raise it when a change to the code changes what is found: older saved figures are then not reused

STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)  # scikit-learn's C, from the most careful head to the kit's usual one
FOLDS = 5
RIDGE = 0.1  # of the mean variance, added to each: some features never change, and can't be divided by
DIMENSIONS = 50  # of a subspace
DOMAIN_STRENGTH = 1e-4  # of the head that tells domains apart: one that is let loose is sure of every text

Mover = Callable[[np.ndarray], np.ndarray]
Alignment = Callable[[np.ndarray, np.ndarray], tuple[Mover, Mover]]


def as_they_are(source: np.ndarray, target: np.ndarray) -> tuple[Mover, Mover]:
    """No alignment: what moves the source's features, and the target's, leaves them where they are."""
    return _stay, _stay


def centred(source: np.ndarray, target: np.ndarray) -> tuple[Mover, Mover]:
    """Each domain's mean is taken away from its own features."""
    at, to = source.mean(axis=0), target.mean(axis=0)
    return lambda rows: rows - at, lambda rows: rows - to


def coral(source: np.ndarray, target: np.ndarray) -> tuple[Mover, Mover]:
    """CORAL: the source's features get the mean and the covariance of the target's (Sun, Feng and Saenko, 2016)."""
    return _onto(source, target, power(_covariance(source), -0.5) @ power(_covariance(target), 0.5))


def transport(source: np.ndarray, target: np.ndarray) -> tuple[Mover, Mover]:
    """The same by the shortest way: linear optimal transport between two Gaussians (Knott and Smith, 1984)."""
    there, root = _covariance(target), power(_covariance(source), 0.5)
    back = power(_covariance(source), -0.5)
    return _onto(source, target, back @ power(root @ there @ root, 0.5) @ back)


def subspace(source: np.ndarray, target: np.ndarray) -> tuple[Mover, Mover]:
    """Subspace alignment: each domain's first components, the source's turned to the target's (Fernando, 2013)."""
    at, to = source.mean(axis=0), target.mean(axis=0)
    own, theirs = (np.linalg.svd(part, full_matrices=False)[2][:DIMENSIONS].T for part in (source - at, target - to))
    turn = own @ own.T @ theirs
    return lambda rows: (rows - at) @ turn, lambda rows: (rows - to) @ theirs


ALIGNMENTS: dict[str, Alignment] = {
    "as they are": as_they_are,
    "centred": centred,
    "CORAL": coral,
    "transport": transport,
    "subspace": subspace,
}


def power(matrix: np.ndarray, exponent: float) -> np.ndarray:
    """A symmetric, positive definite matrix to any power."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * values**exponent) @ vectors.T


def _covariance(features: np.ndarray) -> np.ndarray:
    covariance = np.cov(features.T)
    return covariance + RIDGE * np.trace(covariance) / len(covariance) * np.eye(len(covariance))


def _onto(source: np.ndarray, target: np.ndarray, matrix: np.ndarray) -> tuple[Mover, Mover]:
    at, to = source.mean(axis=0), target.mean(axis=0)
    return lambda rows: (rows - at) @ matrix + to, _stay


def _stay(rows: np.ndarray) -> np.ndarray:
    return rows


# --- heads ---


@dataclass(frozen=True)
class LinearHead:
    """Weight (classes, width) and bias (classes,)."""

    weight: np.ndarray
    bias: np.ndarray

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """How likely each class is (n, classes)."""
        scores = features @ self.weight.T + self.bias
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        return chances / chances.sum(axis=1, keepdims=True)


def fitted(features: np.ndarray, labels: np.ndarray, strength: float, *, classes: int | None = None) -> LinearHead:
    """A head of that strength on features (n, width); for as many classes as there are labels, unless said."""
    classes = int(labels.max()) + 1 if classes is None else classes
    return LinearHead(*linear_probe(features, labels, classes=classes, strength=strength))


def out_of_fold(features: np.ndarray, labels: np.ndarray, strength: float, *, seed: int) -> np.ndarray:
    """How likely each class is (n, classes), for each row by a head that was fitted without it."""
    fold = np.random.default_rng(stream(seed, "folds")).permutation(len(labels)) % FOLDS
    classes = int(labels.max()) + 1
    chances = np.empty((len(labels), classes))
    for asked in (fold == each for each in range(FOLDS)):
        head = fitted(features[~asked], labels[~asked], strength, classes=classes)
        chances[asked] = head.probabilities(features[asked])
    return chances


def self_trained(
    source: np.ndarray, labels: np.ndarray, target: np.ndarray, strength: float, *, rounds: int = 3
) -> LinearHead:
    """Self-training: of what a head says of the target, the surer half of each class become labels (Lee, 2013)."""
    head = fitted(source, labels, strength)
    for _ in range(rounds):
        chances = head.probabilities(target)
        said, sure = chances.argmax(axis=1), chances.max(axis=1)
        named = [np.flatnonzero(said == each) for each in range(chances.shape[1])]
        rows = np.concatenate([each[np.argsort(-sure[each], kind="stable")[: -(-len(each) // 2)]] for each in named])
        head = fitted(np.vstack([source, target[rows]]), np.concatenate([labels, said[rows]]), strength)
    return head


# --- scorers: the higher, the better a head is believed to be, without one target label ---


def at_home(chances: np.ndarray, labels: np.ndarray, weights: np.ndarray | None = None) -> float:
    """The accuracy on source rows that a head has not learnt from, each counted by its weight."""
    return float(np.average(chances.argmax(axis=1) == labels, weights=weights))


def certainty(chances: np.ndarray) -> float:
    """How sure a head is of the target: the mean entropy (nats), with a minus (Morerio, 2018)."""
    return float((chances * np.log(np.maximum(chances, 1e-12))).sum(axis=1).mean())


def neighbourhood(chances: np.ndarray, *, temperature: float = 0.05) -> float:
    """Soft neighbourhood density: how many others of the target each finds like itself (Saito, 2021)."""
    alike = chances / np.linalg.norm(chances, axis=1, keepdims=True)
    scores = alike @ alike.T / temperature
    np.fill_diagonal(scores, -np.inf)
    near = np.exp(scores - scores.max(axis=1, keepdims=True))
    return -certainty(near / near.sum(axis=1, keepdims=True))


def likeness(source: np.ndarray, target: np.ndarray, *, seed: int) -> np.ndarray:
    """How much each source row looks like the target (n,): importance weights, by a head that tells domains apart."""
    domains = np.repeat([0, 1], [len(source), len(target)])
    chances = out_of_fold(np.vstack([source, target]), domains, DOMAIN_STRENGTH, seed=seed)[: len(source)]
    return chances[:, 1] / chances[:, 0]


# --- adversarial training ---


class Reversal(torch.autograd.Function):
    """Forward nothing changes; backward the gradient changes its sign (Ganin and Lempitsky, 2015)."""

    @staticmethod
    def forward(ctx: object, features: Tensor) -> Tensor:
        """The features as they are."""
        return features.view_as(features)

    @staticmethod
    def backward(ctx: object, gradient: Tensor) -> Tensor:
        """Uphill for what comes before."""
        return -gradient


def adversarial(
    source: np.ndarray, labels: np.ndarray, target: np.ndarray, *, weight: float, seed: int, steps: int = 200
) -> Callable[[np.ndarray], np.ndarray]:
    """DANN on features: a small network names classes, and hides from a second head which domain a row is from.

    ``weight`` is that of the second head's loss; 0 is the control. Returns what says how likely each class is.
    """
    mean, deviation = source.mean(axis=0), source.std(axis=0) + 1e-6
    given, other = (torch.from_numpy((part - mean) / deviation).float() for part in (source, target))
    truth, size = torch.from_numpy(labels), 64
    with seeded(stream(seed, "adversarial")), threads(1):
        body = nn.Sequential(nn.Linear(given.shape[1], size), nn.ReLU(), nn.Dropout(0.5))
        head, domain = nn.Linear(size, int(labels.max()) + 1), nn.Linear(size, 2)
        learning = [*body.parameters(), *head.parameters(), *domain.parameters()]
        optimiser = torch.optim.AdamW(learning, lr=1e-3, weight_decay=0.1)
        for _ in range(steps):
            rows, others = torch.randint(len(given), (64,)), torch.randint(len(other), (64,))
            both = body(torch.cat([given[rows], other[others]]))
            named = F.cross_entropy(head(both[:64]), truth[rows])
            found = F.cross_entropy(domain(Reversal.apply(both)), torch.arange(2).repeat_interleave(64))
            optimiser.zero_grad()
            (named + weight * found).backward()
            optimiser.step()
    body.eval()
    return lambda rows: _say(body, head, (rows - mean) / deviation)


@torch.no_grad()
def _say(body: nn.Module, head: nn.Module, rows: np.ndarray) -> np.ndarray:
    return head(body(torch.from_numpy(rows).float())).softmax(dim=1).numpy()
