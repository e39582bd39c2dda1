"""The lab of domains: choose a head for a domain of which no label is known, then see what it was worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from tlkit.analysis.domain_gap import LISTED, SCORERS, TRUTH, Gap
from tlkit.errors import TlkitError, shown
from tlkit.methods.domain_adaptation import ALIGNMENTS, STRENGTHS
from tlkit.plots import style
from tlkit.widgets.base import Lab, buttons, given_pairs, slider
from tlkit.widgets.bench import spread
from tlkit.widgets.screen import Screen as BaseScreen
from tlkit.widgets.screen import line, title_of

DOT = 260  # points squared: what a scorer chooses on every seed
LINES = {"there": "full", "home": "head", "own": "lp_ft"}  # whose colours, markers and dashes they have


@dataclass(frozen=True)
class Choice:
    """A head that was chosen for a target, and whether the labels of the target are shown."""

    gap: Gap
    alignment: str
    strength: float
    revealed: bool

    def counts(self, scorer: str) -> list[int]:
        """On how many seeds a scorer finds each strength best, with that alignment."""
        heads = self.gap.choices(scorer, among=[(self.alignment, each) for each in STRENGTHS]).values()
        chosen = [strength for _, strength in heads]
        return [chosen.count(each) for each in STRENGTHS]

    def words(self) -> str:
        """The choice in a few sentences."""
        source, target = style.short(self.gap.source), style.short(self.gap.target)
        home = self.gap.figure(SCORERS[0], self.strength, self.alignment)
        return (
            f"From {source} to {target}, {self.alignment}, strength {self.strength:g}: of {source} that it has not "
            f"learnt {home.mean:.1%} are named right. Of the five strengths, {self._favourites()}. "
            f"{self._worth(target)}"
        )

    def _favourites(self) -> str:
        parts = []
        for scorer in SCORERS:
            counts = self.counts(scorer)
            parts.append(f"{scorer} takes {STRENGTHS[int(np.argmax(counts))]:g} ({max(counts)} of {sum(counts)} seeds)")
        return ", ".join(parts)

    def _worth(self, target: str) -> str:
        if not self.revealed:
            return f"What it is worth in {target} is hidden."
        there, own = self.gap.accuracy(self.strength, self.alignment), self.gap.target_trained()
        return (
            f"In {target} it names {there.mean:.1%} right ({spread(there.values, each='seed')}); a head that learnt as "
            f"many labels there {own.mean:.1%}: the gap is {100 * (own.mean - there.mean):.1f} points."
        )


class Screen(BaseScreen):
    """The lab's picture: accuracy against strength, and on how many seeds each scorer chooses which."""

    def __init__(self):
        figure = Figure(figsize=(9.6, 3.6), dpi=100)
        super().__init__(figure)
        places = {"left": 0.07, "right": 0.98, "bottom": 0.16, "top": 0.9, "wspace": 0.5}
        self._ax, self._table = figure.subplots(1, 2, width_ratios=[1.35, 1], gridspec_kw=places)
        for ax in (self._ax, self._table):
            ax.set_xticks(range(len(STRENGTHS)), [f"{each:g}" for each in STRENGTHS])
            ax.set(xlim=(-0.4, len(STRENGTHS) - 0.6), xlabel="strength of the head")
            ax.spines[["top", "right"]].set_visible(False)
        self._ax.set_ylim(0.45, 0.95)
        self._ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        self._ax.grid(alpha=0.25)
        self._table.set_yticks(range(len(LISTED)), reversed(LISTED))
        self._table.set(ylim=(-0.6, len(LISTED) - 0.4))
        self._table.set_title("which strength it would choose", loc="left", fontsize=10)
        self._lines = {name: self._drawn(look) for name, look in LINES.items()}
        self._mark = line(self._ax, linestyle="", marker="o", markersize=15, markerfacecolor="none", color="black")
        x, y = np.meshgrid(range(len(STRENGTHS)), range(len(LISTED))[::-1])
        self._dots = self._table.scatter(x.ravel(), y.ravel(), s=0, color="#0072b2")
        self._title = title_of(self._ax)
        self._legend = self._ax.legend(handles=list(self._lines.values()), loc="lower left", fontsize=8, frameon=False)
        self.changing += [*self._lines.values(), self._mark, self._dots, self._title]

    def _drawn(self, look: str):
        colour, marker, dash = style.STYLES[look]
        names = {"full": "asked in the target", "head": "at home, held out", "lp_ft": "learnt the target itself"}
        return line(self._ax, color=colour, marker=marker, linestyle=dash, label=names[look])

    def update(self, shown: Choice) -> None:
        """Set all to what is chosen."""
        gap, at = shown.gap, range(len(STRENGTHS))
        home = [gap.figure(SCORERS[0], each, shown.alignment).mean for each in STRENGTHS]
        there = [gap.accuracy(each, shown.alignment).mean for each in STRENGTHS]
        self._lines["home"].set_data(at, home)
        self._lines["there"].set_data(at, there)
        self._lines["own"].set_data(at, [gap.target_trained(each).mean for each in STRENGTHS])
        for name in ("there", "own"):
            self._lines[name].set_visible(shown.revealed)
        chosen = STRENGTHS.index(shown.strength)
        self._mark.set_data([chosen], [(there if shown.revealed else home)[chosen]])
        listed = [np.array(shown.counts(name)) * (shown.revealed or name != TRUTH) for name in LISTED]
        self._dots.set_sizes(DOT * np.concatenate(listed) / len(gap.grid))
        self._title.set_text(f"{style.short(gap.source)} to {style.short(gap.target)}, {shown.alignment}")


class DomainLab(Lab):
    """Target, alignment and strength of a head, chosen by what may be known; then the target's labels are shown.

    ``gaps`` are what :func:`tlkit.analysis.domain_gap.heads` returned, by the names that their buttons have. Everything
    answers from them at once.
    """

    def __init__(self, gaps: Mapping[str, Gap]):
        super().__init__()
        self._gaps = dict(given_pairs(gaps, "gaps", "{'tweets': tl.domain_gap.heads(...)}"))
        for each in self._gaps.values():
            if not isinstance(each, Gap):
                raise TlkitError(f"{shown(each)} is no gap: give what tl.domain_gap.heads returned.")
        self._screen = Screen()
        self.target = buttons("Target", list(self._gaps))
        self.alignment = buttons("The domains", list(ALIGNMENTS))
        self.strength = slider("Strength of the head", [(f"{each:g}", each) for each in STRENGTHS], STRENGTHS[-1])
        self.labels = buttons("The target's labels", [("hidden", False), ("shown", True)])
        for control in (self.target, self.alignment, self.strength, self.labels):
            control.observe(self.ask, "value")
        self.children = [self.target, self.alignment, self.strength, self.labels, self.picture, self.words]
        self.ask()

    def __repr__(self) -> str:
        return f"DomainLab: {self.choice.words()}"

    @property
    def choice(self) -> Choice:
        """What the controls ask."""
        return Choice(self._gaps[self.target.value], self.alignment.value, self.strength.value, self.labels.value)

    def ask(self, _change: dict | None = None) -> None:
        """Show it."""
        self.present(self._screen, self.choice)
