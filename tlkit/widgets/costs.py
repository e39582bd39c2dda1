"""The lab of costs: what a label and an hour cost, which accuracy is wanted; and what each way of learning comes to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator, PercentFormatter

from tlkit.analysis.label_budget import Need, Prices, need
from tlkit.errors import TlkitError, shown
from tlkit.experiments.results import Results
from tlkit.plots import style
from tlkit.widgets.base import Lab, given_pairs, slider
from tlkit.widgets.screen import Screen as LabScreen
from tlkit.widgets.screen import line, title_of

LABEL = (0.01, 0.1, 1, 10, 50)  # prices of a label
HOUR = (0, 1, 10, 100)  # prices of an hour of the machine
WANTED = (0.6, 0.7, 0.8, 0.85, 0.9, 0.95)  # accuracies
AXIS = tuple(np.linspace(0.5, 0.98, 49))  # accuracies of which the costs are drawn
TICKS = (0.01, 0.1, 1, 10, 100, 1000, 10_000)


@dataclass(frozen=True)
class Answer:
    """What each way of learning needs for a wanted accuracy, and for those around it, at some prices."""

    prices: Prices
    wanted: float
    needs: Mapping[str, Need]
    curves: Mapping[str, Sequence[Need]]

    @property
    def costs(self) -> dict[str, float]:
        """What each comes to; infinite, where it never gets there."""
        return {name: each.cost(self.prices) for name, each in self.needs.items()}

    @property
    def cheapest(self) -> str | None:
        """The one that costs least, if any gets there."""
        name = min(self.costs, key=self.costs.get)
        return name if math.isfinite(self.costs[name]) else None

    def words(self) -> str:
        """The answer in a sentence for each."""
        opening = (
            f"A label costs {self.prices.label:g}, an hour of the machine {self.prices.hour:g}, and each network is "
            f"trained {self.prices.trainings} times. For {self.wanted:.0%}: "
        )
        return f"{opening}{'; '.join(self._told(name) for name in self.needs)}. {self._verdict()}"

    def _told(self, name: str) -> str:
        labels, cost = self.needs[name].labels, self.costs[name]
        if not math.isfinite(cost):
            return f"{name} never got there"
        machine = cost - self.prices.label * labels
        return f"{name} {labels:,.0f} labels, {money(cost)} in all, of which the machine {money(machine)}"

    def _verdict(self) -> str:
        if self.cheapest is None:
            return "None of them gets there with the labels that were tried."
        others = [cost for name, cost in self.costs.items() if name != self.cheapest and math.isfinite(cost)]
        lead = f": {min(others) / self.costs[self.cheapest]:.1f} times less than the next" if others else ""
        return f"The cheapest: {self.cheapest}{lead}."


class Screen(LabScreen):
    """The lab's picture: cost against the accuracy wanted, a curve for each way of learning, and where one stands."""

    def __init__(self, looks: Mapping[str, str]):
        figure = Figure(figsize=(8.4, 3.8), dpi=100)
        super().__init__(figure)
        ax = figure.subplots(gridspec_kw={"left": 0.1, "right": 0.97, "bottom": 0.14, "top": 0.9})
        ax.set(
            yscale="log", ylim=(TICKS[0], 5 * TICKS[-1]), xlim=(AXIS[0], 1), xlabel="balanced accuracy that is wanted"
        )
        ax.set_yticks(TICKS, [f"{tick:,g}" for tick in TICKS])
        ax.yaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        ax.set_ylabel("cost of labels and machine")
        ax.grid(alpha=0.25)
        ax.spines[["top", "right"]].set_visible(False)
        self.title = title_of(ax)
        styles = style.styles(looks.values())
        self._curves, self._points = {}, {}
        for name, strategy in looks.items():
            colour, marker, dash = styles[strategy]
            self._curves[name] = line(ax, color=colour, linestyle=dash, linewidth=2, label=name)
            self._points[name] = line(ax, color=colour, marker=marker, markersize=9, linestyle="")
        self._here = line(ax, color="black", linestyle=":", linewidth=1)
        legend = ax.legend(handles=list(self._curves.values()), loc="upper left", frameon=False, fontsize=9)
        self.changing = [self.title, self._here, *self._curves.values(), *self._points.values(), legend]

    def update(self, shown: Answer) -> None:
        """All curves, and the points where the wanted accuracy meets them."""
        for name, needs in shown.curves.items():
            costs = [each.cost(shown.prices) for each in needs]
            self._curves[name].set_data(AXIS, [cost if math.isfinite(cost) else np.nan for cost in costs])
            reached = math.isfinite(shown.costs[name])
            self._points[name].set_data([shown.wanted] if reached else [], [shown.costs[name]] if reached else [])
        self._here.set_data([shown.wanted] * 2, [TICKS[0], 5 * TICKS[-1]])
        self.title.set_text(f"For {shown.wanted:.0%}, the cheapest: {shown.cheapest or 'none gets there'}")


class CostLab(Lab):
    """The price of a label, the price of an hour, the accuracy wanted; saved runs say what each way costs.

    ``ways`` are by name pairs of saved runs on one task and a strategy that is among them.
    """

    def __init__(self, ways: Mapping[str, tuple[Results, str]], *, trainings: int = 100):
        super().__init__()
        named = dict(given_pairs(ways, "ways", "{'frozen': (results, 'head')}"))
        for name, pair in named.items():
            if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], Results)):
                raise TlkitError(f"ways[{name!r}]={shown(pair)} is no pair of saved runs and a strategy among them.")
        self._named, self._trainings = named, trainings
        self._curves = {name: [need(*pair, wanted=each) for each in AXIS] for name, pair in named.items()}
        self._screen = Screen({name: strategy for name, (_, strategy) in named.items()})
        self.label = slider("Price of a label", [(f"{price:g}", price) for price in LABEL], 1)
        self.hour = slider("Price of an hour", [(f"{price:g}", price) for price in HOUR], 1)
        self.wanted = slider("Accuracy wanted", [(f"{share:.0%}", share) for share in WANTED], 0.8)
        for control in (self.label, self.hour, self.wanted):
            control.observe(self.ask, "value")
        self.children = [self.label, self.hour, self.wanted, self.picture, self.words]
        self.ask()

    def __repr__(self) -> str:
        return f"CostLab: {self.answer.words()}"

    @property
    def answer(self) -> Answer:
        """What the controls ask."""
        prices, wanted = Prices(self.label.value, self.hour.value, self._trainings), self.wanted.value
        needs = {name: need(*pair, wanted=wanted) for name, pair in self._named.items()}
        return Answer(prices, wanted, needs, self._curves)

    def ask(self, _change: dict | None = None) -> None:
        """Answer what the controls ask."""
        self.present(self._screen, self.answer)


def money(amount: float) -> str:
    """An amount as people write it: cents where it is small."""
    return f"{amount:,.2f}" if amount < 100 else f"{amount:,.0f}"
