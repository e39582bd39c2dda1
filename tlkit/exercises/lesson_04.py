"""Lesson 04, What does a label buy?"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from tlkit.analysis.label_budget import need
from tlkit.exercises.check import PASSED, exercise, first_near, question
from tlkit.exercises.parsons import parsons
from tlkit.experiments.results import Results

WANTED, COUNT = 0.85, 5


@exercise("04.1")
def labels_from_scratch(labels: float, results: Results) -> str:
    """How many labels in all a network from scratch needs for 85%."""
    (strategy,) = results.strategies
    asked = need(results, strategy, wanted=WANTED)
    classes = results.runs[0].labels / results.runs[0].shots
    if not isinstance(labels, (int, float, np.number)) or not math.isfinite(labels):
        return "Give a number of labels, such as need(...).labels."
    hints = [
        (lambda: asked.labels, PASSED),
        (lambda: asked.labels / classes, "That is how many of *each* kind: a label is paid for each picture."),
        (lambda: asked.seconds, "Those are the seconds of a training: ask for .labels."),
        (lambda: need(results, strategy, wanted=0.8).labels, "That is for 80%."),
    ]
    return first_near(float(labels), hints, within=0.6) or (
        f"Not the number: tl.label_budget.need(alone, {strategy!r}, wanted=0.85).labels, of the runs from scratch."
    )


@exercise("04.2")
def least_sure(choose: Callable[[np.ndarray, int], np.ndarray]) -> str:
    """A function that returns the rows of the ``count`` least sure of ``chances`` (n, classes)."""
    if not callable(choose):
        return "Give the function itself, least_sure, not what it returns."
    chances = np.random.default_rng(4).dirichlet([0.6] * 4, 40)
    rows = np.asarray(choose(chances.copy(), COUNT))
    if rows.shape != (COUNT,) or not np.issubdtype(rows.dtype, np.integer):
        return "Return the *numbers* of the rows, as many as count says: argsort has them."
    ordered = np.sort(chances, axis=1)
    sure = (ordered[:, -1], ordered[:, -1] - ordered[:, -2], (chances * np.log(chances + 1e-12)).sum(axis=1))
    if any(set(rows) == set(np.argsort(each)[:COUNT]) for each in sure):
        return PASSED
    if any(set(rows) == set(np.argsort(-each)[:COUNT]) for each in sure):
        return "Those are the surest: their labels tell the least that is new."
    return "Not those: of each row take the chance of its likeliest class, and of all rows those where it is lowest."


question(
    "04",
    text=(
        "An eye clinic has 5,000 pictures without a label; about one in fifteen shows the disease. A specialist has "
        "one afternoon, which is enough to name sixty. What do you do?"
    ),
    answers={
        "Sixty by lot, then a network from scratch": (
            "By lot only about four of the sixty show the disease, and a network from scratch needs several times as "
            "many labels as one that has seen other pictures before."
        ),
        "A frozen network; a few by lot, then those of which it is least sure; and a test apart, by lot": (
            "Right. In this lesson 32 labels chosen like that were far ahead of 32 by lot, for the rare kinds come "
            "up for naming. The test must be drawn by lot, or it holds hard cases only; and count what is missed "
            "apart from the false alarms."
        ),
        "Let five students name three hundred in the same time, one in five of them wrongly": (
            "In this lesson two hundred labels with one in five wrong were worth less than forty right ones, until "
            "the head was held down; and you would not know which are wrong."
        ),
        "Name sixty of the surest cases, so that no label is wrong": (
            "What the network is sure of teaches it the least, and a test of easy cases flatters it."
        ),
    },
    right=("A frozen network; a few by lot, then those of which it is least sure; and a test apart, by lot"),
)

parsons(
    "04",
    text="Buy eight labels by lot, then the eight that a head on a frozen network is least sure of.",
    lines={
        "features = imagenet.features(pool)": "Without the features there is nothing to fit a head on.",
        "known = random_rows(pool, 8)": "Before a head can be unsure of anything it needs a first few labels.",
        "labels = expert.name(pool[known])": "The expert names what was drawn, so it has to be drawn before.",
        "head = fit(features[known], labels)": "A head is fitted on features and labels that are there.",
        "chances = head(features)": "It is the head that says how likely each class is.",
        "unsure = least_sure(chances, 8)": "What it is least sure of stands in its chances.",
        "labels += expert.name(pool[unsure])": "The next labels are paid for once it is known which.",
    },
    free=[(0, 1), (0, 2)],
    traps={
        "labels += chances.argmax(axis=1)": "what the network believes already is no new label.",
    },
    right="The labels of the pool are looked at only once they are paid for; and the test is drawn by lot, elsewhere.",
)
