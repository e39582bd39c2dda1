"""Multi-task learning: one body, two heads, and one loss that is the sum of two (Caruana, 1997, "Multitask learning").

The gradients of the two losses in the body are computed apart, so that one sees whether they pull the same way.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlkit.arguments import a_number
from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Examples, Task
from tlkit.errors import TlkitError, shown
from tlkit.events import Listener, Step, ignore
from tlkit.methods.classifier import Classifier, check_modality, new_head
from tlkit.methods.finetuning import random_twin
from tlkit.methods.method import Case, Outcome, Phase, Strategy
from tlkit.methods.training import draw_batches, fit, learning, one_cycle, parameter_groups
from tlkit.models.backbone import count_parameters
from tlkit.runtime.torch_state import seeded, threads
from tlkit.seeding import stream

if TYPE_CHECKING:
    from tlkit.experiments.source import Source

RECIPE = 1  # raise it when a change to the code changes what is learnt: older saved results are then not reused
RATE = 2e-3  # AdamW's, with the decay at which sources are schooled here, so that both can be compared
DECAY = 1.0


@dataclass(frozen=True)
class JointStep(Step):
    """A step of two tasks: loss and accuracy are the first one's; ``cosine`` is that of their gradients in the body."""

    cosine: float = math.nan


def fit_together(
    models: tuple[Classifier, Classifier],
    examples: tuple[Examples, Examples],
    *,
    weight: float,
    project: bool = False,
    seed: int,
    steps: int,
    on_event: Listener = ignore,
) -> None:
    """Train two classifiers that share one body, in place, on the first's loss and ``weight`` times the second's.

    Each step takes a batch of either task. With ``project``, gradients that pull against each other are made to agree
    first (:func:`projected`).
    """
    (own, other), backbone, body = models, models[0].backbone, list(models[0].backbone.parameters())
    order = seed, stream(seed, "partner")
    batches = zip(
        *(_batches(own, given, steps, luck) for given, luck in zip(examples, order, strict=True)), strict=True
    )
    with seeded(seed), threads(backbone.threads), learning(backbone, 0, True):
        groups = [*parameter_groups(own, Phase(None, RATE)), {"params": list(other.head.parameters()), "lr": RATE}]
        optimiser = torch.optim.AdamW(groups, weight_decay=DECAY, fused=True)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: one_cycle(step, steps))
        for step, (batch, partners) in enumerate(batches, start=1):
            loss, accuracy, mine = gradient(own, *batch)
            theirs = gradient(other, *partners)[-1]
            cosine = F.cosine_similarity(mine, theirs, dim=0).item()
            if project:
                mine, theirs = projected(mine, theirs), projected(theirs, mine)
            _hand_out(body, mine + weight * theirs)
            optimiser.step()
            schedule.step()
            on_event(JointStep(step, steps, loss, accuracy, cosine))


def gradient(model: Classifier, inputs: Tensor, labels: Tensor) -> tuple[float, float, Tensor]:
    """Loss and accuracy of a batch, and the loss's gradient in the body (weights,). The head is given its own part."""
    scores, body, head = model(inputs), list(model.backbone.parameters()), list(model.head.parameters())
    loss = F.cross_entropy(scores, labels)
    parts = torch.autograd.grad(loss, [*body, *head])
    _hand_out(head, _flat(parts[len(body) :]))
    accuracy = (scores.argmax(dim=1) == labels).float().mean()
    return loss.item(), accuracy.item(), _flat(parts[: len(body)])


def projected(gradient: Tensor, other: Tensor) -> Tensor:
    """``gradient`` (weights,) without what pulls against ``other``, if anything (PCGrad; Yu et al., 2020)."""
    against = (gradient @ other).clamp(max=0) / (other @ other).clamp(min=1e-12)
    return gradient - against * other


def _batches(model: Classifier, examples: Examples, steps: int, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    backbone, labels = model.backbone, torch.from_numpy(examples.labels)
    for rows in draw_batches(len(labels), backbone.rates.batch, steps, seed):
        yield backbone.prepare(examples.items[rows.numpy()]).to(backbone.device), labels[rows].to(backbone.device)


def _flat(parts: Sequence[Tensor]) -> Tensor:
    return torch.cat([part.flatten() for part in parts])


def _hand_out(parameters: Sequence[nn.Parameter], flat: Tensor) -> None:
    """Give each parameter its part of a gradient (weights,)."""
    parts = flat.split([each.numel() for each in parameters])
    for parameter, part in zip(parameters, parts, strict=True):
        parameter.grad = part.view_as(parameter)


@dataclass(frozen=True, repr=False)
class MultiTask(Strategy):
    """A random body learns the target's few labelled examples and all of a partner's at once, each with its own head.

    Without a ``partner`` it learns the target alone, in the same way: the baseline.
    """

    partner: Task | None = None
    weight: float = 0.0
    project: bool = False

    body = "random"

    def recipe(self) -> list:
        """All that a run's result depends on."""
        partner = None if self.partner is None else self.partner.digest
        return ["multi-task", RECIPE, self.name, RATE, DECAY, partner, self.weight, self.project]

    def check(self, source: Source, target: Task) -> None:
        """Both tasks must be of the kind that the body was made for."""
        super().check(source, target)
        if self.partner is not None:
            check_modality(source.network, self.partner)

    def fit(self, case: Case) -> Outcome:
        """Learn both, and name the target's test."""
        began, target, order = time.perf_counter(), case.target, stream(case.seed, "target order", "multi-task")
        model = self._classifier(random_twin(case.source.backbone, target, case.seed), target, case.seed)
        if self.partner is None:
            phase = Phase(None, RATE)
            fit(
                model, case.examples, phase, frozen=0, decay=DECAY, seed=order, steps=case.steps, on_event=case.on_event
            )
        else:
            both = model, self._classifier(model.backbone, self.partner, case.seed)
            how = {"weight": self.weight, "project": self.project, "seed": order, "steps": case.steps}
            fit_together(both, (case.examples, self.partner.train), **how, on_event=case.on_event)
        seconds, weights = time.perf_counter() - began, count_parameters(model)
        kept = model if case.keep else None
        return Outcome(model.probabilities(target.test.items), seconds, weights, weights, kept)

    @staticmethod
    def _classifier(backbone, task: Task, seed: int) -> Classifier:
        head = new_head(backbone.width, len(task.classes), stream(seed, "head", task.name))
        return Classifier(backbone, head.to(backbone.device))


def Alone() -> MultiTask:
    """The target alone, by the same steps at the same rate: what every partner is held against."""
    return MultiTask("alone", "random network, learns the target alone")


def Together(partner: Task | str, *, weight: float = 1.0, project: bool = False) -> MultiTask:
    """The target and a ``partner`` at once; ``weight`` is that of the partner's loss.

    With ``project``, gradients that pull against each other are made to agree first (PCGrad; Yu et al., 2020).
    """
    if a_number(weight, f"weight={shown(weight)} can't weigh a loss", "a number above 0, such as 1") <= 0:
        raise TlkitError(f"weight={shown(weight)} leaves the partner out: give a number above 0, or use Alone().")
    partner = as_task(partner)
    name = f"with {partner.name}, weight {weight:g}" + ", projected" * project
    return MultiTask(name, f"{partner.name} is learnt at the same time", partner, float(weight), bool(project))
