"""How likely a language model finds each answer to a question."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from tlkit.errors import TlkitError
from tlkit.events import Listener, Progress, ignore
from tlkit.models.backbone import Backbone
from tlkit.models.language_model import LanguageModel
from tlkit.models.sequences import padded
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
    if not isinstance(backbone, LanguageModel):
        raise TlkitError(f"{backbone.name} says no words: prompting takes a language model, such as 'smollm2'.")
    asked = backbone.tokenizer(list(prompts))["input_ids"]
    answers = {gap: [_tokens(backbone, gap + word) for word in words] for gap in map(gap_after, prompts)}
    longest = max(len(answer) for each in answers.values() for answer in each)
    _check_length(backbone, max(map(len, asked)) + longest)
    readings: dict[tuple[int, ...], list] = {}  # where all answers are one token, one reading of a prompt serves them
    for row, prompt in enumerate(asked):
        for column, answer in enumerate(answers[gap_after(prompts[row])]):
            readings.setdefault((*prompt, *answer[:-1]), []).append((row, column, answer))
    scores, done = np.zeros((len(asked), len(words))), 0
    with threads(backbone.threads):
        for batch in _read(backbone, sorted(readings, key=len), longest):
            for tokens, log_probs in _log_probs(backbone, batch, longest):
                for row, column, answer in readings[tokens]:
                    scores[row, column] = float(log_probs[range(-len(answer), 0), answer].sum())
            done += len(batch)
            on_event(Progress(done, len(readings)))
    return scores


def _log_probs(
    backbone: LanguageModel, batch: Sequence[tuple[tuple[int, ...], Tensor]], last: int
) -> Iterator[tuple[tuple[int, ...], Tensor]]:
    """Each reading with the log-probabilities of what follows on its ``last`` tokens (last, vocabulary)."""
    ends = [states[-last:] for _, states in batch]  # (last, width) each, or shorter
    log_probs = backbone.log_probs(torch.cat(ends)).split([len(end) for end in ends])
    return zip((tokens for tokens, _ in batch), log_probs, strict=True)


def _read(
    backbone: LanguageModel, readings: Sequence[tuple[int, ...]], last: int
) -> Iterator[list[tuple[tuple[int, ...], Tensor]]]:
    """Each reading with the states (length, width) of its ``last`` tokens or more, batch by batch.

    Prompts about one task begin alike, with the same examples; what all begin with is read once for many of them.
    """
    if not backbone.reads_side_by_side:
        for batch in _batches(readings, TOKENS):
            states = backbone.run(padded([torch.tensor(tokens) for tokens in batch]).to(backbone.device)).values
            yield [(tokens, own[: len(tokens)]) for tokens, own in zip(batch, states, strict=True)]
        return
    same = itertools.takewhile(lambda tokens: len(set(tokens)) == 1, zip(*readings, strict=False))
    alike = min(len(list(same)), len(readings[0]) - last)
    for batch in _batches([tokens[alike:] for tokens in readings], BESIDE):
        states = backbone.read_after(readings[0][:alike], batch)
        yield [((*readings[0][:alike], *rest), own) for rest, own in zip(batch, states, strict=True)]


def _tokens(backbone: LanguageModel, word: str) -> list[int]:
    return backbone.tokenizer(word, add_special_tokens=False)["input_ids"]


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


def _check_length(backbone: LanguageModel, longest: int) -> None:
    if longest > backbone.context:
        raise TlkitError(
            f"A prompt of {longest} tokens is longer than the {backbone.context} that {backbone.name} can read: "
            "show it fewer or shorter examples."
        )
