"""Transferability: scores that claim to foretell which source will help, and how well they do.

Each score is asked about a target's few labelled examples alone, as a source sees them: ``features`` (n, width) and
``labels`` (n,) as class numbers. The higher, the better the source is said to be.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tlkit.errors import TlkitError
from tlkit.methods.linear_probe import linear_probe

FOLDS = 5  # parts of the labelled examples, each of which the others are tried on
STEPS, CLOSE = 1000, 1e-6  # of LogME's fixed point
PUBLISHED = 11, 1e-3
TINY = 1e-12


def logme(features: np.ndarray, labels: np.ndarray) -> float:
    """The log evidence of a Bayesian linear model on the features: for each example, and a mean over classes.

    LogME: You, Liu, Wang and Long (2021), "LogME: practical assessment of pre-trained models for transfer learning".
    It is what scikit-learn's BayesianRidge finds without priors and intercept, fewer examples than features included.
    """
    spectrum = _spectrum(features, labels)
    return _evidence(*spectrum, directions=len(spectrum[0]), steps=STEPS, close=CLOSE)


def published_logme(features: np.ndarray, labels: np.ndarray) -> float:
    """The same by the authors' own code, which finds LogME where there are as many examples as features, or more.

    Where there are fewer, it counts the directions that no example reaches in one term of the evidence, and not in the
    other that cancels it. Each adds half a log of alpha: the widest network wins, whatever it knows.
    """
    return _evidence(*_spectrum(features, labels), directions=features.shape[1], steps=PUBLISHED[0], close=PUBLISHED[1])


def _spectrum(features: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Squared singular values (k, 1), what of each class lies along each (k, classes), and beside all (classes,)."""
    left, singular, _ = np.linalg.svd(features.astype(np.float64), full_matrices=False)
    reached = singular > TINY * singular.max()
    truth = one_hot(labels)
    along = (left[:, reached].T @ truth) ** 2
    return singular[reached, None] ** 2, along, (truth.sum(axis=0) - along.sum(axis=0)).clip(0)


def _evidence(squares, along, beside, *, directions: int, steps: int, close: float) -> float:
    """The evidence at the alpha and beta that make it largest, by MacKay's fixed point; a mean over classes."""
    n = round(float((along.sum(axis=0) + beside).sum()))  # examples: each is of one class
    ratio = np.ones(along.shape[1])
    for _ in range(steps):
        shrunk = squares / (squares + ratio)
        known = shrunk.sum(axis=0)
        weights = (along * squares / (squares + ratio) ** 2).sum(axis=0)
        missed = (along * (1 - shrunk) ** 2).sum(axis=0) + beside
        alpha, beta = (np.maximum(a / (b + TINY), TINY) for a, b in ((known, weights), (n - known, missed)))
        before, ratio = ratio, alpha / beta
        if np.abs(ratio - before).max() <= close * before.max():
            break
    logs = directions * np.log(alpha) + n * np.log(beta / (2 * np.pi)) - np.log(alpha + beta * squares).sum(axis=0)
    return float(np.mean(logs - beta * missed - alpha * weights) / (2 * n))


def h_score(features: np.ndarray, labels: np.ndarray, *, shrinkage: float | None = None) -> float:
    """How far apart the classes' means lie, in units of the features' own spread.

    H-score: Bao et al. (2019), "An information-theoretic approach to transferability in task transfer learning". Where
    examples are few, the spread is known badly, and it is shrunk towards a ball as Ledoit and Wolf (2004) do, after
    Ibrahim, Ponomareva and Mazumder (2022); ``shrinkage=0`` is the score as it was first published.
    """
    from sklearn.covariance import ledoit_wolf_shrinkage

    centred = features.astype(np.float64) - features.mean(axis=0)
    held = ledoit_wolf_shrinkage(centred, assume_centered=True) if shrinkage is None else shrinkage
    left, singular, _ = np.linalg.svd(centred, full_matrices=False)
    reached = singular > TINY * singular.max()
    spread = singular[reached] ** 2 / len(centred)  # along each direction that some example reaches
    spread = (1 - held) * spread + held * spread.sum() / centred.shape[1]
    truth = one_hot(labels)
    means = truth.T @ (left * singular)[:, reached] / truth.sum(axis=0)[:, None]  # (classes, directions)
    return float((1 - held) * (truth.mean(axis=0) @ means**2 / spread).sum())


def leep(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """How likely the labels are, told by what the source's own head says of the examples (n, its classes).

    LEEP: Nguyen, Hassner, Seeger and Archambeau (2020), "LEEP: a new measure to evaluate transferability of learned
    representations". It looks at no feature. The mean of the logs: 0 at best.
    """
    truth = one_hot(labels)
    joint = truth.T @ probabilities / len(labels)  # (classes, the source's classes)
    given = joint / joint.sum(axis=0).clip(TINY)
    return float(np.log((truth * (probabilities @ given.T)).sum(axis=1)).mean())


def nce(answers: np.ndarray, labels: np.ndarray) -> float:
    """Minus the entropy of the labels where the source's own ``answers`` (n,), as class numbers, are known.

    Negative conditional entropy: Tran, Nguyen and Hassner (2019), "Transferability and hardness of supervised
    classification tasks". It is LEEP of a source that is sure of all it says.
    """
    return leep(one_hot(answers), labels)


def proxy_a_distance(own: np.ndarray, target: np.ndarray) -> float:
    """How well a linear classifier tells the source's own examples from the target's by their features: 0 to 2.

    Ben-David, Blitzer, Crammer and Pereira (2007), "Analysis of representations for domain adaptation": 2 (1 - 2
    error), the error by cross-validation. It needs no label; small is said to be good.
    """
    features, side = np.concatenate([own, target]), np.repeat([0, 1], [len(own), len(target)])
    return max(0.0, 2 * (2 * probe_accuracy(features, side) - 1))


def probe_accuracy(features: np.ndarray, labels: np.ndarray) -> float:
    """What a linear probe is worth on labelled examples that it did not learn from, by cross-validation among them.

    In five parts; in as many as there are examples of the rarest class, where those are fewer. There must be two.
    """
    classes, numbers = np.unique(labels, return_inverse=True)
    right = 0
    for learnt, tried in folds(numbers):
        weight, bias = linear_probe(features[learnt], numbers[learnt], classes=len(classes))
        right += ((features[tried] @ weight.T + bias).argmax(axis=1) == numbers[tried]).sum()
    return float(right / len(labels))


def folds(labels: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The rows to learn from and those to be tried on, for each of five parts, or fewer where a class is rare."""
    from sklearn.model_selection import StratifiedKFold

    fewest = np.unique(labels, return_counts=True)[1].min()
    if fewest < 2:
        raise TlkitError("One label of each class can't be both learnt from and tried on: give two or more.")
    yield from StratifiedKFold(min(FOLDS, fewest), shuffle=True, random_state=0).split(labels, labels)


def one_hot(labels: np.ndarray) -> np.ndarray:
    """1 where an example is of a class, else 0: (n, classes that there are)."""
    return (labels[:, None] == np.unique(labels)).astype(np.float64)
