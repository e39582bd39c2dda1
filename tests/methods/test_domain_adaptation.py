"""Alignments do what they say to means and covariances, scorers know what is better, and gradients are reversed."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from tlkit.methods import domain_adaptation as adaptation
from tlkit.methods.domain_adaptation import ALIGNMENTS, Reversal, fitted, out_of_fold


@pytest.fixture
def domains():
    """Two domains that differ in a turn, a stretch and a shift, and the labels of both."""
    draw = np.random.default_rng(0)
    labels = np.tile([0, 1], 150)
    source, target = (draw.normal(size=(300, 8)) + np.outer(labels, [3, 1, 0, 0, 0, 0, 0, 0]) for _ in range(2))
    turn = np.linalg.qr(np.eye(8) + 0.15 * draw.normal(size=(8, 8)))[0] * np.linspace(0.5, 2, 8)
    return source, labels, target @ turn + 2, labels


@pytest.mark.parametrize("name", ["CORAL", "transport"])
def test_the_source_gets_the_mean_and_covariance_of_the_target(domains, name, monkeypatch):
    monkeypatch.setattr(adaptation, "RIDGE", 0)
    source, _, target, _ = domains
    move, stay = ALIGNMENTS[name](source, target)
    assert np.allclose(move(source).mean(axis=0), target.mean(axis=0))
    assert np.allclose(np.cov(move(source).T), np.cov(target.T))
    assert stay(target) is target


def test_transport_is_the_shortest_way_and_coral_a_longer_one(domains):
    """Between two Gaussians the map that is symmetric and positive definite costs least (Brenier)."""
    source, _, target, _ = domains
    ways = {name: np.square(ALIGNMENTS[name](source, target)[0](source) - source).sum() for name in ALIGNMENTS}
    assert ways["transport"] < ways["CORAL"]
    move, _ = adaptation.transport(source, target)
    matrix = move(np.eye(8)) - move(np.zeros((8, 8)))
    assert np.allclose(matrix, matrix.T)
    assert (np.linalg.eigvalsh(matrix) > 0).all()


def test_features_that_never_change_can_be_aligned(domains):
    source, labels, target, _ = domains
    dead = [np.hstack([part, np.full((len(part), 2), 3.0)]) for part in (source, target)]
    for align in ALIGNMENTS.values():
        move, move_target = align(*dead)
        head = fitted(move(dead[0]), labels, 0.1)
        assert np.isfinite(head.probabilities(move_target(dead[1]))).all()


def test_centred_domains_have_no_mean_and_a_subspace_has_fewer_dimensions(domains, monkeypatch):
    source, _, target, _ = domains
    for move, rows in zip(adaptation.centred(source, target), (source, target), strict=True):
        assert np.allclose(move(rows).mean(axis=0), 0)
    monkeypatch.setattr(adaptation, "DIMENSIONS", 3)
    for move, rows in zip(adaptation.subspace(source, target), (source, target), strict=True):
        assert move(rows).shape == (300, 3)


def test_a_head_is_as_strong_as_scikit_learns(domains):
    source, labels, target, _ = domains
    scaler = StandardScaler().fit(source)
    theirs = LogisticRegression(C=0.01, tol=1e-8).fit(scaler.transform(source), labels)
    ours = fitted(source, labels, 0.01).probabilities(target)
    assert np.allclose(ours, theirs.predict_proba(scaler.transform(target)), atol=1e-3)


def test_no_row_is_judged_by_a_head_that_learnt_it():
    """Labels that mean nothing are learnt by heart, but not foretold."""
    draw = np.random.default_rng(0)
    features, labels = draw.normal(size=(200, 300)), draw.integers(0, 2, 200)
    assert adaptation.at_home(fitted(features, labels, 1.0).probabilities(features), labels) == 1
    assert adaptation.at_home(out_of_fold(features, labels, 1.0, seed=0), labels) < 0.6


def test_self_training_follows_a_domain_that_has_moved_a_little():
    draw = np.random.default_rng(1)
    labels = np.tile([0, 1], 200)
    source = draw.normal(size=(400, 2)) * [1, 0.3] + np.outer(labels, [3, 0])
    target = source[:, ::1] @ np.array([[0.8, 0.6], [-0.6, 0.8]])
    before = adaptation.at_home(fitted(source, labels, 1.0).probabilities(target), labels)
    after = adaptation.at_home(adaptation.self_trained(source, labels, target, 1.0).probabilities(target), labels)
    assert after > before


def test_scorers_prefer_what_they_are_said_to():
    sure, torn = np.tile([[0.99, 0.01], [0.01, 0.99]], (10, 1)), np.full((20, 2), 0.5)
    assert adaptation.certainty(sure) > adaptation.certainty(torn) == pytest.approx(np.log(0.5))
    assert adaptation.neighbourhood(torn) == pytest.approx(np.log(19))  # all others are alike
    assert adaptation.neighbourhood(sure) == pytest.approx(np.log(9), abs=0.01)  # those of its class are
    labels, weights = np.tile([0, 0], 10), np.tile([3, 1], 10)
    assert adaptation.at_home(sure, labels) == 0.5
    assert adaptation.at_home(sure, labels, weights) == 0.75


def test_rows_that_look_like_the_target_weigh_more(domains, monkeypatch):
    monkeypatch.setattr(adaptation, "DOMAIN_STRENGTH", 0.1)
    source = domains[0]
    weights = adaptation.likeness(source, source + 2 * np.eye(8)[0], seed=0)
    assert np.corrcoef(weights, source[:, 0])[0, 1] > 0.5


def test_backward_the_gradient_changes_its_sign():
    features = torch.ones(2, 3, requires_grad=True)
    turned = Reversal.apply(features)
    assert torch.equal(turned, features)
    (2 * turned).sum().backward()
    assert torch.equal(features.grad, torch.full((2, 3), -2.0))


def test_a_network_that_hides_its_domain_still_names_classes(domains):
    source, labels, target, _ = domains
    for weight in (0.0, 1.0):
        named = adaptation.adversarial(source, labels, target, weight=weight, seed=0, steps=100)
        assert adaptation.at_home(named(source), labels) > 0.85
        again = adaptation.adversarial(source, labels, target, weight=weight, seed=0, steps=100)
        assert np.array_equal(named(target), again(target))
