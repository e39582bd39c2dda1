"""How likely a language model finds each answer to a question."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from tlkit.errors import TlkitError
from tlkit.events import Listener, Looked, ignore
from tlkit.models.backbone import Backbone
from tlkit.models.sequences import padded
from tlkit.models.transformer import read_after, reads_side_by_side
from tlkit.runtime.torch_state import threads

TOKENS = 512  # of prompts that are read together, padding and all
BESIDE = 512  # of them behind what they share: each token looks at all of these, whether it may see them or not


def gap_after(prompt: str) -> str:
    """What stands between a prompt and its answer: a space, unless the answer begins a line."""
    return "" if prompt.endswith("\n") else " "


@torch.no_grad()
def score_words(
    backbone: Backbone, prompts: Sequence[str], words: Sequence[str], *, on_event: Listener = ignore
) -> np.ndarray:
    """The log-probability of each of ``words``, all of its tokens together, after each prompt (n, words)."""
    if getattr(backbone, "unembed", None) is None:
        raise TlkitError(f"{backbone.name} says no words: prompting takes a language model, such as 'smollm2'.")
    tokenizer = backbone.prepare.tokenizer
    asked = tokenizer(list(prompts))["input_ids"]
    spoken = {gap: [_tokens(tokenizer, gap + word) for word in words] for gap in map(gap_after, prompts)}
    _check_length(
        backbone, max(map(len, asked)) + max(len(answer) for answers in spoken.values() for answer in answers)
    )
    scores = np.zeros((len(asked), len(words)))
    readings: dict[tuple[int, ...], list] = {}  # where all answers are one token, one reading of a prompt serves them
    for row, prompt in enumerate(asked):
        for column, answer in enumerate(spoken[gap_after(prompts[row])]):
            readings.setdefault((*prompt, *answer[:-1]), []).append((row, column, answer))
    longest = max(len(answer) for answers in spoken.values() for answer in answers)
    done = 0
    with threads(backbone.threads):
        for batch in _read(backbone, sorted(readings, key=len), longest):
            told = _log_probabilities(backbone, [states[-longest:] for _, states in batch])
            for (tokens, _), chances in zip(batch, told, strict=True):
                for row, column, answer in readings[tokens]:
                    scores[row, column] = float(chances[range(-len(answer), 0), answer].sum())
            done += len(batch)
            on_event(Looked(done, len(readings)))
    return scores


def _read(
    backbone: Backbone, readings: Sequence[tuple[int, ...]], last: int
) -> Iterator[list[tuple[tuple[int, ...], Tensor]]]:
    """Each reading with the states (length, width) of its ``last`` tokens or more, batch by batch.

    Prompts about one task begin alike, with the same examples; what all begin with is read once for many of them.
    """
    if not _side_by_side(backbone):
        for batch in _batches(readings, TOKENS):
            states = backbone.run(padded([torch.tensor(tokens) for tokens in batch]).to(backbone.device)).values
            yield [(tokens, said[: len(tokens)]) for tokens, said in zip(batch, states, strict=True)]
        return
    same = itertools.takewhile(lambda tokens: len(set(tokens)) == 1, zip(*readings, strict=False))
    alike = min(len(list(same)), len(readings[0]) - last)
    for batch in _batches([tokens[alike:] for tokens in readings], BESIDE):
        states = read_after(backbone, readings[0][:alike], batch)
        yield [((*readings[0][:alike], *rest), said) for rest, said in zip(batch, states, strict=True)]


def _side_by_side(backbone: Backbone) -> bool:
    """Whether many texts can be read behind what they share; a network is asked once."""
    if not hasattr(backbone, "_beside"):
        backbone._beside = reads_side_by_side(backbone)
    return backbone._beside


def _tokens(tokenizer, word: str) -> list[int]:
    return tokenizer(word, add_special_tokens=False)["input_ids"]


def _log_probabilities(backbone: Backbone, rows: Sequence[Tensor]) -> Sequence[Tensor]:
    """The log-probability of every token after each state, for rows of states (length, width).

    They are asked about together: with its word for every token the last layer is the largest, and slow to go through.
    """
    said = F.log_softmax(backbone.unembed(torch.cat(list(rows))).float(), dim=-1)
    return said.split([len(states) for states in rows])


def _batches(readings: Sequence[tuple[int, ...]], most: int) -> Iterator[list[tuple[int, ...]]]:
    """Readings, short to long, put together as long as they hold at most ``most`` tokens."""
    batch: list[tuple[int, ...]] = []
    for tokens in readings:
        if batch and (len(batch) + 1) * len(tokens) > most:
            yield batch
            batch = []
        batch.append(tokens)
    if batch:
        yield batch


def _check_length(backbone: Backbone, longest: int) -> None:
    if longest > backbone.context:
        raise TlkitError(
            f"A prompt of {longest} tokens is longer than the {backbone.context} that {backbone.name} can read: "
            "show it fewer or shorter examples."
        )
