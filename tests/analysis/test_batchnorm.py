import dataclasses

import pytest

import tlkit as tl
from tlkit.analysis.batchnorm import drift, shift
from tlkit.exercises.lesson_03 import _normed


@pytest.fixture
def taught():
    body = _normed().eval()
    body.taught = "nothing much"
    return body


@pytest.fixture
def target(low_bars):
    return dataclasses.replace(low_bars, modality="image")


def test_frozen_weights_stay_and_running_statistics_drift(taught, target):
    found = drift(taught, target, shots=2, looks=(0, 1, 5), seeds=[0, 1])
    assert [value.values for value in found.weights] == [[0, 0]] * 3
    still, little, much = found.statistics
    assert still.values == [0, 0]
    assert all(0 < a < b for a, b in zip(little.values, much.values, strict=True))
    assert found.looks == (0, 1, 5)
    assert found.loss.values == pytest.approx(
        [a - b for a, b in zip(found.accuracy[0].values, found.accuracy[-1].values, strict=True)]
    )


def test_evaluation_mode_cures_it(taught, target):
    found = drift(taught, target, shots=2, looks=(0, 4), eval_mode=True, seeds=[0])
    assert found.statistics[-1].values == [0]
    assert found.loss.values == [0]


def test_the_source_itself_stays_as_it_is(taught, target):
    before = taught.digest()
    drift(taught, target, shots=2, looks=(0, 2), seeds=[0])
    assert taught.digest() == before


@pytest.mark.parametrize("factor", [4, 0.25], ids=["doubled", "halved"])
def test_drift_is_the_factor_of_the_deviations(taught, factor):
    moved = taught.copy()
    for stage in moved.stages:
        stage[1].running_var *= factor
    assert shift(taught, moved) == pytest.approx(1, rel=0.01)


def test_without_batchnorm_there_is_nothing_to_drift():
    body = tl.backbone("small-cnn")
    with pytest.raises(tl.TlkitError, match="no running statistics"):
        shift(body, body)


def test_the_picture_has_its_numbers_in_words(taught, target):
    options = {"shots": 2, "looks": (0, 2), "seeds": [0]}
    drifts = {"train()": drift(taught, target, **options), "eval()": drift(taught, target, eval_mode=True, **options)}
    said = repr(tl.batchnorm.plot_drift(drifts, "The trap"))
    assert said.startswith("The trap. train(): after 0, 2 looks the running deviations have changed by 0%, ")
    assert "eval(): after 0, 2 looks the running deviations have changed by 0%, 0%, no weight by more than 0," in said
