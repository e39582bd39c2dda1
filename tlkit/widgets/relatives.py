"""The lab of relatives: pick whose text is added to a language's own, and see how much better it is foretold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ipywidgets as W
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator, PercentFormatter

from tlkit.analysis.low_resource import OWN, Named, as_language, listened, told, worth
from tlkit.arguments import listed, numbers, whole
from tlkit.datasets.languages import Language
from tlkit.errors import shown
from tlkit.estimate import Estimate
from tlkit.widgets.base import Lab, buttons, slider
from tlkit.widgets.screen import Bars, Screen, line, title_of

ALONE, TOGETHER, RELATIVE = "#000000", "#0072b2", "#e69f00"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the lab shows: bits per character at every size, alone and together, and to whom the mixture listens."""

    target: str
    chars: int
    alone: dict[int, float]
    together: dict[int, float]
    weights: dict[str, float]

    def words(self) -> str:
        """The answer in sentences."""
        alone, together = self.alone[self.chars], self.together[self.chars]
        if len(self.weights) == 1:
            return f"{self.target} with {self.chars:,} characters of its own, nobody beside it: {alone:.2f} bits each."
        beside = ", ".join(name for name in self.weights if name != OWN)
        heard = ", ".join(f"{name} {share:.0%}" for name, share in self.weights.items())
        return (
            f"{self.target} with {self.chars:,} characters of its own, beside {beside}: {together:.2f} bits each "
            f"({alone:.2f} alone). {self._worth()} Whom the mixture listens to: {heard}."
        )

    def _worth(self) -> str:
        if self.together[self.chars] >= self.alone[self.chars]:
            return "That is no help."
        alone = {size: Estimate({0: bits}, "alone") for size, bits in self.alone.items()}
        found = round(worth(alone, Estimate({0: self.together[self.chars]}, "together")).mean, -1)
        more = "as good as" if found < max(self.alone) else "at least as good as"
        return f"That is {more} {found:,.0f} characters of its own."


class RelativesScreen(Screen):
    """The lab's picture: bits per character by one's own text, and how much each language is listened to."""

    def __init__(self, sizes: Sequence[int], names: Sequence[str]):
        figure = Figure(figsize=(9.2, 3.8), dpi=100)
        super().__init__(figure)
        spaces = {"left": 0.08, "right": 0.97, "bottom": 0.15, "top": 0.9, "wspace": 0.45}
        curve, heard = figure.subplots(1, 2, width_ratios=[3, 2], gridspec_kw=spaces)
        curve.set(xlabel="characters of its own", ylabel="bits per character (lower is better)", xscale="log")
        curve.set(ylim=(2.3, 4.4), xlim=(min(sizes) / 1.25, max(sizes) * 1.25))
        curve.set_xticks(sizes, [f"{size:,}" for size in sizes])
        curve.xaxis.set_minor_locator(NullLocator())
        curve.grid(alpha=0.25)
        self._alone = line(curve, color=ALONE, linestyle="--", marker="o", label="alone")
        self._together = line(curve, color=TOGETHER, marker="s", label="with relatives")
        self._here = line(curve, color=TOGETHER, marker="s", markersize=13, fillstyle="none", linestyle="")
        curve.legend(handles=[self._alone, self._together], frameon=False, loc="lower left")
        self._names = [OWN, *names]
        heard.set(xlim=(0, 1), title="whom the mixture listens to")
        heard.set_yticks(range(len(self._names)), self._names)
        heard.invert_yaxis()
        heard.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        self._bars = Bars(heard, range(len(self._names)), lying=True)
        for ax in (curve, heard):
            ax.spines[["top", "right"]].set_visible(False)
        self._title = title_of(curve)
        self.changing = [self._alone, self._together, self._here, self._title, *self._bars.artists]

    def update(self, shown: Answer) -> None:
        """The answer on both panels."""
        self._alone.set_data([*shown.alone], [*shown.alone.values()])
        self._together.set_data([*shown.together], [*shown.together.values()])
        self._here.set_data([shown.chars], [shown.together[shown.chars]])
        self._title.set_text(f"{shown.target}: {shown.together[shown.chars]:.2f} bits per character")
        colours = [ALONE, *[RELATIVE] * (len(self._names) - 1)]
        lengths = [shown.weights.get(name, 0) for name in self._names]
        self._bars.update(lengths, colours, [name == OWN for name in self._names])


class RelativesLab(Lab):
    """Language, relatives and characters; each answer is counted there and then, on one draw of the language's text.

    ``relatives`` are languages by name, or as they are; each has a button that puts it in or takes it out. A language
    is no relative of itself, and is passed over.
    """

    beyond = "other relatives than these."

    def __init__(
        self,
        targets: Named | Sequence[Named] = ("Galician", "Basque"),
        relatives: Named | Sequence[Named] = ("Portuguese", "Spanish", "French", "Romanian", "English", "Finnish"),
        *,
        chars: int | Sequence[int] = (250, 500, 1000, 2000, 4000),
        first: Sequence[str] = (),
        seed: int = 0,
    ):
        super().__init__()
        self._targets = _named(targets, "targets", "Galician")
        self._relatives, self._seed = _named(relatives, "relatives", "Spanish"), seed
        sizes = numbers(chars, "chars", _check_chars, "[500, 1000]")
        self._answers: dict[tuple, tuple] = {}
        for target in self._targets.values():
            for relative in self._relatives.values():
                told(relative, target)  # it takes a while, and every move needs it
        self._screen = RelativesScreen(sizes, [*self._relatives])
        self.target = buttons("Language", [*self._targets])
        self.chosen = {name: W.ToggleButton(description=name, value=name in first) for name in self._relatives}
        self.chars = slider("Characters of its own", [(f"{size:,}", size) for size in sizes], sizes[0])
        for control in (self.target, self.chars, *self.chosen.values()):
            control.observe(self.ask, "value")
        row = W.HBox([W.Label("Beside it:"), *self.chosen.values()], layout={"flex_flow": "row wrap"})
        self.children = [self.target, row, self.chars, self.picture, self.words]
        self.ask()

    def __repr__(self) -> str:
        return f"RelativesLab: {self.answer.words()}"

    @property
    def screen(self) -> Screen:
        """The lab's picture."""
        return self._screen

    @property
    def answer(self) -> Answer:
        """What counting finds for what the controls ask."""
        target, chars = self.target.value, self.chars.value
        names = tuple(name for name, button in self.chosen.items() if button.value and name != target)
        sizes = [size for _, size in self.chars.options]
        _, weights = self._found(target, names, chars)
        return Answer(
            target=target,
            chars=chars,
            alone={size: self._found(target, (), size)[0] for size in sizes},
            together={size: self._found(target, names, size)[0] for size in sizes},
            weights=dict(zip((OWN, *names), weights, strict=True)),
        )

    def ask(self, _change: dict | None = None) -> None:
        """Answer what the controls ask."""
        self.present(self._screen, self.answer)

    def _found(self, target: str, names: tuple[str, ...], chars: int) -> tuple[float, list[float]]:
        asked = target, names, chars
        if asked not in self._answers:
            relatives = [self._relatives[name] for name in names]
            bits, *weights = listened(self._targets[target], relatives, chars=chars, seed=self._seed).tolist()
            self._answers[asked] = bits, weights
        return self._answers[asked]


def _named(given: object, what: str, example: str) -> dict[str, Language]:
    languages = [as_language(each) for each in listed(given, what, f"['{example}']", single=(str, Language))]
    return {each.name: each for each in languages}


def _check_chars(chars: object) -> int:
    return whole(chars, f"chars={shown(chars)} is no number of characters", such="500")
