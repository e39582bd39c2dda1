"""The lab of alarms: who looks, how many frauds are known, how many calls a day; who is found, and who is annoyed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator, PercentFormatter

from tlkit.analysis.alarms import found, learns, robbed, shots_of
from tlkit.datasets.payments import CALLS
from tlkit.errors import TlkitError
from tlkit.estimate import Estimate
from tlkit.experiments.results import Results, as_results
from tlkit.plots import style
from tlkit.plots.alarm_curve import CALLS as CALLS_A_DAY
from tlkit.plots.alarm_curve import FOUND
from tlkit.widgets.base import Lab, buttons, count, given_strategies, shots_slider, slider
from tlkit.widgets.screen import Bars, line, title_of
from tlkit.widgets.screen import Screen as LabScreen

FIRST = 50  # calls a day
BARS = ("found", "missed", "called\nin vain")
COLOURS = ("#009e73", "#8c8c8c", "#e69f00")


@dataclass(frozen=True)
class Answer:
    """What so many calls a day find with one strategy: the share of the robbed, seed by seed, at every budget."""

    strategy: str
    shots: int
    calls: int
    robbed: float
    learns: bool
    curves: dict[str, dict[int, Estimate]]

    @property
    def found(self) -> Estimate:
        """The share of robbed customers that are called."""
        return self.curves[self.strategy][self.calls]

    @property
    def day(self) -> tuple[float, float, float]:
        """How many customers a day are found, missed, and called in vain."""
        right = self.robbed * self.found.mean
        return right, self.robbed - right, self.calls - right

    def words(self) -> str:
        """The answer as a sentence or two."""
        right, _, vain = self.day
        values = self.found.values
        known = count(self.shots, "known fraud") if self.learns else "no known fraud needed"
        return (
            f"{style.label(self.strategy)}, {known}, {count(self.calls, 'call')} a day: of {self.robbed:.1f} customers "
            f"robbed a day {right:.1f} are found "
            f"({self.found.mean:.0%}; {min(values):.0%} to {max(values):.0%} over {count(len(values), 'saved run')}), "
            f"and {vain:.1f} calls a day annoy somebody who paid as always. Of a hundred calls "
            f"{100 * right / self.calls:.0f} are right."
        )


class Screen(LabScreen):
    """The lab's picture: the share found against calls a day, and one day's customers as bars."""

    def __init__(self, strategies: Sequence[str]):
        figure = Figure(figsize=(9.6, 3.5), dpi=100)
        places = {"left": 0.085, "right": 0.985, "bottom": 0.16, "top": 0.9, "wspace": 0.25}
        curve, day = figure.subplots(1, 2, width_ratios=[1.9, 1], gridspec_kw=places)
        super().__init__(figure)
        curve.set(
            xscale="log", xlim=(CALLS[0] / 1.2, CALLS[-1] * 1.2), ylim=(0, 1.02), xlabel=CALLS_A_DAY, ylabel=FOUND
        )
        curve.set_xticks(CALLS, list(map(str, CALLS)))
        curve.xaxis.set_minor_locator(NullLocator())
        curve.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        curve.grid(alpha=0.25)
        day.set(ylim=(0, CALLS[-1]), xlim=(-0.6, 2.6))
        day.set_xticks(range(3), BARS)
        day.set_title("customers a day", loc="left")
        for ax in (curve, day):
            ax.spines[["top", "right"]].set_visible(False)
        self.title = title_of(curve)
        self._others = {name: line(curve, **_look(name), alpha=0.45, label=style.label(name)) for name in strategies}
        legend = curve.legend(handles=list(self._others.values()), loc="upper left", frameon=False, fontsize=8)
        self._chosen, self._here = line(curve, linewidth=2.6), line(curve, color="black", linestyle=":", linewidth=1)
        self._bars = Bars(day, range(3), width=0.6)
        self.behind = [*self._others.values(), legend]
        self.changing = [self.title, self._chosen, self._here, *self._bars.artists]

    def depends_on(self, shown: Answer) -> int:
        """The pale curves are those of a number of known frauds."""
        return shown.shots

    def update_behind(self, shown: Answer) -> None:
        """The curves of all strategies."""
        for name, each in self._others.items():
            each.set_data(*_means(shown.curves[name]))

    def update(self, shown: Answer) -> None:
        """The chosen one, the budget, and the day."""
        self.title.set_text(f"{style.label(shown.strategy)}: {shown.found.mean:.0%} found")
        self._chosen.set(**_look(shown.strategy))
        self._chosen.set_data(*_means(shown.curves[shown.strategy]))
        self._here.set_data([shown.calls] * 2, [0, 1.02])
        self._bars.update(shown.day, COLOURS, (False, False, True))


class AlarmLab(Lab):
    """Who looks, how many frauds are known, and how many customers can be called a day; answered by saved runs.

    ``saved`` are runs on one task of payments from one source. What learns nothing is the same at any number of shots.
    """

    def __init__(self, saved: Results, *, strategies: Sequence[str], shots: Sequence[int] = (5, 10, 20, 50, 100)):
        super().__init__()
        self._saved, self._names = as_results(saved), given_strategies(strategies)
        self._curves = {known: self._all(known) for known in shots}
        self._screen, self._robbed = Screen(self._names), robbed(self._saved)
        self.strategy = buttons("Who looks", [(style.label(name), name) for name in self._names])
        self.shots = shots_slider("Known frauds", shots, 20)
        self.calls = slider("Calls a day", list(CALLS), FIRST)
        for control in (self.strategy, self.shots, self.calls):
            control.observe(self.ask, "value")
        self.children = [self.strategy, self.shots, self.calls, self.picture, self.words]
        self.ask()

    def __repr__(self) -> str:
        return f"AlarmLab: {self.answer.words()}"

    @property
    def answer(self) -> Answer:
        """What the lab shows."""
        strategy, shots = self.strategy.value, self.shots.value
        known = learns(self._saved, strategy)
        return Answer(strategy, shots, self.calls.value, self._robbed, known, self._curves[shots])

    def ask(self, _change: dict | None = None) -> None:
        """Answer what the controls ask."""
        self.present(self._screen, self.answer)

    def _all(self, shots: int) -> dict[str, dict[int, Estimate]]:
        """What each strategy finds at every budget."""
        missing = [name for name in self._names if name not in self._saved.strategies]
        if missing:
            raise TlkitError(f"saved= has no runs of {missing[0]!r}: add them, from tl.compare(...).")
        asked = {name: shots_of(self._saved, name, shots) for name in self._names}
        return {
            name: {calls: found(self._saved, name, shots=known, calls=calls) for calls in CALLS}
            for name, known in asked.items()
        }


def _look(strategy: str) -> dict:
    colour, marker, dash = style.style(strategy)
    return {"color": colour, "marker": marker, "linestyle": dash}


def _means(found: dict[int, Estimate]) -> tuple[list[int], np.ndarray]:
    return list(found), np.array([each.mean for each in found.values()])
