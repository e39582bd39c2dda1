"""The one training loop. It emits events; it never draws, prints or knows a widget.

The head's strength was found on marimba, violin and trumpet notes from a piano, on training pictures that were not
among the shots. The rates are each backbone's own.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlkit import lora
from tlkit.backbones.base import Backbone, seeded
from tlkit.strategy import Phase
from tlkit.tasks.base import Examples, array_digest

HEAD_STRENGTH = 1.0  # scikit-learn's C: the inverse of how hard the head's weights are held down


@dataclass(frozen=True)
class Step:
    """What happened in one training step: loss and accuracy are those of its batch, before the step."""

    step: int
    steps: int
    loss: float
    accuracy: float


Listener = Callable[[object], None]


class Stopped(Exception):
    """A listener raises this to stop a training; what was learnt so far is lost with the run, nothing else is."""


class Classifier(nn.Module):
    """A backbone with a head: the small linear classifier on top (None, on a network that has learnt no classes)."""

    def __init__(self, backbone: Backbone, head: nn.Linear | None):
        super().__init__()
        self.backbone, self.head = backbone, head

    def forward(self, inputs: Tensor, *, start: int = 0) -> Tensor:
        """Class scores (n, classes) of prepared inputs, or of what stage ``start - 1`` said of them."""
        return self.head(self.backbone(inputs, start=start))

    def probabilities(self, items: np.ndarray, *, features: Features | None = None) -> np.ndarray:
        """How likely the network finds each class (n, classes); ``features`` may remember what its body says."""
        rows = (features or run_body)(self.backbone, items)
        with torch.no_grad():
            return self.head(torch.from_numpy(rows)).softmax(dim=1).numpy()

    def accuracy(self, examples: Examples, *, features: Features | None = None) -> float:
        """The share of ``examples`` that is named right."""
        return float((self.probabilities(examples.items, features=features).argmax(axis=1) == examples.labels).mean())


Features = Callable[[Backbone, np.ndarray], np.ndarray]


def run_body(backbone: Backbone, items: np.ndarray) -> np.ndarray:
    """What the whole backbone says of ``items``: features (n, width), computed here and now."""
    with threads(backbone.threads):
        return backbone.features(items)


class FrozenFeatures:
    """What a frozen body says of a set of items never changes, so it is computed once.

    Entries are known by the content of the weights and of the items: a changed one never meets a stale entry.
    """

    def __init__(self):
        self._said: dict[tuple[str, str], np.ndarray] = {}

    def __call__(self, backbone: Backbone, items: np.ndarray) -> np.ndarray:
        """Like :func:`run_body`, but asks the body only if it was not asked before."""
        key = backbone.digest(), array_digest(items)
        if key not in self._said:
            self._said[key] = run_body(backbone, items)
        return self._said[key]


def new_head(width: int, classes: int, seed: int) -> nn.Linear:
    """A random head; give it a seed of its own, apart from the source's."""
    with seeded(seed):
        return nn.Linear(width, classes)


def fit(
    model: Classifier,
    examples: Examples,
    phase: Phase,
    *,
    frozen: int,
    seed: int,
    steps: int | None = None,
    batch: int | None = None,
    decay: float = 0.0,
    on_event: Listener | None = None,
) -> None:
    """Train the head and every stage after the first ``frozen`` ones, in place; adapters, where there are any, alone.

    ``steps`` and ``batch`` are the backbone's own unless given. What the frozen stages say never changes, so it is
    computed once. They are in eval mode, so that the running statistics of a BatchNorm among them stay put too, which
    ``requires_grad=False`` alone would not do.
    """
    backbone, rates = model.backbone, model.backbone.rates
    steps, batch = steps or rates.steps, batch or rates.batch
    with seeded(seed), threads(backbone.threads), _learning(backbone, frozen, phase.statistics):
        look = _inputs(backbone, examples.items, frozen)
        labels = torch.from_numpy(examples.labels)
        optimiser = torch.optim.AdamW(parameter_groups(model, phase), weight_decay=decay, fused=True)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: one_cycle(step, steps))
        for step, rows in enumerate(_draw_batches(len(labels), batch, steps, seed), start=1):
            scores = model(look(rows), start=frozen)
            loss = F.cross_entropy(scores, labels[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            if on_event:
                right = (scores.argmax(dim=1) == labels[rows]).float().mean()
                on_event(Step(step, steps, loss.item(), right.item()))


def parameter_groups(model: Classifier, phase: Phase) -> list[dict]:
    """What learns in ``phase``, stage by stage from the last to the first, each with its rate; the head is first.

    A new head learns at its own rate; where body and head both know something, or both nothing, they learn at one.
    """
    rates, named = model.backbone.rates, isinstance(phase.rate, str)
    rate = getattr(rates, phase.rate) if named else phase.rate
    groups = [
        {"params": list(model.head.parameters()), "lr": rates.head if phase.rate in ("body", "adapter") else rate}
    ]
    for stage in reversed(model.backbone.stages):
        learning = [p for p in stage.parameters() if p.requires_grad]
        if learning:
            groups.append({"params": learning, "lr": rate})
            rate *= phase.slower
    return groups


def one_cycle(step: int, steps: int) -> float:
    """The share of the full rate at ``step``: a quarter of the way up in a line, then down in half a cosine.

    Without the way up, networks at rates of 6e-3 and more often never learnt (Smith, 2018, "super-convergence").
    """
    warm = max(1, steps // 4)
    if step < warm:
        return (step + 1) / warm
    return 0.5 + 0.5 * math.cos(math.pi * (step - warm) / max(1, steps - warm))


def fit_head(model: Classifier, features: np.ndarray, labels: np.ndarray) -> None:
    """Fit the head alone, in place: multinomial logistic regression on features (n, width), by scikit-learn.

    The problem is convex, so the answer depends on no seed, rate or number of steps.
    """
    weight, bias = linear_probe(features, labels, classes=model.head.out_features)
    with torch.no_grad():
        model.head.weight.copy_(torch.from_numpy(weight))
        model.head.bias.copy_(torch.from_numpy(bias))


def linear_probe(features: np.ndarray, labels: np.ndarray, *, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Weight (classes, width) and bias (classes,) of a linear classifier on ``features`` (n, width).

    It is scikit-learn's StandardScaler and LogisticRegression, with the scaling folded into the weights. A class of
    which there is no example gets a bias that rules it out.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(features)
    probe = LogisticRegression(C=HEAD_STRENGTH, max_iter=1000).fit(scaler.transform(features), labels)
    mean, deviation = scaler.mean_, scaler.scale_
    coefficients, intercept = probe.coef_, probe.intercept_
    if len(probe.classes_) == 2:  # scikit-learn keeps one row for two classes
        coefficients, intercept = np.vstack([0 * coefficients, coefficients]), np.append(0, intercept)
    weight, bias = np.zeros((classes, features.shape[1])), np.full(classes, -1e4)
    weight[probe.classes_] = coefficients / deviation
    bias[probe.classes_] = intercept - coefficients @ (mean / deviation)
    return weight, bias


@contextlib.contextmanager
def threads(number: int | None) -> Iterator[None]:
    """So many threads for what torch does meanwhile; None leaves it as it is.

    Small networks want one: on shared cores two are several times slower, and sums may come out otherwise.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(number or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextlib.contextmanager
def _learning(backbone: Backbone, frozen: int, statistics: bool) -> Iterator[None]:
    """The first ``frozen`` stages do not learn; the others do, or only the adapters in them, where there are any."""
    backbone.train()
    backbone.requires_grad_(True)
    for stage in backbone.stages[:frozen]:
        stage.eval().requires_grad_(False)
    if lora.is_adapted(backbone):
        lora.freeze_base(backbone)
    if not statistics:
        for part in backbone.modules():
            if isinstance(part, nn.modules.batchnorm._BatchNorm):
                part.eval()
    try:
        yield
    finally:
        backbone.requires_grad_(True).eval()


def _inputs(backbone: Backbone, items: np.ndarray, frozen: int) -> Callable[[Tensor], Tensor]:
    """What the first stage that learns is given, for a batch of rows: prepared items, or what the frozen stages say."""
    if frozen == 0:
        return lambda rows: backbone.prepare(items[rows.numpy()])
    with torch.no_grad():
        said = backbone.said_of(items, stop=frozen)
    return lambda rows: said[rows]


def _draw_batches(n: int, size: int, steps: int, seed: int) -> Iterator[Tensor]:
    """``steps`` batches of rows: epoch after epoch, each in an order of its own; no batch is larger than ``n``."""
    generator = torch.Generator().manual_seed(seed)
    order = torch.empty(0, dtype=torch.int64)
    for _ in range(steps):
        if len(order) < min(size, n):
            order = torch.cat([order, torch.randperm(n, generator=generator)])
        yield order[:size]
        order = order[size:]
