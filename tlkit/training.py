"""The one training loop. It emits events; it never draws, prints or knows a widget.

The head's strength was found on marimba, violin and trumpet notes from a piano, on training pictures that were not
among the shots. The rates are each backbone's own.
"""

from __future__ import annotations

import contextlib
import functools
import math
from collections.abc import Callable, Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlkit import lora
from tlkit.backbones.base import Backbone, seeded, threads
from tlkit.backbones.text import Embedding, Sequences, only_words_of
from tlkit.events import Listener, Step
from tlkit.frozen import Frozen, FrozenCache, Said
from tlkit.strategy import Phase
from tlkit.tasks.base import Examples

POOL = 8  # batches of texts among which those of like length are put together
HEAD_STRENGTH = 1.0  # scikit-learn's C: the inverse of how hard the head's weights are held down


class Classifier(nn.Module):
    """A backbone with a head: the small linear classifier on top (None, on a network that has learnt no classes)."""

    def __init__(self, backbone: Backbone, head: nn.Linear | None):
        super().__init__()
        self.backbone, self.head = backbone, head

    def forward(self, inputs: Tensor, *, start: int = 0) -> Tensor:
        """Class scores (n, classes) of prepared inputs, or of what stage ``start - 1`` said of them."""
        return self.head(self.backbone(inputs, start=start))

    def probabilities(self, items: np.ndarray) -> np.ndarray:
        """How likely the network finds each class (n, classes)."""
        with threads(self.backbone.threads):
            return probabilities(self.head, self.backbone.features(items))

    def accuracy(self, examples: Examples) -> float:
        """The share of ``examples`` that is named right."""
        return share_right(self.probabilities(examples.items), examples.labels)


def probabilities(head: nn.Linear, features: np.ndarray) -> np.ndarray:
    """How likely a head finds each class (n, classes), given features (n, width)."""
    with torch.no_grad():
        return head(torch.from_numpy(features).to(head.weight.device)).softmax(dim=1).cpu().numpy()


def share_right(chances: np.ndarray, labels: np.ndarray) -> float:
    """The share of rows of ``chances`` (n, classes) that are highest at the label."""
    return float((chances.argmax(axis=1) == labels).mean())


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
    said: Said | None = None,
    on_event: Listener | None = None,
) -> None:
    """Train the head and every stage after the first ``frozen`` ones, in place; adapters, where there are any, alone.

    ``steps`` and ``batch`` are the backbone's own unless given. What the frozen stages say never changes: it is asked
    once, unless it is known and given as ``said``. They are in eval mode, so that the running statistics of a BatchNorm
    among them stay put too, which ``requires_grad=False`` alone would not do.
    """
    backbone, rates = model.backbone, model.backbone.rates
    steps, batch = steps or rates.steps, batch or rates.batch
    if frozen and said is None:
        alone = Frozen(backbone, examples.items, cache=FrozenCache())
        said = alone.states(np.arange(len(examples)), stop=frozen)
    with (
        seeded(seed), threads(backbone.threads), _learning(backbone, frozen, phase.statistics),
        _given(backbone, examples.items, said, decay) as given,
    ):  # fmt: skip
        labels, device = torch.from_numpy(examples.labels).to(backbone.device), backbone.device
        optimiser = torch.optim.AdamW(parameter_groups(model, phase), weight_decay=decay, fused=True)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: one_cycle(step, steps))
        batches = _draw_batches(len(labels), batch, steps, seed, _lengths(examples.items, said))
        for step, rows in enumerate(batches, start=1):
            scores = model(given(rows).to(device), start=frozen)
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


def fit_head(head: nn.Linear, features: np.ndarray, labels: np.ndarray) -> None:
    """Fit a head in place: multinomial logistic regression on features (n, width), by scikit-learn.

    The problem is convex, so the answer depends on no seed, rate or number of steps.
    """
    weight, bias = linear_probe(features, labels, classes=head.out_features)
    with torch.no_grad():
        head.weight.copy_(torch.from_numpy(weight))
        head.bias.copy_(torch.from_numpy(bias))


def linear_probe(features: np.ndarray, labels: np.ndarray, *, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Weight (classes, width) and bias (classes,) of a linear classifier on ``features`` (n, width).

    It is scikit-learn's StandardScaler and LogisticRegression, with the scaling folded into the weights. A class of
    which there is no example gets a bias that rules it out.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    with _pools().limit(limits=1):  # so small a problem is several times slower on two threads than on one
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


@functools.cache
def _pools():
    """The thread pools of the libraries that scikit-learn computes with."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@contextlib.contextmanager
def _learning(backbone: Backbone, frozen: int, statistics: bool) -> Iterator[None]:
    """The first ``frozen`` stages do not learn; the others do, or only the adapters in them, where there are any.

    Beside adapters all weights are frozen ones, and are used as such: without dropout. On MiniLM, tweets and films, 64
    shots, tried on 500 training rows outside the shots, that is right as often, draw by draw within a point, and takes
    a seventh less time; and what comes before the first adapter need not be asked again.
    """
    backbone.train(not lora.is_adapted(backbone))
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


@contextlib.contextmanager
def _given(
    backbone: Backbone, items: np.ndarray, said: Said | None, decay: float
) -> Iterator[Callable[[Tensor], Said]]:
    """What the first stage that learns is given of some rows: what is before it said, or the items as inputs.

    Where weights decay, those of words that are never read do, too, and may not be left out.
    """
    if said is not None:
        yield said.__getitem__
    elif isinstance(backbone.stages[0], Embedding) and not decay:
        with only_words_of(backbone, items) as read:
            yield read.__getitem__
    else:
        yield lambda rows: backbone.prepare(items[rows.numpy()])


def _lengths(items: np.ndarray, said: Said | None) -> Tensor | None:
    """How long each text is, in tokens if they are known; None for what has no length."""
    if isinstance(said, Sequences):
        return said.mask.sum(dim=1)
    return torch.tensor([len(text) for text in items]) if items.dtype == object else None


def _draw_batches(n: int, size: int, steps: int, seed: int, lengths: Tensor | None = None) -> Iterator[Tensor]:
    """``steps`` batches of rows: epoch after epoch, each in an order of its own; no batch is larger than ``n``.

    Of ``POOL`` batches at a time the rows are dealt out anew by their ``lengths``, so that little is padded.
    """
    generator = torch.Generator().manual_seed(seed)
    order = torch.empty(0, dtype=torch.int64)
    size = min(size, n)
    for step in range(0, steps, POOL):
        count = min(POOL, steps - step)
        while len(order) < count * size:
            order = torch.cat([order, torch.randperm(n, generator=generator)])
        rows, order = order[: count * size], order[count * size :]
        if lengths is None:
            yield from rows.split(size)
        else:
            alike = rows[lengths[rows].argsort(stable=True)].split(size)
            yield from (alike[i] for i in torch.randperm(count, generator=generator))
