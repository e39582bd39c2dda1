"""The traps: what was planted is what is there, and the kit's own split is not caught."""

import numpy as np
import pandas as pd
import pytest

import tlkit as tl
from tlkit.datasets.own.traps import WHITE, on_paper
from tlkit.datasets.task import Examples, Task
from tlkit.estimate import Estimate

COLUMNS = {"text": "words", "label": "kind"}
WORDS = ("river", "stone", "cloud", "table", "apple", "horse", "music", "paper", "winter", "garden", "letter", "silver")


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    draw = np.random.default_rng(0)
    rows = [("a " * (n % 2) + " ".join(draw.permutation(WORDS)[:7]), "abc"[n % 3]) for n in range(90)]
    return pd.DataFrame(rows, columns=["words", "kind"])


@pytest.fixture(scope="module")
def pictures() -> Task:
    """Dark squares on white, of five sizes."""
    items = np.full((40, 32, 32, 3), 255, np.uint8)
    labels = np.arange(40) % 5
    for item, label in zip(items, labels, strict=True):
        item[10 : 14 + label, 10 : 14 + label] = 40
    examples = Examples(items, labels)
    return Task("squares", "image", tuple("abcde"), examples.take(labels >= 0), examples)


def test_each_row_is_there_twice_and_the_copy_has_initials(table):
    rows = tl.traps.typed_twice(table, **COLUMNS, per_class=20, seed=3)
    assert len(rows) == 3 * 20 * 2
    for _, pair in rows.groupby("copy_of"):
        one, other = pair["words"]
        assert other == f"{one} ({one[:2].upper()})"
        assert pair["kind"].nunique() == 1
    assert (rows["split"] == "test").groupby(rows["kind"]).sum().tolist() == [12, 12, 12]


def test_the_report_counts_the_twins(table):
    rows = tl.traps.typed_twice(table, **COLUMNS, per_class=20, seed=3)
    across = rows.groupby("copy_of")["split"].nunique().eq(2).sum()
    assert len(tl.read_data(rows, **COLUMNS).report.leaks) == across > 10
    assert len(tl.read_data(rows.drop(columns="split"), **COLUMNS).report.copies) == 60


def test_by_rows_twins_are_shared_and_apart_none(table):
    leaky, apart = (tl.traps.twins(table, **COLUMNS, per_class=20, by_rows=by, seed=1) for by in (True, False))
    assert leaky.name != apart.name
    assert tl.traps.shared(apart, shots=apart.most_shots, seed=1) == 0
    rows = tl.traps.typed_twice(table, **COLUMNS, per_class=20, seed=1)
    across = rows.groupby("copy_of")["split"].nunique().eq(2)[rows.loc[rows["split"] == "test", "copy_of"]].mean()
    assert tl.traps.shared(leaky, shots=leaky.most_shots, seed=1) == pytest.approx(across)
    assert tl.traps.shared(leaky, shots=2, seed=1) < tl.traps.shared(leaky, shots=leaky.most_shots, seed=1)


def test_dice_deal_the_labels_and_twins_share_them(table):
    rows = tl.traps.typed_twice(table, **COLUMNS, per_class=20, seed=3)
    dealt = tl.traps.dealt_by_dice(rows, label="kind", seed=3)
    assert dealt.groupby("copy_of")["kind"].nunique().max() == 1
    assert (dealt["kind"] != rows["kind"]).mean() > 0.4
    assert sorted(dealt["kind"]) == sorted(rows["kind"])
    again = tl.traps.twins(table, **COLUMNS, per_class=20, by_rows=True, dice=True, seed=3)
    assert again.name == "by dice, split by rows"


def test_what_is_foretold():
    honest = Estimate({0: 0.6, 1: 0.8}, "honest")
    found = tl.traps.foretold(honest, lambda seed: 0.5 if seed else 0.0)
    assert found.by_seed == pytest.approx({0: 0.6, 1: 0.9})


def test_few_of_one_class_and_the_test_as_it_was(pictures):
    task = tl.traps.few_of(pictures, "b", shots=6, few=2, seed=0)
    assert np.bincount(task.train.labels).tolist() == [6, 2, 6, 6, 6]
    assert task.test is pictures.test
    assert len(task.shots(6, seed=0)) == 26
    with pytest.raises(tl.TlkitError, match="class of squares"):
        tl.traps.few_of(pictures, "z", shots=6, few=2, seed=0)
    with pytest.raises(tl.TlkitError, match="number of examples"):
        tl.traps.few_of(pictures, "b", shots=6, few=0, seed=0)


def test_paper_lies_behind_the_thing_and_nowhere_else(pictures):
    train = pictures.train
    wrapped = on_paper(train, train.labels).items
    thing = (train.items < WHITE).any(axis=3)
    assert np.array_equal(wrapped[thing], train.items[thing])
    assert (wrapped[~thing] != 255).any(axis=1).all()
    first = [int(np.flatnonzero(train.labels == label)[0]) for label in range(5)]
    corners = {wrapped[row][:6, :6].tobytes() for row in first}
    assert len(corners) == 5


def test_own_other_and_any_paper(pictures):
    def corners(examples):
        return [item[:6, :6].tobytes() for item in examples.items]

    own = tl.traps.wrapped(pictures, taught="own", tested="other", seed=0)
    known = dict(zip(own.train.labels.tolist(), corners(own.train), strict=True))
    assert len(set(corners(own.train))) == 5
    assert all(known[label] != corner for label, corner in zip(own.test.labels, corners(own.test), strict=True))
    anyhow = tl.traps.wrapped(pictures, taught="any", tested="own", seed=0)
    assert 0 < sum(known[a] == b for a, b in zip(anyhow.train.labels, corners(anyhow.train), strict=True)) < 25
    same = tl.traps.wrapped(pictures, taught="any", tested="other", seed=0)
    assert np.array_equal(same.train.items, anyhow.train.items)
    assert np.array_equal(same.test.items, own.test.items)


def test_what_cannot_be_wrapped(pictures):
    with pytest.raises(tl.TlkitError, match="way to wrap"):
        tl.traps.wrapped(pictures, taught="gold", tested="own", seed=0)
    with pytest.raises(tl.TlkitError, match="one a class"):
        tl.traps.wrapped(tl.task("photographs"), taught="own", tested="own", seed=0)
    with pytest.raises(tl.TlkitError, match="in colour"):
        on_paper(tl.task("digits").test, np.zeros(510, int))
