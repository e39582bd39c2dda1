"""The lab of words: what a reader's head start is worth on tasks of texts, beside counting words."""

from __future__ import annotations

import dataclasses
import html
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import ipywidgets as W
import numpy as np

from tlkit.datasets.task import Task, accuracy_of
from tlkit.events import Listener
from tlkit.experiments.results import Results, as_results
from tlkit.experiments.source import Source, as_source
from tlkit.methods.classifier import check_modality, new_head, probabilities
from tlkit.methods.frozen_features import FrozenFeatures
from tlkit.methods.linear_probe import fit_head
from tlkit.methods.strategy import as_strategy
from tlkit.models.backbone import Backbone
from tlkit.plots import style
from tlkit.widgets.asking import AskingLab
from tlkit.widgets.base import buttons, count, given_shots, given_strategies, shots_slider, slider, texts_given
from tlkit.widgets.bench import NamedItem, Outcome, TransferBench, recalled
from tlkit.widgets.neighbours import shortened
from tlkit.widgets.screen import CurveScreen, Likelihoods

BASELINE = "tf_idf"
DRAWS = 3  # different sets of labelled texts, for the spread
TEXTS = 10  # test texts that can be read with what the network says of them
MOST_BARS = 5  # of twenty classes only the likeliest are drawn


@dataclass(frozen=True, kw_only=True)
class Answer(NamedItem):
    """What the words lab shows: an accuracy for each draw so far, and what the first says of one text."""

    text: str

    def words(self) -> str:
        """The answer as a sentence or two."""
        return (
            f"{style.label(self.strategy)}, {count(self.shots, 'label')} of each class: {self.mean:.1%} of "
            f"{style.short(self.target)} named right ({self.spread()}). "
            f"{self.judged('of the text below')}"
        )


def rows_to_read(target: Task) -> np.ndarray:
    """The test rows of the texts that can be read."""
    return np.random.default_rng(0).permutation(len(target.test))[:TEXTS]


class Bench(TransferBench):
    """The words lab's compute: words are counted, and the texts of a task are read once for all heads."""

    def __init__(self, source: Source, most: int):
        super().__init__(source, DRAWS, rows_to_read)
        self.most = most
        self._read: dict[str, tuple[FrozenFeatures, np.ndarray]] = {}

    def make(self, target: Task, strategy: str, shots: int, draw: int, *, on_event: Listener | None = None) -> Outcome:
        """One draw of labels, and what is learnt from it."""
        if strategy == "head":
            return self._fit(target, shots, draw, on_event)
        return super().make(target, strategy, shots, draw, on_event=on_event)

    def is_instant(self, target: Task, strategy: str, _shots: int) -> bool:
        """Words to count, or a head to fit on a task that was read."""
        return strategy == BASELINE or (strategy == "head" and target.name in self._read)

    def only_fits_heads(self, _target: Task, strategy: str, _shots: int) -> bool:
        """The same, on any task."""
        return strategy in (BASELINE, "head")

    def read(self, target: Task, on_event: Listener | None = None) -> None:
        """Read all texts of a task that the heads of the lab will need."""
        body, most = self.source.backbone, min(self.most, target.most_shots)
        rows = np.unique(np.concatenate([target.draw(most, seed=draw) for draw in range(DRAWS)]))
        FrozenFeatures(body, target.train.items, on_event=on_event).features(rows)
        tested = FrozenFeatures(body, target.test.items, on_event=on_event).features()
        self._read[target.name] = FrozenFeatures(body, target.train.items), tested

    def _fit(self, target: Task, shots: int, draw: int, on_event: Listener | None) -> Outcome:
        if target.name not in self._read:
            self.read(target, on_event)
        frozen, tested = self._read[target.name]
        rows = target.draw(shots, seed=draw)
        head = new_head(tested.shape[1], len(target.classes), seed=0)  # every weight is solved for: the seed is none
        fit_head(head, frozen.features(rows), target.train.labels[rows])
        chances = probabilities(head, tested)
        return Outcome(accuracy_of(chances, target.test.labels), chances[rows_to_read(target)])


class Screen(CurveScreen):
    """The words lab's picture: the label curve with the draws on it, and what is said of one text."""

    def __init__(self, shots: Sequence[int], saved: Results):
        super().__init__(shots, [2.1, 1], left=0.085, right=0.97, wspace=0.45)
        self._saved, (self._panel,) = saved, self.panels
        self._likelihoods = Likelihoods(self._panel, MOST_BARS)
        self.changing += [self._panel.yaxis, *self._likelihoods.artists]  # with the names of the likeliest classes

    def update(self, shown: Answer) -> None:
        """The answer on its panels."""
        self.update_curve(shown, f"{shown.mean:.0%} with {shown.shots} of each")
        said = np.zeros(len(shown.classes)) if shown.probabilities is None else shown.probabilities
        likeliest = np.argsort(-said, kind="stable")[:MOST_BARS][::-1]
        truth = next(iter(np.flatnonzero(likeliest == shown.truth)), None)
        self._panel.set_ylim(-0.6, len(likeliest) - 0.4)
        self._panel.set_yticks(range(len(likeliest)), [shown.classes[number] for number in likeliest])
        self._likelihoods.tell(None if shown.recalled else said[likeliest], truth, style.style(shown.strategy)[0])

    def saved(self, shown: Answer) -> dict[str, Results]:
        """Counted words, to compare with, and the strategy itself."""
        known = Results(run for run in self._saved if run.target == shown.target)
        return {BASELINE: known, shown.strategy: known}


class WordsLab(AskingLab):
    """Task, strategy and shots; the picture and its words answer, and a text can be read with what is said of it.

    Counted words and frozen networks answer at once. A task that nobody has read yet is read in the background, and
    what must train does so there too, draw by draw; both can be stopped. ``saved`` holds the curves that stand behind.
    """

    def __init__(
        self,
        source: Source | Backbone,
        tasks: str | Task | Sequence[str | Task] = ("reviews/tweets", "intents", "spam"),
        *,
        strategies: Sequence[str] = (BASELINE, "head", "partial:2", "full"),
        shots: Sequence[int] = (1, 2, 4, 8, 16, 32, 64),
        saved: Results | None = None,
    ):
        super().__init__()
        source, shots, given = as_source(source), given_shots(shots), texts_given(tasks)
        for each in given:
            check_modality(source.backbone, each)
        self._saved = as_results(saved)
        self.bench, self._screen = Bench(source, max(shots)), Screen(shots, self._saved)
        self._tasks = {style.short(each.name): each for each in given}
        names = [as_strategy(name).name for name in given_strategies(strategies)]
        self.task = buttons("Task", list(self._tasks))
        self.strategy = buttons("Strategy", [(style.label(n), n) for n in names], "head" if "head" in names else None)
        self.shots = shots_slider("Labels of each class", shots, 8)
        self.read = slider("Text to read", list(range(1, TEXTS + 1)), 1)
        self.text = W.HTML()
        for control in (self.task, self.strategy, self.shots):
            control.observe(self.ask, "value")
        self.read.observe(lambda _: self._turn(), "value")
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
        self.bench.read(self._tasks[self.task.value])
        self.ask()

    @property
    def question(self) -> tuple[Task, str, int]:
        """Task, strategy and shots, as many as there are."""
        return self._within(self._tasks[self.task.value], self.strategy.value, self.shots.value)

    @property
    def questions(self) -> list[tuple[Task, str, int]]:
        """Every task, strategy and number of shots."""
        strategies = [name for _, name in self.strategy.options]
        asked = itertools.product(self._tasks.values(), strategies, self.shots.options)
        return list(dict.fromkeys(itertools.starmap(self._within, asked)))

    @staticmethod
    def _within(target: Task, strategy: str, shots: int) -> tuple[Task, str, int]:
        return target, strategy, min(shots, target.most_shots)

    @property
    def answer(self) -> Answer:
        """What the lab shows; there must be an outcome."""
        outcomes = self.outcomes
        return self._said([each.accuracy for each in outcomes], outcomes[0].probabilities[self.read.value - 1])

    @property
    def must_train(self) -> bool:
        """Whether the answer takes a training; to read a task is none."""
        return self.strategy.value not in (BASELINE, "head") and super().must_train

    def recall(self) -> Answer | None:
        """The saved runs of what the controls ask; none of them says anything of the text."""
        self._asked = target, strategy, shots = self.question
        found = recalled(self._saved, self.bench.source.name, target.name, strategy, shots)
        shown = self._said(list(found.values()), None) if found else None
        return shown and dataclasses.replace(shown, recalled=True)

    def _said(self, accuracies: Sequence[float], probabilities: np.ndarray | None) -> Answer:
        """What accuracies say, and perhaps a network of the text that is read."""
        target, strategy, shots = self._asked
        row = rows_to_read(target)[self.read.value - 1]
        return Answer(
            source=self.bench.source.name,
            target=target.name,
            strategy=strategy,
            shots=shots,
            accuracies=tuple(accuracies),
            text=str(target.test.items[row]),
            probabilities=probabilities,
            truth=int(target.test.labels[row]),
            classes=target.classes,
        )

    def show_answer(self) -> None:
        """Show what there is of the answer, and the text that it is about."""
        self._write_text()
        super().show_answer()

    def _write_text(self) -> None:
        target, row = self._tasks[self.task.value], self.read.value - 1
        shown = html.escape(shortened(str(target.test.items[rows_to_read(target)[row]])))
        self.text.value = f'<blockquote style="max-width:56em">{shown}</blockquote>'

    def follow_draw(self, question: tuple, draw: int) -> Listener:
        """The listener of one draw, which may begin with reading."""
        return self.follow(f"{style.label(question[1])}, draw {draw + 1} of {DRAWS}")

    def _turn(self) -> None:
        """Another text, of the same networks."""
        self._write_text()
        if self.outcomes:
            self.show_answer()
