"""A backbone: a network as an ordered list of stages, early to late.

Freezing is "the first k stages do not learn"; a layer probe is "the output of stage k"; a cache of frozen stages is
"run them once, keep what they say". Each is a line once a network is a list of stages.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from tlkit.errors import TlkitError
from tlkit.events import Listener, Progress, ignore
from tlkit.models.sequences import Activations
from tlkit.models.wiring import Wiring
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


class Preparation:
    """Turns items into inputs, and shows so much of each: the pixels of a side, or the tokens of a text."""

    size: int


class Block(NamedTuple):
    """Items that go through a network together.

    ``inputs`` are what the first ``start`` stages say of them, the prepared items where that is 0. Only the first of
    them, as many as there are ``rows``, are meant: what follows fills the block up.
    """

    rows: np.ndarray
    inputs: Activations
    start: int = 0


class Backbone(nn.Module):
    """Stages in order, and a pooling that turns any stage's output into one row of features for each item.

    ``prepare`` turns a task's items (a numpy array, n first) into the first stage's input; ``pool`` turns a stage's
    output into features (n, width). ``taught`` says what a pre-trained network learnt from, and is empty where nothing
    was. ``build`` makes the same network with new random weights, where its layers can't be drawn anew one by one.
    ``batch`` is how many images are looked at together, ``threads`` how many threads serve it best (None: torch's own
    choice).

    What a network can do beyond that, its class declares: see :class:`~tlkit.models.language_model.TextBackbone`.
    """

    wiring: Wiring | None = None  # how it is built anew, where that can be written down
    limit: int | None = None  # tokens that it has places for, padding included, where that is limited
    _peft: tuple | None = None  # peft's view of the network where it has adapters: tlkit.methods.lora keeps it here

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

    def lengths(self, items: np.ndarray) -> np.ndarray | None:
        """How long each item is, where items differ in that, as texts do (n,); None where all have one shape."""
        return None

    def specimen(self, items: np.ndarray) -> np.ndarray:
        """An item of the kind of ``items``, always the same: it shows how this network prepares what it is given."""
        size = int(np.prod(items.shape[1:]))
        return (np.arange(size) * 37 % 29).astype(items.dtype).reshape(1, *items.shape[1:])

    def run(self, inputs: Activations, *, start: int = 0, stop: int | None = None) -> Activations:
        """The output of the stages from ``start`` up to, not including, ``stop``."""
        for stage in self.stages[start:stop]:
            inputs = stage(inputs)
        return inputs

    def forward(self, inputs: Activations, *, start: int = 0) -> Tensor:
        """Features (n, width) of prepared inputs, or of the activations of stage ``start - 1``."""
        activations = self.run(inputs, start=start)  # images: (n, channels, height, width); texts: (n, tokens, width)
        return self.pool(activations).float()  # (n, width)

    @torch.no_grad()
    def run_blocks(
        self, blocks: Iterable[Block], keep: Callable[[Block, int, Activations], None], *, stop: int | None = None
    ) -> None:
        """Run block after block through the first ``stop`` stages, for inference; all that only looks goes this way.

        ``keep`` is given each block with its activations, on its way in and after every stage, and takes what it needs.
        """
        with inference(self):
            for block in blocks:
                activations = block.inputs.to(self.device)
                keep(block, block.start, activations)
                for depth, stage in enumerate(self.stages[block.start : stop], start=block.start + 1):
                    activations = stage(activations)
                    keep(block, depth, activations)

    def pooled(
        self, blocks: Iterable[Block], depths: Sequence[int], *, total: int = 0, on_event: Listener = ignore
    ) -> list[np.ndarray]:
        """Features (n, width) after each of ``depths`` stages, of all blocks in the order of their rows' numbers."""
        rows, parts = [], {depth: [] for depth in depths}

        def keep(block: Block, depth: int, activations: Activations) -> None:
            if depth in parts:
                parts[depth].append(self.pool(activations)[: len(block.rows)].float().cpu().numpy())
            if depth == max(depths):
                rows.append(block.rows)
                on_event(Progress(sum(map(len, rows)), total))

        self.run_blocks(blocks, keep, stop=max(depths))
        order = np.argsort(np.concatenate(rows))
        return [np.concatenate(part)[order] for part in parts.values()]

    def features(self, items: np.ndarray, *, stage: int | None = None) -> np.ndarray:
        """What the network says of each item: features (n, width) after the first ``stage`` stages, all by default."""
        if stage is not None and not 0 <= stage <= len(self.stages):
            raise TlkitError(f"{self.name} has {len(self.stages)} stages, and stage={stage!r} is none of them.")
        return self.pooled(self._blocks(items), [len(self.stages) if stage is None else stage])[0]

    def stage_features(self, items: np.ndarray, *, on_event: Listener = ignore) -> list[np.ndarray]:
        """What every stage says of each item, in one pass: features (n, width) a stage, early to late."""
        depths = range(1, len(self.stages) + 1)
        return self.pooled(self._blocks(items), depths, total=len(items), on_event=on_event)

    def _blocks(self, items: np.ndarray) -> Iterator[Block]:
        """The items, a batch at a time; those of like length go together, so that few of them are padded."""
        lengths = self.lengths(items)
        rows = np.arange(len(items)) if lengths is None else np.argsort(lengths, kind="stable")
        return (Block(part, self.prepare(items[part])) for part in split(rows, self.batch))

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
        seen = self.prepare.size if isinstance(self.prepare, Preparation) else ""
        return state_digest(self, f"{self.name} {self.stage_names} {seen}")


def numbered(name: str, parts: Iterable[nn.Module]) -> dict[str, nn.Module]:
    """Stages named ``name1``, ``name2`` and so on."""
    return {f"{name}{number}": part for number, part in enumerate(parts, start=1)}


def split(rows: np.ndarray, size: int) -> list[np.ndarray]:
    """The rows, ``size`` of them at a time."""
    return np.split(rows, range(size, len(rows), size))


def state_digest(module: nn.Module, wiring: str = "") -> str:
    """A hash of a module's weights and running statistics, and of the words for its ``wiring``."""
    blake = hashlib.blake2b(wiring.encode(), digest_size=16)
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
