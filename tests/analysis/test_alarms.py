import numpy as np
import pytest

import tlkit as tl
from tlkit.datasets.bank import WAYS
from tlkit.datasets.payments import CALLS
from tlkit.experiments.result import Result


def run(strategy: str, shots: int, seed: int, found: int) -> Result:
    alarms = tuple((f"{calls} calls a day", min(70, found * calls), 70) for calls in CALLS)
    labels = 0 if strategy == "as_is" else 11 * shots
    return Result("a", "b", strategy, shots, seed, labels, 0.01 * found, 0, 0, 0, by_class=alarms)


@pytest.fixture
def results():
    runs = [run("lp_ft", shots, seed, 2 + seed) for shots in (5, 20) for seed in range(2)]
    return tl.Results([*runs, run("as_is", 5, 0, 1), run("as_is", 5, 1, 1)])


def test_what_calls_find_is_told_seed_by_seed(results):
    found = tl.alarms.found(results, "lp_ft", shots=20, calls=10)
    assert found.by_seed == {0: 20 / 70, 1: 30 / 70}
    assert found.what == "found by lp_ft with 20 known frauds, 10 calls a day"
    assert "as_is with no known fraud" in tl.alarms.found(results, "as_is", shots=5, calls=10).what
    assert tl.alarms.found(results, "lp_ft", shots=20, calls=100).values == [1, 1]
    assert tl.alarms.robbed(results) == 10
    with pytest.raises(tl.TlkitError, match="calls=7 were not counted"):
        tl.alarms.found(results, "lp_ft", shots=20, calls=7)


def test_results_of_alarms_have_no_majority(results):
    assert results.majority is None


def test_pictures_say_their_numbers(results):
    known = tl.alarms.picture(results, "To bank B", strategies=["lp_ft"])
    assert "head, then all (lp_ft) 0.03 with 5, 0.03 with 20" in known.words
    calls = tl.alarms.by_calls(results, "At 20", shots=20, strategies=["lp_ft", "as_is"])
    assert "no lesson at all (as_is) 3% by 2, 7% by 5" in calls.words
    assert "mean of 2 seeds" in calls.words


def test_frauds_by_their_way():
    task = tl.task("payments/b")
    right = np.stack([1 - task.test.labels, task.test.labels], axis=1)
    all_found = tl.alarms.by_way(right, task, calls=100)
    assert all_found["frauds"].tolist() == all_found["found"].tolist() == [34, 14, 77]
    assert all_found.index.tolist() == list(WAYS[1:])
    only_terminals = np.stack([task.test.labels, task.test.tags["way"] == 2], axis=1)
    assert tl.alarms.by_way(only_terminals, task, calls=2)["found"].tolist()[1] > 0


def test_a_statement_says_what_was_paid():
    task = tl.task("payments/b")
    told = tl.alarms.statement(task.test.items[0])
    last = told.iloc[-1]
    assert len(told) == 16
    assert last["amount"] == pytest.approx(task.test.tags["amount"][0], rel=0.01)
    hour = task.test.tags["time"][0] % 1 * 24
    assert abs(int(last["at"][:2]) + int(last["at"][3:]) / 60 - hour) < 0.1
    assert set(told["been there"]) <= {"yes", ""}
