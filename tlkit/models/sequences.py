"""Sequences: vectors or tokens with a mask that tells them from padding."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn


@dataclass
class Sequences:
    """What travels between the stages of a network that reads, padded on the right.

    ``values`` are token numbers (n, length) or states (n, length, width); ``mask`` (n, length) is 1 at a token and 0
    at padding.
    """

    values: Tensor
    mask: Tensor
    around: dict = field(default_factory=dict, repr=False)  # what each block is told beside, by number type

    def __len__(self) -> int:
        return len(self.mask)

    def __getitem__(self, rows) -> Sequences:
        """Some of the rows, without the padding that none of them needs."""
        mask = self.mask[rows]
        longest = int(mask.sum(dim=1).max())
        return Sequences(self.values[rows, :longest], mask[:, :longest])

    def to(self, device: torch.device) -> Sequences:
        """The same on another device."""
        return Sequences(self.values.to(device), self.mask.to(device))

    def sized(self, rows, length: int) -> Sequences:
        """Some of the rows, cut or padded to ``length``."""
        short = Sequences(self.values[rows, :length], self.mask[rows, :length])
        return Sequences(_pad(short.values, length), _pad(short.mask, length))

    @staticmethod
    def join(parts: list[Sequences]) -> Sequences:
        """Several after one another, padded to the longest of them."""
        longest = max(part.mask.shape[1] for part in parts)
        return Sequences(
            *(torch.cat([_pad(getattr(part, name), longest) for part in parts]) for name in ("values", "mask"))
        )


def _pad(column: Tensor, longest: int) -> Tensor:
    """Zeros on the right of (n, length, ...), up to (n, longest, ...)."""
    missing = longest - column.shape[1]
    return torch.cat([column, column.new_zeros(len(column), missing, *column.shape[2:])], dim=1) if missing else column


def padded(rows: list[Tensor], value: int = 0) -> Sequences:
    """Rows of token numbers as sequences, with ``value`` on the right up to the longest of them."""
    lengths = torch.tensor([len(row) for row in rows])
    values = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=value)
    return Sequences(values, (torch.arange(values.shape[1]) < lengths[:, None]).long())


def mean_over_tokens(states: Sequences) -> Tensor:
    """The mean of the states over each text's own tokens (n, width)."""
    mask = states.mask.unsqueeze(-1)
    return (states.values.float() * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)


Said = Tensor | Sequences
