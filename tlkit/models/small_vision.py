"""Networks that look at pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlkit.arguments import whole
from tlkit.errors import TlkitError, shown
from tlkit.models.backbone import Backbone, Preparation
from tlkit.models.wiring import Wiring

NOTE_SIDE = 32  # pixels; rows are frequencies, low to high, columns are time
NOTE_LEVELS = 32  # brightness 0 to 31
USUAL_SIDE = 32  # pixels, of images
SMALLEST_SIDE = 8  # of which one pixel is left after three blocks
LARGEST_SIDE = 2048  # pixels; a batch of larger ones fills the memory
DROPOUT = 0.5  # steadies what a body of one seed and of the next is worth to another instrument


def note_cnn() -> Backbone:
    """A small CNN for pictures of sound: three convolution blocks and a dense layer, 72,768 weights.

    It averages over time, because a note is the same note a little later, and keeps its eight bands of frequency,
    because a note is *not* the same note a little higher. GroupNorm (Wu and He, 2018) keeps no running statistics.
    """
    stages = {
        "conv1": _block(1, 16, nn.MaxPool2d(2)),
        "conv2": _block(16, 32, nn.MaxPool2d(2)),
        "conv3": _block(32, 64, nn.Identity()),
        "dense": nn.Sequential(
            _Pool(mean_over_time), nn.Linear(64 * NOTE_SIDE // 4, 96), nn.ReLU(), nn.Dropout(DROPOUT)
        ),
    }
    backbone = Backbone("note-cnn", stages, prepare=note_inputs, pool=mean_over_time, width=96, modality="spectrogram")
    backbone.wiring = Wiring("tlkit", "note-cnn")
    return backbone.to(memory_format=torch.channels_last)  # a third faster on a processor, the same numbers


def small_cnn(side: int | None = None) -> Backbone:
    """A small CNN for small images, grey or coloured: three convolution blocks and a dense layer, 110,208 weights.

    It averages over space, and looks at 32 x 32 pixels unless asked otherwise, to which every image is brought.
    """
    check_side("small-cnn", side)
    if side is not None and side < SMALLEST_SIDE:
        raise TlkitError(f"size={side} is too small for small-cnn, which halves it three times: ask for 8 or more.")
    stages = {
        "conv1": _block(3, 32, nn.MaxPool2d(2)),
        "conv2": _block(32, 64, nn.MaxPool2d(2)),
        "conv3": _block(64, 128, nn.MaxPool2d(2)),
        "dense": _dense(mean_over_space, 128, 128),
    }
    name = "small-cnn" if side in (None, USUAL_SIDE) else f"small-cnn, {side} pixels"  # sources are told apart by it
    backbone = Backbone(name, stages, prepare=Images(side or USUAL_SIDE), pool=mean_over_space, width=128)
    backbone.wiring = Wiring("tlkit", "small-cnn", side)
    return backbone.to(memory_format=torch.channels_last)


def pixels(side: int | None = None) -> Backbone:
    """No network at all: it passes on the pixels, of 28 x 28 unless asked otherwise. A head on it is a baseline."""
    check_side("pixels", side)
    look = Images(side or 28)
    taught = "nothing: it passes on the pixels as they are"
    width = 3 * look.side**2
    stages = {"pixels": nn.Flatten()}
    backbone = Backbone("pixels", stages, prepare=look, pool=nn.Identity(), width=width, taught=taught)
    backbone.wiring = Wiring("tlkit", "pixels", look.side)
    return backbone


def check_side(name: str, side: int | None) -> None:
    """A picture has a side of so many pixels, and not of a million."""
    if side is not None:
        whole(side, f"size={shown(side)} is no side of a picture for {name}", most=LARGEST_SIDE)


def note_inputs(items: np.ndarray) -> Tensor:
    """Pictures (n, 32, 32) of levels 0 to 31 as inputs (n, 1, 32, 32) from -1 to 1."""
    if items.ndim != 3 or items.shape[1:] != (NOTE_SIDE, NOTE_SIDE):
        raise TlkitError(f"note-cnn looks at pictures of 32 x 32, and these items have the shape {items.shape[1:]}.")
    inputs = torch.from_numpy(items).unsqueeze(1).float().mul(2 / (NOTE_LEVELS - 1)).sub(1)
    return inputs.contiguous(memory_format=torch.channels_last)


def mean_over_time(maps: Tensor) -> Tensor:
    """Maps (n, channels, frequency, time) as rows (n, channels x frequency); rows stay as they are."""
    return maps.mean(dim=-1).flatten(1) if maps.ndim == 4 else maps


@dataclass(frozen=True)
class Images(Preparation):
    """Turns images (n, height, width) or (n, height, width, 3) of 0 to 255 into inputs (n, 3, side, side)."""

    side: int
    mean: tuple[float, ...] = (0.5, 0.5, 0.5)
    deviation: tuple[float, ...] = (0.5, 0.5, 0.5)

    @property
    def size(self) -> int:
        """The pixels of a side."""
        return self.side

    def __call__(self, items: np.ndarray) -> Tensor:
        """Images as inputs."""
        if items.dtype != np.uint8 or items.ndim not in (3, 4) or (items.ndim == 4 and items.shape[-1] != 3):
            raise TlkitError(
                "This network looks at images of 0 to 255, grey (n, height, width) or coloured (n, height, width, 3), "
                f"and these items are {items.dtype} of shape {items.shape}."
            )
        inputs = torch.from_numpy(np.ascontiguousarray(items))
        inputs = inputs.unsqueeze(1) if items.ndim == 3 else inputs.permute(0, 3, 1, 2)
        inputs = F.interpolate(inputs.float().div(255), size=self.side, mode="bilinear", antialias=True)
        mean, deviation = (torch.tensor(figures).view(1, 3, 1, 1) for figures in (self.mean, self.deviation))
        return ((inputs - mean) / deviation).contiguous(memory_format=torch.channels_last)


def mean_over_space(maps: Tensor) -> Tensor:
    """Maps (n, channels, height, width) as rows (n, channels); rows stay as they are."""
    return maps.mean(dim=(2, 3)) if maps.ndim == 4 else maps


class _Pool(nn.Module):
    """A pooling as a layer."""

    def __init__(self, pool: Callable[[Tensor], Tensor]):
        super().__init__()
        self.pool = pool

    def forward(self, maps: Tensor) -> Tensor:
        return self.pool(maps)

    def extra_repr(self) -> str:
        return self.pool.__name__


def _block(channels: int, filters: int, pool: nn.Module) -> nn.Sequential:
    """The pooling comes before the rest, which then has a quarter of the work."""
    return nn.Sequential(nn.Conv2d(channels, filters, 3, padding=1), pool, nn.GroupNorm(8, filters), nn.ReLU())


def _dense(pool: Callable[[Tensor], Tensor], given: int, width: int) -> nn.Sequential:
    return nn.Sequential(_Pool(pool), nn.Linear(given, width), nn.ReLU(), nn.Dropout(DROPOUT))
