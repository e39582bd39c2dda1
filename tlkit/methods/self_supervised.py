"""Self-supervised learning: a network learns without a label that two views of one picture are the same picture.

The loss is NT-Xent (Chen and others, 2020, "A simple framework for contrastive learning of visual representations"):
of all views in a batch, find the other view of your own picture. It draws views of one picture together and
drives all others apart. Without the second half everything may become alike, and the loss is perfect: that is collapse.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlkit.arguments import a_number
from tlkit.errors import TlkitError, shown
from tlkit.events import Listener, Step, ignore
from tlkit.methods.augmentation import BOLDER, SHIFT, SLANT, TURN, USUAL, ZOOM, augmented, check_augmentations
from tlkit.methods.training import one_cycle
from tlkit.models.backbone import Backbone, randomise
from tlkit.runtime.torch_state import threads
from tlkit.seeding import stream

RECIPE = 1  # raise it when a change to the code changes what is learnt: older saved results are then not reused
BATCH = 32  # pictures, so twice as many views
RATE = 2e-3
DECAY = 1e-2
TEMPERATURE = 0.2
PROJECTED = (128, 64)  # widths of the projector; what the loss sees of a view has the last


def nt_xent(one: Tensor, other: Tensor, temperature: float = TEMPERATURE) -> Tensor:
    """The loss of two views (n, width) of the same pictures: whose partner is whose?"""
    views = F.normalize(torch.cat([one, other]), dim=1)  # (2n, width)
    alike = views @ views.T / temperature  # (2n, 2n)
    alike = alike.masked_fill(torch.eye(len(views), dtype=torch.bool, device=alike.device), -torch.inf)
    partner = torch.arange(len(views), device=alike.device).roll(len(one))
    return F.cross_entropy(alike, partner)


def attraction(one: Tensor, other: Tensor, temperature: float = TEMPERATURE) -> Tensor:
    """The same without the half that repels: partners shall be alike, and nothing says that others shall not."""
    return (1 - F.cosine_similarity(one, other, dim=1)).mean() / temperature


@dataclass(frozen=True)
class Contrast:
    """What is asked of a network that learns without labels: which views of a picture it shall find alike.

    Where it does not ``repel``, views of other pictures need not be unlike.
    """

    augmentations: tuple[str, ...] = USUAL
    repel: bool = True
    temperature: float = TEMPERATURE

    @property
    def name(self) -> str:
        """In words: ``views by place + turn``."""
        return f"views by {' + '.join(self.augmentations)}" + ("" if self.repel else ", nothing repels")

    def recipe(self) -> list:
        """All that what is learnt depends on, but for the network, the pictures, the steps and the seed."""
        amounts = [SHIFT, ZOOM, TURN, SLANT, BOLDER, BATCH, RATE, DECAY, *PROJECTED]
        return ["contrast", RECIPE, list(self.augmentations), self.repel, float(self.temperature), amounts]

    def loss(self, one: Tensor, other: Tensor) -> Tensor:
        """Of the projections (n, width) of two views."""
        return (nt_xent if self.repel else attraction)(one, other, self.temperature)


def contrast(
    augmentations: str | Iterable[str] = USUAL, *, repel: bool = True, temperature: float = TEMPERATURE
) -> Contrast:
    """An objective for ``tl.pretrain``: to know a picture again in views made by augmentations of those names."""
    what = f"temperature={shown(temperature)} is no temperature"
    if a_number(temperature, what, "a number above 0, such as 0.2") <= 0:
        raise TlkitError(f"{what}: give a number above 0, such as 0.2.")
    return Contrast(check_augmentations(augmentations), bool(repel), float(temperature))


class SelfTaught(NamedTuple):
    """What came of it: the network, and the projector, which only the loss looks through."""

    backbone: Backbone
    projector: nn.Sequential


def learn(
    backbone: Backbone, items: np.ndarray, objective: Contrast, *, seed: int, steps: int, on_event: Listener = ignore
) -> SelfTaught:
    """Teach a backbone, in place, from items (n, ...) alone; of an event's ``accuracy`` are views that find theirs.

    Dropout rests meanwhile. The projector has BatchNorm, without which such small networks did not get off the ground.
    """
    projector, draw = new_projector(backbone, stream(seed, "projector")), torch.Generator().manual_seed(seed)
    both = nn.ModuleList([backbone, projector]).train()
    for part in backbone.modules():
        part.train(not isinstance(part, nn.Dropout))
    optimiser = torch.optim.AdamW(both.parameters(), lr=RATE, weight_decay=DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: one_cycle(step, steps))
    with threads(backbone.threads):
        for step in range(1, steps + 1):
            rows = torch.randperm(len(items), generator=draw)[:BATCH].numpy()
            plain = backbone.prepare(items[rows]).to(backbone.device)
            views = torch.cat([augmented(plain, objective.augmentations, draw) for _ in range(2)])
            one, other = projector(backbone(views)).chunk(2)  # (n, width) each
            loss = objective.loss(one, other)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            on_event(Step(step, steps, loss.item(), share_found(one, other)))
    both.eval()
    return SelfTaught(backbone, projector)


def new_projector(backbone: Backbone, seed: int) -> nn.Sequential:
    """Two layers between the features and the loss, which are thrown away afterwards."""
    hidden, width = PROJECTED
    projector = nn.Sequential(
        nn.BatchNorm1d(backbone.width), nn.Linear(backbone.width, hidden), nn.BatchNorm1d(hidden), nn.ReLU(),
        nn.Linear(hidden, width),
    )  # fmt: skip
    randomise(projector, seed)
    return projector.to(backbone.device)


@torch.no_grad()
def share_found(one: Tensor, other: Tensor) -> float:
    """The share of first views (n, width) that are more like their own second view than like any other."""
    alike = F.normalize(one, dim=1) @ F.normalize(other, dim=1).T
    return (alike.argmax(dim=1) == torch.arange(len(one), device=alike.device)).float().mean().item()


def effective_rank(features: np.ndarray) -> float:
    """In how many directions features (n, width) really differ: 1 where all lie on a line.

    It is the exponential of the entropy of their singular values (Roy and Vetterli, 2007), centred here; of
    self-supervised networks it foretells much of their worth (Garrido and others, 2023, "RankMe").
    """
    sizes = np.linalg.svd(features - features.mean(axis=0), compute_uv=False)
    if not sizes.sum():
        return 0.0
    shares = sizes[sizes > 0] / sizes.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))
