"""Lesson 02, What the layers know."""

from __future__ import annotations

import numpy as np

from tlkit.analysis.layers import TOP, strongest
from tlkit.datasets.catalogue import task
from tlkit.exercises.check import PASSED, exercise, judge_accuracy, question
from tlkit.exercises.parsons import parsons
from tlkit.experiments.source import Source
from tlkit.methods.linear_probe import linear_probe
from tlkit.models.backbone import Backbone
from tlkit.runtime.torch_state import threads

CUT, SHOTS, NOTE = 6, 5, "E"


@exercise("02.1")
def cut_for_grass(accuracy: float, backbone: Backbone) -> str:
    """The accuracy of a probe on the first six stages, five patches of grass of each kind drawn by seed 0."""

    def found(kind: str = "grass", cut: int = CUT) -> float:
        return _probe(backbone, f"surfaces/{kind}", cut, SHOTS)

    beside = "That is a stage beside it: stage=6 counts from 1, and in a list of all stages the sixth has the number 5."
    mistakes = [
        (lambda: found(cut=CUT - 1), beside),
        (lambda: found(cut=CUT + 1), beside),
        (lambda: found(cut=len(backbone.stages)), "That is the whole network: the exercise cuts it earlier."),
        (lambda: found("brick"), "That is brick: draw and test on grass."),
    ]
    otherwise = (
        "Not the figure: features of stage 6 for five of each kind, seed 0; fit on them; score on all of grass.test."
    )
    return judge_accuracy(accuracy, found, mistakes, of="patches", tested="grass.test", otherwise=otherwise)


def _probe(backbone: Backbone, name: str, cut: int, shots: int) -> float:
    target = task(name)
    lesson = target.shots(shots, seed=0)
    with threads(backbone.threads):
        learnt, tested = (backbone.features(part.items, stage=cut) for part in (lesson, target.test))
    weight, bias = linear_probe(learnt, lesson.labels, classes=len(target.classes))
    return float(((tested @ weight.T + bias).argmax(axis=1) == target.test.labels).mean())


@exercise("02.2")
def soft_spot(unit: int, source: Source) -> str:
    """A unit of the last stage among whose most exciting guitar notes there are as many Es as among any other's."""
    guitar = task("notes/guitar")
    rows = strongest(source.backbone.features(guitar.test.items))
    named = guitar.test.labels[rows]
    found = (named == guitar.classes.index(NOTE)).sum(axis=0)
    if isinstance(unit, (bool, str, float)) or not np.isscalar(unit):
        return f"Give the number of one unit, 0 to {len(found) - 1}."
    if not 0 <= unit < len(found):
        return f"The last stage has the units 0 to {len(found) - 1}."
    if found[unit] == found.max():
        return PASSED
    commonest = guitar.classes[np.bincount(named[:, unit]).argmax()]
    if not found[unit]:
        return f"Of the {TOP} pictures that excite it most none is an {NOTE}; most often it is {commonest}."
    return f"{found[unit]} of the {TOP} pictures that excite it most are an {NOTE}; there is a unit with more."


question(
    "02",
    text=(
        "A friend wants to find cracks in X-rays of welds, with five labelled pictures of each kind and a network that "
        "knows ImageNet. Where should the head sit?"
    ),
    answers={
        "On the last stage: that is where all the knowledge is": (
            "Not here. The last stage has sorted the world into ImageNet's kinds, and welds are none of them. In this "
            "lesson a head two stages earlier named a quarter more of all faults in brick."
        ),
        "On the first stage: early layers are general": (
            "General, but they know too little: the first stages agree even with a random network. With five labels "
            "the head would have to do all the work itself."
        ),
        "On an earlier stage that the labels choose": (
            "Right. Try a head at every stage by cross-validation on the labels that there are. For far targets it "
            "will be some stages before the last; and the test pictures have no part in the choice."
        ),
        "On the stage that is best on the test pictures": (
            "That stage may well be good, but then the test no longer says how good: it has been used to choose. "
            "Choose by the labels that you learn from."
        ),
    },
    right="On an earlier stage that the labels choose",
)

parsons(
    "02",
    text="Let five labels of each class choose the stage at which to cut, and only then ask the test.",
    lines={
        "lesson = brick.shots(5, seed=0)": "First draw the labels that may choose.",
        "by_stage = imagenet.stage_features(lesson.items)": "Every stage's features of these pictures, in one pass.",
        "scores = [cross_val_score(LogisticRegression(), each, lesson.labels).mean() for each in by_stage]": (
            "Each stage is tried on a part of the labels that its head did not learn from; it takes the features."
        ),
        "cut = 1 + int(np.argmax(scores))": "The best stage can be named once all stages have a score.",
        'tl.transfer(imagenet, brick, strategy=f"head@{cut}", shots=5).accuracy': (
            "The test comes last, and only for the cut that was chosen."
        ),
    },
    traps={
        "by_stage = imagenet.stage_features(brick.test.items)": (
            "it lets the test choose the cut, and then the test's own figure is too good."
        ),
    },
    right="The labels choose, the test judges. tl.layers.choose_cut does the same.",
)
