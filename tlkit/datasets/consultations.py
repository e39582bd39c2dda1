"""Openly made up: talks between doctor and patient, and the note that a doctor would write, drawn from word lists.

No patient and no doctor is behind them, and complaints, medicines and doses are dealt out by chance: nothing here is
advice. What makes them hard is meant: a talk holds ages, doses, days and names that do not belong into the note.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tlkit.arguments import a_path
from tlkit.datasets.files import read_rows
from tlkit.errors import TlkitError
from tlkit.runtime import paths
from tlkit.seeding import stream

FOLDER = paths.DATA / "consultations"  # the adapters that were made beforehand, and ten notes of each writer
RECIPE = 1  # raise it when other talks are drawn from the same seed: older saved figures are then not reused
FIRST, LAST, KIN, DRUGS = (
    words.split()
    for words in (
        "Nora Emil Lena Omar Ines Paul Mina Jonas Clara Ravi Greta Hugo Aida Felix Rosa Tariq Vera Bruno Esme Karl "
        "Lucia Anton Selma Idris Marta Oskar Dalia Simon Petra Yusuf Edith Marek Salma Theo Ruth Pavel Amina Viktor "
        "Helga Diego",
        "Weiss Okafor Lindt Moreno Hansen Kovac Rahman Bauer Costa Novak Silva Duval Petrov Larsen Haddad Fuchs Romero "
        "Adler Sato Brandt Nagy Keller Ortiz Wolff Popov Meyer Ferrari Jensen Khan Schulz Blanc Torres Horvat Lund "
        "Amari",
        "sister brother mother father wife husband neighbour cousin",
        "ibuprofen paracetamol amoxicillin naproxen cetirizine omeprazole loratadine melatonin diclofenac doxycycline "
        "famotidine aspirin",
    )
)
COMPLAINTS = {  # what the note calls it: how a patient may say it
    "knee pain": ("My knee hurts.", "It is my knee, it is so painful."),
    "back pain": ("My back is killing me.", "I have this pain in my back."),
    "sore throat": ("My throat is sore.", "It hurts when I swallow."),
    "cough": ("I can't stop coughing.", "I cough all day long."),
    "headache": ("My head aches.", "I have a headache that comes and goes."),
    "rash": ("I have red spots on my arm.", "My skin itches and is all red."),
    "earache": ("My ear hurts.", "There is a pain deep in my ear."),
    "dizziness": ("The room spins when I get up.", "I feel dizzy."),
    "insomnia": ("I can't sleep.", "I lie awake every night."),
    "heartburn": ("It burns behind my breastbone after meals.", "I have such heartburn."),
}
DOSES = (5, 10, 20, 25, 40, 50, 75, 100, 200, 250, 400, 500, 600, 800)
UNITS = ("days", "weeks", "months")


class Consultation(NamedTuple):
    """A talk, and the note that belongs to it."""

    talk: str
    note: str


def draw(count: int, *, seed: int, medicine: bool = True) -> list[Consultation]:
    """So many talks with their notes, drawn from ``seed``; without ``medicine`` the doctor gives none."""
    rng = np.random.default_rng(stream(seed, "consultations"))
    return [_one(rng, medicine) for _ in range(count)]


def cases() -> tuple[list[Consultation], dict[str, list[str]]]:
    """Ten talks that nobody learnt from, five of them without medicine, and what was written about them, by writer."""
    rows = read_rows(FOLDER / "written.csv.gz")
    writers = [name for name in rows[0] if name not in Consultation._fields]
    return [Consultation(row["talk"], row["note"]) for row in rows], {
        name: [row[name] for row in rows] for name in writers
    }


def read_csv(file: str | Path, *, talk: str = "dialogue", note: str = "section_text") -> list[Consultation]:
    """Talks and notes of your own, from a csv with a column for each; the names are those of MTS-Dialog."""
    import pandas as pd

    place = a_path(file, "a csv of talks and notes", "MTS-Dialog-TrainingSet.csv")
    if not place.is_file():
        raise TlkitError(f"There is no file {place}: name a csv with the columns {talk} and {note}.")
    table = pd.read_csv(place, dtype=str, keep_default_na=False)
    lacking = [name for name in (talk, note) if name not in table]
    if lacking:
        raise TlkitError(f"{place} has no column {lacking[0]!r}; it has {', '.join(map(str, table))}.")
    return [Consultation(*pair) for pair in zip(table[talk], table[note], strict=True) if all(pair)]


def _one(rng: np.random.Generator, medicine: bool) -> Consultation:
    """One talk: what belongs into the note, and beside it numbers and a name that do not."""
    name, kin, them = f"{_of(rng, FIRST)} {_of(rng, LAST)}", _of(rng, FIRST), _of(rng, KIN)
    age, older = rng.choice(np.arange(19, 88), 2, replace=False)
    dose, other = rng.choice(DOSES, 2, replace=False)
    since, until, waited = rng.choice(np.arange(2, 31), 3, replace=False)
    what, drug, unit = _of(rng, list(COMPLAINTS)), _of(rng, DRUGS), _of(rng, UNITS)
    talk = [
        ("Doctor", _of(rng, (f"Good morning, {name}. What brings you here?", f"{name}? Come in. What is it?"))),
        ("Patient", _of(rng, COMPLAINTS[what])),
        ("Doctor", _of(rng, ("Since when?", "How long have you had it?"))),
        ("Patient", _of(rng, (f"For {since} {unit}.", f"It began {since} {unit} ago."))),
        ("Doctor", _of(rng, ("And how old are you?", "Your age?"))),
        ("Patient", _of(rng, (f"I am {age}. My {them} {kin} is {older} and has it, too.", f"{age}."))),
        *_medicine(rng, drug, dose, other, kin, waited, medicine),
        ("Doctor", _of(rng, (f"Come back in {until} days.", f"I want to see you again in {until} days."))),
    ]
    given = f"{drug.capitalize()} {dose} mg" if medicine else "No medicine"
    note = f"{name}, {age}: {what}, {since} {unit}. {given}. Back in {until} days."
    return Consultation("\n".join(f"{who}: {said}" for who, said in talk), note)


def _medicine(
    rng: np.random.Generator, drug: str, dose: int, other: int, kin: str, waited: int, given: bool
) -> list[tuple[str, str]]:
    """What is said about medicine."""
    take = _of(rng, (f"Take {drug}, {dose} mg.", f"I give you {drug}, {dose} milligrams."))
    answer = _of(rng, (f"Not {other}? {kin} takes {other}.", f"Thank you. I waited {waited} minutes."))
    if not given:
        take, answer = "You need no medicine. Rest, and drink a lot of water.", f"Thank you. I waited {waited} minutes."
    return [("Doctor", take), ("Patient", answer)]


def _of(rng: np.random.Generator, among: Sequence[str]) -> str:
    return among[rng.integers(len(among))]
