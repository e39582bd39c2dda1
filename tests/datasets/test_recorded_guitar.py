"""The pictures of data/recorded-guitar are what their card says, and make.py takes a note as it was plucked."""

import hashlib
import importlib.util

import numpy as np
import pytest

from tlkit.runtime import paths

FOLDER = paths.DATA / "recorded-guitar"


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    with np.load(FOLDER / "recorded-guitar.npz", allow_pickle=False) as data:
        return dict(data)


@pytest.fixture(scope="module")
def make():
    spec = importlib.util.spec_from_file_location("make_recorded_guitar", FOLDER / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plucked(hertz: float, make) -> np.ndarray:
    """A second of a tone that dies away, after a tenth of a second of silence."""
    seconds = np.arange(make.RECORDED_RATE) / make.RECORDED_RATE
    return np.concatenate(
        [np.zeros(make.RECORDED_RATE // 10), np.exp(-3 * seconds) * np.sin(2 * np.pi * hertz * seconds)]
    )


def test_shapes_types_and_range(arrays):
    assert {name: (array.shape, array.dtype.name) for name, array in arrays.items()} == {
        "pictures": ((875, 32, 32), "uint8"),
        "pitch": ((875,), "uint8"),
        "take": ((875,), "uint8"),
        "test": ((875,), "bool"),
    }
    assert (arrays["pictures"].max(axis=(1, 2)) == 31).all()
    assert len({picture.tobytes() for picture in arrays["pictures"]}) == 875


def test_every_key_and_take_once(arrays):
    found = zip(*(arrays[name].tolist() for name in ("pitch", "take", "test")), strict=True)
    assert sorted(found) == [(pitch, take, take >= 15) for pitch in range(40, 75) for take in range(25)]


def test_the_checksum_is_that_of_the_file():
    digest, name = (FOLDER / "SHA256SUMS").read_text().split()
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest


def test_a_higher_key_lies_on_a_higher_row(arrays):
    """The middle of what is loud climbs with the key, octave by octave."""
    rows = [arrays["pictures"][arrays["pitch"] == pitch].mean(axis=(0, 2)) for pitch in range(40, 75)]
    middle = np.array([(row * np.arange(32)).sum() / row.sum() for row in rows])
    assert (middle[12:] > middle[:-12]).all()


def test_a_note_begins_with_its_pluck(make):
    begun = make.from_the_pluck(plucked(220, make))
    assert np.abs(begun[: make.RECORDED_RATE // 50]).max() > 0.9


def test_a_take_is_half_a_second_that_its_pitch_and_number_decide(make):
    tone = make.from_the_pluck(plucked(220, make))
    first, again, other = (make.take_of(tone, 57, take) for take in (0, 0, 1))
    assert len(first) == make.notes.LENGTH
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_lifted_finger_ends_the_note(make):
    ended = make.released(np.ones(make.RECORDED_RATE), 0.25)
    assert ended[: make.RECORDED_RATE // 4].min() == 1
    assert not ended[round(0.31 * make.RECORDED_RATE) :].any()


def test_detuning_by_an_octave_halves_the_time(make):
    tone = plucked(220, make)
    assert np.allclose(make.detuned(tone, 12)[:1000], tone[:2000:2])
