"""Fingerprints: a changed weight changes them, and weights that nobody changes are hashed once."""

import numpy as np
import pytest
import torch

import tlkit as tl
from tlkit.methods import fingerprint
from tlkit.methods.feature_cache import FeatureCache
from tlkit.methods.fingerprint import stage_fingerprints, unchanging
from tlkit.methods.frozen_features import FrozenFeatures

PICTURES = np.random.default_rng(0).integers(0, 32, (6, 32, 32)).astype(np.uint8)


@pytest.fixture
def net():
    return tl.backbone("note-cnn").fresh(0)


@pytest.fixture
def hashed(monkeypatch) -> list:
    """The stages whose weights were hashed, as it happens."""
    seen, digest = [], fingerprint.state_digest
    monkeypatch.setattr(fingerprint, "state_digest", lambda stage, wiring: seen.append(stage) or digest(stage, wiring))
    return seen


def in_place(weight):
    with torch.no_grad():
        weight[(0,) * weight.ndim] += 1e-3


def behind_its_back(weight):
    weight.data[(0,) * weight.ndim] += 1e-3  # torch counts no new version


def swapped(weight):
    weight.data[[0, 1]] = weight.data[[1, 0]]  # the same numbers elsewhere


@pytest.mark.parametrize("change", [in_place, behind_its_back, swapped])
def test_a_changed_weight_changes_the_fingerprints_from_its_stage_on(net, change):
    before = stage_fingerprints(net)
    with unchanging(net):
        assert stage_fingerprints(net) == before
    change(next(net.stages[1].parameters()))
    with unchanging(net):
        after = stage_fingerprints(net)
    assert stage_fingerprints(net) == after
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, True] + [False] * (len(net.stages) - 1)


def test_running_statistics_count_as_weights(normed):
    before = stage_fingerprints(normed)
    normed.train()(normed.prepare(PICTURES))
    assert stage_fingerprints(normed)[1:] != before[1:]


def test_what_does_not_change_is_hashed_once(net, hashed):
    with unchanging(net):
        for _ in range(3):
            stage_fingerprints(net)
        assert len(hashed) == len(net.stages)
        with unchanging(net):
            stage_fingerprints(net)
        stage_fingerprints(net)
        stage_fingerprints(net.copy())
    assert len(hashed) == 2 * len(net.stages)
    stage_fingerprints(net)
    assert len(hashed) == 3 * len(net.stages)


def test_an_error_ends_it(net, hashed):
    with pytest.raises(ZeroDivisionError), unchanging(net):
        raise ZeroDivisionError
    for _ in range(2):
        stage_fingerprints(net)
    assert len(hashed) == 2 * len(net.stages)


def test_a_trial_hashes_its_network_once_and_meets_new_weights_afterwards(net, hashed, low_bars):
    from tlkit.analysis.wordings import each_seed

    net.taught, asked = "bars", {"strategies": ["head"], "shots": 2, "seeds": [0, 1, 2]}
    first = each_seed(net, lambda seed: low_bars, **asked)
    assert len(hashed) == len(net.stages)
    again = each_seed(net, lambda seed: low_bars, **asked)
    assert [run.accuracy for run in again] == [run.accuracy for run in first]
    before = FrozenFeatures(net, PICTURES).features()
    in_place(next(net.parameters()))
    with unchanging(net):
        after = FrozenFeatures(net, PICTURES).features()
    assert not np.array_equal(before, after)
    assert np.array_equal(after, FrozenFeatures(net, PICTURES, cache=FeatureCache()).features())
