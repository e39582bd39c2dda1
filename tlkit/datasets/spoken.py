"""Openly made up: what is said at a doctor's and on a pharmacy's telephone, as a machine wrote it down, and its names.

A speech recogniser writes no capital letters and no full stops, so nothing in the letters tells a name. The people and
medicines of the pharmacy are others than the doctor's, and so are its sentences. Nobody said any of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tlkit.datasets.consultations import DRUGS, FIRST, KIN, LAST
from tlkit.errors import TlkitError, shown
from tlkit.seeding import stream

RECIPE = 1  # raise it when other sentences are drawn from the same seed: older saved figures are then not reused
PERSON, MEDICINE, OUTSIDE = "PERSON", "MEDICINE", "O"
PLACES = {
    "doctor": (
        "good morning {whole} please sit down",
        "{first} has taken {drug} since monday",
        "my {kin} {first} takes {drug} for the same thing",
        "i would like {whole} to stop the {drug} for now",
        "take one {drug} after breakfast and one at night",
        "doctor {last} gave me {drug} last year",
        "is {first} your {kin} or a friend",
        "no i can not take {drug} it makes me sick",
        "would you call {whole} in please",
        "the results of {first} are back and they are good",
        "we will go from {drug} to {drug} next week",
        "it hurts when i climb the stairs",
        "since when do you have it",
        "rest a little and drink a lot of water",
    ),
    "pharmacy": (
        "hello this is {whole} from the pharmacy",
        "i am afraid we have run out of {drug}",
        "could {first} come by and fetch it",
        "the {drug} that you ordered has arrived",
        "there is a parcel here for {whole}",
        "may i have {drug} without a prescription",
        "ask {last} she works on fridays",
        "our driver {first} is on his way to you",
        "is {drug} cheaper than {drug}",
        "was it {first} or {first} who called",
        "we close at six on saturdays",
        "plasters are in the second drawer",
    ),
}
_HOLE = re.compile(r"\{(\w+)\}")


class Spoken(NamedTuple):
    """The words of a sentence, and for each whether it is (part of) a name: PERSON, MEDICINE or O."""

    words: tuple[str, ...]
    tags: tuple[str, ...]

    @property
    def text(self) -> str:
        """The sentence."""
        return " ".join(self.words)


def draw(count: int, *, seed: int, place: str = "doctor") -> list[Spoken]:
    """So many sentences with their names, drawn from ``seed``, of the "doctor" or of the "pharmacy"."""
    if place not in PLACES:
        raise TlkitError(f"place={shown(place)} is nowhere that we listened: take 'doctor' or 'pharmacy'.")
    rng, half = np.random.default_rng(stream(seed, "spoken", place)), list(PLACES).index(place)
    known = {"first": FIRST[half::2], "last": LAST[half::2], "drug": DRUGS[half::2], "kin": KIN}
    return [_filled(rng, PLACES[place][rng.integers(len(PLACES[place]))], known) for _ in range(count)]


def _filled(rng: np.random.Generator, sentence: str, known: dict[str, Sequence[str]]) -> Spoken:
    """The sentence with its holes filled."""
    found: list[tuple[str, str]] = []
    for part in sentence.split():
        hole = _HOLE.fullmatch(part)
        kinds = {"whole": ("first", "last")}.get(hole[1], (hole[1],)) if hole else ()
        tag = {"kin": OUTSIDE, "drug": MEDICINE}.get(kinds[0], PERSON) if kinds else OUTSIDE
        found += [(known[kind][rng.integers(len(known[kind]))].lower(), tag) for kind in kinds] or [(part, tag)]
    return Spoken(*zip(*found, strict=True))
