"""The lab of teachers: choose who teaches, what learns and how many labels, and see help or harm against no teacher."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import FuncFormatter

from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Task
from tlkit.errors import TlkitError
from tlkit.experiments.results import Results, as_results
from tlkit.experiments.source import Source, as_source
from tlkit.methods.classifier import check_modality
from tlkit.methods.strategy import as_strategy
from tlkit.plots import style
from tlkit.widgets.asking import AskingLab
from tlkit.widgets.base import buttons, count, given_pairs, given_shots, given_strategies, shots_slider
from tlkit.widgets.bench import Benches, Draws, TransferBench, recalled
from tlkit.widgets.screen import Bars, CurveScreen

DRAWS = 5  # different sets of labelled notes, for the spread; the saved runs from scratch have as many
HELP, HARM = "#0072b2", "#d55e00"


REACH = 0.7  # of the gains: a kept head at one label is worth sixty points


@dataclass(frozen=True, kw_only=True)
class Answer(Draws):
    """What the lab shows: for each draw so far, the accuracy with this teacher and without any."""

    teacher: str
    alone: tuple[float, ...]

    @property
    def gains(self) -> np.ndarray:
        """By how much the teacher beats having none, draw by draw."""
        return np.subtract(self.accuracies, self.alone)

    def words(self) -> str:
        """The answer as a sentence or two."""
        gain = 100 * self.gains.mean()
        verdict = "help" if self.gains.min() > 0 else "harm" if self.gains.max() < 0 else "now help, now harm"
        side = "above" if gain >= 0 else "below"
        how = f"{style.label(self.strategy)}, {count(self.shots, 'label')} of each class"
        return (
            f"{self.teacher} as the teacher, {how}: {self.mean:.1%} of the {style.short(self.target)} "
            f"test named right ({self.spread()}). That is {abs(gain):.1f} points {side} scratch: {verdict}."
        )


class Screen(CurveScreen):
    """The lab's picture: the label curve with the draws on it, and the gain over scratch of each draw."""

    def __init__(self, shots: Sequence[int], saved: Results):
        super().__init__(shots, [1.7, 1], left=0.085, right=0.98, wspace=0.3)
        self._saved, (gains,) = saved, self.panels
        self._panel, self._gains = gains, Bars(gains, range(1, max(DRAWS, len(saved.seeds)) + 1), width=0.6)
        gains.set(xlabel="draw, or saved run", ylim=(-REACH, REACH))
        self._make_room(DRAWS)
        gains.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:+.0f}"))
        gains.set_title("points over scratch", loc="left")
        gains.spines[["top", "right"]].set_visible(False)
        self.changing += [*self._gains.artists, gains.axhline(0, color="black", linewidth=1)]

    def update(self, shown: Answer) -> None:
        """The answer on its panels."""
        self.update_curve(shown, f"{shown.teacher}: {shown.mean:.0%}")
        colours = [HELP if gain >= 0 else HARM for gain in shown.gains]
        self._make_room(max(DRAWS, len(shown.gains)))
        self._gains.update(shown.gains, colours, shown.gains < 0)

    def _make_room(self, bars: int) -> None:
        """For so many bars; the axes are drawn anew only where that is another number."""
        self._panel.set_xlim(0.4, bars + 0.6)
        self._panel.set_xticks(range(1, bars + 1, max(1, bars // DRAWS)))

    def saved(self, shown: Answer) -> dict[str, Results]:
        """Scratch, and the strategy with this teacher."""
        own = Results(run for run in self._saved if (run.source, run.target) == (shown.source, shown.target))
        return {"scratch": _alone(self._saved, shown.target), shown.strategy: own}


class TeacherLab(AskingLab):
    """Teacher, strategy and shots; the picture and its words say what that teacher is worth against none.

    ``teachers`` are sources by the names that their buttons have. ``saved`` holds the runs from scratch that are
    compared with, five seeds of them at each of ``shots``. A head answers at once; what must train does so in the
    background, draw by draw, and can be stopped.
    """

    def __init__(
        self,
        teachers: Mapping[str, Source],
        target: str | Task = "notes/guitar",
        *,
        saved: Results,
        strategies: Sequence[str] = ("head", "lp_ft", "full", "keep"),
        shots: Sequence[int] = (1, 5, 20),
    ):
        super().__init__()
        teachers = given_pairs(teachers, "teachers", "{'piano': source}")
        sources = {name: as_source(source) for name, source in teachers.items()}
        shots, saved, self._target = given_shots(shots), as_results(saved), as_task(target)
        for source in sources.values():
            check_modality(source.backbone, self._target)
        self.bench = Benches({name: TransferBench(source, DRAWS) for name, source in sources.items()})
        self._runs, self._saved = saved, _alone(saved, self._target.name)
        _check(self._saved, shots)
        self._screen = Screen(shots, saved)
        names = [as_strategy(name).name for name in given_strategies(strategies)]
        self.teacher = buttons("Teacher", list(teachers))
        self.strategy = buttons("Strategy", [(style.label(name), name) for name in names])
        self.shots = shots_slider("Labels of each class", shots, 5)
        for control in (self.teacher, self.strategy, self.shots):
            control.observe(self.ask, "value")
        self.children = [self.teacher, self.strategy, self.shots, self.stop, self.picture, self.words]
        self.ask()

    @property
    def question(self) -> tuple[str, Task, str, int]:
        """Teacher, target, strategy and shots."""
        return self.teacher.value, self.target, self.strategy.value, self.shots.value

    @property
    def questions(self) -> Iterator[tuple[str, Task, str, int]]:
        """Every teacher, strategy and number of shots."""
        strategies = [name for _, name in self.strategy.options]
        return itertools.product(self.teacher.options, [self.target], strategies, self.shots.options)

    @property
    def answer(self) -> Answer:
        """What the lab shows; there must be an outcome."""
        return self._said(dict(enumerate(outcome.accuracy for outcome in self.outcomes)))

    def recall(self) -> Answer | None:
        """The saved runs of what the controls ask, each with a teacher and a beginner of its own."""
        self._asked = teacher, target, strategy, shots = self.question
        found = recalled(self._runs, self.bench[teacher].source.name, target.name, strategy, shots)
        alone = self._saved.accuracy("scratch", shots=shots).by_seed
        both = {seed: accuracy for seed, accuracy in found.items() if seed in alone}
        return dataclasses.replace(self._said(both), recalled=True) if both else None

    def _said(self, accuracies: Mapping[int, float]) -> Answer:
        """What accuracies, by seed or draw, say beside those from scratch."""
        teacher, target, strategy, shots = self._asked
        alone = self._saved.accuracy("scratch", shots=shots).by_seed
        return Answer(
            teacher=teacher,
            source=self.bench[teacher].source.name,
            target=target.name,
            strategy=strategy,
            shots=shots,
            accuracies=tuple(accuracies.values()),
            alone=tuple(alone[seed] for seed in accuracies),
        )

    @property
    def target(self) -> Task:
        """What is learnt."""
        return self._target


def _alone(saved: Results, target: str) -> Results:
    """The runs from scratch on a target, of whichever source's comparison, each once."""
    runs = [run for run in saved if (run.strategy, run.target) == ("scratch", target)]
    return Results(run for run in runs if run.source == runs[0].source)


def _check(alone: Results, shots: Sequence[int]) -> None:
    there = {(run.shots, run.seed) for run in alone}
    if missing := [k for k in shots for draw in range(DRAWS) if (k, draw) not in there]:
        raise TlkitError(
            f"saved= has no runs from scratch with {missing[0]} shots and seeds 0 to {DRAWS - 1}: add them, "
            "from tl.compare(..., strategies=['scratch'])."
        )
