"""The lab of teachers: choose who teaches, what learns and how many labels, and see help or harm against no teacher."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Task
from tlkit.errors import TlkitError
from tlkit.experiments.result import Result
from tlkit.experiments.results import Results, as_results
from tlkit.experiments.source import Source, as_source
from tlkit.methods.classifier import check_modality
from tlkit.methods.strategy import as_strategy
from tlkit.plots import label_curve, picture, style
from tlkit.widgets.base import Lab, buttons, count, given_pairs, given_shots, given_strategies, slider
from tlkit.widgets.transfer import DRAWS, Bench

HELP, HARM = "#0072b2", "#d55e00"


REACH = 0.7  # of the gains: a kept head at one label is worth sixty points


@dataclass(frozen=True)
class Answer:
    """What the lab shows: for each draw so far, the accuracy with this teacher and without any."""

    teacher: str
    source: str
    target: str
    strategy: str
    shots: int
    accuracies: tuple[float, ...]
    alone: tuple[float, ...]

    @property
    def gains(self) -> np.ndarray:
        """By how much the teacher beats having none, draw by draw."""
        return np.subtract(self.accuracies, self.alone)

    def words(self) -> str:
        """The answer as a sentence or two."""
        gain, low, high = 100 * self.gains.mean(), min(self.accuracies), max(self.accuracies)
        verdict = "help" if self.gains.min() > 0 else "harm" if self.gains.max() < 0 else "now help, now harm"
        side = "above" if gain >= 0 else "below"
        how = f"{style.label(self.strategy)}, {count(self.shots, 'label')} of each class"
        over = f"{low:.1%} to {high:.1%} over {count(len(self.accuracies), 'draw')}"
        return (
            f"{self.teacher} as the teacher, {how}: {np.mean(self.accuracies):.1%} of the {style.short(self.target)} "
            f"test named right ({over}). That is {abs(gain):.1f} points {side} scratch: {verdict}."
        )


class Screen:
    """The lab's picture: the label curve with the draws on it, and the gain over scratch of each draw."""

    def __init__(self, shots: Sequence[int], saved: Results):
        self.figure = Figure(figsize=(9.6, 3.5), dpi=100)
        spaces = {"left": 0.07, "right": 0.98, "bottom": 0.15, "top": 0.9, "wspace": 0.3}
        self._curve, self._gains = self.figure.subplots(1, 2, width_ratios=[1.7, 1], gridspec_kw=spaces)
        self._saved, self._passing = saved, []
        label_curve.label_axes(self._curve, list(shots))
        self._gains.set(xlim=(0.4, DRAWS + 0.6), xticks=range(1, DRAWS + 1), xlabel="draw", ylim=(-REACH, REACH))
        self._gains.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:+.0f}"))
        self._gains.axhline(0, color="black", linewidth=1)
        self._gains.set_title("points over scratch", loc="left")
        self._gains.spines[["top", "right"]].set_visible(False)

    def show(self, shown: Answer) -> bytes:
        """The answer as PNG."""
        for artist in self._passing:
            artist.remove()
        colour, marker, _ = style.style(shown.strategy)
        x = [shown.shots] * len(shown.accuracies)
        dots = {"marker": marker or "o", "color": colour, "markersize": 7, "markeredgecolor": "white", "linestyle": ""}
        self._passing = [
            *self._draw_saved(shown),
            *self._curve.plot(x, shown.accuracies, **dots),
            *self._draw_gains(shown.gains),
        ]
        self._curve.set_title(f"{shown.teacher}: {np.mean(shown.accuracies):.0%}", loc="left", fontweight="bold")
        return picture.png(self.figure)

    def _draw_gains(self, gains: np.ndarray) -> list:
        colours = [HELP if gain >= 0 else HARM for gain in gains]
        bars = self._gains.bar(range(1, len(gains) + 1), gains, color=colours, width=0.6, edgecolor="white")
        for bar, gain in zip(bars, gains, strict=True):
            bar.set_hatch("" if gain >= 0 else "////")
        return list(bars)

    def _draw_saved(self, shown: Answer) -> list:
        """The lesson's curves behind the draws: scratch, and the strategy with this teacher."""
        own = [run for run in self._saved if (run.source, run.target) == (shown.source, shown.target)]
        curves = {"scratch": _alone(self._saved, shown.target), shown.strategy: Results(own)}
        drawn = []
        for name, known in curves.items():
            if name in known.strategies:
                colour, marker, dash = style.style(name)
                shots = known.where(strategy=name).shots
                mean = [known.accuracy(name, shots=k).mean for k in shots]
                look = {"color": colour, "marker": marker, "linestyle": dash, "alpha": 0.45}
                drawn += self._curve.plot(shots, mean, **look, label=f"{style.label(name)}, saved")
        return [*drawn, self._curve.legend(handles=drawn, loc="lower right", frameon=False, fontsize=8)]


class TeacherLab(Lab):
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
        self._benches = {name: Bench(as_source(source)) for name, source in teachers.items()}
        shots, saved, self._target = given_shots(shots), as_results(saved), as_task(target)
        for bench in self._benches.values():
            check_modality(bench.source.backbone, self._target)
        self._saved = _alone(saved, self._target.name)
        _check(self._saved, shots)
        self._screen = Screen(shots, saved)
        self._asked: tuple[str, str, int] | None = None
        self._runs: list[Result] = []
        names = [as_strategy(name).name for name in given_strategies(strategies)]
        self.teacher = buttons("Teacher", list(self._benches))
        self.strategy = buttons("Strategy", [(style.label(name), name) for name in names])
        self.shots = slider("Labels of each class", list(shots), 5 if 5 in shots else shots[0])
        for control in (self.teacher, self.strategy, self.shots):
            control.observe(lambda _: self._ask(), "value")
        self.children = [self.teacher, self.strategy, self.shots, self.stop, self.picture, self.words]
        self._ask()

    def __repr__(self) -> str:
        return f"TeacherLab: {self.answer.words() if self._runs else 'a training is under way, or was stopped.'}"

    @property
    def answer(self) -> Answer:
        """What the lab shows; there must be a run."""
        teacher, strategy, shots = self._asked
        alone = self._saved.accuracy("scratch", shots=shots).by_seed
        return Answer(
            teacher=teacher,
            source=self._runs[0].source,
            target=self._target.name,
            strategy=strategy,
            shots=shots,
            accuracies=tuple(run.accuracy for run in self._runs),
            alone=tuple(alone[run.seed] for run in self._runs),
        )

    @property
    def target(self) -> Task:
        """What is learnt."""
        return self._target

    def _ask(self) -> None:
        self.halt()
        self._asked, self._runs = (self.teacher.value, self.strategy.value, self.shots.value), []
        teacher, *rest = self._asked
        bench, question = self._benches[teacher], (self._target, *rest)
        if bench.knows(*question):
            self._runs = [bench.run(*question, draw) for draw in range(DRAWS)]
            self._show()
        else:
            self.start(lambda: self._train(bench, question), self._left)

    def _train(self, bench: Bench, question: tuple) -> None:
        for draw in range(DRAWS):
            follow = self.follow(f"Training, draw {draw + 1} of {DRAWS}")
            self._runs = [*self._runs, bench.run(*question, draw, on_event=follow)]
            self._show()

    def _left(self) -> str:
        old = "" if self._runs else " The picture is still that of the question before."
        return f"Stopped after {len(self._runs)} of {DRAWS} draws.{old}"

    def _show(self) -> None:
        with self._lock:
            shown = self.answer
            self.show(self._screen.show(shown), shown.words())


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
