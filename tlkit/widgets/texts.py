"""Labs of texts: a sentence among its neighbours, and what a reader's head start is worth on tasks of texts."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import ipywidgets as W
import numpy as np
from matplotlib.figure import Figure

from tlkit.datasets.task import Task
from tlkit.events import Listener
from tlkit.experiments.compare import transfer
from tlkit.experiments.results import Results, as_results
from tlkit.experiments.source import Source, as_source
from tlkit.experiments.text_baseline import STRATEGY, count_words
from tlkit.methods.classifier import accuracy_of, check_modality, new_head, probabilities
from tlkit.methods.frozen_features import FrozenFeatures
from tlkit.methods.linear_probe import fit_head
from tlkit.methods.strategy import as_strategy
from tlkit.models.backbone import Backbone
from tlkit.plots import label_curve, picture, style
from tlkit.widgets.base import Lab, buttons, count, given_shots, given_strategies, slider, texts_given
from tlkit.widgets.neighbours import shortened

DRAWS = 3  # different sets of labelled texts, for the spread
TEXTS = 10  # test texts that can be read with what the network says of them
MOST_BARS = 5  # of twenty classes only the likeliest are drawn
MARGIN = 1.25  # of the number of shots, left and right of the curve


@dataclass(frozen=True)
class Outcome:
    """One draw: the share of the test named right, and how likely each class is for the texts to read."""

    accuracy: float
    said: np.ndarray


@dataclass(frozen=True)
class Answer:
    """What the words lab shows: an accuracy for each draw so far, and what the first says of one text."""

    source: str
    target: str
    strategy: str
    shots: int
    accuracies: tuple[float, ...]
    text: str
    said: np.ndarray
    truth: int
    classes: tuple[str, ...]

    @property
    def mean(self) -> float:
        """The mean over draws."""
        return float(np.mean(self.accuracies))

    def words(self) -> str:
        """The answer as a sentence or two."""
        low, high, best = min(self.accuracies), max(self.accuracies), int(self.said.argmax())
        verdict = "and is right" if best == self.truth else f"and is wrong: it is {self.classes[self.truth]}"
        return (
            f"{style.label(self.strategy)}, {count(self.shots, 'label')} of each class: {self.mean:.1%} of "
            f"{style.short(self.target)} named right ({low:.1%} to {high:.1%} over "
            f"{count(len(self.accuracies), 'draw')}). Of the text below it says {self.classes[best]} "
            f"({self.said[best]:.0%}) {verdict}."
        )


class Bench:
    """The words lab's compute: outcomes by question, each made once; the texts of a task are read once."""

    def __init__(self, source: Source, most: int):
        self.source, self.most = source, most
        self._known: dict[tuple[str, str, int, int], Outcome] = {}
        self._read: dict[str, tuple[FrozenFeatures, np.ndarray]] = {}

    def run(self, target: Task, strategy: str, shots: int, draw: int, on_event: Listener | None = None) -> Outcome:
        """One draw of labels, and what is learnt from it."""
        key = (target.name, strategy, shots, draw)
        if key not in self._known:
            make = self._count if strategy == STRATEGY else self._fit if strategy == "head" else self._train
            self._known[key] = make(target, strategy, shots, draw, on_event)
        return self._known[key]

    def knows(self, target: Task, strategy: str, shots: int) -> bool:
        """Whether the answer is there within a blink: words to count, a head to fit, or what was trained before."""
        if strategy == STRATEGY or (strategy == "head" and target.name in self._read):
            return True
        return all((target.name, strategy, shots, draw) in self._known for draw in range(DRAWS))

    def read(self, target: Task, on_event: Listener | None = None) -> None:
        """Read all texts of a task that the heads of the lab will need."""
        body, most = self.source.backbone, min(self.most, target.most_shots)
        rows = np.unique(np.concatenate([target.draw(most, seed=draw) for draw in range(DRAWS)]))
        FrozenFeatures(body, target.train.items, on_event=on_event).features(rows)
        tested = FrozenFeatures(body, target.test.items, on_event=on_event).features()
        self._read[target.name] = FrozenFeatures(body, target.train.items), tested

    @staticmethod
    def texts(target: Task) -> np.ndarray:
        """The test rows of the texts that can be read."""
        return np.random.default_rng(0).permutation(len(target.test))[:TEXTS]

    def _count(self, target: Task, _strategy: str, shots: int, draw: int, _on_event) -> Outcome:
        result = count_words(target, shots=shots, seed=draw)
        return Outcome(result.accuracy, result.model.probabilities(target.test.items[self.texts(target)]))

    def _fit(self, target: Task, _strategy: str, shots: int, draw: int, on_event) -> Outcome:
        if target.name not in self._read:
            self.read(target, on_event)
        frozen, tested = self._read[target.name]
        rows = target.draw(shots, seed=draw)
        head = new_head(tested.shape[1], len(target.classes), seed=0)  # every weight is solved for: the seed is none
        fit_head(head, frozen.features(rows), target.train.labels[rows])
        chances = probabilities(head, tested)
        return Outcome(accuracy_of(chances, target.test.labels), chances[self.texts(target)])

    def _train(self, target: Task, strategy: str, shots: int, draw: int, on_event) -> Outcome:
        result = transfer(self.source, target, strategy=strategy, shots=shots, seed=draw, on_event=on_event)
        return Outcome(result.accuracy, result.model.probabilities(target.test.items[self.texts(target)]))


class Screen:
    """The words lab's picture: the label curve with the draws on it, and what is said of one text."""

    def __init__(self, shots: Sequence[int], saved: Results | None):
        self.figure = Figure(figsize=(9.6, 3.5), dpi=100)
        spaces = {"left": 0.07, "right": 0.97, "bottom": 0.15, "top": 0.9, "wspace": 0.45}
        self._curve, self._bars = self.figure.subplots(1, 2, width_ratios=[2.1, 1], gridspec_kw=spaces)
        self._saved, self._passing = saved, []
        label_curve.label_axes(self._curve, list(shots))
        self._curve.set_xlim(min(shots) / MARGIN, max(shots) * MARGIN)  # whatever the saved curves span

    def show(self, shown: Answer) -> bytes:
        """The answer as PNG."""
        for artist in self._passing:
            artist.remove()
        colour, marker, _ = style.style(shown.strategy)
        x = [shown.shots] * len(shown.accuracies)
        dots = {"marker": marker, "color": colour, "markersize": 8, "markeredgecolor": "white", "linestyle": ""}
        self._passing = [
            *self._draw_saved(shown),
            *self._curve.plot(x, shown.accuracies, **dots),
            *self._curve.plot(shown.shots, shown.mean, "_", color=colour, markersize=30, markeredgewidth=2),
        ]
        self._curve.set_title(f"{shown.mean:.0%} with {shown.shots} of each", loc="left", fontweight="bold")
        self._draw_bars(shown, colour)
        return picture.png(self.figure)

    def _draw_bars(self, shown: Answer, colour: str) -> None:
        likeliest = np.argsort(-shown.said, kind="stable")[:MOST_BARS][::-1]
        hatch = ["////" if number == shown.truth else "" for number in likeliest]
        self._bars.clear()
        self._bars.barh(
            range(len(likeliest)), shown.said[likeliest], color=colour, alpha=0.75, hatch=hatch, edgecolor="white"
        )
        self._bars.set_yticks(range(len(likeliest)), [shown.classes[number] for number in likeliest])
        self._bars.set(title="what it says (hatched: true)", xlim=(0, 1))
        self._bars.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
        self._bars.spines[["top", "right"]].set_visible(False)

    def _draw_saved(self, shown: Answer) -> list:
        """The lesson's curves behind the draws: counted words, to compare with, and the strategy itself."""
        known = Results(run for run in self._saved or () if run.target == shown.target)
        drawn = []
        for name in dict.fromkeys((STRATEGY, shown.strategy)):
            if name in known.strategies:
                colour, marker, dash = style.style(name)
                shots = known.where(strategy=name).shots
                mean = [known.accuracy(name, shots=k).mean for k in shots]
                look = {"color": colour, "marker": marker, "linestyle": dash, "alpha": 0.45}
                drawn += self._curve.plot(shots, mean, **look, label=f"{style.label(name)}, saved")
        return [*drawn, self._curve.legend(handles=drawn, loc="lower right", frameon=False, fontsize=8)]


class WordsLab(Lab):
    """Task, strategy and shots; the picture and its words answer, and a text can be read with what is said of it.

    Counted words and frozen networks answer at once. A task that nobody has read yet is read in the background, and
    what must train does so there too, draw by draw; both can be stopped. ``saved`` holds the curves that stand behind.
    """

    def __init__(
        self,
        source: Source | Backbone,
        tasks: str | Task | Sequence[str | Task] = ("reviews/tweets", "intents", "spam"),
        *,
        strategies: Sequence[str] = (STRATEGY, "head", "partial:2", "full"),
        shots: Sequence[int] = (1, 2, 4, 8, 16, 32, 64),
        saved: Results | None = None,
    ):
        super().__init__()
        source, shots, given = as_source(source), given_shots(shots), texts_given(tasks)
        for each in given:
            check_modality(source.backbone, each)
        self.bench, self._screen = Bench(source, max(shots)), Screen(shots, as_results(saved))
        self._tasks = {style.short(each.name): each for each in given}
        self._asked: tuple[Task, str, int] | None = None
        self._outcomes: list[Outcome] = []
        names = [name if name == STRATEGY else as_strategy(name).name for name in given_strategies(strategies)]
        self.task = buttons("Task", list(self._tasks))
        self.strategy = buttons("Strategy", [(style.label(n), n) for n in names], "head" if "head" in names else None)
        self.shots = slider("Labels of each class", list(shots), 8 if 8 in shots else shots[0])
        self.read = slider("Text to read", list(range(1, TEXTS + 1)), 1)
        self.text = W.HTML()
        for control in (self.task, self.strategy, self.shots):
            control.observe(lambda _: self._ask(), "value")
        self.read.observe(lambda _: self._show(), "value")
        self.children = [
            self.task,
            self.strategy,
            self.shots,
            self.read,
            self.stop,
            self.picture,
            self.words,
            self.text,
        ]
        self.bench.read(self._target)
        self._ask()

    def __repr__(self) -> str:
        return f"WordsLab: {self.answer.words() if self._outcomes else 'a training is under way, or was stopped.'}"

    @property
    def answer(self) -> Answer:
        """What the lab shows; there must be an outcome."""
        target, strategy, shots = self._asked
        row, first = self.bench.texts(target)[self.read.value - 1], self._outcomes[0]
        return Answer(
            source=self.bench.source.name,
            target=target.name,
            strategy=strategy,
            shots=shots,
            accuracies=tuple(outcome.accuracy for outcome in self._outcomes),
            text=str(target.test.items[row]),
            said=first.said[self.read.value - 1],
            truth=int(target.test.labels[row]),
            classes=target.classes,
        )

    @property
    def _target(self) -> Task:
        return self._tasks[self.task.value]

    def _ask(self) -> None:
        self.halt()
        shots = min(self.shots.value, self._target.most_shots)
        self._asked, self._outcomes = (self._target, self.strategy.value, shots), []
        if self.bench.knows(*self._asked):
            self._outcomes = [self.bench.run(*self._asked, draw) for draw in range(DRAWS)]
            self._show()
        else:
            self.start(lambda: self._work(*self._asked), self._left)

    def _work(self, *question) -> None:
        for draw in range(DRAWS):
            follow = self.follow(f"{style.label(question[1])}, draw {draw + 1} of {DRAWS}")
            self._outcomes = [*self._outcomes, self.bench.run(*question, draw, on_event=follow)]
            self._show()

    def _left(self) -> str:
        old = "" if self._outcomes else " The picture is still that of the question before."
        return f"Stopped after {len(self._outcomes)} of {DRAWS} draws.{old}"

    def _show(self) -> None:
        if not self._outcomes:
            return
        with self._lock:
            shown = self.answer
            self.text.value = f'<blockquote style="max-width:56em">{html.escape(shortened(shown.text))}</blockquote>'
            self.show(self._screen.show(shown), shown.words())
