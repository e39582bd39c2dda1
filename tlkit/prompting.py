"""Prompting: a language model is asked in words and answers with the likeliest of a task's words. Nothing learns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlkit.backbones.base import Backbone, threads
from tlkit.backbones.text import Sequences
from tlkit.errors import TlkitError
from tlkit.events import Listener, Looked, ignore
from tlkit.strategy import Prompting
from tlkit.tasks.base import Examples, Task
from tlkit.training import share_right

TOKENS = 4096  # of prompts that are read together
NO_TEXT = ("N/A", "", "[MASK]")  # what stands for no text at all, in calibration


class Prompted(nn.Module):
    """A language model that is asked about a task's items, after ``shown`` examples with their answers."""

    def __init__(self, backbone: Backbone, task: Task, prompting: Prompting, shown: Examples | None = None):
        super().__init__()
        self.backbone, self.task, self.prompting = backbone, task, prompting
        self.words = task.words or task.classes
        solved = zip(shown.items, shown.labels, strict=True) if shown is not None else ()
        self._before = "".join(f"{self._ask(text)} {self.words[label]}\n\n" for text, label in solved)

    def prompt(self, text: str) -> str:
        """All that the model reads before it answers about ``text``."""
        return self._before + self._ask(text)

    def probabilities(self, items: np.ndarray, *, on_event: Listener = ignore) -> np.ndarray:
        """How likely the model finds each of the task's answers (n, classes)."""
        scores = score_words(self.backbone, [self.prompt(text) for text in items], self.words, on_event=on_event)
        if self.prompting.calibrated:
            scores = scores - self._without_text()
        return torch.from_numpy(scores).softmax(dim=1).numpy()

    def accuracy(self, examples: Examples, *, on_event: Listener = ignore) -> float:
        """The share of ``examples`` that is named right."""
        return share_right(self.probabilities(examples.items, on_event=on_event), examples.labels)

    def _ask(self, text: str) -> str:
        words = ", ".join(self.words[:-1]) + f" or {self.words[-1]}"
        question = self.task.question or "Which of these is it?"
        return self.prompting.template.format(question=question, words=words, text=text)

    def _without_text(self) -> np.ndarray:
        """What it would answer whatever the text: the mean over texts that say nothing (classes,)."""
        scores = score_words(self.backbone, [self.prompt(nothing) for nothing in NO_TEXT], self.words)
        chances = torch.from_numpy(scores).softmax(dim=1).mean(dim=0)
        return chances.log().numpy()


@torch.no_grad()
def score_words(
    backbone: Backbone, prompts: Sequence[str], words: Sequence[str], *, on_event: Listener = ignore
) -> np.ndarray:
    """The log-probability of each of ``words``, all of its tokens together, after each prompt (n, words)."""
    if getattr(backbone, "unembed", None) is None:
        raise TlkitError(f"{backbone.name} says no words: prompting takes a language model, such as 'smollm2'.")
    tokenizer = backbone.prepare.tokenizer
    asked = tokenizer(list(prompts))["input_ids"]
    answers = [tokenizer(f" {word}", add_special_tokens=False)["input_ids"] for word in words]
    _check_length(backbone, max(map(len, asked)) + max(map(len, answers)))
    scores = np.zeros((len(asked), len(words)))
    readings: dict[tuple[int, ...], list] = {}  # where all answers are one token, one reading of a prompt serves them
    for row, prompt in enumerate(asked):
        for column, answer in enumerate(answers):
            readings.setdefault((*prompt, *answer[:-1]), []).append((row, column, answer))
    with threads(backbone.threads):
        done = 0
        for batch in _batches(sorted(readings, key=len)):
            states = backbone.run(_padded(batch).to(backbone.device)).values
            done += len(batch)
            on_event(Looked(done, len(readings)))
            for tokens, said in zip(batch, states, strict=True):
                for row, column, answer in readings[tokens]:
                    scores[row, column] = _log_probability(backbone, said[: len(tokens)], answer)
    return scores


def _log_probability(backbone: Backbone, states: Tensor, answer: Sequence[int]) -> float:
    """The log-probability of ``answer``, whose last token is foretold by the last of ``states`` (length, width)."""
    said = F.log_softmax(backbone.unembed(states[-len(answer) :]).float(), dim=-1)
    return float(said[range(len(answer)), answer].sum())


def _batches(readings: Sequence[tuple[int, ...]]) -> Iterator[list[tuple[int, ...]]]:
    """Readings of like length together, at most ``TOKENS`` tokens with their padding."""
    batch: list[tuple[int, ...]] = []
    for tokens in readings:
        if batch and (len(batch) + 1) * len(tokens) > TOKENS:
            yield batch
            batch = []
        batch.append(tokens)
    if batch:
        yield batch


def _padded(batch: Sequence[tuple[int, ...]]) -> Sequences:
    longest = max(map(len, batch))
    values = torch.tensor([[*tokens, *[0] * (longest - len(tokens))] for tokens in batch])
    mask = torch.tensor([[1] * len(tokens) + [0] * (longest - len(tokens)) for tokens in batch])
    return Sequences(values, mask)


def _check_length(backbone: Backbone, longest: int) -> None:
    if longest > backbone.context:
        raise TlkitError(
            f"A prompt of {longest} tokens is longer than the {backbone.context} that {backbone.name} can read: "
            "show it fewer or shorter examples."
        )
