"""Lesson 14, Two tasks at once."""

from __future__ import annotations

import numpy as np

from tlkit.exercises.check import PASSED, exercise, first_near, question
from tlkit.exercises.parsons import parsons
from tlkit.experiments.results import Results

MINE, THEIRS = np.array([3.0, 0.0]), np.array([-1.0, 1.0])


@exercise("14.1")
def operate(left: object) -> str:
    """What is left of (3, 0) where the other gradient is (-1, 1)."""
    try:
        given = np.asarray(left, dtype=float)
    except (TypeError, ValueError):
        given = np.empty(0)
    if given.shape != (2,):
        return "Give two numbers, as a list: [..., ...]."
    against, length = MINE @ THEIRS, THEIRS @ THEIRS
    known = [
        (lambda: MINE - against / length * THEIRS, PASSED),
        (lambda: MINE, "That is mine as it was: they do pull against each other, so something must go."),
        (lambda: MINE + THEIRS, "That is the plain sum of both, without any surgery."),
        (lambda: THEIRS - against / (MINE @ MINE) * MINE, "That is what is left of theirs: we asked for mine."),
        (lambda: MINE - against * THEIRS, "Divide by (theirs @ theirs), too: the length of theirs must not matter."),
        (lambda: MINE + against / length * THEIRS, "Take it away: the sign is the wrong way round."),
    ]
    return first_near(given, known, within=0.01) or "Not that: mine - (mine @ theirs) / (theirs @ theirs) * theirs."


@exercise("14.2")
def costliest(name: str, results: Results) -> str:
    """The partner under which fewest guitar notes are named right, on the mean."""
    partners = [each for each in results.strategies if each.startswith("with ")]
    if name == "alone":
        return "That is no partner at all: name one that is learnt beside the guitar."
    if name not in partners:
        return f"Give one of these, by name: {', '.join(map(repr, partners))}."
    means = {each: results.accuracy(each, shots=results.shots[0]).mean for each in partners}
    if name == min(means, key=means.get):
        return PASSED
    if name == max(means, key=means.get):
        return "That is the one that helps most: look for the lowest mean."
    return "Another one costs more: compare results.accuracy(name, shots=2).mean of all of them."


question(
    "14",
    text=(
        "An app is to name birds by their song. You have two labelled songs of each bird, and ten thousand recordings "
        "of which only the make of the microphone is known. Learn both at once?"
    ),
    answers={
        "Yes, more data never hurts": (
            "In this lesson 4,320 pictures with honest labels hurt, because the labels asked for something else. What "
            "helps is not data, it is a question that needs what yours needs."
        ),
        "Yes, if the cosine of the gradients is above 0": (
            "A cheap look, and a poor prophet: here it was above 0 for a partner that did clear harm. It says whether "
            "two steps agree, not whether what they teach is of use."
        ),
        "Yes, with gradient surgery": (
            "Surgery takes away what pulls against the other task. Where hardly anything does, and the harm comes from "
            "features that are of no use, it changes next to nothing."
        ),
        "Only if it beats the birds alone, over several draws": (
            "Right. Try it with and without, on several draws of the two songs, and believe the measurement. Expect "
            "little from microphones: who names them listens to just what a bird's name should not depend on."
        ),
    },
    right="Only if it beats the birds alone, over several draws",
)

parsons(
    "14",
    text="One step of learning two tasks at once: one body, two heads, the second loss weighed.",
    lines={
        "features, others = body(own_pictures), body(partner_pictures)": "One body sees both batches, before any head.",
        "own = cross_entropy(head(features), own_labels)": "The first task's loss needs its features.",
        "partner = cross_entropy(other_head(others), partner_labels)": "The partner's loss needs its features.",
        "loss = own + weight * partner": "The sum needs both losses.",
        "loss.backward()": "The gradient is that of the sum.",
        "optimiser.step()": "A step follows the gradient.",
    },
    free=[(1, 2)],
    traps={
        "partner = cross_entropy(head(others), partner_labels)": (
            "each task has a head of its own: the first one's does not name the partner's classes."
        ),
    },
    right="What the two tasks share is the body alone, and it is told what both of them want.",
)
