"""The linear probe: a head fitted on features, by scikit-learn.

The head's strength was found on marimba, violin and trumpet notes from a piano, on training pictures that were not
among the shots.
"""

from __future__ import annotations

import functools

import numpy as np
import torch
from torch import nn

HEAD_STRENGTH = 1.0  # scikit-learn's C: the inverse of how hard the head's weights are held down


def fit_head(head: nn.Linear, features: np.ndarray, labels: np.ndarray) -> None:
    """Fit a head in place: multinomial logistic regression on features (n, width), by scikit-learn.

    The problem is convex, so the answer depends on no seed, rate or number of steps.
    """
    weight, bias = linear_probe(features, labels, classes=head.out_features)
    with torch.no_grad():
        head.weight.copy_(torch.from_numpy(weight))
        head.bias.copy_(torch.from_numpy(bias))


def linear_probe(
    features: np.ndarray, labels: np.ndarray, *, classes: int, strength: float = HEAD_STRENGTH
) -> tuple[np.ndarray, np.ndarray]:
    """Weight (classes, width) and bias (classes,) of a linear classifier on ``features`` (n, width).

    It is scikit-learn's StandardScaler and LogisticRegression, with the scaling folded into the weights. A class of
    which there is no example gets a bias that rules it out. ``strength`` is scikit-learn's C.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    with _pools().limit(limits=1):  # so small a problem is several times slower on two threads than on one
        scaler = StandardScaler().fit(features)
        probe = LogisticRegression(C=strength, max_iter=1000).fit(scaler.transform(features), labels)
    mean, deviation = scaler.mean_, scaler.scale_
    coefficients, intercept = probe.coef_, probe.intercept_
    if len(probe.classes_) == 2:  # scikit-learn keeps one row for two classes
        coefficients, intercept = np.vstack([0 * coefficients, coefficients]), np.append(0, intercept)
    weight, bias = np.zeros((classes, features.shape[1])), np.full(classes, -1e4)
    weight[probe.classes_] = coefficients / deviation
    bias[probe.classes_] = intercept - coefficients @ (mean / deviation)
    return weight, bias


@functools.cache
def _pools():
    """The thread pools of the libraries that scikit-learn computes with."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
