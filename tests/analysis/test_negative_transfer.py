import pytest

import tlkit as tl
from tests.experiments.test_results import result
from tlkit.plots.gains import HARM, HELP, UNSURE, _look


def made(source, values):
    return tl.Results(
        result(name, k, seed, value + seed / 100, source=source)
        for name, value in values.items()
        for k in (5, 20)
        for seed in range(5)
    )


@pytest.fixture
def scratch():
    return made("a", {"scratch": 0.6})


def test_a_gain_is_paired_and_signed(scratch):
    gain = made("b", {"head": 0.5}).gain("head", shots=5, baseline=scratch)
    assert gain.mean == pytest.approx(-0.1)
    assert gain.half_width == pytest.approx(0, abs=1e-9)


def test_harm_is_seen_and_said(scratch):
    teachers = {"good": made("b", {"head": 0.7, "full": 0.6}), "bad": made("c", {"head": 0.4, "full": 0.55})}
    picture = tl.negative_transfer.plot(teachers, scratch=scratch, strategies=["head", "full"], shots=5)
    assert "frozen (head): good +10 (+10 to +10), bad -20 (-20 to -20); tune all (full): good 0 (" in picture.words
    assert "mean of 5 seeds" in picture.words
    assert len(picture.figure.axes) == 2
    assert picture._repr_html_().startswith("<figure")


def test_the_table_has_its_four_corners(scratch):
    similar, different = made("b", {"head": 0.7, "full": 0.65}), made("c", {"head": 0.4, "full": 0.55})
    picture = tl.negative_transfer.two_by_two(
        similar, different, scratch=scratch, strategies=["head", "full"], few=5, many=20
    )
    corners = [ax.get_title(loc="left") for ax in picture.figure.axes]
    assert corners == ["similar, 5 shots", "different, 5 shots", "similar, 20 shots", "different, 20 shots"]
    assert "different, 20 shots: frozen (head) -20 (-20 to -20), tune all (full) -5 (-5 to -5)" in picture.words


def test_what_may_help_or_harm_has_a_mark_of_its_own(scratch):
    unsure = tl.Results(result("head", 5, seed, 0.6 + 0.2 * (seed % 2), source="b") for seed in range(5))
    assert _look(unsure.gain("head", shots=5, baseline=scratch)) == UNSURE
    for value, look in ((0.7, HELP), (0.5, HARM)):
        assert _look(made("b", {"head": value}).gain("head", shots=5, baseline=scratch)) == look


def test_what_is_left_and_what_was_learnt_are_in_one_picture(source, high_bars):
    found = tl.forgetting.measure(source, high_bars, strategies=["as_is", "head", "full"], shots=2, seeds="0-1")
    picture = tl.forgetting.plot(found, "Bars")
    before = tl.forgetting.on_source(found).accuracy("as_is", shots=2).mean
    assert f"Bars. Left of the source, {before:.0%} before" in picture.words
    assert "frozen (head)" in picture.words
    assert "as_is" not in picture.words


def test_one_seed_has_no_interval_to_draw():
    alone = tl.Results([result("scratch", 5, 0, 0.6)])
    teacher = tl.Results([result("head", 5, 0, 0.7, source="b")])
    picture = tl.negative_transfer.plot({"b": teacher}, scratch=alone, strategies=["head"], shots=5)
    assert "b +10 (one seed, no interval)" in picture.words
