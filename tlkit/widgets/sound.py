"""Notes to hear and to see."""

from __future__ import annotations

import base64

from tlkit.arguments import a_name
from tlkit.datasets import notes
from tlkit.errors import unknown

MIDDLE_C = 60


class Sound:
    """A short recording with a button to play it."""

    def __init__(self, name: str, mp3: bytes):
        self.name, self.mp3 = name, mp3

    def __repr__(self) -> str:
        return f"Sound: {self.name}"

    def _repr_html_(self) -> str:
        return f"<figure style='margin:0'><figcaption>{self.name}</figcaption>{player(self.name, self.mp3)}</figure>"


def player(name: str, mp3: bytes) -> str:
    """An <audio> element with its controls."""
    data = base64.b64encode(mp3).decode()
    return f'<audio controls aria-label="{name}" src="data:audio/mpeg;base64,{data}"></audio>'


def hear(instrument: str, note: str = "C", *, noisy: bool = False) -> Sound:
    """A note of the octave from middle C, clean, or ``noisy`` as the network hears it (piano and steel-guitar)."""
    if a_name(note, "a note", "C") not in notes.NAMES:
        raise unknown("note", note, notes.NAMES)
    instrument = a_name(instrument, "an instrument", "piano")
    name = f"{note} on the {instrument.replace('-', ' ')}{', as the network hears it' * noisy}"
    return Sound(name, notes.clip(instrument, MIDDLE_C + notes.NAMES.index(note), noisy=noisy))
