"""Prompting: a language model is asked in words and answers with the likeliest of a task's words. Nothing learns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import torch
from torch import nn

from tlkit.datasets.task import Examples, Task
from tlkit.events import Listener, ignore
from tlkit.methods.answer_scores import gap_after, score_words
from tlkit.methods.classifier import accuracy_of
from tlkit.methods.strategy import Prompt, Prompting, Strategy
from tlkit.models.backbone import Backbone

NO_TEXT = ("N/A", "", "[MASK]")  # what stands for no text at all, in calibration
WORDINGS = MappingProxyType({  # eight ways to ask for a sentiment; nobody chose among them by what they find
    "question": "{question}\n\n{text}\n\nAnswer ({words}):",
    "label": "Text: {text}\nSentiment:",
    "blank": "{text}\n\nIs this {words}? It is",
    "quote": 'Tweet: "{text}"\nThe feeling of this tweet is',
    "chat": "<|im_start|>user\n{question} Answer with {words} only.\n\n{text}<|im_end|>\n<|im_start|>assistant\n",
    "mood": '"{text}" My mood is',
    "call": "I would call the following message {words}.\n{text}\nMy answer:",
    "review": "Review: {text}\nSentiment:",
})  # fmt: skip
REQUESTS = MappingProxyType({  # five ways to put any task; words come before the text, so that they are read once
    "question": "{question} ({words})\n\n{text}\nAnswer:",
    "list": "Possible answers: {words}.\n\nMessage: {text}\nAnswer:",
    "topic": 'Message: "{text}"\nTopic:',
    "choices": 'The choices are {words}.\n"{text}" is about',
    "call": WORDINGS["call"],
})  # fmt: skip


class Prompted(nn.Module):
    """A language model that is asked about a task's items, after ``shown`` examples with their answers.

    ``log_probs`` holds the scores by prompt that the same model, unchanged, gave before; new ones are added to it.
    """

    def __init__(
        self,
        backbone: Backbone,
        task: Task,
        prompting: Prompting,
        shown: Examples | None = None,
        *,
        log_probs: dict[tuple, np.ndarray] | None = None,
    ):
        super().__init__()
        self.backbone, self.task, self.prompting = backbone, task, prompting
        self._log_probs = log_probs
        self.words = task.label_words or task.classes
        solved = zip(shown.items, shown.labels, strict=True) if shown is not None else ()
        asked = [(self._ask(text), self.words[label]) for text, label in solved]
        self._before = "".join(f"{ask}{gap_after(ask)}{word}\n\n" for ask, word in asked)

    def prompt(self, text: str) -> str:
        """All that the model reads before it answers about ``text``."""
        return self._before + self._ask(text)

    def probabilities(self, items: np.ndarray, *, on_event: Listener = ignore) -> np.ndarray:
        """How likely the model finds each of the task's answers (n, classes)."""
        scores = self._scores(items, on_event)
        if self.prompting.calibrated:
            scores = scores - self._without_text()
        return torch.from_numpy(scores).softmax(dim=1).numpy()

    def accuracy(self, examples: Examples, *, on_event: Listener = ignore) -> float:
        """The share of ``examples`` that is named right."""
        return accuracy_of(self.probabilities(examples.items, on_event=on_event), examples.labels)

    def _ask(self, text: str) -> str:
        words = either(self.words)
        question = self.task.question or "Which of these is it?"
        return self.prompting.template.format(question=question, words=words, text=text)

    def _without_text(self) -> np.ndarray:
        """What it would answer whatever the text: the mean over texts that say nothing (classes,)."""
        chances = torch.from_numpy(self._scores(NO_TEXT, ignore)).softmax(dim=1).mean(dim=0)
        return chances.log().numpy()

    def _scores(self, texts: Iterable[str], on_event: Listener) -> np.ndarray:
        """The log-probability of each word (n, classes); the same prompt is read once."""
        known = {} if self._log_probs is None else self._log_probs
        prompts = [(self.prompt(text), *self.words) for text in texts]
        new = [asked for asked in dict.fromkeys(prompts) if asked not in known]
        if new:
            scores = score_words(self.backbone, [prompt for prompt, *_ in new], self.words, on_event=on_event)
            known.update(zip(new, scores, strict=True))
        return np.stack([known[asked] for asked in prompts])


def wordings(templates: Mapping[str, str] = WORDINGS, *, calibrated: bool = False, shown: int = 0) -> list[Strategy]:
    """Prompting in each of several wordings, by name; of each class ``shown`` examples stand before the question."""
    return [Prompt(text, shown=shown, wording=name, calibrated=calibrated) for name, text in templates.items()]


def either(words: Sequence[str]) -> str:
    """``no or yes``; ``red, green or blue``."""
    return ", ".join(words[:-1]) + f" or {words[-1]}"
