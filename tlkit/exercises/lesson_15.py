"""Lesson 15, A language model at work."""

from __future__ import annotations

import numpy as np

from tlkit.analysis.lookup import by_meaning, by_words, judge
from tlkit.analysis.made_up import facts, made_up
from tlkit.datasets import lookup
from tlkit.datasets.consultations import Consultation
from tlkit.exercises.check import PASSED, exercise, judge_accuracy, question
from tlkit.exercises.parsons import parsons
from tlkit.models.backbone import Backbone


@exercise("15.1")
def notes_to_read_again(rows: list[int], talks: list[Consultation], notes: list[str]) -> str:
    """Which notes hold a number or name that nobody said."""
    if not isinstance(rows, (list, tuple, set, np.ndarray)):
        return "Give a list of rows, as in [0, 3]."
    found, right = sorted(map(int, rows)), [n for n, text in enumerate(notes) if made_up(text, talks[n].talk)]
    if found == right:
        return PASSED
    if found == [n for n, text in enumerate(notes) if made_up(text, talks[n].note)]:
        return "Hold each note against its *talk*: in life nobody has the right note yet."
    if found == [row + 1 for row in right]:
        return "Count from 0: the first note is row 0."
    if found == [n for n, text in enumerate(notes) if facts(text)]:
        return "Those are all that name a fact: keep the ones with a fact that stands nowhere in the talk."
    return "Not these: tl.made_up.made_up(note, talk) lists what nobody said; keep the rows where it lists something."


@exercise("15.2")
def both_together(first: float, minilm: Backbone) -> str:
    """The share found first when likeness by words and by meaning are added, on the functions of seed 24."""
    asked = lookup.functions(100, seed=24)

    def together(words: float, meaning: float) -> float:
        return judge(words * by_words(asked) + meaning * by_meaning(minilm, asked), asked.answers)[0]

    mistakes = [
        (lambda: together(1, 0), "That is by words alone: add by_meaning to it."),
        (lambda: together(0, 1), "That is by meaning alone: add by_words to it."),
        (
            lambda: judge(by_words(asked) + by_meaning(minilm, asked), asked.answers)[1],
            "That is the reciprocal rank: the share found first is the first figure.",
        ),
    ]
    otherwise = "Not the figure: judge(by_words(asked) + by_meaning(minilm, asked), asked.answers)[0]."
    return judge_accuracy(first, lambda: together(1, 1), mistakes, of="2", otherwise=otherwise, within=0.011)


question(
    "15",
    text=(
        "A practice lets a small model, tuned on two thousand of its own notes, write the notes of its visits. The "
        "supplier shows an overlap of 0.95 with what doctors wrote. What do you ask for first?"
    ),
    answers={
        "A larger model: 135 million weights are too few": (
            "Perhaps. But a larger model makes things up, too, only better worded: what you need is to notice it."
        ),
        "An overlap of 0.99": (
            "Two notes that differ in one digit of a dose overlap almost wholly. In this lesson a model that knew "
            "nothing of the visit got far more overlap than facts."
        ),
        "To count the names and numbers that nobody said, also on visits of a kind that it never learnt": (
            "Right. In this lesson the tuned model was almost perfect on visits like those it learnt, and wrote down "
            "a medicine that nobody had given as soon as there was none."
        ),
        "A longer prompt instead of the tuning": (
            "In this lesson a prompt with an example got about half of the facts, and tuning nearly all. What is "
            "missing is the check, not the method."
        ),
    },
    right="To count the names and numbers that nobody said, also on visits of a kind that it never learnt",
)

parsons(
    "15",
    text="Tune a language model on notes, and count what it makes up about visits that it has not seen.",
    lines={
        "model, visits = load('smollm2'), read('visits.csv')": "Model and visits come first: all else needs them.",
        "learnt, held_out = split(visits)": "Visits are held out before anything is learnt.",
        "tuned = lora(model, learnt.talks, learnt.notes)": "Tuning needs the visits that may be learnt from.",
        "notes = write(tuned, held_out.talks)": "It is the tuned model that writes.",
        "made_up = facts(notes) - facts(held_out.talks)": "What was made up can be counted once there are notes.",
        "print(len(made_up), 'facts that nobody said')": "The number is told at the end.",
    },
    traps={
        "made_up = facts(notes) - facts(learnt.notes)": "a note is held against its own talk, not against old notes.",
    },
    right="What was made up is found by holding a note against its own talk, and that needs no right note at all.",
)
