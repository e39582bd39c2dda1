"""The lab: choose an instrument, a strategy and a number of notes, and see and hear what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ipywidgets as W
import numpy as np
from matplotlib.figure import Figure

from tlkit.datasets import notes
from tlkit.datasets.task import Task
from tlkit.errors import TlkitError
from tlkit.events import Listener
from tlkit.experiments.compare import transfer
from tlkit.experiments.result import Result
from tlkit.experiments.results import Results, as_results
from tlkit.experiments.source import Source, as_source
from tlkit.methods.method import Strategy
from tlkit.methods.strategy import as_strategy
from tlkit.plots import label_curve, picture, style
from tlkit.widgets.base import Lab, buttons, count, given_shots, given_strategies, given_tasks, slider
from tlkit.widgets.sound import MIDDLE_C, player

DRAWS = 5  # different sets of labelled notes, for the spread
KEYS = range(MIDDLE_C, MIDDLE_C + 12)  # the octave from middle C, of which there are recordings


@dataclass(frozen=True)
class Answer:
    """What the lab shows: an accuracy for each draw so far, and what the network of the first says of one note."""

    source: str
    target: str
    strategy: str
    shots: int
    accuracies: tuple[float, ...]
    picture: np.ndarray
    said: np.ndarray
    truth: int
    classes: tuple[str, ...]

    @property
    def mean(self) -> float:
        """The mean over draws."""
        return float(np.mean(self.accuracies))

    def words(self) -> str:
        """The answer as a sentence or two."""
        low, high = min(self.accuracies), max(self.accuracies)
        best = int(self.said.argmax())
        verdict = "and is right" if best == self.truth else f"and is wrong: it is {self.classes[self.truth]}"
        return (
            f"{style.label(self.strategy)}, {count(self.shots, 'note')} of each name: {self.mean:.1%} of the "
            f"{style.short(self.target)} notes named right ({low:.1%} to {high:.1%} over "
            f"{count(len(self.accuracies), 'draw')}). "
            f"For the note that you hear it says {self.classes[best]} ({self.said[best]:.0%}) {verdict}."
        )


def _trains(strategy: Strategy) -> bool:
    """Whether it takes more than fitting a head."""
    return not strategy.body_is_frozen


class Bench:
    """The lab's compute: runs by question, each made once; a frozen body is asked once."""

    def __init__(self, source: Source):
        self.source = source
        self._runs: dict[tuple[str, str, int, int], Result] = {}

    def run(self, target: Task, strategy: str, shots: int, draw: int, on_event=None) -> Result:
        """One run with its network."""
        key = (target.name, strategy, shots, draw)
        if key not in self._runs:
            self._runs[key] = transfer(
                self.source,
                target,
                strategy=strategy,
                shots=shots,
                seed=draw,
                on_event=on_event,
            )
        return self._runs[key]

    def knows(self, target: Task, strategy: str, shots: int) -> bool:
        """Whether the answer needs no training: only heads to fit, or runs that were made before."""
        if not _trains(as_strategy(strategy)):
            return True
        return all((target.name, strategy, shots, draw) in self._runs for draw in range(DRAWS))


def answer(runs: Sequence[Result], target: Task, midi: int) -> Answer:
    """What the runs of one question say, and what the first says of the key ``midi``."""
    row = int(np.flatnonzero(target.test.tags["pitch"] == midi)[0])
    picture = target.test.items[row]
    return Answer(
        source=runs[0].source,
        target=target.name,
        strategy=runs[0].strategy,
        shots=runs[0].shots,
        accuracies=tuple(run.accuracy for run in runs),
        picture=picture,
        said=runs[0].model.probabilities(picture[None])[0],
        truth=midi % 12,
        classes=target.classes,
    )


class Screen:
    """The lab's picture: the label curve with the draws on it, the note as it is seen, and what the network says.

    What does not change is drawn up once; a new answer only replaces what it changes. That halves the time of a redraw.
    """

    def __init__(self, shots: Sequence[int], classes: Sequence[str], saved: Results | None):
        self.figure = Figure(figsize=(10.4, 3.5), dpi=100)
        spaces = {"left": 0.065, "right": 0.968, "bottom": 0.15, "top": 0.9, "wspace": 0.2}
        self._curve, self._note, self._bars = self.figure.subplots(1, 3, width_ratios=[2.1, 1, 1], gridspec_kw=spaces)
        self._saved, self._passing = saved, []
        label_curve.label_axes(self._curve, list(shots))
        self._note.set(title="the note as it sees it", xlabel="time", ylabel="frequency", xticks=[], yticks=[])
        self._bars.set(title="what it says (hatched: true)", xlim=(0, 1), ylim=(-0.6, len(classes) - 0.4))
        self._bars.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
        self._bars.set_yticks(range(len(classes)), classes)
        self._bars.spines[["top", "right"]].set_visible(False)

    def show(self, shown: Answer) -> bytes:
        """The answer as PNG."""
        for artist in self._passing:
            artist.remove()
        colour, marker, _ = style.style(shown.strategy)
        hatch = ["////" if i == shown.truth else "" for i in range(len(shown.said))]
        x = [shown.shots] * len(shown.accuracies)
        dots = {"marker": marker or "o", "color": colour, "markersize": 7, "markeredgecolor": "white", "linestyle": ""}
        self._passing = [
            *self._draw_saved(shown),
            *self._curve.plot(x, shown.accuracies, **dots),
            *self._curve.plot(shown.shots, shown.mean, "_", color=colour, markersize=30, markeredgewidth=2, zorder=1.5),
            self._note.imshow(shown.picture, origin="lower", cmap="cividis", aspect="auto"),
            self._bars.barh(
                range(len(shown.said)), shown.said, color=colour, alpha=0.75, hatch=hatch, edgecolor="white"
            ),
        ]
        self._curve.set_title(f"{shown.mean:.0%} with {shown.shots} of each", loc="left", fontweight="bold")
        return picture.png(self.figure)

    def _draw_saved(self, shown: Answer) -> list:
        """The lesson's curves behind the draws: scratch, to compare with, and the strategy itself."""
        asked = (shown.source, shown.target)
        known = Results(run for run in self._saved or () if (run.source, run.target) == asked)
        drawn = []
        for name in dict.fromkeys(("scratch", shown.strategy)):
            if name in known.strategies:
                colour, marker, dash = style.style(name)
                mean = [known.accuracy(name, shots=k).mean for k in known.shots]
                look = {"color": colour, "marker": marker, "linestyle": dash, "alpha": 0.45}
                drawn += self._curve.plot(known.shots, mean, **look, label=f"{style.label(name)}, saved")
        return [*drawn, self._curve.legend(handles=drawn, loc="lower right", frameon=False, fontsize=8)]


def _check_notes(target: Task) -> None:
    """The lab plays what it shows, and has recordings of its own notes only."""
    if not {"pitch", "instrument"} <= set(target.test.tags):
        raise TlkitError(
            f"{target.name} has no notes to hear, and this lab plays them: give tasks such as 'notes/guitar'. For "
            "other tasks tl.labs has DepthLab, StackLab, AdapterLab and, for texts, WordsLab."
        )


class TransferLab(Lab):
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
        self.bench, self._screen = Bench(source), Screen(shots, source.classes, as_results(saved))
        self._targets = {style.short(target.name): target for target in given}
        self._asked, self._runs = next(iter(self._targets.values())), []
        named = {style.label(each.name): each for each in map(as_strategy, given_strategies(strategies))}
        self.instrument = buttons("Instrument", list(self._targets))
        self.strategy = buttons("Strategy", [(label, strategy.name) for label, strategy in named.items()])
        self.shots = slider("Notes of each name", list(shots), 5 if 5 in shots else shots[0])
        self.note = slider("Note to hear", [(notes.NAMES[key % 12], key) for key in KEYS], 64)
        self.sound = W.HTML()
        for control in (self.instrument, self.strategy, self.shots, self.note):
            control.observe(self._ask, "value")
        choices = [control for control in (self.instrument, self.strategy) if len(control.options) > 1]
        trained = any(_trains(strategy) for strategy in named.values())
        sound = W.HBox([self.sound, *[self.stop] * trained], layout={"align_items": "center"})
        self.children = [*choices, self.shots, self.note, sound, self.picture, self.words]
        self._ask({"owner": self.shots})

    def __repr__(self) -> str:
        return f"TransferLab: {self.answer.words() if self._runs else 'a training is under way, or was stopped.'}"

    @property
    def runs(self) -> list[Result]:
        """The runs of the present question that are there so far, draw by draw."""
        return self._runs

    @property
    def answer(self) -> Answer:
        """What the lab shows; there must be a run."""
        return answer(self._runs, self._asked, self.note.value)

    @property
    def _target(self) -> Task:
        return self._targets[self.instrument.value]

    def _ask(self, change: dict) -> None:
        self._play()
        if change["owner"] is self.note:
            if self._runs:
                self._show()
            return
        self.halt()
        question = (self._target, self.strategy.value, self.shots.value)
        self._asked, self._runs = self._target, []  # together: no run is ever shown under another question's name
        if self.bench.knows(*question):
            self._runs = [self.bench.run(*question, draw) for draw in range(DRAWS)]
            self._show()
        else:
            self.start(lambda: self._train(*question), self._left)

    def _train(self, *question) -> None:
        for draw in range(DRAWS):
            run = self.bench.run(*question, draw, on_event=self._follow(draw))
            self._runs = [*self._runs, run]
            self._show()

    def _follow(self, draw: int) -> Listener:
        return self.follow(f"Training, draw {draw + 1} of {DRAWS}")

    def _left(self) -> str:
        old = "" if self._runs else " The picture is still that of the question before."
        return f"Stopped after {len(self._runs)} of {DRAWS} draws.{old}"

    def _play(self) -> None:
        row = np.flatnonzero(self._target.test.tags["pitch"] == self.note.value)[0]
        instrument = str(self._target.test.tags["instrument"][row])
        name = f"{notes.NAMES[self.note.value % 12]} on the {instrument.replace('-', ' ')}"
        self.sound.value = player(name, notes.clip(instrument, self.note.value))

    def _show(self) -> None:
        with self._lock:
            shown = self.answer
            self.show(self._screen.show(shown), shown.words())
