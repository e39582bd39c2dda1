import math

import numpy as np
import pytest
from scipy.stats import bootstrap

import tlkit as tl
from tlkit.analysis import label_budget as budget
from tlkit.estimate import Estimate
from tlkit.experiments.result import Result


def run(strategy: str, shots: int, seed: int, accuracy: float, seconds: float = 1.0) -> Result:
    by_class = (("sound", round(100 * accuracy), 100), ("hole", round(100 * accuracy), 100))
    return Result("net", "bricks", strategy, shots, seed, 2 * shots, accuracy, seconds, 0, 0, by_class=by_class)


@pytest.fixture
def results():
    head = [run("head", k, seed, share) for k, share in ((1, 0.6), (10, 0.8)) for seed in range(5)]
    alone = [
        run("scratch", k, s, share - 0.02 * s) for k, share in ((10, 0.6), (40, 0.84), (80, 0.9)) for s in range(5)
    ]
    return tl.Results([*head, *alone])


def test_labels_are_read_off_the_line_over_their_logarithm():
    curve = {10: 0.5, 40: 0.7, 80: 0.6}
    assert budget.labels_to_reach(curve, 0.5) == 10
    assert budget.labels_to_reach(curve, 0.1) == 10
    assert budget.labels_to_reach(curve, 0.6) == pytest.approx(20)
    assert budget.labels_to_reach(curve, 0.7) == pytest.approx(40)
    assert budget.labels_to_reach(curve, 0.71) == math.inf


def test_doublings_are_counted_seed_by_seed(results):
    found = budget.doublings_to_equal(results, "scratch", to="head", shots=10)
    first = math.log2(10 * 4 ** (0.2 / 0.24) / 10)
    assert found.by_seed[0] == pytest.approx(first)
    assert found.by_seed[4] == pytest.approx(math.log2(80 * 2 ** ((0.8 - 0.82) / 0.06) / 10))
    assert "head with 10 of each" in found.what


def test_who_never_gets_there_counts_with_the_most_that_was_tried():
    runs = [run("head", 10, seed, 0.95) for seed in range(2)]
    runs += [run("scratch", k, seed, 0.5) for k in (10, 80) for seed in range(2)]
    found = budget.doublings_to_equal(tl.Results(runs), "scratch", to="head", shots=10)
    assert found.values == [3, 3]
    assert budget.times(found) == (8, 8, 8)


def test_the_interval_is_scipys_bca():
    values = [0.3, 1.2, 2.7, 4.3, 4.3, 0.4, 3.1]
    estimate = Estimate(dict(enumerate(values)), "doublings")
    found = bootstrap((np.array(values),), np.mean, n_resamples=budget.RESAMPLES, method="BCa", rng=0)
    mean, low, high = budget.times(estimate)
    assert (low, high) == pytest.approx(tuple(2**end for end in found.confidence_interval))
    assert low < mean < high <= 2 ** max(values)
    assert budget.describe_times(estimate).startswith(f"{mean:.1f} times as many labels (95% interval, BCa: {low:.1f}")


def test_labels_and_hours_are_paid_for(results):
    prices = budget.Prices(label=0.5, hour=36, trainings=100)
    asked = budget.need(results, "head", wanted=0.8)
    assert (asked.labels, asked.seconds) == (20, 1)
    assert asked.cost(prices) == pytest.approx(10 + 1)
    assert budget.need(results, "head", wanted=0.9).cost(prices) == math.inf
    table = budget.table(results, prices, wanted=0.8, strategies=["head", "scratch"])
    assert table.loc["head"].tolist() == ["20", "11.00"]
    assert budget.table(results, prices, wanted=0.95, strategies=["head"]).loc["head"].tolist() == ["-", "-"]


def test_the_area_is_the_mean_over_budgets(results):
    assert budget.area(results, "head", shots=[1, 10]).values == pytest.approx([0.7] * 5)


def test_prices_that_are_none_are_told():
    with pytest.raises(tl.TlkitError, match="label=-1"):
        budget.Prices(label=-1, hour=0)
    with pytest.raises(tl.TlkitError, match="hour='dear' is no price"):
        budget.Prices(label=1, hour="dear")
    with pytest.raises(tl.TlkitError, match="trainings=0"):
        budget.Prices(label=1, hour=1, trainings=0)
