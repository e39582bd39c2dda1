"""A method that nobody here knows fits into everything that takes one."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest

import tlkit as tl
from tlkit.methods.method import Outcome, Strategy
from tlkit.methods.strategy import as_strategy, from_source


@dataclass(frozen=True, repr=False)
class NearestMean(Strategy):
    """The class whose labelled examples are nearest on average, in the features of a frozen body."""

    sharpness: float = 1.0

    def recipe(self):
        return ["nearest mean", 1, self.name, self.sharpness]

    def frozen_depths(self, stages):
        return {stages}

    def fit(self, case):
        features, labels = case.features(), case.examples.labels
        stop = len(features.body.stages)
        known = features.train.features(case.rows, stop=stop)
        means = np.stack([known[labels == label].mean(axis=0) for label in range(len(case.target.classes))])
        distances = np.linalg.norm(features.tested(stop)[:, None] - means, axis=2)
        nearness = np.exp(-self.sharpness * distances)
        return Outcome(nearness / nearness.sum(axis=1, keepdims=True), 0.1, 0, features.count(stop))


NEAREST = NearestMean("nearest", "the nearest mean")


def figures(results):
    return [(run.key, run.strategy, run.shots, run.seed, run.accuracy) for run in results]


def by_hand(source, target, seed):
    own, rows = source.reseed(seed).backbone, target.draw(2, seed=seed)
    known, labels = own.features(target.train.items[rows]), target.train.labels[rows]
    means = np.stack([known[labels == label].mean(axis=0) for label in range(len(target.classes))])
    nearest = np.linalg.norm(own.features(target.test.items)[:, None] - means, axis=2).argmin(axis=1)
    return (nearest == target.test.labels).mean()


def test_a_method_of_ones_own_is_compared_saved_and_reused(source, high_bars, tmp_path):
    asked = {"strategies": [NEAREST, "head"], "shots": [1, 2], "seeds": "0-1"}
    made = tl.compare(source, high_bars, **asked, save=tmp_path / "runs")
    assert (made.strategies, len(made), made.reused) == (["nearest", "head"], 8, 0)
    for seed, accuracy in made.accuracy("nearest", shots=2).by_seed.items():
        assert accuracy == pytest.approx(by_hand(source, high_bars, seed), abs=1e-9)
    again = tl.compare(source, high_bars, **asked, save=tmp_path / "runs")
    kept = tl.compare(source, high_bars, **asked, reuse=tl.load_results(tmp_path / "runs"))
    assert again.reused == kept.reused == 8
    assert figures(again) == figures(kept) == figures(made)
    sharper = [NearestMean("nearest", "the nearest mean", sharpness=2.0)]
    assert tl.compare(source, high_bars, strategies=sharper, shots=[2], seeds="0-1", reuse=made).reused == 0
    reworded = [NearestMean("nearest", "whose mean is nearest")]
    assert tl.compare(source, high_bars, strategies=reworded, shots=[2], seeds="0-1", reuse=made).reused == 2


def test_a_method_of_ones_own_runs_on_an_executor(source, high_bars):
    asked = {"strategies": [NEAREST], "shots": [2], "seeds": "0-1"}
    with ThreadPoolExecutor(2) as executor:
        beside = tl.compare(source, high_bars, **asked, executor=executor)
    assert sorted(figures(beside)) == sorted(figures(tl.compare(source, high_bars, **asked)))


def test_a_method_without_a_recipe_is_asked_for_one(source, high_bars):
    with pytest.raises(NotImplementedError, match="Strategy has no recipe"):
        tl.transfer(source, high_bars, strategy=Strategy("nothing", "does nothing"))


@pytest.mark.parametrize(
    ("name", "has_a_part"),
    [
        ("scratch", False),
        ("scratch, rate 0.002", False),
        ("random_head@3", False),
        ("random_lora:8", False),
        ("tf_idf:20", False),
        ("head@2", True),
        ("full, slower 0.5", True),
        ("prompt:2+calibrated", True),
        ("nearest", True),
    ],
)
def test_whether_the_source_has_a_part_in_it(name, has_a_part):
    assert from_source(name) is has_a_part


@pytest.mark.parametrize("name", sorted(tl.strategies()))
def test_prose_is_no_part_of_a_recipe(name):
    strategy = as_strategy(name)
    assert strategy.name in strategy.recipe()
    assert strategy.about not in str(strategy.recipe())
