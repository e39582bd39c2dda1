"""A small network that foretells the next character of a text."""

from __future__ import annotations

from torch import Tensor, nn

BEFORE, EMBEDDING, WIDTH, DROPOUT = 6, 16, 128, 0.25


class LetterNet(nn.Module):
    """Six characters in, and how likely each is to come next: an embedding, two dense layers (Bengio et al., 2003).

    ``size`` is how many characters the alphabet has.
    """

    def __init__(self, size: int):
        super().__init__()
        self.embedding, self.dropout = nn.Embedding(size, EMBEDDING), nn.Dropout(DROPOUT)
        self.hidden, self.head = nn.Linear(BEFORE * EMBEDDING, WIDTH), nn.Linear(WIDTH, size)

    def forward(self, before: Tensor) -> Tensor:
        """Scores of each character (n, size), of the six before it as numbers (n, 6)."""
        letters = self.dropout(self.embedding(before)).flatten(1)
        return self.head(self.dropout(self.hidden(letters).relu()))
