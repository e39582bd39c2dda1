"""Lesson 05, When transfer fails."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from tlkit.analysis.forgetting import source_accuracy
from tlkit.datasets.catalogue import task
from tlkit.exercises.check import PASSED, exercise, judge_accuracy, question
from tlkit.exercises.parsons import parsons
from tlkit.experiments.compare import transfer
from tlkit.experiments.result import Result
from tlkit.experiments.results import Results
from tlkit.experiments.source import Source


@exercise("05.1")
def left_of_the_piano(accuracy: float, pianist: Source) -> str:
    """What a pianist, tuned in full on twenty guitar notes of each name by seed 0, still knows of the piano."""
    guitar = task("notes/guitar")

    @functools.cache
    def tuned(strategy: str = "full") -> Result:
        return transfer(pianist, guitar, strategy=strategy, shots=20)

    mistakes = [
        (
            lambda: tuned().accuracy,
            "That is what it names of the guitar: ask it about the piano, with tl.forgetting.source_accuracy.",
        ),
        (
            lambda: pianist.accuracy,
            "That is what it knew of the piano before: give source_accuracy the result of the transfer.",
        ),
        (
            lambda: source_accuracy(pianist, tuned("lp_ft")),
            "That is head first, then all: the exercise asks for strategy='full'.",
        ),
    ]
    otherwise = "Not the figure: strategy='full', 20 shots, seed 0, then source_accuracy of the pianist and the result."
    return judge_accuracy(
        accuracy, lambda: source_accuracy(pianist, tuned()), mistakes, of="notes", otherwise=otherwise
    )


@exercise("05.2")
def worst_teacher(name: str, by: Mapping[str, Results], alone: Results) -> str:
    """The teacher whose frozen body loses most against scratch at twenty shots, on the mean."""
    gains = {teacher: results.gain("head", shots=20, baseline=alone).mean for teacher, results in by.items()}
    if name not in gains:
        return f"Give one of the teachers by name: {', '.join(map(repr, gains))}."
    if name == min(gains, key=gains.get):
        return PASSED
    if gains[name] > 0:
        return "That teacher is ahead of scratch there: look for the gain that is most negative."
    return "That teacher does harm there, and another does more: compare the gains of all of them."


question(
    "05",
    text=(
        "A network names 100% of a factory's own 10,000 pictures right. Frozen, with 30 labelled pictures of yours, it "
        "does worse than a small network from scratch. What do you make of it?"
    ),
    answers={
        "It may have learnt something that your pictures don't have": (
            "Right. A perfect record says that it solved its own exam, not how. Look for a tell in the factory's "
            "pictures, a stamp or a lamp, and test it on some where that is covered. Then let more of the body learn: "
            "in this lesson that undid most of the harm."
        ),
        "Transfer does not work for pictures like yours": (
            "That is more than one teacher can show: in this lesson the same network helped or harmed, by what it had "
            "been taught. Try another teacher before you give up."
        ),
        "30 pictures are too few for any transfer": (
            "Few labels are where a good teacher helps most. That scratch does better with the same 30 says something "
            "about this teacher."
        ),
        "With 100% it must know best: collect more labels for the head": (
            "More labels do not show a frozen body what it never looked at: in this lesson frozen bad teachers were "
            "still behind at twenty labels of each class."
        ),
    },
    right="It may have learnt something that your pictures don't have",
)

parsons(
    "05",
    text="Does this teacher do harm? Ask it in such a way that the answer can be no.",
    lines={
        'drummer = tl.pretrain(tl.backbone("note-cnn"), tl.task("notes/drums"))': "There must be a teacher first.",
        'ways = ["scratch", "head", "full"]': "What is compared is named before it is compared.",
        'results = tl.compare(drummer, "notes/guitar", strategies=ways, shots=[5], seeds=5)': (
            "The comparison takes the teacher and the ways to learn from it."
        ),
        'cost = results.gain("scratch", over="head", shots=5)': "How far scratch is ahead is read off the results.",
        'tl.claim("Frozen, this teacher does harm", cost > 0)': "A claim stands at the end, on its evidence.",
    },
    free=[(0, 1)],
    traps={
        'ways = ["head", "full"]': "without scratch nobody can tell harm from a hard task.",
    },
    right="Harm is a difference to the one who had no teacher, over several seeds.",
)
