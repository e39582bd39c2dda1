"""Lesson 16, Your own."""

from __future__ import annotations

import numpy as np

from tlkit.analysis.conformal import threshold
from tlkit.datasets.own.data import OwnData
from tlkit.exercises.check import PASSED, exercise, first_near, question
from tlkit.exercises.parsons import parsons


@exercise("16.1")
def leaks_of_a_colleague(count: int, data: OwnData) -> str:
    """How many rows to learn from have their like in the test of a table that somebody else split."""
    if not data.has_split:
        return "That table has no split of its own: read it with its column split."
    report = data.report
    mistakes = {
        len(data.items): "That is all rows: how many of those to learn from have their like in the test?",
        len(data.items) // 2: "That is how many cards were typed twice: only some pairs lie across the split.",
        data.found.sides.count("test"): "That is the size of the test: the report lists the leaks.",
    }
    if count == len(report.leaks):
        return PASSED
    return mistakes.get(count, "Not that many: data.report.leaks lists pairs of names; how long is the list?")


@exercise("16.2")
def eighty_percent(least: float, chances: np.ndarray, labels: np.ndarray) -> str:
    """How likely a name must be found to be in the set, for sets that hold the right one 80% of the time."""
    right = chances[np.arange(len(labels)), labels]
    mistakes = [
        (lambda: threshold(chances, labels), "That is for 90% of the time: coverage=0.8."),
        (lambda: threshold(chances, labels, coverage=0.2), "That leaves 80% out: it is to hold 80%."),
        (lambda: 1 - threshold(chances, labels, coverage=0.8), "That is how unlikely it may be: take it from 1."),
        (lambda: 0.8, "That believes the network's own percentages: look at how likely the right names were found."),
        (lambda: float(right.mean()), "That is the mean: a fifth of the right names may be found less likely."),
    ]
    if first_near(least, [(lambda: threshold(chances, labels, coverage=0.8), PASSED)], within=0.002):
        return PASSED
    return first_near(least, mistakes, within=0.002) or "Not that: tl.conformal.threshold(..., coverage=0.8) finds it."


question(
    "16",
    text=(
        "A friend names mushrooms in photographs: 97% right on a test that she drew by lot from all of her files. She "
        "took five to ten shots of each mushroom. What first?"
    ),
    answers={
        "Split by mushroom, not by file, and test again": (
            "Right. Nearly every test picture has a shot of the same mushroom among those learnt from. In this lesson "
            "such a test said seven right of ten where the labels were dealt by dice, and nothing at all could be "
            "learnt."
        ),
        "Take more shots of the same mushrooms": (
            "That makes the leak larger and the figure prettier: more twins across the split, and no new mushroom."
        ),
        "Take a larger network": "The figure is not too low, it is untrue. First a test that can be believed.",
        "Hand it out: 97% is plenty": (
            "On mushrooms that it has never met nobody has tested it. With mushrooms, that may be somebody's last meal."
        ),
    },
    right="Split by mushroom, not by file, and test again",
)

parsons(
    "16",
    text="From a folder of your own to a name for a new picture, by a model that others could load.",
    lines={
        'data = tl.read_data("my_photos/")': "Reading comes first: everything else needs the data.",
        "task = data.task(seed=0)": "The task is drawn from data that was read: some of it is held back for the test.",
        'net = tl.backbone("efficientnet-lite0")': "The network must be there before it is adapted.",
        'result = tl.transfer(net, task, strategy="head", shots=8)': "To adapt takes a network and a task.",
        'place = result.export("my_model")': "What is exported is the result of adapting.",
        "model = tl.load_model(place)": "Loading takes the folder to which it was exported.",
        'model.predict(["new.jpg"])': "Only a model that was loaded can name the new picture.",
    },
    free=[(0, 2), (1, 2)],
    traps={
        'net = tl.backbone("efficientnet-lite0").fresh(0)': "that one has random weights, so nothing is transferred.",
    },
    right="Seven lines. Before you believe what comes out, read data.report.",
)
