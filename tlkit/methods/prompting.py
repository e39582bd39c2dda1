"""Prompting: a language model is asked in words and answers with the likeliest of a task's words. Nothing learns."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from torch import nn

from tlkit.arguments import whole
from tlkit.datasets.task import Examples, Task, accuracy_of
from tlkit.errors import TlkitError, first_line
from tlkit.errors import shown as repeated
from tlkit.events import Listener, ignore
from tlkit.methods.answer_scores import gap_after, score_words
from tlkit.methods.method import Case, Outcome, Strategy
from tlkit.models.backbone import Backbone, count_parameters
from tlkit.models.language_model import LanguageModel
from tlkit.seeding import stream

if TYPE_CHECKING:
    from tlkit.experiments.source import Source

RECIPE = 1  # raise it when a change to the code changes what is answered: older saved results are then not reused
TEMPLATE = "{question}\n\n{text}\n\nAnswer ({words}):"
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


@dataclass(frozen=True, repr=False)
class Prompting(Strategy):
    """How a language model is asked: ``template`` with {question}, {words} and {text}, and what it is shown first.

    ``shown`` is how many labelled examples of each class stand before the question: a number, or ``"shots"`` for all
    that the run may use. ``calibrated`` divides by what the model answers where there is no text (Zhao et al., 2021).
    ``order`` numbers the orders in which the same examples may stand.
    """

    template: str
    shown: int | Literal["shots"] = 0
    calibrated: bool = False
    order: int = 0

    body_is_frozen = True
    cuts_texts = False

    def recipe(self) -> list:
        """All that a run's result depends on."""
        return ["prompt", RECIPE, self.name, self.template, self.shown, self.calibrated, self.order]

    def check(self, source: Source, target: Task) -> None:
        """Who is asked must be able to answer."""
        super().check(source, target)
        if not isinstance(source.backbone, LanguageModel):
            raise TlkitError(f"{self.name!r} asks in words, and {source.name} can't answer: take a language model.")

    def rows(self, target: Task, shots: int, seed: int) -> np.ndarray:
        """Those that it is shown."""
        shown = shots if self.shown == "shots" else self.shown
        return target.draw(shown, seed=seed) if shown else np.empty(0, int)

    def fit(self, case: Case) -> Outcome:
        """Nothing learns: the model is asked. The same prompt is read once for all runs, unless one keeps the model."""
        began = time.perf_counter()
        luck = stream(case.seed, "prompt order", case.target.name, self.order)
        shown = case.target.train.take(np.random.default_rng(luck).permutation(case.rows))
        known = None if case.keep else case.known  # who keeps the network may change it
        model = Prompted(case.source.backbone, case.target, self, shown, log_probs=known)
        seconds = time.perf_counter() - began
        chances = model.probabilities(case.target.test.items, on_event=case.on_event)
        return Outcome(chances, seconds, 0, count_parameters(model), model if case.keep else None)


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
        self.shown = task.train.take(np.empty(0, int)) if shown is None else shown
        solved = zip(self.shown.items, self.shown.labels, strict=True)
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


def Prompt(
    template: str = TEMPLATE,
    *,
    shown: int | Literal["shots"] = 0,
    calibrated: bool = False,
    order: int = 0,
    wording: str = "",
) -> Prompting:
    """No weight changes: a language model is asked, and its likeliest answer counts (Brown et al., 2020).

    ``shown`` labelled examples of each class stand before the question: a number, or "shots" for all there are. The
    same examples stand in another order for each number ``order``. ``wording`` is what to call the template, where
    several are compared.
    """
    _check_template(template)
    if shown != "shots":
        no = f"shown={repeated(shown)} is no number of examples"
        shown = whole(shown, no, least=0, instead="'shots' for all there are")
    order = whole(order, f"order={repeated(order)} is no number of an order", least=0)
    name = "prompt" + (f":{shown}" if shown else "") + "+calibrated" * calibrated
    name += (f", {wording}" if wording else "") + (f", order {order}" if order else "")
    seen = "nothing" if not shown else "the shots" if shown == "shots" else f"{shown} of each class"
    about = f"no weight changes: the model is shown {seen}, then asked"
    return Prompting(name, about, template, shown, calibrated, order)


def wordings(templates: Mapping[str, str] = WORDINGS, *, calibrated: bool = False, shown: int = 0) -> list[Prompting]:
    """Prompting in each of several wordings, by name; of each class ``shown`` examples stand before the question."""
    return [Prompt(text, shown=shown, wording=name, calibrated=calibrated) for name, text in templates.items()]


def either(words: Sequence[str]) -> str:
    """``no or yes``; ``red, green or blue``."""
    return ", ".join(words[:-1]) + f" or {words[-1]}"


def _check_template(template: object) -> None:
    if not isinstance(template, str) or "{text}" not in template:
        raise TlkitError(
            f"The template {repeated(template)} has no place for the text: give a text with {{text}} where it goes."
        )
    try:
        template.format(question="", words="", text="")
    except (LookupError, ValueError, AttributeError) as error:
        raise TlkitError(
            f"The template {repeated(template)} can't be filled in ({first_line(error)}): between braces there may be "
            "{question}, {words} and {text}; other braces are written twice, {{ and }}."
        ) from error
