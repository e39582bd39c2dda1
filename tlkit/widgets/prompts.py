"""The bench of prompts: wording, examples, their order and the words for the labels; how likely each label is then."""

from __future__ import annotations

import dataclasses
import functools
import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import ipywidgets as W
import numpy as np
from matplotlib.figure import Figure

from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Task
from tlkit.errors import TlkitError
from tlkit.events import Listener
from tlkit.experiments.source import check_backbone
from tlkit.methods.classifier import check_modality
from tlkit.methods.prompting import WORDINGS, Prompted
from tlkit.methods.strategy import Prompt
from tlkit.models.backbone import Backbone
from tlkit.models.language_model import LanguageModel
from tlkit.widgets.ahead import Piece, quiet
from tlkit.widgets.base import Lab, buttons, count, given_pairs, slider, values_of
from tlkit.widgets.bench import Bench as LabBench
from tlkit.widgets.screen import Likelihoods
from tlkit.widgets.screen import Screen as LabScreen

TESTED = 20  # test texts that the bench asks about: some seconds
ORDERS = 5
WORDS = (("negative", "positive"), ("bad", "good"), ("sad", "happy"), ("A", "B"), ("positive", "negative"))


@dataclass(frozen=True)
class Answer:
    """What was read, how likely the model then finds each word, and which it should be, where that is known."""

    prompt: str
    label_words: tuple[str, ...]
    chances: tuple[float, ...]
    truth: int | None
    tested: tuple[float, int] | None

    def words(self) -> str:
        """The answer as a sentence or two."""
        best = int(np.argmax(self.chances))
        listed = ", ".join(f"{word} {chance:.0%}" for word, chance in zip(self.label_words, self.chances, strict=True))
        verdict = ""
        if self.truth is not None:
            verdict = ": right" if best == self.truth else f": wrong, it is {self.label_words[self.truth]}"
        found = ""
        if self.tested is not None:
            found = f" Asked so about {count(self.tested[1], 'test text')}, it names {self.tested[0]:.0%} right."
        return f"It says {self.label_words[best]}{verdict} ({listed}).{found}"


@dataclass(frozen=True)
class Question:
    """All that makes a prompt but for the text."""

    wording: str
    shown: int
    order: int
    words: tuple[str, ...]
    calibrated: bool


class Bench(LabBench):
    """The lab's compute: prompts by question, what the model says, and how often that is right."""

    def __init__(self, backbone: Backbone, task: Task, templates: Mapping[str, str]):
        super().__init__(1)
        self.backbone, self.task, self.templates = backbone, task, templates
        self.few = task.fewer(test=min(TESTED, len(task.test)), seed=0)

    def prompted(self, question: Question) -> Prompted:
        """The model with the question."""
        asked = Prompt(self.templates[question.wording], calibrated=question.calibrated)
        task = dataclasses.replace(self.task, label_words=question.words)
        if not question.shown:
            return Prompted(self.backbone, task, asked)
        rows = np.random.default_rng(question.order).permutation(task.draw(question.shown, seed=0))
        return Prompted(self.backbone, task, asked, task.train.take(rows))

    def answer(self, question: Question, text: str, on_event: Listener) -> Answer:
        """What the model says of ``text``; it is asked once."""
        chances = self.read(question, text, on_event)
        known = np.flatnonzero(self.task.test.items == text)
        truth = int(self.task.test.labels[known[0]]) if len(known) else None
        prompt = self.prompted(question).prompt(text)
        return Answer(prompt, question.words, chances, truth, self.made((question,)))

    def read(self, question: Question, text: str, on_event: Listener) -> tuple[float, ...]:
        """How likely each word is after ``text``; it is read once."""
        return self.once((question, text), lambda: self._read(question, text, on_event))

    def knows(self, question: Question, text: str) -> bool:
        """Whether it was read."""
        return self.made((question, text)) is not None

    def test(self, question: Question, on_event: Listener) -> None:
        """Ask about some test texts."""
        few = self.few.test
        self.once((question,), lambda: (self.prompted(question).accuracy(few, on_event=on_event), len(few)))

    def _read(self, question: Question, text: str, on_event: Listener) -> tuple[float, ...]:
        items = np.array([text], dtype=object)
        return tuple(map(float, self.prompted(question).probabilities(items, on_event=on_event)[0]))


class Screen(LabScreen):
    """The lab's picture: how likely each of the label words is, with the room that they need."""

    def __init__(self, label_words: Sequence[str]):
        super().__init__(Figure(figsize=(7.2, 2.0), dpi=100, layout="constrained"))
        ax = self.figure.subplots()
        self._likelihoods = Likelihoods(ax, len(label_words))
        ax.set_yticks(range(len(label_words)), label_words)
        ax.set(title="", xlabel="how likely it finds each word (hatched: true)")
        self.changing = self._likelihoods.artists

    def update(self, answer: Answer) -> None:
        """The answer as bars."""
        self._likelihoods.tell(answer.chances, answer.truth, "#0072b2")


class PromptLab(Lab):
    """A sentence, a wording, examples and their order, the words for the labels; the likelihood of each word answers.

    The model reads in the background, and can be stopped. ``texts`` are how many of the test's texts to choose from;
    any other can be typed.
    """

    beyond = (
        "sentences and label words of your own choice, examples in the prompt, and asking about many texts at once."
    )

    def __init__(
        self, backbone: Backbone, task: Task | str, *, templates: Mapping[str, str] = WORDINGS, texts: int = 8
    ):
        super().__init__()
        task, templates = as_task(task), given_pairs(templates, "templates", "{'mine': '{text} It is'}")
        check_modality(check_backbone(backbone), task)
        for template in templates.values():
            Prompt(template)  # refuses what can't be filled in
        if not isinstance(backbone, LanguageModel):
            raise TlkitError(f"{backbone.name} says no words, and this lab asks for them: take 'smollm2'.")
        self.bench, self._screen_of, self._shown = Bench(backbone, task, templates), functools.cache(Screen), None
        few = [str(text) for text in task.fewer(test=texts, seed=0).test.items]
        self.text = slider("Sentence", [(str(number), text) for number, text in enumerate(few, start=1)], few[0])
        self.own = W.Text(description="Or your own", continuous_update=False, placeholder="type, then Enter")
        self.own.layout, self.own.style = {"width": "38em", "max_width": "100%"}, {"description_width": "11em"}
        self.wording = buttons("Wording", list(templates))
        self.shown = slider("Examples a class", [0, 1, 2], 0)
        self.order = slider("Their order", list(range(1, ORDERS + 1)), 1)
        self.label_words = buttons("Label words", [(" / ".join(words), words) for words in _fitting(task)])
        self.calibrated = buttons("Calibrated", [("no", False), ("yes", True)])
        self.test = W.Button(
            description=f"Ask about {len(self.bench.few.test)} texts", icon="play", layout={"width": "auto"}
        )
        self.test.on_click(lambda _: self.ask_many())
        self.reads = W.HTML()
        controls = [self.text, self.own, self.wording, self.shown, self.order, self.label_words, self.calibrated]
        for control in controls:
            control.observe(self.ask, "value")
        self.children = [*controls, W.HBox([self.test, self.stop]), self.picture, self.words, self.reads]
        self.ask()
        self.wait()

    def __repr__(self) -> str:
        return f"PromptLab: {self._shown.words() if self._shown else 'nothing was asked yet.'}"

    @property
    def answer(self) -> Answer:
        """What the lab shows."""
        return self._shown

    @property
    def question(self) -> Question:
        """What the controls ask for."""
        return Question(
            self.wording.value, self.shown.value, self.order.value, self.label_words.value, self.calibrated.value
        )

    @property
    def controls(self) -> list[W.Widget]:
        """What a reader moves without a kernel: nothing that would take thousands of readings."""
        return [self.text, self.wording, self.calibrated]

    def ask(self, _change: dict | None = None) -> None:
        """Ask about the sentence."""
        self.order.disabled = not self.shown.value
        question, text = self.question, self.own.value.strip() or self.text.value
        with quiet().asked():
            self.halt()
            if self.bench.knows(question, text):
                self._ask(question, text)
            else:
                self.start(lambda: self._ask(question, text), self._left)

    def ask_many(self) -> None:
        """Ask the same about some test texts."""
        question, text = self.question, self.own.value.strip() or self.text.value

        def work() -> None:
            self.bench.test(question, self.follow("Asking"))
            self._ask(question, text)

        self.start(work, self._left)

    def _ask(self, question: Question, text: str) -> None:
        answer = self.bench.answer(question, text, self.follow("Reading"))
        with self._lock:
            self._shown = answer
            self.present(self._screen_of(answer.label_words), answer)
            self.reads.value = (
                '<div style="max-width:60em"><b>What it reads</b>, to the last character; then the words are scored:'
                '<pre style="white-space:pre-wrap;border-left:4px solid #0072b2;padding:.3em .9em">'
                f"{html.escape(answer.prompt)}</pre></div>"
            )
        self.work_ahead(self._pieces(question, text))

    def _pieces(self, now: Question, text: str) -> Iterator[Piece]:
        """The other sentences, and then the other positions of each control."""
        others = [(now, other) for _, other in self.text.options]
        controls = {"wording": self.wording, "words": self.label_words, "shown": self.shown, "order": self.order}
        for part, control in (controls | {"calibrated": self.calibrated}).items():
            others += [(dataclasses.replace(now, **{part: value}), text) for value in values_of(control)]
        for question, sentence in others:
            yield lambda listen, asked=(question, sentence): self.bench.read(*asked, listen)

    def _left(self) -> str:
        return "Stopped. The picture is that of the question before."


def _fitting(task: Task) -> Sequence[tuple[str, ...]]:
    """The words to choose from: the task's own first, then others, where it has two classes."""
    own = task.label_words or task.classes
    return [own, *(words for words in WORDS if words != own)] if len(own) == 2 else [own]
