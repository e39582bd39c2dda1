"""A backbone: a network as an ordered list of stages, early to late.

Freezing is "the first k stages do not learn"; a layer probe is "the output of stage k"; a cache of frozen stages is
"run them once, keep what they say". Each is a line once a network is a list of stages.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from tlkit.errors import TlkitError
from tlkit.runtime.limits import wants_bfloat16
from tlkit.runtime.torch_state import seeded, threads


@dataclass(frozen=True)
class Rates:
    """Learning rates (AdamW's) and lengths that work for a family of networks; the defaults are those of small CNNs.

    ``scratch`` is for a body that begins at random, ``body`` for one that knows something under a new head, ``tuning``
    for body and head that both know something, ``adapter`` for LoRA's matrices, ``head`` for a new head beside
    ``body`` or ``adapter``. Training lasts ``steps`` steps of ``batch`` examples.
    """

    scratch: float = 6e-3
    body: float = 3e-3
    tuning: float = 1e-3
    adapter: float = 6e-3
    head: float = 3e-3
    steps: int = 150
    batch: int = 32


class Backbone(nn.Module):
    """Stages in order, and a pooling that turns any stage's output into one row of features for each item.

    ``prepare`` turns a task's items (a numpy array, n first) into the first stage's input; ``pool`` turns a stage's
    output into features (n, width). ``taught`` says what a pre-trained network learnt from, and is empty where nothing
    was. ``build`` makes the same network with new random weights, where its layers can't be drawn anew one by one.
    ``batch`` is how many images are looked at together, ``threads`` how many threads serve it best (None: torch's own
    choice).
    """

    def __init__(
        self,
        name: str,
        stages: Mapping[str, nn.Module],
        *,
        prepare: Callable[[np.ndarray], Tensor],
        pool: Callable[[Tensor], Tensor],
        width: int,
        modality: str = "image",
        taught: str = "",
        rates: Rates | None = None,
        build: Callable[[], Backbone] | None = None,
        batch: int = 64,
        threads: int | None = 1,
    ):
        super().__init__()
        if not stages:
            raise TlkitError(f"The backbone {name!r} has no stages: give at least one.")
        self.name = name
        self.stage_names = tuple(stages)
        self.stages = nn.ModuleList(stages.values())
        self.prepare, self.pool, self.width = prepare, pool, width
        self.modality, self.taught, self.rates = modality, taught, rates or Rates()
        self.build, self.batch, self.threads = build, batch, threads

    def __repr__(self) -> str:
        taught = f"; learnt from {self.taught}" if self.taught else ""
        names = self.stage_names
        if len(names) > 9:
            names = (*names[:3], "...", *names[-2:])
        return f"Backbone({self.name!r}: {' > '.join(names)}; {count_parameters(self):,} weights{taught})"

    def run(self, inputs: Tensor, *, start: int = 0, stop: int | None = None) -> Tensor:
        """The output of the stages from ``start`` up to, not including, ``stop``."""
        for stage in self.stages[start:stop]:
            inputs = stage(inputs)
        return inputs

    def forward(self, inputs: Tensor, *, start: int = 0) -> Tensor:
        """Features (n, width) of prepared inputs, or of what stage ``start - 1`` said of them."""
        return self.pool(self.run(inputs, start=start)).float()

    @torch.no_grad()
    def features(self, items: np.ndarray, *, stage: int | None = None) -> np.ndarray:
        """What the network says of each item: features (n, width) after the first ``stage`` stages, all by default."""
        if stage is not None and not 0 <= stage <= len(self.stages):
            raise TlkitError(f"{self.name} has {len(self.stages)} stages, and stage={stage!r} is none of them.")
        training = self.training
        self.eval()
        try:
            rows = self._reading_order(items)
            parts = [
                self.pool(self.run(self.prepare(items[part]).to(self.device), stop=stage)).float().cpu().numpy()
                for part in np.split(rows, range(self.batch, len(rows), self.batch))
            ]
        finally:
            self.train(training)
        return np.concatenate(parts)[np.argsort(rows)]

    @torch.no_grad()
    def stage_features(self, items: np.ndarray) -> list[np.ndarray]:
        """What every stage says of each item, in one pass: features (n, width) a stage, early to late."""
        training = self.training
        self.eval()
        try:
            rows = self._reading_order(items)
            parts = [self._told(items[part]) for part in np.split(rows, range(self.batch, len(rows), self.batch))]
        finally:
            self.train(training)
        return [np.concatenate(stage)[np.argsort(rows)] for stage in zip(*parts, strict=True)]

    def _told(self, items: np.ndarray) -> list[np.ndarray]:
        """The features after every stage, of items that go through together."""
        said, features = self.prepare(items).to(self.device), []
        for stage in self.stages:
            said = stage(said)
            features.append(self.pool(said).float().cpu().numpy())
        return features

    def _reading_order(self, items: np.ndarray) -> np.ndarray:
        """Texts of like length go together, so that few of them are padded."""
        if self.modality != "text":
            return np.arange(len(items))
        return np.argsort([len(text) for text in items], kind="stable")

    def cut(self, stages: int, *, like: np.ndarray) -> Backbone:
        """A copy of the first ``stages`` stages alone; ``like`` is an item or more of the kind that it will see."""
        if not 1 <= stages <= len(self.stages):
            raise TlkitError(f"{self.name} can be cut after stage 1 to {len(self.stages)}, not after {stages!r}.")
        short = self.copy()
        short.stages, short.stage_names = short.stages[:stages], short.stage_names[:stages]
        short.width = short.features(like[:1]).shape[1]
        return short

    def copy(self, *, shared: int = 0) -> Backbone:
        """A copy that shares no weight with this one, but for those of the first ``shared`` stages.

        What is shared takes no memory a second time, and must not learn: it would be learnt for both.
        """
        same = {id(p): nn.Parameter(p.detach(), p.requires_grad) for p in self.stages[:shared].parameters()}
        return copy.deepcopy(self, same)

    def fresh(self, seed: int) -> Backbone:
        """The same wiring with new random weights: it shares nothing with this one but its shape."""
        if self.build is None:
            new = self.copy()
            randomise(new, seed)
        else:
            with seeded(seed):
                new = self.build()
            new.stages, new.stage_names, new.width = new.stages[: len(self.stages)], self.stage_names, self.width
            new.rates, new.batch, new.threads = self.rates, self.batch, self.threads
        new.taught = ""
        return new

    @property
    def device(self) -> torch.device:
        """Where the weights are; the processor, where there are none."""
        return next((p.device for p in self.parameters()), torch.device("cpu"))

    def digest(self) -> str:
        """A hash of the weights and running statistics, of the wiring that they belong to, and of what is looked at.

        The same weights say something else of the same item where they see it at another size.
        """
        seen = getattr(self.prepare, "side", getattr(self.prepare, "longest", ""))
        return state_digest(self, f"{self.name} {self.stage_names} {seen}")


def state_digest(module: nn.Module, said: str = "") -> str:
    """A hash of a module's weights and running statistics, and of the words ``said`` about it."""
    blake = hashlib.blake2b(said.encode(), digest_size=16)
    for name, tensor in module.state_dict().items():
        blake.update(f"{name}{tuple(tensor.shape)}{tensor.dtype}".encode())
        blake.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy())
    return blake.hexdigest()


def randomise(module: nn.Module, seed: int) -> None:
    """Draw every weight of ``module`` anew, from ``seed`` alone and without touching torch's global generator."""
    owners = [part for part in module.modules() if hasattr(part, "reset_parameters")]
    owned = {id(p) for part in owners for p in part.parameters()}
    orphans = [name for name, p in module.named_parameters() if id(p) not in owned]
    if orphans:
        raise TlkitError(
            f"The weights {', '.join(orphans[:3])} can't be drawn anew: give the module that holds them a "
            "reset_parameters() method, as torch's own layers have."
        )
    with seeded(seed):
        for part in owners:
            part.reset_parameters()


def count_parameters(module: nn.Module) -> int:
    """How many weights there are."""
    return sum(p.numel() for p in module.parameters())


def in_bfloat16(backbone: Backbone) -> bool:
    """Whether what only looks is computed in bfloat16."""
    return backbone.device.type == "cpu" and wants_bfloat16()


@contextlib.contextmanager
def inference(backbone: Backbone) -> Iterator[None]:
    """In evaluation mode, with the threads that serve it, and in bfloat16 where that was asked for."""
    training = backbone.training
    backbone.eval()
    try:
        with threads(backbone.threads), torch.autocast("cpu", torch.bfloat16, enabled=in_bfloat16(backbone)):
            yield
    finally:
        backbone.train(training)
