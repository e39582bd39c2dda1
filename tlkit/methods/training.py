"""The one training loop. It emits events; it never draws, prints or knows a widget.

The head's strength was found on marimba, violin and trumpet notes from a piano, on training pictures that were not
among the shots. The rates are each backbone's own.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlkit.arguments import whole
from tlkit.datasets.task import Examples
from tlkit.errors import shown
from tlkit.events import Listener, Step
from tlkit.methods import lora
from tlkit.methods.classifier import Classifier
from tlkit.methods.feature_cache import FeatureCache
from tlkit.methods.frozen_features import FrozenFeatures
from tlkit.methods.method import Phase
from tlkit.models.backbone import Backbone
from tlkit.models.sequences import Activations, Sequences
from tlkit.models.transformer import Embedding, only_words_of
from tlkit.runtime.torch_state import seeded, threads

POOL = 8  # batches of texts among which those of like length are put together

MOST_STEPS = 1_000_000  # more is a slip of the hand


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
    activations: Activations | None = None,
    on_event: Listener | None = None,
) -> None:
    """Train the head and every stage after the first ``frozen`` ones, in place; adapters, where there are any, alone.

    ``steps`` and ``batch`` are the backbone's own unless given. The ``activations`` of the frozen stages never change:
    they are computed once, unless they are known and given. Frozen stages are in eval mode, so that the running
    statistics of a BatchNorm among them stay put too, which ``requires_grad=False`` alone would not do.
    """
    backbone, rates = model.backbone, model.backbone.rates
    steps, batch = steps or rates.steps, batch or rates.batch
    if frozen and activations is None:
        alone = FrozenFeatures(backbone, examples.items, cache=FeatureCache())
        activations = alone.states(np.arange(len(examples)), stop=frozen)
    with (
        seeded(seed), threads(backbone.threads), learning(backbone, frozen, phase.statistics),
        _given(backbone, examples.items, activations, decay) as given,
    ):  # fmt: skip
        labels, device = torch.from_numpy(examples.labels).to(backbone.device), backbone.device
        optimiser = torch.optim.AdamW(parameter_groups(model, phase), weight_decay=decay, fused=True)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: one_cycle(step, steps))
        batches = draw_batches(len(labels), batch, steps, seed, _lengths(backbone, examples.items, activations))
        for step, rows in enumerate(batches, start=1):
            scores = model(given(rows).to(device), start=frozen)  # (batch, classes)
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
            rate *= phase.layer_decay
    return groups


def one_cycle(step: int, steps: int) -> float:
    """The share of the full rate at ``step``: a quarter of the way up in a line, then down in half a cosine.

    Without the way up, networks at rates of 6e-3 and more often never learnt (Smith, 2018, "super-convergence").
    """
    warm = max(1, steps // 4)
    if step < warm:
        return (step + 1) / warm
    return 0.5 + 0.5 * math.cos(math.pi * (step - warm) / max(1, steps - warm))


@contextlib.contextmanager
def learning(backbone: Backbone, frozen: int, statistics: bool) -> Iterator[None]:
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
    backbone: Backbone, items: np.ndarray, activations: Activations | None, decay: float
) -> Iterator[Callable[[Tensor], Activations]]:
    """What the first stage that learns is given of some rows: the activations before it, or the items as inputs.

    Where weights decay, those of words that are never read do, too, and may not be left out.
    """
    if activations is not None:
        yield activations.__getitem__
    elif isinstance(backbone.stages[0], Embedding) and not decay:
        with only_words_of(backbone, items) as read:
            yield read.__getitem__
    else:
        yield lambda rows: backbone.prepare(items[rows.numpy()])


def _lengths(backbone: Backbone, items: np.ndarray, activations: Activations | None) -> Tensor | None:
    """How long each item is, in tokens if they are known; None for what has no length."""
    if isinstance(activations, Sequences):
        return activations.mask.sum(dim=1)
    lengths = backbone.lengths(items)
    return None if lengths is None else torch.from_numpy(lengths)


def draw_batches(n: int, size: int, steps: int, seed: int, lengths: Tensor | None = None) -> Iterator[Tensor]:
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


def check_steps(steps: int) -> int:
    """``steps``, if it is a number of training steps."""
    return whole(steps, f"steps={shown(steps)} is no number of training steps", most=MOST_STEPS)
