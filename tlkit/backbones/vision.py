"""Networks that look at pictures."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from tlkit.backbones.base import Backbone
from tlkit.errors import TlkitError

NOTE_SIDE = 32  # pixels; rows are frequencies, low to high, columns are time
NOTE_LEVELS = 32  # brightness 0 to 31
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
        "dense": nn.Sequential(_MeanOverTime(), nn.Linear(64 * NOTE_SIDE // 4, 96), nn.ReLU(), nn.Dropout(DROPOUT)),
    }
    backbone = Backbone("note-cnn", stages, prepare=note_inputs, pool=mean_over_time, width=96)
    return backbone.to(memory_format=torch.channels_last)  # a third faster on a processor, the same numbers


def note_inputs(items: np.ndarray) -> Tensor:
    """Pictures (n, 32, 32) of levels 0 to 31 as inputs (n, 1, 32, 32) from -1 to 1."""
    if items.ndim != 3 or items.shape[1:] != (NOTE_SIDE, NOTE_SIDE):
        raise TlkitError(f"note-cnn looks at pictures of 32 x 32, and these items have the shape {items.shape[1:]}.")
    inputs = torch.from_numpy(items).unsqueeze(1).float().mul(2 / (NOTE_LEVELS - 1)).sub(1)
    return inputs.contiguous(memory_format=torch.channels_last)


def mean_over_time(maps: Tensor) -> Tensor:
    """Maps (n, channels, frequency, time) as rows (n, channels x frequency); rows stay as they are."""
    return maps.mean(dim=-1).flatten(1) if maps.ndim == 4 else maps


class _MeanOverTime(nn.Module):
    def forward(self, maps: Tensor) -> Tensor:
        return mean_over_time(maps)


def _block(channels: int, filters: int, pool: nn.Module) -> nn.Sequential:
    """The pooling comes before the rest, which then has a quarter of the work."""
    return nn.Sequential(nn.Conv2d(channels, filters, 3, padding=1), pool, nn.GroupNorm(8, filters), nn.ReLU())
