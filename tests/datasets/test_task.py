import numpy as np
import pytest

import tlkit as tl


def test_shots_are_balanced_and_nested(low_bars):
    one, four = low_bars.shots(1, seed=3), low_bars.shots(4, seed=3)
    assert np.bincount(four.labels).tolist() == [4, 4, 4]
    shown = {item.tobytes() for item in four.items}
    assert len(shown) == 12
    assert {item.tobytes() for item in one.items} < shown


def test_shots_depend_on_the_seed_alone(low_bars):
    first = low_bars.shots(2, seed=3).items
    np.random.default_rng().random()
    low_bars.shots(2, seed=4)
    assert np.array_equal(first, low_bars.shots(2, seed=3).items)
    assert not np.array_equal(first, low_bars.shots(2, seed=4).items)


def test_shots_never_show_a_test_picture(high_bars):
    tested = {item.tobytes() for item in high_bars.test.items}
    assert not tested & {item.tobytes() for item in high_bars.shots(6).items}


@pytest.mark.parametrize("k", [0, -1, 1.5, True, "3"])
def test_shots_that_are_no_number(low_bars, k):
    with pytest.raises(tl.TlkitError, match="a whole number from 1 up"):
        low_bars.shots(k)


def test_more_shots_than_there_are(low_bars):
    with pytest.raises(tl.TlkitError, match=r"bars/low has 6 .* ask for 1 to 6"):
        low_bars.shots(7)


def test_a_seed_that_is_no_number(low_bars):
    with pytest.raises(tl.TlkitError, match="'x' is no seed"):
        low_bars.shots(1, seed="x")


def test_shuffled_changes_the_labels_and_nothing_else(low_bars):
    shuffled = low_bars.shuffled(seed=1)
    assert not np.array_equal(shuffled.train.labels, low_bars.train.labels)
    assert sorted(shuffled.train.labels) == sorted(low_bars.train.labels)
    assert shuffled.train.items is low_bars.train.items
    assert shuffled.test is low_bars.test
    assert shuffled.digest != low_bars.digest


def test_mislabelled_makes_the_share_wrong_and_touches_no_test(low_bars):
    wrong = low_bars.mislabelled(0.25, seed=1)
    changed = wrong.train.labels != low_bars.train.labels
    assert changed.sum() == round(0.25 * len(low_bars.train))
    assert set(wrong.train.labels) <= set(range(len(low_bars.classes)))
    assert wrong.train.items is low_bars.train.items
    assert wrong.test is low_bars.test
    assert wrong.name == f"{low_bars.name} with 25% wrong labels"
    assert (low_bars.mislabelled(1).train.labels != low_bars.train.labels).all()
    with pytest.raises(tl.TlkitError, match="share=0 of the labels can't be wrong"):
        low_bars.mislabelled(0)


def test_examples_need_a_label_each():
    with pytest.raises(tl.TlkitError, match="3 items but 2 labels"):
        tl.Examples(np.zeros((3, 2)), np.zeros(2))


def test_fewer_test_examples_are_drawn_evenly_and_by_seed(high_bars, monkeypatch):
    few = high_bars.fewer(test=7, seed=1)
    assert len(few.test) == 7
    assert np.bincount(few.test.labels).max() - np.bincount(few.test.labels).min() <= 1
    assert few.train is high_bars.train
    assert few.digest == high_bars.fewer(test=7, seed=1).digest != high_bars.fewer(test=7, seed=2).digest
    monkeypatch.setenv("TLKIT_SEEDS", "2-6")
    assert high_bars.fewer(test=7).digest == high_bars.fewer(test=7, seed=2).digest
    with pytest.raises(tl.TlkitError, match="test=99 can't be drawn"):
        high_bars.fewer(test=99)
