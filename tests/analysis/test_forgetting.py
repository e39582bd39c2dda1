import dataclasses

import pytest

import tlkit as tl
from tlkit.experiments.source import Source
from tlkit.methods.classifier import Classifier


def test_a_frozen_body_forgets_nothing(source, high_bars):
    result = tl.transfer(source, high_bars, strategy="head", shots=2)
    assert tl.forgetting.source_accuracy(source, result) == source.model.accuracy(source.task.test)


def test_it_is_the_sources_own_head_on_the_adapted_body(source, high_bars):
    before = source.backbone.digest()
    result = tl.transfer(source, high_bars, strategy="full", shots=2, steps=10)
    by_hand = Classifier(result.model.backbone, source.model.head).accuracy(source.task.test)
    assert tl.forgetting.source_accuracy(source, result) == by_hand
    assert source.backbone.digest() == before


def test_adapters_count(source, high_bars):
    result = tl.transfer(source, high_bars, strategy="lora:2", shots=2, steps=10)
    assert 0 <= tl.forgetting.source_accuracy(source, result) <= 1


def test_results_are_those_of_single_runs_and_are_reused(source, high_bars):
    asked = {"strategies": ["as_is", "head", "partial:1"], "shots": 2, "seeds": "0-1"}
    found = tl.forgetting.measure(source, high_bars, **asked)
    after = tl.forgetting.on_source(found)
    assert (len(found), len(after), found.reused) == (10, 6, 0)
    assert after.targets == ["bars/low, after bars/high"]
    assert all(run.model is None for run in found)
    for seed, value in after.accuracy("partial:1", shots=2).by_seed.items():
        own = source.reseed(seed)
        assert value == tl.forgetting.source_accuracy(
            own, tl.transfer(own, high_bars, strategy="partial:1", shots=2, seed=seed)
        )
    assert (after.accuracy("head", shots=2) - after.accuracy("as_is", shots=2)).values == [0, 0]
    again = tl.forgetting.measure(source, high_bars, **asked, reuse=found)
    assert again.reused == len(again) == 10
    assert list(again) == list(found)
    longer = tl.forgetting.measure(source, high_bars, strategies=["head"], shots=3, seeds=1, reuse=found)
    assert longer.reused == 0


def test_what_is_saved_as_it_comes_is_not_measured_again(source, high_bars, tmp_path):
    asked = {"strategies": ["as_is", "head"], "shots": 2, "save": tmp_path / "made"}
    assert tl.forgetting.measure(source, high_bars, **asked, seeds=1).reused == 0
    again = tl.forgetting.measure(source, high_bars, **asked, seeds=2)
    assert (len(again), again.reused) == (6, 3)
    assert {run.key for run in again} == {run.key for run in tl.load_results(tmp_path / "made")}


def test_what_was_learnt_is_what_a_comparison_finds(source, high_bars):
    found = tl.forgetting.measure(source, high_bars, strategies=["head", "full"], shots=2, seeds="0-1")
    compared = tl.compare(source, high_bars, strategies=["head", "full"], shots=[2], seeds="0-1", reuse=found)
    assert compared.reused == 4
    alone = tl.compare(source, high_bars, strategies=["full"], shots=[2], seeds="0-1")
    assert alone.accuracy("full", shots=2).values == compared.accuracy("full", shots=2).values


def test_what_can_not_be_asked_is_said(source, high_bars):
    result = tl.transfer(source, high_bars, strategy="head", shots=2)
    with pytest.raises(tl.TlkitError, match="no network"):
        tl.forgetting.source_accuracy(source, dataclasses.replace(result, model=None))
    with pytest.raises(tl.TlkitError, match="leave the cut out"):
        tl.forgetting.source_accuracy(source, tl.transfer(source, high_bars, strategy="head@2", shots=2))
    with pytest.raises(tl.TlkitError, match=r"use tl\.pretrain"):
        tl.forgetting.measure(Source(source.model, "other", ()), high_bars, strategies=["head"], shots=2)
