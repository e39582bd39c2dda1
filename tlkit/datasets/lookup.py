"""Things to be looked up: functions by what they do, and articles of a declaration by a question in plain words.

The functions are of Python's standard library, in ``data/functions``; the articles are those of ``data/declaration``,
and the questions are ours.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tlkit.arguments import whole
from tlkit.datasets.files import read_rows
from tlkit.datasets.texts import declaration
from tlkit.errors import shown
from tlkit.runtime import paths
from tlkit.seeding import stream

QUESTIONS = (  # article by article, in words that are mostly not its own
    "Is every person worth the same from the first day on?",
    "Does it matter which country or religion I come from?",
    "May somebody take my life?",
    "May one person be owned by another?",
    "May the police hurt a prisoner to make them talk?",
    "Does the law see me as somebody, wherever I go?",
    "Do the same rules protect rich and poor alike?",
    "Where can I complain when my rights are broken?",
    "Can I be locked up for no reason?",
    "Will a court listen to me without taking sides?",
    "Am I guilty until I can show that I did not do the crime?",
    "May strangers read my letters?",
    "May I leave my country and come back?",
    "Where can I flee when I am hunted at home?",
    "Can a state take away my passport and citizenship?",
    "Can I be forced to take a husband?",
    "May I keep what belongs to me?",
    "May I change my faith and pray as I like?",
    "May I say what I think in a newspaper?",
    "May we march through the town and found a club?",
    "May I vote for those who rule?",
    "Who helps me when I have no income of my own?",
    "Should men and women earn the same for one job, and may they found a union?",
    "Must my boss give me free days?",
    "Is there a doctor, a home and enough to eat for everybody?",
    "Does school cost money?",
    "Who may use what I have written or invented?",
    "Should the whole world be arranged so that these promises can come true?",
    "What do I owe to those around me?",
    "May a government use this text to destroy what it promises?",
)


class Lookup(NamedTuple):
    """Questions, the texts among which the answers lie, and which text answers each question (-1: none of them)."""

    questions: np.ndarray
    texts: np.ndarray
    answers: np.ndarray


def functions(count: int = 200, *, seed: int, learn: bool = False) -> Lookup:
    """So many functions of the standard library, by ``seed``: what each does, and its code without saying so.

    Every second one is for the test; those between are to ``learn`` from.
    """
    rows = read_rows(paths.DATA / "functions" / "functions.csv.gz")[int(learn) :: 2]
    count = whole(count, f"count={shown(count)} is no number of functions", most=len(rows))
    chosen = np.random.default_rng(stream(seed, "functions")).choice(len(rows), count, replace=False)
    said, code = ([rows[row][column] for row in chosen] for column in ("says", "code"))
    return Lookup(np.array(said, object), np.array(code, object), np.arange(count))


def articles(*, seed: int) -> Lookup:
    """Thirty questions and a text that holds the answers of fifteen: half of the articles are left out, by ``seed``."""
    known, asked = declaration("English"), len(QUESTIONS)
    kept = np.sort(np.random.default_rng(stream(seed, "articles")).permutation(asked)[: asked // 2])
    answers = np.full(asked, -1)
    answers[kept] = np.arange(len(kept))
    return Lookup(np.array(QUESTIONS, object), np.array([known[row] for row in kept], object), answers)
