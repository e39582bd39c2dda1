"""Which character comes next? Counting foretells it, mixtures of counts do, and a small network does.

All of them are judged by bits per character: the fewer bits it takes to say which one comes, the better the language is
known. Whoever knows nothing needs about seven.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from tlkit.datasets.languages import END, alphabet
from tlkit.errors import TlkitError
from tlkit.methods.training import draw_batches, one_cycle
from tlkit.models.characters import BEFORE, LetterNet
from tlkit.runtime.torch_state import seeded

ORDER = 3  # characters before the one that is foretold; tried on Corsican and Finnish
FOLDS = 4
ROUNDS = 30  # of expectation and maximisation
STEPS, RATE, BATCH = 60, 5e-3, 256  # of the network on few characters; tried on the same two


class Counts:
    """Counts which character followed which others, up to ``order`` of them, in the pieces of text that it is given.

    What was seen after long contexts counts most, and the more, the fewer different characters followed them; the rest
    is left to shorter ones, and at last to all characters alike (Witten and Bell, 1991, method C).
    """

    def __init__(self, pieces: Sequence[str] = (), *, order: int = ORDER):
        self.order = order
        self.followers: dict[str, Counter[str]] = defaultdict(Counter)
        for piece in _pieces(pieces):
            for place, char in enumerate(piece):
                for length in range(min(order, place) + 1):
                    self.followers[piece[place - length : place]][char] += 1
        self._sizes = {context: (sum(n.values()), len(n)) for context, n in self.followers.items()}

    def likelihoods(self, pieces: Sequence[str]) -> np.ndarray:
        """How likely each character of some pieces was, given those before it (characters,)."""
        return np.array([self._likely(piece, at) for piece in _pieces(pieces) for at in range(len(piece))])

    def bits(self, pieces: Sequence[str]) -> float:
        """Bits per character: what it takes on the mean to say which one comes, to one who knows these counts."""
        return bits_of(self.likelihoods(pieces))

    def next(self, before: str, most: int = 5) -> dict[str, float]:
        """The likeliest characters after ``before``, and how likely each is."""
        likely = {char: self._likely(before + char, len(before)) for char in alphabet()}
        return dict(sorted(likely.items(), key=lambda pair: -pair[1])[:most])

    def _likely(self, piece: str, at: int) -> float:
        likely, char = 1 / len(alphabet()), piece[at]
        for length in range(min(self.order, at) + 1):
            context = piece[at - length : at]
            if context not in self._sizes:
                break
            total, kinds = self._sizes[context]
            likely = (self.followers[context][char] + kinds * likely) / (total + kinds)
        return likely


@dataclass(frozen=True)
class Mixture:
    """Several counts that foretell together; ``weights`` say how much each is listened to, and add up to 1."""

    parts: Mapping[str, Counts]
    weights: Mapping[str, float]

    def bits(self, pieces: Sequence[str]) -> float:
        """Bits per character."""
        told = np.array([part.likelihoods(pieces) for part in self.parts.values()])
        return bits_of(np.array([*self.weights.values()]) @ told)


def mix(own: Sequence[str], relatives: Mapping[str, Counts]) -> Mixture:
    """Counts of one's own text and of others', mixed as foretells that text best.

    What one's own counts say of the text is told by counts of the other three quarters of it, as counts know by heart
    what they counted.
    """
    told = np.array([out_of_fold(own), *(each.likelihoods(own) for each in relatives.values())])
    names = ("its own", *relatives)
    return Mixture(
        dict(zip(names, (Counts(own), *relatives.values()), strict=True)),
        dict(zip(names, mixing_weights(told).tolist(), strict=True)),
    )


def out_of_fold(pieces: Sequence[str]) -> np.ndarray:
    """How likely each character is to counts of the other quarters of the text (characters,)."""
    text = "".join(_pieces(pieces))
    cuts = np.linspace(0, len(text), FOLDS + 1).astype(int)
    return np.concatenate(
        [Counts([text[:start], text[stop:]]).likelihoods([text[start:stop]]) for start, stop in pairwise(cuts)]
    )


def mixing_weights(told: np.ndarray) -> np.ndarray:
    """The weights under which a mixture finds a text likeliest, of what its parts say of it (parts, characters).

    By expectation and maximisation (Jelinek and Mercer, 1980).
    """
    weights = np.full(len(told), 1 / len(told))
    for _ in range(ROUNDS):
        shares = weights[:, None] * told
        weights = (shares / shares.sum(axis=0)).mean(axis=1)
    return weights


def bits_of(likelihoods: np.ndarray) -> float:
    """Bits per character, of how likely each one was."""
    return float(-np.log2(likelihoods).mean())


def network() -> LetterNet:
    """A network that knows nothing yet."""
    return LetterNet(len(alphabet()))


def teach(network: LetterNet, pieces: Sequence[str], *, steps: int = STEPS, seed: int = 0) -> LetterNet:
    """Let a network learn to foretell a text, in place; it is returned."""
    before, after = examples(pieces)
    with seeded(seed):
        network.train()
        optimiser = torch.optim.AdamW(network.parameters(), lr=RATE)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: one_cycle(step, steps))
        for rows in draw_batches(len(after), BATCH, steps, seed):
            loss = F.cross_entropy(network(before[rows]), after[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return network.eval()


@torch.inference_mode()
def network_bits(network: LetterNet, pieces: Sequence[str]) -> float:
    """Bits per character of a network."""
    before, after = examples(pieces)
    return F.cross_entropy(network.eval()(before), after).item() / math.log(2)


def examples(pieces: Sequence[str]) -> tuple[Tensor, Tensor]:
    """The six characters before each one as numbers (n, 6), and itself (n,); line ends stand before each piece."""
    numbers = {char: number for number, char in enumerate(alphabet())}
    if strange := set().union(*_pieces(pieces)) - numbers.keys():
        raise TlkitError(f"The network's alphabet has no {min(strange)!r}: leave it out, and write in small letters.")
    start = [numbers[END]] * BEFORE
    rows = [torch.tensor(start + [numbers[char] for char in piece]) for piece in pieces]
    windows = torch.cat([row.unfold(0, BEFORE + 1, 1) for row in rows])
    return windows[:, :-1], windows[:, -1]


def _pieces(pieces: Sequence[str]) -> Sequence[str]:
    if isinstance(pieces, str):
        raise TlkitError("A text is given in pieces, such as language('Galician').learn: put one text in a list.")
    return pieces
