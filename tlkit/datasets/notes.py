"""Notes of sampled instruments as 32 x 32 pictures of sound; the task is to name the note, C to B.

The data set is in ``data/notes``; its card says how it was made and what its limits are. One guitar is no sampler's:
each of its keys was recorded by itself (``data/recorded-guitar``).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from tlkit.datasets.files import read_arrays
from tlkit.datasets.task import Examples, Task
from tlkit.errors import TlkitError, unknown
from tlkit.runtime import paths

NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
FOLDER = paths.DATA / "notes"
RECORDED = (
    "piano", "nylon-guitar", "steel-guitar", "jazz-guitar", "clean-guitar", "distorted-guitar",
    "accordion", "marimba", "trumpet", "violin", "organ", "drums",
)  # fmt: skip
GUITAR = ("nylon-guitar", "steel-guitar")
BAND = ("piano", "accordion", "marimba", "trumpet", "violin", "organ")  # no guitar, no drums
ELSEWHERE = {"recorded-guitar": paths.DATA / "recorded-guitar"}  # not of the sound font that all others are from
UNSEEN_GUITARS = ("jazz-guitar", "clean-guitar", "distorted-guitar")
REGISTERS = ("low", "middling", "high", "very high")  # octaves, from the lowest key on
BRIGHTER = np.uint8(8)  # levels 0 to 31 as 0 to 248
LESSON_OCTAVE = (52, 63)  # MIDI keys E3 to D#4: the only ones that the -octaves tasks have labels for


def names() -> dict[str, str]:
    """Every task of this family, with what it is in one line."""
    players = {"guitar": "nylon and steel guitar", **{name: name.replace("-", " ") for name in (*RECORDED, *ELSEWHERE)}}
    about = {f"notes/{name}": f"name the note that a {player} plays" for name, player in players.items()}
    about["notes/recorded-guitar"] = "name the note of a guitar that was recorded key by key"
    about["notes/drums"] = "name the key that strikes a drum: a name that nobody can hear"
    for name, player in players.items():
        about[f"notes/{name}-octaves"] = f"{player}: labels from one octave, tested on the three others"
    about["notes/recorded-guitar-octaves"] = "recorded guitar: labels from one octave, tested on all other keys"
    about["notes/band"] = "name the note that one of six instruments plays, none of them a guitar"
    about["notes/band-instruments"] = "the same pictures: which of the six instruments is it?"
    about["notes/band-registers"] = "the same pictures: is it low, middling, high or very high?"
    about["notes/guitar-unseen"] = "learn from nylon and steel, be tested on jazz, clean and distorted guitar"
    return about


def load(name: str) -> Task:
    """The task of that name, such as ``notes/guitar``, ``notes/guitar-octaves`` or ``notes/guitar-unseen``."""
    short = name.removeprefix("notes/")
    if short == "guitar-unseen":
        return _task(name, _played(GUITAR, test=False), _played(UNSEEN_GUITARS, test=True))
    if short.split("-")[0] == "band":
        return _band(name)
    player = short.removesuffix("-octaves")
    instruments = GUITAR if player == "guitar" else (player,)
    train, test = _played(instruments, test=False), _played(instruments, test=True)
    if short.endswith("-octaves"):
        train, test = train.take(_in_lesson_octave(train)), test.take(~_in_lesson_octave(test))
    return _task(name, train, test)


def transposed(task: Task, *, semitones: int = 2) -> Task:
    """The same notes to learn from and to be tested on, each called by the name of one ``semitones`` higher.

    So does a clarinet in B flat: what its player reads as a C sounds as a B flat, two semitones lower.
    """
    if task.classes != NAMES:
        raise TlkitError(f"{task.name} has no notes to transpose: take one such as tl.task('notes/piano').")
    parts = (task.train, task.test)
    train, test = (replace(part, labels=(part.labels + semitones) % len(NAMES)) for part in parts)
    return replace(task, name=f"{task.name} transposed", train=train, test=test)


def as_images(task: Task) -> Task:
    """The same pictures of sound as grey images of 0 to 255, for networks that look at any image."""
    if task.modality != "spectrogram":
        raise TlkitError(f"{task.name} has {task.modality}s, no pictures of sound: take one such as notes/piano.")
    train, test = (replace(part, items=part.items * BRIGHTER) for part in (task.train, task.test))
    return replace(task, name=f"{task.name} as images", modality="image", train=train, test=test)


def clip(instrument: str, midi: int, *, noisy: bool = False) -> bytes:
    """A short recording to listen to, as MP3: keys 60 (middle C) to 71 of every instrument."""
    path = FOLDER / "clips" / f"{instrument}-{midi}{'-noisy' if noisy else ''}.mp3"
    if not path.exists():
        known = sorted({clip.stem for clip in path.parent.glob("*.mp3")})
        raise unknown("clip", path.stem, known)
    return path.read_bytes()


def _band(name: str) -> Task:
    """The band's pictures, with the question that ``name`` asks about each."""
    task = _task(name, _played(BAND, test=False), _played(BAND, test=True))
    if name.endswith("-instruments"):
        return _asked(task, BAND, lambda tags: np.array([BAND.index(each) for each in tags["instrument"]]))
    if name.endswith("-registers"):
        return _asked(task, REGISTERS, lambda tags: (tags["pitch"] - tags["pitch"].min()) // len(NAMES))
    return task


def _asked(task: Task, classes: tuple[str, ...], answer: Callable[[Mapping], np.ndarray]) -> Task:
    """The same pictures with another question, whose answers follow from the tags."""
    train, test = (replace(part, labels=answer(part.tags).astype(np.int64)) for part in (task.train, task.test))
    return replace(task, classes=classes, train=train, test=test)


def _task(name: str, train: Examples, test: Examples) -> Task:
    return Task(name, "spectrogram", NAMES, train, test, about=names()[name])


def _in_lesson_octave(examples: Examples) -> np.ndarray:
    low, high = LESSON_OCTAVE
    return (examples.tags["pitch"] >= low) & (examples.tags["pitch"] <= high)


def _played(instruments: tuple[str, ...], *, test: bool) -> Examples:
    parts = [_recorded(instrument, test) for instrument in instruments]
    tags = {name: np.concatenate([part.tags[name] for part in parts]) for name in parts[0].tags}
    items, labels = (np.concatenate([getattr(part, name) for part in parts]) for name in ("items", "labels"))
    return Examples(items, labels, tags)


@functools.cache
def _recorded(instrument: str, test: bool) -> Examples:
    """One instrument's train or test pictures, read once."""
    data = read_arrays(ELSEWHERE.get(instrument, FOLDER) / f"{instrument}.npz")
    rows = data["test"] == test
    pitch = data["pitch"][rows].astype(np.int64)
    tags = {"pitch": pitch, "instrument": np.repeat(instrument, len(pitch))}
    if "velocity" in data:
        tags["velocity"] = data["velocity"][rows]
    return Examples(data["pictures"][rows], pitch % 12, tags)
