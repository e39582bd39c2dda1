"""The linear probe: a head fitted on features, at the optimum of scikit-learn's LogisticRegression.

The head's strength was found on marimba, violin and trumpet notes from a piano, on training pictures that were not
among the shots.

Shots are few and features wide, so a head is solved for in the space of its examples: by the representer theorem its
weights are a sum of them, W = A X, and all that is asked of X is the kernel X Xᵀ (n, n). There Newton's method needs
some seven steps, each found by conjugate gradients (Nocedal and Wright, 2006, chapter 7), which a matrix that leaves
out how classes differ from one another makes short (Rasmussen and Williams, 2006, section 3.5, has the exact one).
"""

from __future__ import annotations

import functools

import numpy as np
import torch
from torch import nn

HEAD_STRENGTH = 1.0  # scikit-learn's C: the inverse of how hard the head's weights are held down
FEW = 300  # examples; with more of them scikit-learn is as quick
LEVEL = 1e6  # a constant feature's square, for the bias: so large that next to nothing holds the bias down
CLOSE = 0.1  # how exactly a step is solved for
DONE = 1e-5  # a step that promises less of the loss than this share was the last; it leaves about a hundredth of that


def fit_head(head: nn.Linear, features: np.ndarray, labels: np.ndarray, *, strength: float = HEAD_STRENGTH) -> None:
    """Fit a head in place: multinomial logistic regression on features (n, width).

    The problem is convex, so the answer depends on no seed, rate or number of steps.
    """
    weight, bias = linear_probe(features, labels, classes=head.out_features, strength=strength)
    with torch.no_grad():
        head.weight.copy_(torch.from_numpy(weight))
        head.bias.copy_(torch.from_numpy(bias))


def linear_probe(
    features: np.ndarray, labels: np.ndarray, *, classes: int, strength: float = HEAD_STRENGTH
) -> tuple[np.ndarray, np.ndarray]:
    """Weight (classes, width) and bias (classes,) of a linear classifier on ``features`` (n, width).

    It is what scikit-learn's StandardScaler and LogisticRegression find, with the scaling folded into the weights. A
    class of which there is no example gets a bias that rules it out. ``strength`` is scikit-learn's C: the smaller, the
    harder the weights are held down.
    """
    present, numbers = np.unique(labels, return_inverse=True)
    with _pools().limit(limits=1):  # so small a problem is several times slower on two threads than on one
        mean, deviation, scaled = _standardised(features)
        solve = _solve if len(features) <= FEW else _ask_scikit_learn
        coefficients, intercept = solve(scaled, numbers, len(present), strength)
        coefficients /= deviation
        weight, bias = np.zeros((classes, features.shape[1])), np.full(classes, -1e4)
        weight[present], bias[present] = coefficients, intercept - coefficients @ mean
    return weight, bias


def _standardised(features: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and deviation of each feature, 1 for those that are always the same, and the features (n, width) scaled."""
    scaled = features.astype(np.float64)
    mean = scaled.mean(axis=0)
    scaled -= mean
    variance = np.einsum("nw,nw->w", scaled, scaled) / len(scaled)
    rounding = (len(scaled) * np.finfo(float).eps * mean) ** 2
    deviation = np.where(variance > rounding, np.sqrt(variance), 1.0)
    scaled /= deviation
    return mean, deviation, scaled


def _ask_scikit_learn(
    scaled: np.ndarray, labels: np.ndarray, classes: int, strength: float
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (classes, width) and intercept (classes,) by LogisticRegression."""
    from sklearn.linear_model import LogisticRegression

    probe = LogisticRegression(C=strength, max_iter=1000).fit(scaled, labels)
    if classes == 2:  # scikit-learn keeps one row for two classes
        return np.vstack([0 * probe.coef_, probe.coef_]), np.append(0, probe.intercept_)
    return probe.coef_, probe.intercept_


def _solve(scaled: np.ndarray, labels: np.ndarray, classes: int, strength: float) -> tuple[np.ndarray, np.ndarray]:
    """The same by Newton's method in the space of the examples."""
    strength = strength / 2 if classes == 2 else strength  # scikit-learn's one row is held down, not two
    kernel = strength * (scaled @ scaled.T + LEVEL)  # (n, n)
    dual = strength * _newton(kernel, labels, classes)
    return dual @ scaled, LEVEL * dual.sum(axis=1)


def _newton(kernel: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """The A (classes, n) that makes ½ tr(A K Aᵀ) + cross-entropy(A K) smallest; 0 where nothing is to be learnt."""
    truth = np.zeros((classes, len(labels)))
    truth[labels, np.arange(len(labels))] = 1
    dual, scores = np.zeros_like(truth), np.zeros_like(truth)  # both (classes, n); scores are always dual @ kernel
    chances, loss = _softmax(scores, labels)
    for _ in range(100):  # some seven are needed
        uphill = truth - chances - dual
        if not uphill.any():
            break
        step, change = _newton_step(kernel, chances, uphill)
        promised = np.vdot(uphill, change)
        part = 1.0
        while True:
            tried = dual + part * step, scores + part * change
            chances, entropy = _softmax(tried[1], labels)
            reached = np.vdot(*tried) / 2 + entropy
            if reached <= loss - 1e-4 * part * promised or part * promised <= DONE * loss:
                break
            part /= 2
        (dual, scores), loss = tried, reached
        if promised <= DONE * loss:
            break
    return dual


def _newton_step(kernel: np.ndarray, chances: np.ndarray, uphill: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Solve (I + D K) step = uphill by conjugate gradients, D being how chances change with scores; and step K."""
    from scipy.linalg.lapack import dpotrf, dpotrs

    spread = (chances * (1 - chances)).sum(axis=0) / (len(chances) - 1)  # of each example, as if alike for all classes
    root = np.sqrt(np.maximum(spread, 1e-12))
    alike = kernel * root[:, None] * root
    alike.flat[:: len(alike) + 1] += 1
    factor, _ = dpotrf(alike.T, overwrite_a=True)  # symmetric, and as Fortran lays it out

    def eased(rest: np.ndarray, change: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        solved = dpotrs(factor, (root * change).T)[0].T
        return rest - root * solved, solved / root

    rest, lasting = uphill, uphill @ kernel
    way, along = eased(rest, lasting)
    size = first = np.vdot(rest, along)
    step, change = np.zeros_like(uphill), np.zeros_like(uphill)
    if size <= np.finfo(float).tiny:  # features that are all alike tell nothing apart
        return step, change
    while True:
        curved = chances * along
        curved -= chances * curved.sum(axis=0)
        far = size / np.vdot(along, way + curved)
        step, change = step + far * way, change + far * along
        rest, lasting = rest - far * (way + curved), lasting - far * (along + curved @ kernel)
        better, its = eased(rest, lasting)
        left = np.vdot(rest, its)
        if left <= CLOSE**2 * first:
            return step, change
        way, along, size = better + left / size * way, its + left / size * along, left


def _softmax(scores: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, float]:
    """Chances (classes, n) and the cross-entropy of the labels."""
    scores = scores - scores.max(axis=0)
    chances = np.exp(scores)
    total = chances.sum(axis=0)
    chances /= total
    return chances, float((np.log(total) - scores[labels, np.arange(len(labels))]).sum())


@functools.cache
def _pools():
    """The thread pools of the libraries that are computed with."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
