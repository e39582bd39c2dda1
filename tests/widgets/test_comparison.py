"""A comparison that grows while one watches."""

import threading

import pytest

import tlkit as tl

ASKED = {"strategies": ["head", "full"], "shots": [1, 2], "seeds": "0-1"}


@pytest.fixture
def patient():
    """Comparisons that are stopped when the test ends, whatever came of it."""
    made = []
    yield made.append
    for lab in made:
        lab.halt()


def test_it_finds_what_compare_finds(source, high_bars, patient):
    lab = tl.Comparison(source, high_bars, **ASKED, steps=3)
    patient(lab)
    assert "press Start" in lab.words.value
    assert repr(lab) == "Comparison: nothing is computed yet."
    lab.begin.click()
    lab.wait()
    expected = tl.compare(source, high_bars, **ASKED, steps=3)
    assert [run.accuracy for run in lab.results] == [run.accuracy for run in expected]
    assert "8 runs done." in lab.words.value
    assert "<img alt=" in lab.picture.value
    assert (lab.begin.disabled, lab.stop.disabled) == (False, True)
    assert repr(lab).startswith("Comparison: 8 runs done. Named right, mean of 2 seeds")


def test_stop_keeps_what_is_done_and_start_goes_on(source, high_bars, patient):
    training = threading.Event()
    lab = tl.Comparison(source, high_bars, **ASKED, steps=50_000)
    patient(lab)
    lab.words.observe(lambda change: "Training" in change["new"] and training.set(), "value")
    lab.go()
    assert training.wait(120)
    lab.stop.click()
    assert not lab.begin.disabled
    assert [run.strategy for run in lab.results] == ["head", "head"]
    assert "6 runs missing, and Start goes on" in lab.words.value
    training.clear()
    lab.go()
    assert training.wait(120)
    lab.halt()
    assert lab.results.reused == 2


def test_a_curve_is_drawn_as_far_as_it_goes(source, high_bars):
    results = tl.compare(source, high_bars, **ASKED, steps=2)
    part = tl.Results(list(results)[:3])
    ax = part.plot()
    assert [len(line.get_xdata()) for line in ax.get_lines()] == [2, 1]
