"""Augmentations: another view of the same picture, drawn at random, under which it stays what it is.

They work on prepared inputs (n, channels, height, width) whose background is -1 and whose ink is 1, as those of
``small-cnn`` are. What a network sees in many views it learns to pass over, whoever or whatever teaches it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from tlkit.arguments import listed
from tlkit.errors import TlkitError, unknown
from tlkit.methods.classifier import Classifier
from tlkit.methods.finetuning import Finetuning
from tlkit.methods.frozen_features import FrozenFeatures
from tlkit.methods.method import Case, Phase
from tlkit.methods.strategy import as_strategy
from tlkit.models.backbone import Backbone
from tlkit.seeding import stream

SHIFT = 0.2  # of half a side
ZOOM = 0.25  # as a logarithm: from 0.78 to 1.28 times the size
TURN = 0.15  # radians: 9 degrees
SLANT = 0.25
BOLDER = 0.9  # of the way to one pixel more of ink on either side, or less

Augmentation = Callable[[Tensor, torch.Generator], Tensor]


def place(inputs: Tensor, draw: torch.Generator) -> Tensor:
    """Elsewhere and of another size."""
    size = torch.exp(ZOOM * _between(inputs, draw))
    return placed(inputs, SHIFT * _between(inputs, draw), SHIFT * _between(inputs, draw), size)


def turn(inputs: Tensor, draw: torch.Generator) -> Tensor:
    """Turned a little and slanted, as italics are."""
    return turned(inputs, TURN * _between(inputs, draw), SLANT * _between(inputs, draw))


def stroke(inputs: Tensor, draw: torch.Generator) -> Tensor:
    """Bolder or finer."""
    return stroked(inputs, BOLDER * _between(inputs, draw))


def mirror(inputs: Tensor, draw: torch.Generator) -> Tensor:
    """Every second one as in a mirror, and every second one upside down."""
    for side in (3, 2):
        flipped = (_between(inputs, draw) > 0)[:, None, None, None]
        inputs = torch.where(flipped, inputs.flip(side), inputs)
    return inputs


AUGMENTATIONS: dict[str, Augmentation] = {"place": place, "turn": turn, "stroke": stroke, "mirror": mirror}
USUAL = ("place", "turn", "stroke")  # of those a letter stays the letter that it is


def check_augmentations(names: str | Iterable[str]) -> tuple[str, ...]:
    """Names of augmentations, each once."""
    names = listed(names, "augmentations", f"{list(USUAL)}", single=str)
    for name in names:
        if name not in AUGMENTATIONS:
            raise unknown("augmentation", name, AUGMENTATIONS)
    return tuple(dict.fromkeys(names))


def augmented(inputs: Tensor, names: Iterable[str], draw: torch.Generator) -> Tensor:
    """A view of each input (n, channels, height, width), as the augmentations of those names make it, in their turn."""
    if inputs.ndim != 4:
        raise TlkitError(f"Only pictures can be augmented, and these inputs have the shape {tuple(inputs.shape)}.")
    for name in names:
        inputs = AUGMENTATIONS[name](inputs, draw)
    return inputs.contiguous(memory_format=torch.channels_last)


def placed(inputs: Tensor, across: Tensor, down: Tensor, size: Tensor) -> Tensor:
    """Inputs moved by so much of half a side and ``size`` times as large; one number each (n,), or one for all."""
    nought = torch.zeros_like(size)
    return _moved(inputs, [[1 / size, nought, across], [nought, 1 / size, down]])


def turned(inputs: Tensor, angle: Tensor, slant: Tensor) -> Tensor:
    """Inputs turned by an angle in radians, and slanted."""
    nought = torch.zeros_like(angle)
    return _moved(inputs, [[angle.cos(), slant - angle.sin(), nought], [angle.sin(), angle.cos(), nought]])


def stroked(inputs: Tensor, amount: Tensor) -> Tensor:
    """Each pixel drawn by so much, from -1 to 1, towards the brightest of its neighbours, or else the darkest."""
    amount = amount.reshape(-1, 1, 1, 1)
    bold, fine = F.max_pool2d(inputs, 3, 1, 1), -F.max_pool2d(-inputs, 3, 1, 1)
    return inputs + amount.abs() * (torch.where(amount > 0, bold, fine) - inputs)


@contextlib.contextmanager
def seen_augmented(backbone: Backbone, names: Iterable[str], seed: int) -> Iterator[None]:
    """Meanwhile a network sees every item in another view, each time that it looks."""
    draw, plain = torch.Generator().manual_seed(seed), backbone.prepare
    backbone.prepare = lambda items: augmented(plain(items), names, draw)
    try:
        yield
    finally:
        backbone.prepare = plain


@dataclass(frozen=True, repr=False)
class Augmented(Finetuning):
    """A fine-tuning that sees each labelled example in ever other views. What frozen stages see stays plain."""

    augmentations: tuple[str, ...] = USUAL

    def recipe(self) -> list:
        """All that a run's result depends on."""
        return ["augmented", *super().recipe(), list(self.augmentations), [SHIFT, ZOOM, TURN, SLANT, BOLDER]]

    def _learn(self, model: Classifier, case: Case, phase: Phase, frozen: int, features: FrozenFeatures) -> float:
        with seen_augmented(model.backbone, self.augmentations, stream(case.seed, "views", self.name)):
            return super()._learn(model, case, phase, frozen, features)


def with_views(strategy: str | Finetuning, augmentations: str | Iterable[str] = USUAL) -> Augmented:
    """The same fine-tuning, such as ``"scratch"``, on augmented examples: what augmentations alone are worth."""
    plain = as_strategy(strategy)
    if type(plain) is not Finetuning:
        raise TlkitError(f"{plain.name!r} can't be augmented: use 'scratch', 'full', 'lp_ft', 'partial:1' or 'keep'.")
    names = check_augmentations(augmentations)
    name = f"{plain.name}, {' + '.join(names)}"
    return Augmented(name, f"{plain.about}; examples augmented", plain.phases, plain.body, plain.head, names)


def _between(inputs: Tensor, draw: torch.Generator) -> Tensor:
    """A number from -1 to 1 for each input (n,)."""
    return (2 * torch.rand(len(inputs), generator=draw) - 1).to(inputs.device)


def _moved(inputs: Tensor, rows: list[list[Tensor]]) -> Tensor:
    """Each input under an affine map of its own; ``rows`` are the two of its matrix. What comes in is background."""
    maps = torch.stack([torch.stack([part.expand(len(inputs)) for part in row], dim=1) for row in rows], dim=1)
    grid = F.affine_grid(maps, list(inputs.shape), align_corners=False)  # (n, height, width, 2)
    return F.grid_sample(inputs + 1, grid, align_corners=False) - 1
