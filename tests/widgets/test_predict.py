"""The prediction widget without a browser: its checks, its score and its words."""

from __future__ import annotations

import numpy as np
import pytest

import tlkit as tl

MEAN, LOW, HIGH = [0.83, 0.9, 0.98], [0.8, 0.88, 0.97], [0.86, 0.92, 0.99]


def make(**options) -> tl.Predict:
    return tl.Predict(shots=(1, 5, 50), **options)


def test_starts_flat_and_undrawn():
    predict = make()
    assert predict.values == [0.5, 0.5, 0.5]
    assert not predict.touched
    assert predict.words() == ("Not drawn yet: drag the points, or Tab to one and use the arrow keys. Guessing: 8%.")
    assert predict.score() is None


def test_drawing_is_told_with_its_numbers():
    predict = make()
    predict.values = [0.3, 0.55, 0.9]
    assert predict.touched
    assert predict.words() == (
        "Your prediction is in; you can still change it. "
        "Your prediction for a pianist: 30% after 1 note of each name, 55% after 5 and 90% after 50. Guessing: 8%."
    )
    assert predict.score() is None


def test_truth_tells_how_far_off_and_which_way():
    predict = make(chance=None)
    predict.values = [0.3, 0.95, 0.98]
    assert predict.reveal("kept head", np.array(MEAN), LOW, HIGH) is predict
    assert predict.score() == pytest.approx((53 + 5 + 0) / 3)
    assert predict.words() == (
        "You were 19 points off on average, and most after 1 note of each name: 53 points too low. "
        "Your prediction for a pianist: 30% after 1 note of each name, 95% after 5 and 98% after 50. "
        "Measured, kept head: 83% (80 to 86) after 1 note of each name, 90% (88 to 92) after 5 and "
        "98% (97 to 99) after 50."
    )


def test_too_high_and_one_point_read_well():
    predict = make()
    predict.values = [0.83, 0.93, 0.98]
    assert "You were 1 point off on average, and most after 5 notes of each name: 3 points too high." in (
        predict.reveal("kept head", MEAN, LOW, HIGH).words()
    )


def test_exact_prediction_is_praised():
    predict = make()
    predict.values = MEAN
    assert predict.reveal("kept head", MEAN, LOW, HIGH).words().startswith("You were right to the point, everywhere.")


def test_truth_without_a_drawing_is_kind():
    predict = make().reveal("kept head", MEAN, LOW, HIGH)
    assert predict.words().startswith("You drew nothing this time, which is fine; ")
    assert "Measured, kept head: 83%" in predict.words()
    assert "Your prediction" not in predict.words()
    assert predict.score() is None


def test_reference_is_given_in_numbers_too():
    words = make(reference=("from scratch", [0.24, 0.5, 0.98])).words()
    assert "Given, from scratch: 24% after 1 note of each name, 50% after 5 and 98% after 50." in words


def test_no_shots_at_all_can_be_asked():
    assert tl.Predict(shots=(0, 1, 2), unit="reviews").steps == ["0 reviews", "1 review", "2 reviews"]


def test_repr_is_the_question_and_the_words():
    predict = make()
    assert repr(predict) == f"{predict.question} {predict.words()}"
    assert repr(make()) == repr(predict)


def test_page_gets_the_words_as_they_change():
    predict = make()
    predict.values = [0.1, 0.2, 0.3]
    assert f"{predict.get_state()['headline']} {predict.get_state()['numbers']}" == predict.words()
    predict.reveal("kept head", MEAN, LOW, HIGH)
    state = predict.get_state()
    assert f"{state['headline']} {state['numbers']}" == predict.words()
    assert state["truth"] == {"name": "kept head", "mean": MEAN, "low": LOW, "high": HIGH}


@pytest.mark.parametrize("shots", [(), (5,), (5, 1), (1, 1), (-1, 2), (1, 2.5)])
def test_shots_must_be_growing_whole_numbers(shots):
    with pytest.raises(tl.TlkitError, match="growing order"):
        tl.Predict(shots=shots)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"chance": 8.3}, "chance must be accuracies from 0 to 1, and 8.3 is not"),
        ({"reference": ("from scratch", [0.2, 0.3])}, "the reference must have 3 values"),
        ({"reference": ("from scratch", "abc")}, "must be a list of numbers"),
    ],
)
def test_bad_options_are_refused(options, says):
    with pytest.raises(tl.TlkitError, match=says):
        make(**options)


@pytest.mark.parametrize(
    ("mean", "low", "high", "says"),
    [
        (MEAN[:2], LOW, HIGH, "the mean of the truth must have 3 values, one for each of the shots, not 2"),
        ([83, 90, 98], LOW, HIGH, "the mean of the truth must be accuracies from 0 to 1, and 83 is not"),
        ([float("nan"), 0.9, 0.98], LOW, HIGH, "and nan is not"),
        (MEAN, HIGH, LOW, "low <= mean <= high"),
        (None, LOW, HIGH, "the mean of the truth must be a list of numbers from 0 to 1, not None"),
    ],
)
def test_bad_truth_is_refused_and_changes_nothing(mean, low, high, says):
    predict = make()
    with pytest.raises(tl.TlkitError, match=says):
        predict.reveal("kept head", mean, low, high)
    assert predict.truth is None


def test_values_of_the_wrong_length_are_refused():
    predict = make()
    with pytest.raises(tl.TlkitError, match="values must have 3 values"):
        predict.values = [0.5]
    assert predict.values == [0.5, 0.5, 0.5]
