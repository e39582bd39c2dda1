"""Renders the notes data set: instruments of a sound font as 32 x 32 pictures of sound, and clips to listen to.

You need this script only to rebuild the data or to change the recipe; the files it makes are shipped beside it::

    apt install fluid-soundfont-gm
    pip install --no-deps tinysoundfont==0.3.7
    pip install soundfile scipy numpy
    python make.py

``--no-deps`` because tinysoundfont asks for a library that plays live sound, which is not needed here.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

PRESETS = {  # (bank, preset) in the General MIDI sound font
    "piano": (0, 0),
    "nylon-guitar": (0, 24),
    "steel-guitar": (0, 25),
    "jazz-guitar": (0, 26),
    "clean-guitar": (0, 27),
    "distorted-guitar": (0, 30),
    "accordion": (0, 21),
    "marimba": (0, 12),
    "trumpet": (0, 56),
    "violin": (0, 40),
    "organ": (0, 19),  # the church organ: the drawbar organ is one recording for all keys
    "drums": (128, 0),
}
PITCHES = range(40, 88)  # MIDI keys E2 to D#6: four octaves
TRAIN = {"velocities": (48, 64, 80, 96, 112), "takes": 3}
TEST = {"velocities": (56, 72, 88, 104, 120), "takes": 2}

SYNTH_RATE = 44_100  # Hz; rendered at the recordings' own rate and then brought down, so that nothing folds back
RATE = 11_025  # Hz
LENGTH = RATE // 2  # samples in half a second

SIZE = 32  # pixels a side
WINDOW = 1024  # samples, 93 ms
LOW, HIGH = 50, 5_000  # Hz, the edges of the lowest and the highest band
DEPTH = 60  # dB from white to black
LEVELS = 32  # 5 bits

CLIP_RATE = 22_050
CLIP_PITCHES = range(60, 72)  # one octave from middle C
NOISY_CLIPS = [(instrument, pitch) for instrument in ("piano", "steel-guitar") for pitch in (60, 64, 67)]


class Player:
    """One instrument of a sound font, ready to play single notes."""

    def __init__(self, soundfont: Path, instrument: str):
        import tinysoundfont

        self.synth = tinysoundfont.Synth(samplerate=SYNTH_RATE)
        bank, preset = PRESETS[instrument]
        self.synth.program_select(0, self.synth.sfload(str(soundfont)), bank, preset, bank == 128)

    def play(self, pitch: int, velocity: int, *, held: float, seconds: float, detune: float = 0.0) -> np.ndarray:
        """A note at :data:`SYNTH_RATE` in mono, its key held for ``held`` seconds; ``detune`` is in semitones."""
        self.synth.sounds_off(0)
        self.synth.generate(SYNTH_RATE // 10)  # let the note before die away
        self.synth.set_tuning(0, detune)
        self.synth.noteon(0, pitch, velocity)
        start = self._generate(min(held, seconds))
        self.synth.noteoff(0, pitch)
        return np.concatenate([start, self._generate(seconds - min(held, seconds))])

    def _generate(self, seconds: float) -> np.ndarray:
        stereo = np.frombuffer(self.synth.generate(round(seconds * SYNTH_RATE)), np.float32)
        return stereo.reshape(-1, 2).mean(axis=1, dtype=float)


def take_of(player: Player, instrument: str, pitch: int, velocity: int, take: int) -> np.ndarray:
    """Half a second at :data:`RATE` with all that the four arguments decide: tuning, onset, length, tone and noise."""
    draw = np.random.default_rng([*instrument.encode(), pitch, velocity, take])
    detune = draw.uniform(-0.25, 0.25)  # semitones
    onset, held = draw.uniform(0, 0.1), draw.uniform(0.25, 0.6)  # seconds
    slope, snr = draw.uniform(-3, 3), draw.uniform(8, 18)  # dB an octave, dB
    note = player.play(pitch, velocity, held=held, seconds=0.5, detune=detune)
    late = np.concatenate([np.zeros(round(onset * SYNTH_RATE)), note])
    clean = tilt(resample_poly(late, RATE, SYNTH_RATE)[:LENGTH], slope)
    if rms(clean) < 1e-5:
        raise ValueError(f"the {instrument} is silent at key {pitch}, velocity {velocity}")
    return add_noise(clean, pink_noise(LENGTH, draw), snr)


def rms(sound: np.ndarray) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(sound**2)))


def tilt(sound: np.ndarray, slope: float) -> np.ndarray:
    """``sound`` with its spectrum tilted about 500 Hz by ``slope`` dB an octave: brighter if > 0, else duller."""
    spectrum, hertz = np.fft.rfft(sound), np.fft.rfftfreq(len(sound), 1 / RATE)
    octaves = np.log2(np.maximum(hertz, LOW) / 500)
    return np.fft.irfft(spectrum * 10 ** (slope * octaves / 20), len(sound))


def pink_noise(length: int, draw: np.random.Generator) -> np.ndarray:
    """Noise with the same power in every octave."""
    spectrum = np.fft.rfft(draw.standard_normal(length))
    return np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), length)


def add_noise(sound: np.ndarray, noise: np.ndarray, snr: float) -> np.ndarray:
    """``sound`` and ``noise`` together, the noise ``snr`` dB below the sound."""
    return sound + noise * rms(sound) / rms(noise) * 10 ** (-snr / 20)


def mel(hertz: np.ndarray | float) -> np.ndarray | float:
    """Frequency on the mel scale, on which equal steps sound about equally far apart."""
    return 2595 * np.log10(1 + np.asarray(hertz) / 700)


def mel_edges() -> np.ndarray:
    """The SIZE + 2 frequencies in Hz, evenly spaced in mel, that bound the bands; band i is centred on edge i + 1."""
    return 700 * (10 ** (np.linspace(mel(LOW), mel(HIGH), SIZE + 2) / 2595) - 1)


def mel_filters() -> np.ndarray:
    """Triangular filters, (SIZE, WINDOW // 2 + 1): each row weighs the FFT bins of one band, lowest band first."""
    left, centre, right = (edge[:, None] for edge in np.lib.stride_tricks.sliding_window_view(mel_edges(), 3).T)
    hertz = np.fft.rfftfreq(WINDOW, 1 / RATE)
    return np.maximum(0, np.minimum((hertz - left) / (centre - left), (right - hertz) / (right - centre)))


def picture(sound: np.ndarray) -> np.ndarray:
    """Half a second of sound at :data:`RATE` as uint8, (frequency, time): row 0 is lowest, 0 is quiet, 31 loudest."""
    padded = np.pad(sound, WINDOW // 2)
    starts = np.arange(SIZE) * (len(sound) // SIZE)
    frames = padded[starts[:, None] + np.arange(WINDOW)] * np.hanning(WINDOW)
    power = mel_filters() @ np.abs(np.fft.rfft(frames)).T ** 2
    decibels = 10 * np.log10(power + 1e-12)
    height = np.clip(1 + (decibels - decibels.max()) / DEPTH, 0, 1)
    return np.round(height * (LEVELS - 1)).astype(np.uint8)


def pictures_of(player: Player, instrument: str) -> dict[str, np.ndarray]:
    """All pictures of one instrument with their pitch, velocity and take, and whether they are for the test."""
    rows = [
        (pitch, velocity, take, part is TEST)
        for part in (TRAIN, TEST)
        for pitch in PITCHES
        for velocity in part["velocities"]
        for take in range(part["takes"])
    ]
    pitch, velocity, take, test = np.array(rows, dtype=np.uint8).T
    pictures = np.stack([picture(take_of(player, instrument, *row[:3])) for row in rows])
    return {"pictures": pictures, "pitch": pitch, "velocity": velocity, "take": take, "test": test.astype(bool)}


def save_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Like ``np.savez_compressed``, but the same arrays always give the same bytes: the zip holds no clock time."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, content.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)


def save_clip(path: Path, sound: np.ndarray, rate: int, *, loudest: float = 0.12, fade: float = 0.15) -> None:
    """An MP3 whose loudest 50 ms have an RMS of ``loudest``, so that all clips are about equally loud."""
    import soundfile

    sound = resample_poly(sound, CLIP_RATE, rate)
    block = CLIP_RATE // 20
    peak = max(rms(sound[i : i + block]) for i in range(0, len(sound) - block, block // 4))
    sound = sound * min(loudest / peak, 0.95 / np.abs(sound).max())
    tail = round(fade * CLIP_RATE)
    sound[-tail:] *= np.linspace(1, 0, tail)
    soundfile.write(path, sound, CLIP_RATE, format="MP3", bitrate_mode="CONSTANT", compression_level=0.75)


def save_clips(folder: Path, player: Player, instrument: str) -> None:
    """Twelve clean notes of the instrument and, of some, what the network hears: the first take of the test."""
    for pitch in CLIP_PITCHES:
        sound = player.play(pitch, 96, held=0.8, seconds=1.1)
        save_clip(folder / f"{instrument}-{pitch}.mp3", sound, SYNTH_RATE)
        if (instrument, pitch) in NOISY_CLIPS:
            noisy = take_of(player, instrument, pitch, TEST["velocities"][2], 0)
            save_clip(folder / f"{instrument}-{pitch}-noisy.mp3", noisy, RATE, fade=0.02)


def save_checksums(folder: Path) -> None:
    """SHA256SUMS of every data file and clip; ``sha256sum -c SHA256SUMS`` verifies them."""
    files = sorted([*folder.glob("*.npz"), *folder.glob("clips/*.mp3")])
    sums = {file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    (folder / "SHA256SUMS").write_text("".join(f"{sums[name]}  {name}\n" for name in sums), newline="\n")


def main() -> None:
    """Render everything."""
    parser = argparse.ArgumentParser(description="Render the notes data set.")
    parser.add_argument("--soundfont", type=Path, default=Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where to; beside this script if unset")
    options = parser.parse_args()
    (options.out / "clips").mkdir(parents=True, exist_ok=True)
    for instrument in PRESETS:
        player = Player(options.soundfont, instrument)
        save_npz(options.out / f"{instrument}.npz", pictures_of(player, instrument))
        save_clips(options.out / "clips", player, instrument)
        print(instrument)
    save_checksums(options.out)


if __name__ == "__main__":
    main()
