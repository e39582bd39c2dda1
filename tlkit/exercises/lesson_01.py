"""Lesson 01, Piano to guitar."""

from __future__ import annotations

from tlkit.datasets.catalogue import task
from tlkit.exercises.check import PASSED, exercise, judge_accuracy, question
from tlkit.exercises.parsons import parsons
from tlkit.experiments.compare import transfer
from tlkit.experiments.results import Results
from tlkit.experiments.source import Source


@exercise("01.1")
def frozen_accordion(accuracy: float, source: Source) -> str:
    """The accuracy of a probe on the frozen piano body, two accordion notes of each name drawn by seed 0."""

    def found(instrument: str = "accordion", strategy: str = "head", shots: int = 2) -> float:
        return transfer(source, task(f"notes/{instrument}"), strategy=strategy, shots=shots).accuracy

    mistakes = [
        (lambda: found(shots=1), "That is one note of each name: the exercise asks for two."),
        (lambda: found(strategy="random_head"), "That is a random body: take the features from source.backbone."),
        (lambda: found("guitar"), "That is the guitar: draw and test on accordion."),
    ]
    otherwise = (
        "Not the figure: features of the two notes of each name, seed 0; fit on them; score on all of accordion.test."
    )
    return judge_accuracy(accuracy, found, mistakes, of="notes", tested="accordion.test", otherwise=otherwise)


@exercise("01.2")
def crossing(shots: int, results: Results) -> str:
    """The fewest shots at which the network from scratch is ahead of the frozen one on the mean."""
    ahead = [k for k in results.shots if results.gain("scratch", over="head", shots=k).mean > 0]
    if shots == ahead[0]:
        return PASSED
    if shots not in results.shots:
        return f"Choose one of the numbers that were tried: {', '.join(map(str, results.shots))}."
    if shots in ahead:
        return "Scratch is ahead there, but it was ahead earlier too."
    return "There the frozen network is still ahead, or level: gain is negative."


question(
    "01",
    text=(
        "A friend has 15 labelled X-rays of each of two kinds, and a network that was pre-trained on photographs. "
        "What first?"
    ),
    answers={
        "Freeze the network and fit a new head": (
            "Right. With few labels the frozen body is hard to beat, it takes seconds, and it is the baseline that "
            "anything else must beat. Then try head first, then all."
        ),
        "Train the same network from scratch": (
            "Not yet: in this lesson scratch needed many labelled notes of each name to draw level, and bones are "
            "harder than notes."
        ),
        "Fine-tune everything at once": (
            "Not first: with a new head, the first steps send noise through a body that knew something. In this lesson "
            "that cost more than half of the head start at one note of each name."
        ),
        "Use the network as it is": (
            "It has no head for X-rays: it can only say dog or daisy. That works only where source and target name the "
            "same things, as piano and guitar do."
        ),
    },
    right="Freeze the network and fit a new head",
)

parsons(
    "01",
    text="Feature extraction by hand: fit a head on five labelled guitar notes of each name, and score it.",
    lines={
        "lesson = guitar.shots(5, seed=0)": "To learn anything there must be labelled notes: draw them first.",
        "features = source.backbone.features(lesson.items)": (
            "The frozen body turns notes into features, so the notes must be there already."
        ),
        "head = LogisticRegression().fit(features, lesson.labels)": "A head learns from features and their labels.",
        "unseen = source.backbone.features(guitar.test.items)": "The notes to be tested on go through the same body.",
        "head.score(unseen, guitar.test.labels)": (
            "To score takes a head that was fitted, and the features of notes that it has not seen."
        ),
    },
    free=[(0, 3), (1, 3), (2, 3)],
    traps={
        "head.score(features, lesson.labels)": (
            "it scores the head on the very notes that it learnt from, where nearly any head looks perfect."
        ),
    },
    right="Features once, then a linear classifier on them: the body is never trained.",
)
