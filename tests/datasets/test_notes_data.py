"""The files of data/notes are what their card says, and make.py's pictures show the pitch that was played."""

import hashlib
import importlib.util
import subprocess
import sys

import numpy as np
import pytest

from tlkit.runtime import paths

FOLDER = paths.DATA / "notes"
INSTRUMENTS = (
    "piano", "nylon-guitar", "steel-guitar", "jazz-guitar", "clean-guitar", "distorted-guitar",
    "accordion", "marimba", "trumpet", "violin", "organ", "drums",
)  # fmt: skip
NOISY = [f"{instrument}-{pitch}-noisy" for instrument in ("piano", "steel-guitar") for pitch in (60, 64, 67)]


@pytest.fixture(scope="module", params=INSTRUMENTS)
def arrays(request) -> dict[str, np.ndarray]:
    with np.load(FOLDER / f"{request.param}.npz", allow_pickle=False) as data:
        return dict(data)


@pytest.fixture(scope="module")
def make():
    spec = importlib.util.spec_from_file_location("make_notes", FOLDER / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sine(hertz: float, make) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(make.LENGTH) / make.RATE)


def test_shapes_types_and_range(arrays):
    assert {name: (array.shape, array.dtype.name) for name, array in arrays.items()} == {
        "pictures": ((1200, 32, 32), "uint8"),
        "pitch": ((1200,), "uint8"),
        "velocity": ((1200,), "uint8"),
        "take": ((1200,), "uint8"),
        "test": ((1200,), "bool"),
    }
    assert (arrays["pictures"].max(axis=(1, 2)) == 31).all()
    assert len({picture.tobytes() for picture in arrays["pictures"]}) == 1200


def test_no_picture_is_blank(arrays):
    assert arrays["pictures"].std(axis=(1, 2)).min() > 1


@pytest.mark.parametrize(
    ("test", "velocities", "takes"), [(False, (48, 64, 80, 96, 112), 3), (True, (56, 72, 88, 104, 120), 2)]
)
def test_every_key_velocity_and_take_once(arrays, test, velocities, takes):
    rows = arrays["test"] == test
    found = zip(*(arrays[name][rows].tolist() for name in ("pitch", "velocity", "take")), strict=True)
    assert sorted(found) == [(p, v, t) for p in range(40, 88) for v in velocities for t in range(takes)]


def test_train_and_test_share_no_velocity(arrays):
    velocity, test = arrays["velocity"], arrays["test"]
    assert not set(velocity[test]) & set(velocity[~test])


def test_every_name_equally_often(arrays):
    names, test = arrays["pitch"] % 12, arrays["test"]
    assert np.bincount(names[~test]).tolist() == [60] * 12
    assert np.bincount(names[test]).tolist() == [40] * 12


def test_checksums_match_and_none_is_missing():
    sums = dict(reversed(line.split("  ", 1)) for line in (FOLDER / "SHA256SUMS").read_text().splitlines())
    files = {file.relative_to(FOLDER).as_posix(): file for file in [*FOLDER.glob("*.npz"), *FOLDER.glob("clips/*")]}
    assert {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items()} == sums


def test_every_clip_is_there_and_more_than_a_header():
    clean = [f"{instrument}-{pitch}" for instrument in INSTRUMENTS for pitch in range(60, 72)]
    sizes = {clip.stem: clip.stat().st_size for clip in FOLDER.glob("clips/*.mp3")}
    assert sorted(sizes) == sorted(clean + NOISY)
    assert all(5_000 < sizes[name] < 9_000 for name in clean)
    assert all(2_500 < sizes[name] < 9_000 for name in NOISY)


def test_a_note_in_the_data_lies_on_the_row_of_its_pitch(make):
    """The brightest row of a high marimba note, nearly a pure tone, is that of its fundamental or the next."""
    with np.load(FOLDER / "marimba.npz") as data:
        high = data["pitch"] >= 69
        brightest = data["pictures"][high].sum(axis=2, dtype=int).argmax(axis=1)
        hertz = 440 * 2 ** ((data["pitch"][high] - 69.0) / 12)
    expected = np.abs(make.mel_edges()[1:-1] - hertz[:, None]).argmin(axis=1)
    assert (np.abs(brightest - expected) <= 1).mean() > 0.95


def test_the_script_imports_without_a_synthesiser():
    code = (
        "import runpy, sys; sys.modules['tinysoundfont'] = sys.modules['soundfile'] = None; "
        "runpy.run_path(sys.argv[1], run_name='make_notes')"
    )
    subprocess.run([sys.executable, "-c", code, str(FOLDER / "make.py")], check=True)


@pytest.mark.parametrize("hertz", [110, 440, 1760])
def test_a_pure_tone_is_brightest_on_its_own_row(make, hertz):
    shown = make.picture(sine(hertz, make))
    assert (shown.shape, shown.dtype, shown.max()) == ((32, 32), np.uint8, 31)
    assert shown.sum(axis=1, dtype=int).argmax() == np.abs(make.mel_edges()[1:-1] - hertz).argmin()


def test_a_late_tone_starts_late(make):
    sound = sine(440, make)
    sound[: make.LENGTH // 2] = 0
    row = make.picture(sound).max(axis=0)
    assert row[:12].max() == 0
    assert row[20:].min() >= 30


def test_loudness_does_not_show(make):
    sound = sine(440, make) + 0.1 * make.pink_noise(make.LENGTH, np.random.default_rng(0))
    assert np.array_equal(make.picture(sound), make.picture(4 * sound))


def test_filters_cover_the_band_and_nothing_else(make):
    filters, hertz = make.mel_filters(), np.fft.rfftfreq(make.WINDOW, 1 / make.RATE)
    assert filters.shape == (32, make.WINDOW // 2 + 1)
    assert (filters.sum(axis=1) > 0).all()
    assert not filters[:, (hertz <= make.LOW) | (hertz >= make.HIGH)].any()
    assert (np.diff(filters.argmax(axis=1)) > 0).all()
    centres = make.mel_edges()[1:-1]
    between = (hertz >= centres[0]) & (hertz <= centres[-1])
    assert np.allclose(filters[:, between].sum(axis=0), 1)


def test_noise_is_as_loud_as_asked_for(make):
    sound, noise = sine(440, make), make.pink_noise(make.LENGTH, np.random.default_rng(0))
    added = make.add_noise(sound, noise, 6.0) - sound
    assert 20 * np.log10(make.rms(sound) / make.rms(added)) == pytest.approx(6.0)


def test_tilt_is_in_decibels_an_octave(make):
    def gained(hertz):
        return 20 * np.log10(make.rms(make.tilt(sine(hertz, make), 3.0)) / make.rms(sine(hertz, make)))

    assert gained(1000) - gained(500) == pytest.approx(3.0, abs=0.1)


def test_pink_noise_has_as_much_power_in_every_octave(make):
    power = np.abs(np.fft.rfft(make.pink_noise(1 << 16, np.random.default_rng(0)))) ** 2
    octaves = [power[1 << n : 2 << n].sum() for n in range(8, 15)]
    assert max(octaves) < 1.3 * min(octaves)


def test_the_same_arrays_give_the_same_bytes(make, tmp_path):
    arrays = {"pictures": np.arange(12, dtype=np.uint8).reshape(3, 2, 2), "test": np.array([True, False, True])}
    for name in ("one", "two"):
        make.save_npz(tmp_path / name, arrays)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    with np.load(tmp_path / "one") as data:
        assert all(np.array_equal(data[name], array) for name, array in arrays.items())
