"""Networks that read texts, and what they can do beyond others: a language model also says what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlkit.errors import TlkitError
from tlkit.models.backbone import Backbone, Preparation
from tlkit.models.sequences import Sequences, padded

CONTEXT = 512  # tokens of a prompt, where a network has no limit of its own


class Reader(Preparation):
    """Turns texts (n,) into token numbers as the model expects them, the first ``longest`` of each text.

    ``limit`` is how many tokens the model has positions for, padding included; None, where it has no such limit.
    """

    def __init__(self, tokenizer, longest: int, limit: int | None = None):
        self.tokenizer, self.longest, self.limit = tokenizer, longest, limit

    def __repr__(self) -> str:
        return f"Reader({self.tokenizer.name_or_path!r}, longest={self.longest})"

    def __deepcopy__(self, memo) -> Reader:
        return self  # it never changes, and a tokenizer is slow to copy

    @property
    def size(self) -> int:
        """The tokens that are read of a text."""
        return self.longest

    def __call__(self, items: np.ndarray) -> Sequences:
        """Texts (n,) as token numbers."""
        if np.ndim(items) != 1:
            raise TlkitError(f"This network reads texts, and these items have the shape {np.shape(items)[1:]}.")
        texts = [str(text) or " " for text in items]
        return self.tokens(texts)

    def tokens(self, texts: list[str]) -> Sequences:
        """The texts as token numbers, padded to the longest of them."""
        read = self.tokenizer(
            texts, truncation=True, max_length=self.longest, return_attention_mask=False, return_token_type_ids=False
        )["input_ids"]  # padded below: the tokenizer takes longer to pad than to read
        return padded([torch.tensor(tokens) for tokens in read], self.tokenizer.pad_token_id or 0)


class TextBackbone(Backbone):
    """A network that reads: its items are texts, of which no two need be of one length."""

    def __init__(self, name: str, stages: dict[str, nn.Module], *, prepare: Reader, **options):
        super().__init__(name, stages, prepare=prepare, modality="text", **options)
        self.limit, self.context = prepare.limit, prepare.limit or CONTEXT

    @property
    def tokenizer(self):
        """Cuts texts into tokens, as this network was taught to read them."""
        return self.prepare.tokenizer

    def lengths(self, items: np.ndarray) -> np.ndarray:
        """The characters of each text (n,)."""
        return np.array([len(text) for text in items])

    def specimen(self, items: np.ndarray) -> np.ndarray:
        """A text, always the same, which is longer than most networks read."""
        return np.array(["Every human being, 7 or 77, is born free! " * 20], dtype=object)


class LanguageModel(TextBackbone):
    """A network that says, after each token, how likely every other is to come next.

    ``unembed`` turns states into a score for each token; ``window`` is how far those blocks look that look least far,
    and None where all see everything before them.
    """

    def __init__(
        self, name: str, stages: dict[str, nn.Module], *, unembed: nn.Module, window: int | None = None, **options
    ):
        super().__init__(name, stages, **options)
        self.unembed, self.window = unembed, window

    def log_probs(self, states: Tensor) -> Tensor:
        """The log-probability of every token (n, vocabulary) to follow on each of the last stage's states (n, width).

        Many states at once take far less time than one after another: no layer is larger.
        """
        return F.log_softmax(self.unembed(states).float(), dim=-1)

    @torch.no_grad()
    def read_after(self, before: Sequence[int], rows: Sequence[Sequence[int]]) -> list[Tensor]:
        """The states of each row of tokens (length, width) where all of the rows follow on ``before``.

        What is before them is read once: the rows lie side by side behind it, and see it and themselves only. Networks
        whose sense of place can't be told (ALiBi) read otherwise so: :attr:`reads_side_by_side` knows.
        """
        lengths = [len(before), *map(len, rows)]
        own = torch.arange(len(lengths)).repeat_interleave(torch.tensor(lengths))  # (tokens,): whose each token is
        places = torch.tensor([*range(len(before)), *(len(before) + n for row in rows for n in range(len(row)))])
        number = torch.arange(len(own))
        seen = (number[None] <= number[:, None]) & ((own[None] == 0) | (own[None] == own[:, None]))  # (tokens, tokens)
        tokens = torch.tensor([[*before, *(token for row in rows for token in row)]])  # (1, tokens)
        laid = self.stages[0].side_by_side(*(each.to(self.device) for each in (tokens, places[None], seen[None])))
        return list(self.run(laid, start=1).values[0].split(lengths))[1:]

    @cached_property
    def reads_side_by_side(self) -> bool:
        """Whether :meth:`read_after` gives the states of each row read whole, as found on two short rows."""
        if self.window is not None:
            return False  # one mask is laid over all blocks, and some look less far than others
        before, rows = [7, 11, 13], [[17, 19], [23, 29, 31]]
        try:
            beside = self.read_after(before, rows)
        except (RuntimeError, TypeError, ValueError):
            return False  # it takes no places, or no mask of this kind
        with torch.no_grad():
            whole = [self.run(padded([torch.tensor(before + row)]).to(self.device)).values[0, 3:] for row in rows]
        pairs = zip(beside, whole, strict=True)
        return all(torch.allclose(a.float(), b.float(), atol=1e-2, rtol=1e-2) for a, b in pairs)
