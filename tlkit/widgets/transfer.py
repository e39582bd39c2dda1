"""The lab: choose an instrument, a strategy and a number of notes, and see and hear what comes of it."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import ipywidgets as W
import numpy as np

from tlkit.datasets import notes
from tlkit.datasets.task import Task
from tlkit.errors import TlkitError
from tlkit.experiments.results import Results, as_results
from tlkit.experiments.source import Source, as_source
from tlkit.methods.strategy import as_strategy
from tlkit.plots import style
from tlkit.widgets.asking import AskingLab
from tlkit.widgets.base import buttons, count, given_shots, given_strategies, given_tasks, shots_slider, slider
from tlkit.widgets.bench import NamedItem, Outcome, TransferBench, recalled, trains
from tlkit.widgets.screen import CurveScreen, Likelihoods
from tlkit.widgets.sound import MIDDLE_C, player

DRAWS = 5  # different sets of labelled notes, for the spread
KEYS = range(MIDDLE_C, MIDDLE_C + 12)  # the octave from middle C, of which there are recordings


@dataclass(frozen=True, kw_only=True)
class Answer(NamedItem):
    """What the lab shows: an accuracy for each draw so far, and what the network of the first says of one note."""

    picture: np.ndarray

    def words(self) -> str:
        """The answer as a sentence or two."""
        return (
            f"{style.label(self.strategy)}, {count(self.shots, 'note')} of each name: {self.mean:.1%} of the "
            f"{style.short(self.target)} notes named right ({self.spread()}). "
            f"{self.judged('for the note that you hear')}"
        )


def rows_of_keys(target: Task) -> np.ndarray:
    """For each of ``KEYS`` the first row of the test that has it."""
    return np.array([np.flatnonzero(target.test.tags["pitch"] == key)[0] for key in KEYS])


def answer(outcomes: Sequence[Outcome], source: str, question: tuple[Task, str, int], midi: int) -> Answer:
    """What the outcomes of one question say, and what the first says of the key ``midi``."""
    (target, strategy, shots), place = question, KEYS.index(midi)
    return Answer(
        source=source,
        target=target.name,
        strategy=strategy,
        shots=shots,
        accuracies=tuple(outcome.accuracy for outcome in outcomes),
        picture=target.test.items[rows_of_keys(target)[place]],
        probabilities=outcomes[0].probabilities[place],
        truth=midi % 12,
        classes=target.classes,
    )


class Screen(CurveScreen):
    """The lab's picture: the label curve with the draws on it, the note as it is seen, and what the network says."""

    def __init__(self, shots: Sequence[int], classes: Sequence[str], saved: Results):
        super().__init__(shots, [2.1, 1, 1], width=10.4, left=0.07, right=0.968, wspace=0.2)
        self._saved, (note, bars) = saved, self.panels
        note.set(title="the note as it sees it", xlabel="time", ylabel="frequency", xticks=[], yticks=[])
        self._note = note.imshow([[0]], origin="lower", cmap="cividis", aspect="auto", extent=(0, 1, 0, 1))
        self._likelihoods = Likelihoods(bars, len(classes))
        bars.set_ylim(-0.6, len(classes) - 0.4)
        bars.set_yticks(range(len(classes)), classes)
        self.changing += [self._note, *note.spines.values(), *self._likelihoods.artists]  # the frame lies over the note

    def update(self, shown: Answer) -> None:
        """The answer on its panels."""
        self.update_curve(shown, f"{shown.mean:.0%} with {shown.shots} of each")
        self._note.set_data(shown.picture)
        self._note.autoscale()
        self._likelihoods.tell(shown.probabilities, shown.truth, style.style(shown.strategy)[0])

    def saved(self, shown: Answer) -> dict[str, Results]:
        """Scratch, to compare with, and the strategy itself."""
        known = Results(run for run in self._saved if (run.source, run.target) == (shown.source, shown.target))
        return {"scratch": known, shown.strategy: known}


def _check_notes(target: Task) -> None:
    """The lab plays what it shows, and has recordings of its own notes only."""
    if not {"pitch", "instrument"} <= set(target.test.tags):
        raise TlkitError(
            f"{target.name} has no notes to hear, and this lab plays them: give tasks such as 'notes/guitar'. For "
            "other tasks tl.labs has DepthLab, StackLab, AdapterLab and, for texts, WordsLab."
        )


class TransferLab(AskingLab):
    """Instrument, strategy and shots; the picture and its words answer, and the note can be heard.

    What only fits a head answers at once. What must train does so in the background, draw by draw, and can be stopped.
    ``saved`` is a comparison whose curves stand behind the answer.
    """

    def __init__(
        self,
        source: Source,
        targets: str | Task | Sequence[str | Task] = ("notes/guitar",),
        *,
        strategies: Sequence[str] = ("head", "full", "lp_ft", "scratch"),
        shots: Sequence[int] = (1, 2, 5, 10, 20, 50),
        saved: Results | None = None,
    ):
        super().__init__()
        source, shots, given = as_source(source), given_shots(shots), given_tasks(targets, "notes/guitar")
        for target in given:
            _check_notes(target)
            target.draw(max(shots))
        self.bench = TransferBench(source, DRAWS, rows_of_keys)
        self._saved = as_results(saved)
        self._screen = Screen(shots, source.classes, self._saved)
        self._targets = {style.short(target.name): target for target in given}
        named = {style.label(each.name): each for each in map(as_strategy, given_strategies(strategies))}
        self.instrument = buttons("Instrument", list(self._targets))
        self.strategy = buttons("Strategy", [(label, strategy.name) for label, strategy in named.items()])
        self.shots = shots_slider("Notes of each name", shots, 5)
        self.note = slider("Note to hear", [(notes.NAMES[key % 12], key) for key in KEYS], 64)
        self.sound = W.HTML()
        for control in (self.instrument, self.strategy, self.shots):
            control.observe(self.ask, "value")
        for control in (self.instrument, self.note):
            control.observe(self._play, "value")
        self.note.observe(lambda _: self._turn(), "value")
        choices = [control for control in (self.instrument, self.strategy) if len(control.options) > 1]
        trained = any(trains(strategy) for strategy in named.values())
        sound = W.HBox([self.sound, *[self.stop] * trained], layout={"align_items": "center"})
        self.children = [*choices, self.shots, self.note, sound, self.picture, self.words]
        self._play()
        self.ask()

    @property
    def question(self) -> tuple[Task, str, int]:
        """Target, strategy and shots."""
        return self._targets[self.instrument.value], self.strategy.value, self.shots.value

    @property
    def questions(self) -> Iterator[tuple[Task, str, int]]:
        """Every target, strategy and number of shots."""
        strategies = [name for _, name in self.strategy.options]
        return itertools.product(self._targets.values(), strategies, self.shots.options)

    @property
    def answer(self) -> Answer:
        """What the lab shows; there must be an outcome."""
        return answer(self.outcomes, self.bench.source.name, self._asked, self.note.value)

    def recall(self) -> Answer | None:
        """The saved runs of what the controls ask; none of them says anything of the note."""
        (target, *asked), source = self.question, self.bench.source.name
        found = recalled(self._saved, source, target.name, *asked)
        silent = [Outcome(accuracy, np.full((len(KEYS), len(target.classes)), np.nan)) for accuracy in found.values()]
        shown = answer(silent, source, self.question, self.note.value) if found else None
        return shown and dataclasses.replace(shown, probabilities=None, recalled=True)

    def _turn(self) -> None:
        """Another note, of the same networks."""
        if self.outcomes:
            self.show_answer()

    def _play(self, _change: dict | None = None) -> None:
        target = self._targets[self.instrument.value]
        instrument = str(target.test.tags["instrument"][rows_of_keys(target)[KEYS.index(self.note.value)]])
        name = f"{notes.NAMES[self.note.value % 12]} on the {instrument.replace('-', ' ')}"
        self.sound.value = player(name, notes.clip(instrument, self.note.value))
