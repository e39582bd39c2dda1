"""The lab of scores: choose a target and a score, and see its order of the teachers against what they turned out to be.

It answers from maps that were made before, so that every move is a look and no computation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter

from tlkit.analysis.source_map import SourceMap, agreement, first_of, regret
from tlkit.errors import TlkitError, shown
from tlkit.plots.heatmap import draw_heatmap
from tlkit.widgets.base import Lab, buttons, given_pairs, slider
from tlkit.widgets.screen import Bars, title_of
from tlkit.widgets.screen import Screen as LabScreen

DRAWS = 5  # seeds that can be looked at, the first of those that there are
TAKEN, OTHERS = "#0072b2", "#9bb8cc"
MARK = "#d55e00"


@dataclass(frozen=True)
class Order:
    """A score's order of the sources for one target and one draw of labels, best first, beside what they are worth.

    Of those that are ``silent`` the score says nothing; they stand at the end. ``taken`` are how many share the first
    place, ``tau`` is Kendall's, and ``lost`` the accuracy that the choice costs.
    """

    score: str
    target: str
    draw: int
    sources: tuple[str, ...]
    accuracies: tuple[float, ...]
    silent: tuple[str, ...]
    taken: int
    tau: float
    lost: float

    def words(self) -> str:
        """The order as a few sentences."""
        best = int(np.argmax(self.accuracies))
        first = " and ".join(self.sources[: self.taken])
        chosen = f"{first} first" if self.taken == 1 else f"{first} first, as equals"
        order = ", ".join(f"{name} {value:.0%}" for name, value in zip(self.sources, self.accuracies, strict=True))
        unasked = f" It can't be asked of {', '.join(self.silent)}." if self.silent else ""
        return (
            f"{self.score}, for {self.target}, draw {self.draw}: it puts {chosen}. The best is {self.sources[best]}: "
            f"{self.accuracies[best]:.0%} of the test named right. The choice costs {100 * self.lost:.1f} points. "
            f"Its order agrees with the truth by a tau of {self.tau:.2f}. In its order: {order}.{unasked}"
        )


class Screen(LabScreen):
    """The lab's picture: the sources in the score's order as bars, and the whole map, with target and choice framed."""

    def __init__(self, truth: SourceMap):
        figure = Figure(figsize=(10.4, 3.9), dpi=100)
        places = {"left": 0.15, "right": 0.99, "bottom": 0.2, "top": 0.9, "wspace": 0.42}
        bars, whole = figure.subplots(1, 2, width_ratios=[1, 1.25], gridspec_kw=places)
        super().__init__(figure)
        self._truth, rows = truth, range(len(truth.sources))
        self._bars = Bars(bars, rows, lying=True)
        bars.set(xlim=(0, 1), ylim=(len(rows) - 0.5, -0.5), yticks=[], xlabel="test named right (hatched: the best)")
        bars.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        bars.spines[["top", "right"]].set_visible(False)
        self._names = [bars.text(-0.02, row, "", ha="right", va="center", fontsize=9) for row in rows]
        self._title = title_of(bars)
        draw_heatmap(whole, truth.mean, truth.sources, truth.targets, size=7.5)
        whole.tick_params(labelsize=8)
        whole.set_title(f"mean of {len(truth.by_seed)} draws", loc="left", fontsize=10)
        self._column, self._choice = (_frame(whole, width, MARK) for width in (1.5, 3))
        self.changing += [*self._bars.artists, *self._names, self._title, self._column, self._choice]

    def update(self, order: Order) -> None:
        """The order on its panels."""
        best = int(np.argmax(order.accuracies))
        rows = range(len(order.sources))
        colours = [TAKEN if row < order.taken else OTHERS for row in rows]
        self._bars.update(order.accuracies, colours, [row == best for row in rows])
        for text, name in zip(self._names, order.sources, strict=True):
            text.set_text(f"({name})" if name in order.silent else name)
        self._title.set_text(f"{order.score}'s order: {100 * order.lost:.0f} points lost")
        column = self._truth.targets.index(order.target)
        row = self._truth.sources.index(order.sources[0])
        self._column.set_bounds(column - 0.48, -0.48, 0.96, len(order.sources) - 0.04)
        self._choice.set_bounds(column - 0.46, row - 0.46, 0.92, 0.92)


def _frame(ax, width: float, colour: str) -> Rectangle:
    return ax.add_patch(Rectangle((0, 0), 1, 1, fill=False, edgecolor=colour, linewidth=width))


class ChoiceLab(Lab):
    """Target, score and draw; the picture and its words say whom the score would take, and what that costs.

    ``scores`` are maps by the names that their buttons have, of the same sources and targets as ``truth``.
    """

    def __init__(self, truth: SourceMap, scores: Mapping[str, SourceMap]):
        super().__init__()
        if not isinstance(truth, SourceMap):
            raise TlkitError(f"{shown(truth)} is no map: give what tl.source_map.truth returned.")
        self._truth, self._scores = truth, given_pairs(scores, "scores", "tl.source_map.scores(...)")
        self.screen = Screen(truth)
        seeds = list(truth.by_seed)[:DRAWS]
        self.target = buttons("Target", list(truth.targets))
        self.score = buttons("Score", list(self._scores))
        self.draw = slider("Draw of labels", [(str(n), seed) for n, seed in enumerate(seeds, start=1)], seeds[0])
        for control in (self.target, self.score, self.draw):
            control.observe(self.ask, "value")
        self.children = [self.target, self.score, self.draw, self.picture, self.words]
        self.ask()

    def __repr__(self) -> str:
        return f"ChoiceLab: {self.order.words()}"

    @property
    def order(self) -> Order:
        """What the lab shows."""
        seed, target = self.draw.value, self.target.value
        score, truth = (each.on(target).only(seed) for each in (self._scores[self.score.value], self._truth))
        told, true = (each.by_seed[seed][:, 0] for each in (score, truth))
        places = np.argsort(np.where(np.isnan(told), np.inf, -told), kind="stable")
        return Order(
            score=self.score.value,
            target=target,
            draw=self.draw.index + 1,
            sources=tuple(truth.sources[place] for place in places),
            accuracies=tuple(float(true[place]) for place in places),
            silent=tuple(truth.sources[place] for place in places if np.isnan(told[place])),
            taken=int(first_of(told).sum()),
            tau=agreement(score, truth).mean,
            lost=regret(score, truth).mean,
        )

    def ask(self, _change: dict | None = None) -> None:
        """Answer what the controls ask."""
        self.present(self.screen, self.order)
