"""A backbone: a network as an ordered list of stages, early to late.

Freezing is "the first k stages do not learn"; a layer probe is "the output of stage k"; a cache of frozen stages is
"run them once, keep what they say". Each is a line once a network is a list of stages.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import torch
from torch import Tensor, nn

from tlkit.errors import TlkitError

_GENERATOR = threading.RLock()


class Backbone(nn.Module):
    """Stages in order, and a pooling that turns any stage's output into one row of features for each item.

    ``prepare`` turns a task's items (a numpy array, n first) into the first stage's input; ``pool`` turns a stage's
    output into features (n, width).
    """

    def __init__(
        self,
        name: str,
        stages: Mapping[str, nn.Module],
        *,
        prepare: Callable[[np.ndarray], Tensor],
        pool: Callable[[Tensor], Tensor],
        width: int,
    ):
        super().__init__()
        if not stages:
            raise TlkitError(f"The backbone {name!r} has no stages: give at least one.")
        self.name = name
        self.stage_names = tuple(stages)
        self.stages = nn.ModuleList(stages.values())
        self.prepare, self.pool, self.width = prepare, pool, width

    def __repr__(self) -> str:
        return f"Backbone({self.name!r}: {' > '.join(self.stage_names)}; {count_parameters(self):,} weights)"

    def run(self, inputs: Tensor, *, start: int = 0, stop: int | None = None) -> Tensor:
        """The output of the stages from ``start`` up to, not including, ``stop``."""
        for stage in self.stages[start:stop]:
            inputs = stage(inputs)
        return inputs

    def forward(self, inputs: Tensor, *, start: int = 0) -> Tensor:
        """Features (n, width) of prepared inputs, or of what stage ``start - 1`` said of them."""
        return self.pool(self.run(inputs, start=start))

    @torch.no_grad()
    def features(self, items: np.ndarray, *, stage: int | None = None, batch: int = 256) -> np.ndarray:
        """What the network says of each item: features (n, width) after the first ``stage`` stages, all by default."""
        training = self.training
        self.eval()
        try:
            parts = [self.pool(self.run(self.prepare(part), stop=stage)) for part in _batches(items, batch)]
        finally:
            self.train(training)
        return torch.cat(parts).numpy()

    def copy(self) -> Backbone:
        """A copy that shares no weight with this one."""
        return copy.deepcopy(self)

    def fresh(self, seed: int) -> Backbone:
        """The same wiring with new random weights: it shares nothing with this one but its shape."""
        new = self.copy()
        randomise(new, seed)
        return new

    def digest(self) -> str:
        """A hash of the weights and running statistics, and of the wiring that they belong to."""
        blake = hashlib.blake2b(f"{self.name} {self.stage_names}".encode(), digest_size=16)
        for name, tensor in self.state_dict().items():
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


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """What draws from torch's global generator draws from ``seed``, and the generator is put back afterwards.

    One thread at a time: a lab may train in the background while a cell does, and neither may draw the other's numbers.
    """
    with _GENERATOR, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def count_parameters(module: nn.Module) -> int:
    """How many weights there are."""
    return sum(p.numel() for p in module.parameters())


def _batches(items: np.ndarray, size: int):
    return (items[i : i + size] for i in range(0, len(items), size))
