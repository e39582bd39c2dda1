"""Lesson 13, Learning without labels."""

from __future__ import annotations

import math

from tlkit.analysis.invariance import found_again
from tlkit.datasets.catalogue import task
from tlkit.exercises.check import PASSED, exercise, first_near, judge_accuracy, question
from tlkit.exercises.parsons import parsons
from tlkit.experiments.source import Source, random_source

ALIKE, TEMPERATURE = 0.8, 0.2  # of the second exercise


@exercise("13.1")
def greek_found_again(share: float, source: Source) -> str:
    """The share of Greek test letters that the source, which never saw one, finds again after they were turned."""

    def found(name: str = "glyphs/greek", views: str = "turn", of: Source = source) -> float:
        return found_again(of.backbone, task(name).test.items, views)

    mistakes = [
        (lambda: found("glyphs/latin"), "Those are the Latin ones, on which it learnt: take tl.task('glyphs/greek')."),
        (lambda: found(views="place"), "Those were moved: the exercise turns them."),
        (lambda: found(views="stroke"), "Those were made bolder or finer: the exercise turns them."),
        (lambda: found(of=random_source(source)), "That is a random network: ask the backbone of itself."),
    ]
    otherwise = 'Not the figure: tl.invariance.found_again(itself.backbone, greek.test.items, "turn").'
    return judge_accuracy(share, found, mistakes, of="letters", otherwise=otherwise, within=0.003)


@exercise("13.2")
def loss_by_hand(loss: float) -> str:
    """NT-Xent of one view that is 0.8 like its partner and 0 like two others, at a temperature of 0.2."""
    partner, other = math.exp(ALIKE / TEMPERATURE), 1.0
    itself = math.exp(1 / TEMPERATURE)
    right = -math.log(partner / (partner + 2 * other))
    hints = [
        (lambda: right, PASSED),
        (lambda: -right, "Its sign is the other way round: a loss is minus the logarithm of a share."),
        (
            lambda: -math.log(partner / (partner + 2 * other + itself)),
            "A view is not compared with itself: leave it out.",
        ),
        (lambda: -math.log(math.exp(ALIKE) / (math.exp(ALIKE) + 2)), "Divide the likenesses by the temperature first."),
        (lambda: -math.log(partner / (partner + other)), "There are two others below the line, and one partner."),
        (lambda: partner / (partner + 2 * other), "That is the share; the loss is minus its logarithm."),
        (lambda: -math.log(partner / 2), "The partner itself belongs below the line, too."),
    ]
    otherwise = "Not the figure: exp(0.8 / 0.2) over the sum of itself and exp(0) twice, then minus the logarithm."
    return first_near(float(loss), hints, within=5e-4) or otherwise


question(
    "13",
    text=(
        "A clinic has 50,000 X-ray pictures without a label and 40 with one. A network is to teach itself on the many; "
        "then a head is to say on which side, left or right, the finding is. Which views should it learn to find alike?"
    ),
    answers={
        "Moved a little and a bit lighter or darker, but not mirrored": (
            "Right. Where the patient stood and how bright the film is do not matter here, and the network may learn "
            "to pass over both. Left and right do matter: what is mirrored while it learns, it tells badly afterwards, "
            "as b, d, p and q in this lesson."
        ),
        "As many kinds as possible, mirrored too: more views teach more": (
            "Each kind of view teaches the network to pass over something. Mirrored views teach it that left and right "
            "are the same, and then 40 labels are too few to unlearn it."
        ),
        "None: two exact copies of the same picture": (
            "Then the task is too easy: any detail will do to find the partner, and nothing is learnt about what may "
            "change."
        ),
        "Any: without labels a network can't be told what matters": (
            "It is told, by the views. They are where the knowledge comes in: who chooses them says what does not "
            "matter."
        ),
    },
    right="Moved a little and a bit lighter or darker, but not mirrored",
)

parsons(
    "13",
    text="Let a network teach itself from pictures without labels, then name pictures with one label of each kind.",
    lines={
        "one, other = views(pictures), views(pictures)": "Two views of each picture are made first.",
        "seen = projector(body(one)), projector(body(other))": "The network looks at the views once they are there.",
        "loss = nt_xent(*seen)": "The loss compares what the network has said of both views.",
        "loss.backward(); optimiser.step()": "A step needs a loss.",
        "freeze(body)": "The body is frozen when it has learnt, not before.",
        "head = fit(body(labelled.items), labelled.labels)": "The head is fitted on the body that has taught itself.",
        "print(accuracy(head(body(test.items)), test.labels))": "It is judged when there is a head.",
    },
    traps={
        "loss = cross_entropy(head(body(one)), labels)": "nobody has labelled these pictures.",
    },
    right="Labels come in only with the head; until then the two views of a picture are all the teaching there is.",
)
