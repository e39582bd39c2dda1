"""Lesson 03, Freeze or fine-tune?"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from tlkit.datasets.catalogue import task
from tlkit.exercises.check import PASSED, exercise, question
from tlkit.exercises.parsons import parsons
from tlkit.models.backbone import Backbone, count_parameters
from tlkit.runtime.torch_state import seeded

LEARNING = 3


@exercise("03.1")
def weights_that_learn(number: int, backbone: Backbone) -> str:
    """How many weights learn when the last three stages and a new head for the photographs do."""
    head = (backbone.width + 1) * len(task("photographs").classes)
    stages = [count_parameters(stage) for stage in backbone.stages]
    late = sum(stages[-LEARNING:])
    hints = {  # where two are the same number, the later counts
        sum(stages[-LEARNING + 1 :]) + head: "That is one stage too few.",
        sum(stages[-LEARNING - 1 :]) + head: "That is one stage too many.",
        sum(stages) + head: "That is everything: what is frozen does not learn.",
        sum(stages[:LEARNING]) + head: "Those are the first stages: freezing begins in front.",
        head: "That is the head alone: three stages learn besides.",
        late + head - len(task("photographs").classes): "Nearly: the head has a bias for each class besides.",
        late: "Those are the stages: the head learns, too.",
        late + head: PASSED,
    }
    return hints.get(number, "Not the number: the weights of the last three stages, and of a head on what they say.")


@exercise("03.2")
def freeze_for_good(freeze: Callable[[Backbone, int], object]) -> str:
    """A function that freezes the first k stages of a backbone in training mode: weights and running statistics."""
    if not callable(freeze):
        return "Give the function itself, freeze, not what it returns."
    body = _normed().train()
    body.requires_grad_(True)
    freeze(body, 2)
    early, late = body.stages[:2], body.stages[2:]
    if any(p.requires_grad for p in early.parameters()):
        return "Weights in the first k stages may still learn: requires_grad_(False) stops them."
    if not all(p.requires_grad for p in late.parameters()):
        return "Weights behind the first k stages are frozen, too: leave those alone."
    before = {name: kept.clone() for name, kept in body.named_buffers()}
    body(torch.randn(16, 3, 8, 8, generator=torch.Generator().manual_seed(0)) * 3 + 5)
    moved = {name.split(".")[1] for name, kept in body.named_buffers() if not torch.equal(kept, before[name])}
    if moved & {"0", "1"}:
        return "The weights stay, but the running statistics of the frozen stages drift: those follow train and eval."
    if "2" not in moved:
        return "Stages that learn were put into eval mode, too: only the first k are to be still."
    return PASSED


def _normed() -> Backbone:
    """Three small stages with BatchNorm."""
    from tlkit.models.small_vision import Images, mean_over_space

    with seeded(0):
        stages = {
            f"stage{k}": nn.Sequential(nn.Conv2d(3 if k == 1 else 4, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU())
            for k in (1, 2, 3)
        }
    return Backbone("three", stages, prepare=Images(8), pool=mean_over_space, width=4)


question(
    "03",
    text=(
        "A friend freezes a network with requires_grad = False and trains a new head on 50 pictures. The loss falls, "
        "but a test of the frozen body shows that it no longer says what it said. What happened?"
    ),
    answers={
        "The optimiser moved the weights all the same": (
            "No: without a gradient there is nothing to move them by. Compare them before and after, and they are "
            "equal to the last bit."
        ),
        "The BatchNorm statistics followed the 50 pictures": (
            "Right. Running means and variances are no weights and need no gradient; every batch in training mode "
            "moves them. eval() on the frozen part keeps them where they were."
        ),
        "Nothing: a body is bound to change a little": (
            "It is not. A frozen body says the same to the last digit, and this lesson measured what it costs when it "
            "does not."
        ),
        "The head was too large": (
            "A head does not reach back into the body; it can overfit, but the body's own answers stay what they were."
        ),
    },
    right="The BatchNorm statistics followed the 50 pictures",
)

parsons(
    "03",
    text="Freeze a body, such that nothing of it moves, its BatchNorm statistics included, and fit a head on it.",
    lines={
        "body = imagenet.copy()": "Work on a copy, so that the source stays what it was.",
        "body.requires_grad_(False)": "Weights without a gradient can't be moved; there must be a body first.",
        "body.eval()": "In eval mode BatchNorm keeps its statistics: before any picture passes, not after.",
        "features = body.features(lesson.items)": "Pictures pass when the body is frozen and quiet.",
        "head = LogisticRegression().fit(features, lesson.labels)": "The head is fitted on the features.",
    },
    free=[(1, 2)],
    traps={
        "body.train()": "in train mode the BatchNorm statistics follow your pictures, gradient or not.",
    },
    right="Two things hold a body still: no gradient for its weights, and eval mode for its statistics.",
)
