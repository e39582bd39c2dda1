"""Prompting: a language model is asked in words and answers with the likeliest of a task's words. Nothing learns."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlkit.backbones.base import Backbone, threads
from tlkit.backbones.text import padded, read_after, reads_side_by_side
from tlkit.errors import TlkitError
from tlkit.events import Listener, Looked, ignore
from tlkit.results import Estimate, Results
from tlkit.strategy import Prompt, Prompting, Strategy
from tlkit.tasks.base import Examples, Task
from tlkit.training import share_right

TOKENS = 512  # of prompts that are read together, padding and all
BESIDE = 512  # of them behind what they share: each token looks at all of these, whether it may see them or not
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

    ``said`` holds scores by prompt that the same model, unchanged, gave before; new ones are added to it.
    """

    def __init__(
        self,
        backbone: Backbone,
        task: Task,
        prompting: Prompting,
        shown: Examples | None = None,
        *,
        said: dict[tuple, np.ndarray] | None = None,
    ):
        super().__init__()
        self.backbone, self.task, self.prompting = backbone, task, prompting
        self._said = said
        self.words = task.words or task.classes
        solved = zip(shown.items, shown.labels, strict=True) if shown is not None else ()
        asked = [(self._ask(text), self.words[label]) for text, label in solved]
        self._before = "".join(f"{ask}{_gap(ask)}{word}\n\n" for ask, word in asked)

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
        return share_right(self.probabilities(examples.items, on_event=on_event), examples.labels)

    def _ask(self, text: str) -> str:
        words = _either(self.words)
        question = self.task.question or "Which of these is it?"
        return self.prompting.template.format(question=question, words=words, text=text)

    def _without_text(self) -> np.ndarray:
        """What it would answer whatever the text: the mean over texts that say nothing (classes,)."""
        chances = torch.from_numpy(self._scores(NO_TEXT, ignore)).softmax(dim=1).mean(dim=0)
        return chances.log().numpy()

    def _scores(self, texts: Iterable[str], on_event: Listener) -> np.ndarray:
        """The log-probability of each word (n, classes); the same prompt is read once."""
        said = {} if self._said is None else self._said
        prompts = [(self.prompt(text), *self.words) for text in texts]
        new = [asked for asked in dict.fromkeys(prompts) if asked not in said]
        if new:
            scores = score_words(self.backbone, [prompt for prompt, *_ in new], self.words, on_event=on_event)
            said.update(zip(new, scores, strict=True))
        return np.stack([said[asked] for asked in prompts])


def wordings(templates: Mapping[str, str] = WORDINGS, *, calibrated: bool = False, shown: int = 0) -> list[Strategy]:
    """Prompting in each of several wordings, by name; of each class ``shown`` examples stand before the question."""
    return [Prompt(text, shown=shown, wording=name, calibrated=calibrated) for name, text in templates.items()]


def by_wording(results: Results, strategies: Sequence[Strategy], *, words: Sequence[str] = ()) -> Estimate:
    """The accuracy of each of several strategies that differ in their wording; wordings take the place of seeds.

    ``words`` are those for the labels, where they are not the task's own and the claim is to say so.
    Where examples are shown, the results may hold a seed for each wording: then each had a draw of its own.
    """
    return _estimate(results, strategies, "wordings", words)


def by_order(results: Results, strategies: Sequence[Strategy]) -> Estimate:
    """The accuracy of each of several strategies that differ in the order of what is shown; orders for seeds."""
    return _estimate(results, strategies, "orders")


def on_labels(task: Task, *, shots: int, seed: int) -> Task:
    """The same task, to be tested on ``shots`` labelled examples of each class: what a wording can be chosen by."""
    return replace(task, test=task.shots(shots, seed=seed))


def by_labels(results: Results, tried: Mapping[int, Results], strategies: Sequence[Strategy]) -> Estimate:
    """The accuracy in ``results`` of that strategy which each seed's own labelled examples chose.

    ``tried`` holds, for each seed, the strategies' runs on those examples (:func:`on_labels`). Of equals the first is
    taken.
    """
    found = by_wording(results, strategies).values
    chosen = {seed: int(np.argmax(by_wording(runs, strategies).values)) for seed, runs in tried.items()}
    return Estimate({seed: found[best] for seed, best in chosen.items()}, "asked in the wording that labels chose")


def _estimate(results: Results, strategies: Sequence[Strategy], of: str, words: Sequence[str] = ()) -> Estimate:
    runs = [results.where(strategy=strategy.name).runs[0] for strategy in strategies]
    asked = [strategy.prompting for strategy in strategies]
    what = f"asked in {len(runs)} {of}" + (f" for {_either(words)}" if words else "")
    what += ", with examples" * all(each.shown for each in asked) + ", calibrated" * all(e.calibrated for e in asked)
    return Estimate({number: run.accuracy for number, run in enumerate(runs)}, what, of)


def _either(words: Sequence[str]) -> str:
    """``no or yes``; ``red, green or blue``."""
    return ", ".join(words[:-1]) + f" or {words[-1]}"


def _gap(prompt: str) -> str:
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
    spoken = {gap: [_tokens(tokenizer, gap + word) for word in words] for gap in map(_gap, prompts)}
    _check_length(
        backbone, max(map(len, asked)) + max(len(answer) for answers in spoken.values() for answer in answers)
    )
    scores = np.zeros((len(asked), len(words)))
    readings: dict[tuple[int, ...], list] = {}  # where all answers are one token, one reading of a prompt serves them
    for row, prompt in enumerate(asked):
        for column, answer in enumerate(spoken[_gap(prompts[row])]):
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
