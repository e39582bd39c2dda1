import json

import numpy as np
import pytest
from scipy import stats

import tlkit as tl
from tlkit.estimate import Estimate


def result(strategy="head", shots=1, seed=0, accuracy=0.5, **other):
    fields = {
        "source": "s",
        "target": "t",
        "labels": 3 * shots,
        "seconds": 0.5,
        "trainable_params": 10,
        "total_params": 20,
    }
    return tl.Result(
        strategy=strategy, shots=shots, seed=seed, accuracy=accuracy, key=f"{strategy}{shots}{seed}", **fields | other
    )


@pytest.fixture
def results():
    values = {"head": (0.6, 0.7, 0.65, 0.62, 0.68), "scratch": (0.2, 0.35, 0.3, 0.25, 0.22)}
    return tl.Results(
        result(name, k, seed, value + k / 100)
        for name, row in values.items()
        for k in (1, 5)
        for seed, value in enumerate(row)
    )


def test_the_table_has_a_row_a_run_and_the_columns_that_were_promised(results):
    frame = results.table()
    assert len(frame) == 20
    promised = ["source", "target", "strategy", "shots", "seed", "labels", "accuracy", "seconds"]
    assert list(frame.columns) == [*promised, "trainable_params", "total_params"]


def test_summary_and_cost_are_means_over_seeds(results):
    assert results.summary().loc["head", 5] == pytest.approx(0.70)
    assert results.cost().loc["scratch", "accuracy"] == pytest.approx(0.314)
    assert results.cost().loc["head", "labels"] == 15


def test_a_gain_is_paired_by_seed_and_its_interval_is_students(results):
    gain = results.gain("head", over="scratch", shots=1)
    differences = np.array([0.4, 0.35, 0.35, 0.37, 0.46])
    assert gain.values == pytest.approx(differences)
    low, high = stats.t.interval(0.95, 4, loc=differences.mean(), scale=stats.sem(differences))
    assert (gain.low, gain.high) == pytest.approx((low, high))


def test_a_pair_needs_a_seed_in_common():
    with pytest.raises(tl.TlkitError, match="share no seed"):
        Estimate({0: 1.0}, "a") - Estimate({1: 1.0}, "b")


def test_one_seed_says_nothing_of_the_spread():
    estimate = Estimate({0: 0.9}, "a")
    assert not estimate > 0.0
    assert estimate.low == -float("inf")


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"strategy": "had"}, "no strategy 'had'; they have head, scratch"),
        ({"shots": 3}, "no shots 3; they have 1, 5"),
        ({"shot": 1}, "There is no column 'shot'. Did you mean 'shots'"),
    ],
)
def test_what_is_not_there_is_said(results, wanted, sentence):
    with pytest.raises(tl.TlkitError, match=sentence):
        results.where(**wanted)


def test_targets_are_not_mixed(results):
    mixed = results + tl.Results([result(target="other")])
    with pytest.raises(tl.TlkitError, match="mix sources or targets"):
        mixed.accuracy("head", shots=1)
    assert mixed.where(target="t").accuracy("head", shots=1).mean == pytest.approx(0.66)


def test_saved_results_come_back_the_same(results, tmp_path):
    path = results.save(tmp_path / "new" / "r.json")
    again = tl.load_results(path)
    assert list(again) == list(results)
    assert [p.name for p in path.parent.iterdir()] == ["r.json"]


def test_results_of_a_newer_version_are_refused_in_a_sentence(results, tmp_path):
    path = results.save(tmp_path / "r.json")
    path.write_text(path.read_text().replace('"format": 1', '"format": 2'))
    with pytest.raises(tl.TlkitError, match=r"saved by a newer tlkit .format 2; this one reads up to 1.: upgrade"):
        tl.load_results(path)


@pytest.mark.parametrize(
    "damage",
    [lambda t: t[: len(t) // 2], lambda t: "", lambda t: "[1]", lambda t: '{"format": 1, "rows": [{"a": 1}]}'],
    ids=["half", "nothing", "a list", "other rows"],
)
def test_damaged_results_are_refused_in_a_sentence(results, tmp_path, damage):
    path = results.save(tmp_path / "r.json")
    path.write_text(damage(path.read_text()))
    with pytest.raises(tl.TlkitError, match="save them again"):
        tl.load_results(path)


def test_missing_results_and_places_that_cannot_be_written(results, tmp_path):
    with pytest.raises(tl.TlkitError, match="no results to read at"):
        tl.load_results(tmp_path / "none.json")
    (tmp_path / "file").write_text("")
    with pytest.raises(tl.TlkitError, match="can't be saved as"):
        results.save(tmp_path / "file" / "r.json")


def test_a_failed_save_leaves_the_earlier_one(results, tmp_path, monkeypatch):
    path = results.save(tmp_path / "r.json")
    before = path.read_text()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(tl.TlkitError, match="No space left"):
        tl.Results(list(results)[:1]).save(path)
    assert path.read_text() == before
    assert [p.name for p in tmp_path.iterdir()] == ["r.json"]


def test_numpy_numbers_are_saved_as_numbers(tmp_path):
    path = tl.Results([result(shots=int(np.int64(1)))]).save(tmp_path / "r.json")
    assert json.loads(path.read_text())["rows"][0]["shots"] == 1


def test_a_cost_as_a_share_of_another_is_paired_by_seed():
    from dataclasses import replace

    runs = [replace(result("full", 5, seed, 0.5), seconds=10.0 * (seed + 1)) for seed in range(3)]
    runs += [replace(result("head", 5, seed, 0.5), seconds=2.0 * (seed + 1)) for seed in range(3)]
    share = tl.Results(runs).ratio("seconds", "head", to="full", shots=5)
    assert share.by_seed == {0: 0.2, 1: 0.2, 2: 0.2}
    with pytest.raises(tl.TlkitError, match="no column 'minutes'"):
        tl.Results(runs).ratio("minutes", "head", to="full", shots=5)


# --- uneven tests


def uneven(strategy="head", shots=1, seed=0, billing=95, shipping=1):
    counts = [("billing", billing, 95), ("shipping", shipping, 5)]
    return result(strategy, shots, seed, (billing + shipping) / 100, by_class=counts)


@pytest.fixture
def tickets():
    runs = [uneven(shots=k, seed=seed, shipping=k) for k in (1, 2) for seed in range(2)]
    return tl.Results([*runs, *(uneven("full", k, seed, 57, 4) for k in (1, 2) for seed in range(2))])


def test_the_largest_class_is_told_where_a_test_is_uneven(tickets, results):
    assert tickets.majority == ("billing", 0.95)
    assert results.majority is None
    even = tl.Results([result(by_class=[("a", 3, 10), ("b", 4, 11)])])
    assert even.majority is None
    assert (tickets + results.where(shots=1)).majority is None


def test_the_summary_says_what_always_naming_it_is_worth(tickets, results):
    assert tickets.summary().loc["always 'billing'"].tolist() == [0.95, 0.95]
    assert tickets.summary().loc["head", 2] == pytest.approx(0.97)
    assert list(results.summary().index) == ["head", "scratch"]
    assert tickets.summary("balanced_accuracy").loc[:, 1].to_dict() == pytest.approx(
        {"head": 0.6, "full": 0.7, "always 'billing'": 0.5}
    )


def test_balanced_accuracy_counts_each_class_alike(tickets):
    assert tickets.balanced_accuracy("head", shots=2).mean == pytest.approx(0.7)
    assert tickets.runs[0].balanced_accuracy == pytest.approx(0.6)
    assert "balanced_accuracy" in tickets.table().columns


def test_accuracy_by_class(tickets, results):
    found = tickets.by_class()
    assert found.loc["head"].to_dict() == pytest.approx({"billing": 1.0, "shipping": 0.4})
    assert tickets.by_class(shots=1).loc["full", "billing"] == pytest.approx(0.6)
    assert found.loc["share of the test"].to_dict() == {"billing": 0.95, "shipping": 0.05}
    with pytest.raises(tl.TlkitError, match="make runs anew that were saved by an older tlkit"):
        results.by_class()


def test_the_recall_of_one_class_and_what_another_test_would_say(tickets, results):
    assert tickets.recall("shipping", "head", shots=2).by_seed == {0: 0.4, 1: 0.4}
    assert tickets.recall("billing", "full", shots=1).mean == pytest.approx(0.6)
    assert "shipping named right by head" in tickets.recall("shipping", "head", shots=1).what
    even = tickets.accuracy_if({}, "head", shots=2)
    assert even.by_seed == pytest.approx(tickets.balanced_accuracy("head", shots=2).by_seed)
    rare = tickets.accuracy_if({"shipping": 0.25}, "head", shots=2)
    assert rare.mean == pytest.approx((1.0 + 0.25 * 0.4) / 1.25)
    for runs, name in ((tickets, "returns"), (results, "billing")):
        with pytest.raises(tl.TlkitError, match="were named right"):
            runs.recall(name, "head", shots=1)


def test_an_estimate_by_another_name(tickets):
    found = tickets.accuracy("head", shots=1)
    assert (found.named("mine").what, found.named("mine").by_seed) == ("mine", found.by_seed)


def test_what_was_right_by_class_is_saved_and_older_rows_load_without(tickets, results, tmp_path):
    again = tl.load_results(tickets.save(tmp_path / "r.json"))
    assert [run.by_class for run in again] == [run.by_class for run in tickets]
    assert again.majority == ("billing", 0.95)
    path = results.save(tmp_path / "old.json")
    assert "by_class" not in path.read_text()
    assert tl.load_results(path).runs[0].by_class == ()


def test_runs_say_what_was_right_by_class(tmp_path):
    (tmp_path / "a.csv").write_text(
        "text,label\n"
        + "".join(f"{'a good day' if n % 9 else 'bad news'} {n},{'ok' if n % 9 else 'no'}\n" for n in range(90))
    )
    run = tl.text_baseline.count_words(tl.from_csv(tmp_path / "a.csv"), shots=4)
    assert [name for name, *_ in run.by_class] == ["no", "ok"]
    assert sum(right for _, right, _ in run.by_class) / sum(of for *_, of in run.by_class) == pytest.approx(
        run.accuracy
    )
    assert run.majority[0] == "ok"
