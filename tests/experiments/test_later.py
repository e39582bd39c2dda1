"""Sources that are taught later: the same in everything, and not taught for runs that were saved."""

import pickle

import numpy as np
import pytest

import tlkit as tl
from tlkit.analysis import source_map
from tlkit.experiments import source as sources


@pytest.fixture
def taught(monkeypatch) -> list:
    """The seeds of the sources that are taught, as it happens."""
    seeds, fit = [], sources.fit
    monkeypatch.setattr(sources, "fit", lambda *args, seed, **how: seeds.append(seed) or fit(*args, seed=seed, **how))
    return seeds


@pytest.fixture
def later(low_bars):
    return tl.pretrain(tl.backbone("note-cnn"), low_bars, steps=8, later=True)


def test_it_is_taught_once_and_then_the_same(later, source, taught):
    assert "to be taught bars/low with seed 0" in repr(later)
    assert (later.name, later.classes, later.seed, later.steps) == ("bars/low", source.classes, 0, 8)
    assert taught == []
    assert later.backbone.digest() == source.backbone.digest()
    assert later.accuracy == source.accuracy
    assert [step.loss for step in later.history] == [step.loss for step in source.history]
    assert repr(later) == repr(source)
    assert len(taught) == 1
    assert later.reseed(0).backbone.digest() == source.backbone.digest()
    assert later.reseed(1).backbone.digest() == source.reseed(1).backbone.digest()


def test_it_finds_the_runs_that_were_saved_without_being_taught(later, source, high_bars, taught):
    asked = {"strategies": ["scratch", "head", "keep"], "shots": [1, 2], "seeds": [0, 1], "steps": 2}
    saved = tl.compare(source, high_bars, **asked)
    scores = source_map.score(source, high_bars, shots=2, seeds=2)
    taught.clear()
    again = tl.compare(later, high_bars, **asked, reuse=saved)
    assert [run.accuracy for run in again] == [run.accuracy for run in saved]
    assert again.reused == len(saved)
    assert source_map.truth(saved.where(strategy="head", shots=1), {"low": later}, {"high": high_bars}).sources == (
        "low",
    )
    assert tl.random_source(later).recipe() == tl.random_source(source).recipe()
    assert taught == []
    assert source_map.score(later, high_bars, shots=2, seeds=2) == scores


def test_what_is_not_saved_is_found_as_by_one_that_was_taught_at_once(later, source, high_bars):
    asked = {"strategies": ["head", "keep"], "shots": 2, "seeds": [0, 1], "steps": 2}
    at_once, in_time = (tl.compare(each, high_bars, **asked) for each in (source, later))
    assert [run.accuracy for run in in_time] == [run.accuracy for run in at_once]
    assert [run.key for run in in_time] == [run.key for run in at_once]


def test_it_travels_before_it_is_taught_and_after(later, source):
    untaught = pickle.loads(pickle.dumps(later))
    assert untaught.backbone.digest() == source.backbone.digest()
    assert np.isclose(pickle.loads(pickle.dumps(untaught)).accuracy, source.accuracy)
    assert later.on(None) is later
    assert later.on("cpu").backbone.digest() == source.backbone.digest()


def test_what_can_not_be_taught_later(low_bars):
    net = tl.backbone("note-cnn")
    with pytest.raises(tl.TlkitError, match="no objective and no listener"):
        tl.pretrain(net, low_bars, later=True, on_event=print)
    with pytest.raises(tl.TlkitError, match="steps"):
        tl.pretrain(net, low_bars, later=True, steps=0)
