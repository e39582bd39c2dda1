"""A head is where scikit-learn's LogisticRegression would be, had it all the time in the world."""

import numpy as np
import pytest
from scipy.special import log_softmax, softmax
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

import tlkit as tl
from tlkit.methods import linear_probe as probe
from tlkit.methods.linear_probe import linear_probe


def some(classes: int, each: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(0)
    labels = np.repeat(np.arange(classes), each)
    features = draw.normal(size=(len(labels), width)) + draw.normal(size=(classes, width))[labels]
    return (3 + features * draw.uniform(0.1, 10, width)).astype(np.float32), labels


def oracle(features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The chances (n, classes) that scikit-learn finds, where it does not stop early."""
    scaled = StandardScaler().fit_transform(features.astype(float))
    found = LogisticRegression(C=probe.HEAD_STRENGTH, tol=1e-10, max_iter=100_000).fit(scaled, labels)
    return found.predict_proba(scaled)


def ours(features: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    weight, bias = linear_probe(features, labels, classes=classes)
    return softmax(features.astype(float) @ weight.T + bias, axis=1)


def loss(features: np.ndarray, labels: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> float:
    """What multinomial logistic regression makes as small as it can, on standardised features."""
    scaler = StandardScaler().fit(features.astype(float))
    scores = features.astype(float) @ weight.T + bias
    entropy = -log_softmax(scores, axis=1)[np.arange(len(labels)), labels]
    return float(((weight * scaler.scale_) ** 2).sum() / 2 + probe.HEAD_STRENGTH * entropy.sum())


SHAPES = {
    "one-shot": (5, 1, 64),
    "two-classes": (2, 4, 200),
    "wider-than-many": (10, 10, 300),
    "more-than-wide": (4, 30, 12),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_it_finds_what_logistic_regression_finds(shape):
    features, labels = some(*SHAPES[shape])
    classes = SHAPES[shape][0]
    assert np.allclose(ours(features, labels, classes), oracle(features, labels), atol=1e-3)


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "two-classes"])
def test_no_other_head_has_less_to_lose(shape):
    features, labels = some(*SHAPES[shape])
    mine = loss(features, labels, *linear_probe(features, labels, classes=SHAPES[shape][0]))
    scaler = StandardScaler().fit(features.astype(float))
    found = LogisticRegression(C=probe.HEAD_STRENGTH, tol=1e-10, max_iter=100_000)
    found.fit(scaler.transform(features.astype(float)), labels)
    weight = found.coef_ / scaler.scale_
    theirs = loss(features, labels, weight, found.intercept_ - weight @ scaler.mean_)
    assert mine == pytest.approx(theirs, rel=1e-6)


def test_few_and_many_examples_are_solved_alike(monkeypatch):
    features, labels = some(3, 20, 10)
    few = ours(features, labels, 3)
    monkeypatch.setattr(probe, "FEW", 0)
    assert np.allclose(ours(features, labels, 3), few, atol=0.02)  # scikit-learn stops a little earlier


def test_the_same_example_twice_and_a_feature_that_says_nothing_do_no_harm():
    features, labels = some(3, 4, 50)
    features, labels = np.concatenate([features, features]), np.concatenate([labels, labels])
    features[:, 7] = 0.1
    weight, _ = linear_probe(features, labels, classes=3)
    assert not weight[:, 7].any()
    assert np.allclose(ours(features, labels, 3), oracle(features, labels), atol=1e-3)


def test_where_there_is_one_class_there_is_nothing_to_learn():
    weight, bias = linear_probe(np.ones((3, 4)), np.array([1, 1, 1]), classes=2)
    assert not weight.any()
    assert bias.argmax() == 1


@pytest.mark.weights
@pytest.mark.parametrize(("network", "task"), [("efficientnet-lite0", "surfaces/grass"), ("minilm", "reviews/tweets")])
def test_on_real_features_it_names_what_scikit_learn_names(network, task):
    backbone, target = tl.backbone(network), tl.task(task)
    tested = target.test.items[:80]
    told = backbone.features(np.concatenate([target.shots(5).items, tested]))
    labels = target.shots(5).labels
    learnt, tested = told[: len(labels)], told[len(labels) :]
    weight, bias = linear_probe(learnt, labels, classes=len(target.classes))
    scaler = StandardScaler().fit(learnt)
    exact = LogisticRegression(C=probe.HEAD_STRENGTH, tol=1e-10, max_iter=100_000).fit(scaler.transform(learnt), labels)
    assert np.array_equal((tested @ weight.T + bias).argmax(axis=1), exact.predict(scaler.transform(tested)))


def test_features_that_are_all_alike_tell_nothing_apart():
    weight, bias = linear_probe(np.full((6, 4), 3.0, np.float32), np.arange(6) % 2, classes=2)
    assert np.array_equal(weight, np.zeros((2, 4)))
    assert bias[0] == bias[1]
