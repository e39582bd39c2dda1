"""The lab of partners: choose the second task and how much its loss weighs, and see what the first gains or loses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Task
from tlkit.errors import TlkitError
from tlkit.estimate import Estimate
from tlkit.experiments.results import Results, as_results
from tlkit.methods.multi_task import Alone, Together
from tlkit.plots import style
from tlkit.widgets.base import Lab, buttons, given_pairs, slider
from tlkit.widgets.bench import Draws
from tlkit.widgets.screen import Screen, line, title_of

ALONE, HELP, HARM, UNSURE = "#000000", "#0072b2", "#d55e00", "#666666"


@dataclass(frozen=True, kw_only=True)
class Answer(Draws):
    """What the lab shows: saved accuracies with a partner at a weight, those alone, and the means at every weight."""

    partner: str
    weight: float
    alone: tuple[float, ...]
    means: tuple[float, ...]

    @property
    def gain(self) -> Estimate:
        """What the partner is worth, seed by seed."""
        return Estimate(dict(enumerate(np.subtract(self.accuracies, self.alone))), "gain over alone")

    @property
    def verdict(self) -> str:
        """Help or harm, where the whole 95% interval is on one side of zero."""
        return "help" if self.gain.low > 0 else "harm" if self.gain.high < 0 else "no clear help or harm"

    def words(self) -> str:
        """The answer as a sentence or two."""
        said = f"{self.mean:.1%} of the {style.short(self.target)} test named right ({self.spread()})"
        if not self.weight:
            return f"Weight 0, no partner at all: {said}."
        side = "above" if self.gain.mean >= 0 else "below"
        return (
            f"Partner: {self.partner}, weight {self.weight:g}: {said}. "
            f"That is {abs(100 * self.gain.mean):.1f} points {side} no partner: {self.verdict}."
        )


class PartnerScreen(Screen):
    """The lab's picture: accuracy by the weight of the partner's loss, and the saved runs at the present one."""

    def __init__(self, weights: Sequence[float], highest: float):
        figure = Figure(figsize=(8.2, 3.6), dpi=100)
        super().__init__(figure)
        ax = figure.subplots(gridspec_kw={"left": 0.1, "right": 0.97, "bottom": 0.16, "top": 0.9})
        self._places = {weight: place for place, weight in enumerate(weights)}
        ax.set(xlabel="weight of the partner's loss", ylabel="test examples named right", ylim=(0, highest))
        ax.set_xticks(range(len(weights)), [f"{weight:g}" for weight in weights])
        ax.set_xlim(-0.5, len(weights) - 0.5)
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        ax.grid(alpha=0.25)
        ax.spines[["top", "right"]].set_visible(False)
        self._alone = line(ax, color=ALONE, linestyle="--", linewidth=1)
        self._means = line(ax, color="#8c8c8c", marker=".", linewidth=1.5)
        self._runs = line(ax, markersize=7, markeredgecolor="white", linestyle="", alpha=0.8)
        self._mean = line(ax, marker="_", markersize=36, markeredgewidth=2.5)
        self.title = title_of(ax)
        self.changing = [self._alone, self._means, self._runs, self._mean, self.title]

    def update(self, shown: Answer) -> None:
        """The answer on its panel; help, harm and what may be either have marks of their own."""
        place, places = self._places[shown.weight], [*self._places.values()]
        colour, marker = {"help": (HELP, "o"), "harm": (HARM, "v")}.get(shown.verdict, (UNSURE, "d"))
        colour, marker = (colour, marker) if shown.weight else (ALONE, "s")
        self._alone.set_data([-0.5, len(places)], [shown.means[0]] * 2)
        self._means.set_data(places, shown.means)
        self._runs.set_data([place] * len(shown.accuracies), shown.accuracies)
        self._mean.set_data([place], [shown.mean])
        self._runs.set(color=colour, marker=marker)
        self._mean.set_color(colour)
        name = f"{shown.partner}, weight {shown.weight:g}" if shown.weight else "no partner"
        self.title.set_text(f"{name}: {shown.mean:.0%} (dashed: no partner)")


class PartnerLab(Lab):
    """Partner and weight; the picture and its words say what saved runs found.

    ``partners`` are tasks by the names that their buttons have; ``saved`` holds the runs alone and with each of them
    at each of ``weights``, with ``shots`` labelled examples of each class of the ``target``.
    """

    def __init__(
        self,
        partners: Mapping[str, str | Task],
        target: str | Task = "notes/guitar",
        *,
        saved: Results,
        weights: Sequence[float] = (1, 10, 100),
        shots: int = 2,
    ):
        super().__init__()
        named = given_pairs(partners, "partners", "{'its notes': 'notes/band'}")
        known = as_results(saved)
        runs = [run for run in known if (run.target, run.shots) == (as_task(target).name, shots)]
        self._saved = {
            name: Results(run for run in runs if run.strategy == name) for name in {r.strategy for r in runs}
        }
        self._names = {
            (label, weight): Together(task, weight=weight).name for label, task in named.items() for weight in weights
        }
        self._names |= {(label, 0): Alone().name for label in named}
        if missing := sorted(set(self._names.values()) - self._saved.keys()):
            raise TlkitError(f"saved= has no runs of {missing[0]!r} with {shots} shots: make them with tl.compare.")
        self._screen = PartnerScreen([0, *weights], 1.0)
        self.partner = buttons("Partner", list(named))
        self.weight = slider("Weight of its loss", [(f"{weight:g}", weight) for weight in (0, *weights)], 1)
        for control in (self.partner, self.weight):
            control.observe(self.ask, "value")
        self.children = [self.partner, self.weight, self.picture, self.words]
        self.ask()

    def __repr__(self) -> str:
        return f"PartnerLab: {self.answer.words()}"

    @property
    def screen(self) -> Screen:
        """The lab's picture."""
        return self._screen

    @property
    def answer(self) -> Answer:
        """What saved runs say of what the controls ask, beside those alone on the same seeds."""
        label, weight = self.partner.value, self.weight.value
        found, alone = self._runs(label, weight), {run.seed: run.accuracy for run in self._runs(label, 0)}
        both = [run for run in found if run.seed in alone]
        weights = [value for _, value in self.weight.options]
        return Answer(
            source=both[0].source,
            target=both[0].target,
            strategy=both[0].strategy,
            shots=both[0].shots,
            accuracies=tuple(run.accuracy for run in both),
            alone=tuple(alone[run.seed] for run in both),
            means=tuple(float(np.mean([run.accuracy for run in self._runs(label, each)])) for each in weights),
            partner=label,
            weight=weight,
            recalled=True,
        )

    def ask(self, _change: dict | None = None) -> None:
        """Answer what the controls ask."""
        self.present(self._screen, self.answer)

    def _runs(self, label: str, weight: float) -> Results:
        return self._saved[self._names[label, weight]]
