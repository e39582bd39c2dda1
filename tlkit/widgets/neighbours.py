"""A map of texts, and the nearest neighbours of one of them."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import ipywidgets as W
import numpy as np
from matplotlib.collections import LineCollection

from tlkit.analysis.neighbours import Near, NeighbourIndex, tokens
from tlkit.datasets.task import Task
from tlkit.experiments.source import check_backbone
from tlkit.models.backbone import Backbone
from tlkit.plots import picture, style
from tlkit.widgets.base import Lab, buttons, count, texts_given
from tlkit.widgets.screen import Screen, line

NEAREST = 5
SENTENCES = (  # to choose from where nobody reads what is typed
    "What a wonderful morning!",
    "I missed the last bus and it rains.",
    "Turn off the light in the kitchen, please.",
    "It is getting dark in here.",
    "Play something cheerful.",
    "The unputdownable masterpiece of a drowsy Tuesday",
)
LONGEST = 240  # characters of a text that are shown


MEANING, SHARED = "what it means (MiniLM)", "words they share (TF-IDF)"


LOOKS = (("#0072b2", "o"), ("#e69f00", "^"), ("#009e73", "s"), ("#cc79a7", "D"))


@dataclass(frozen=True)
class Found:
    """What the lab shows: where a sentence lies, what is nearest to it, and both in words."""

    point: np.ndarray
    nearest: Sequence[Near]
    described: str

    def words(self) -> str:
        """The answer in words."""
        return self.described


class Map(Screen):
    """The texts of a shelf on the plane in which they differ most (PCA); a new text and its neighbours on top."""

    def __init__(self, shelf: NeighbourIndex):
        from sklearn.decomposition import PCA

        self._plane = PCA(2, random_state=0).fit(shelf.points)
        self._places = self._plane.transform(shelf.points)
        figure, self._ax = picture.figure(6.4, 3.6)
        super().__init__(figure)
        self._draw_texts(shelf.task)
        self._lines = self._ax.add_collection(LineCollection([], colors="#000000", linewidths=0.8), autolim=False)
        look = {"linestyle": "", "markeredgecolor": "#000000"}
        self._near = line(self._ax, marker="o", markersize=7.7, markerfacecolor="none", **look)
        self._star = line(self._ax, marker="*", markersize=13.8, markerfacecolor="#d55e00", zorder=3, **look)
        self.changing = [self._lines, self._near, self._star]

    def _draw_texts(self, target: Task) -> None:
        classes = target.classes
        if len(classes) <= len(LOOKS):
            for number, (colour, marker) in zip(range(len(classes)), LOOKS, strict=False):
                x, y = self._places[target.test.labels == number].T
                self._ax.scatter(x, y, s=14, c=colour, marker=marker, alpha=0.45, linewidth=0, label=classes[number])
        else:
            x, y = self._places.T
            self._ax.scatter(x, y, s=14, c="#8c8c8c", alpha=0.5, linewidth=0, label=f"{len(classes)} kinds of text")
        self._ax.set(xticks=[], yticks=[])
        self._ax.set_title(f"{len(target.test)} {style.short(target.name)}", loc="left", fontweight="bold")
        self._ax.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)

    def update(self, shown: Found) -> None:
        """A text at its point as a star, and lines to the nearest."""
        star = self._plane.transform(shown.point[None])[0]
        near = self._places[[each.row for each in shown.nearest]].reshape(-1, 2)
        self._lines.set_segments([(star, place) for place in near])
        self._near.set_data(*near.T)
        self._star.set_data(*star[:, None])


class Neighbours(Lab):
    """Type a sentence: its tokens, where it lies among the test texts of a task, and which of them are nearest.

    ``tasks`` are tasks of texts by name. All of their test texts are read once, when the lab is made.
    """

    beyond = "any sentence that you type."
    sentences = SENTENCES

    def __init__(
        self,
        backbone: Backbone,
        tasks: str | Task | Sequence[str | Task] = ("reviews/tweets", "intents"),
        *,
        text: str = SENTENCES[0],
    ):
        super().__init__()
        self.backbone, given = check_backbone(backbone), texts_given(tasks)
        self._shelves = {
            (style.short(each.name), by): NeighbourIndex(each, backbone if by == MEANING else None)
            for each in given
            for by in (MEANING, SHARED)
        }
        self._maps: dict[tuple[str, str], Map] = {}
        wide = {"width": "38em", "max_width": "100%"}
        self.text = W.Text(value=text, description="Your sentence", style={"description_width": "initial"}, layout=wide)
        self.task = buttons("Texts", [style.short(each.name) for each in given])
        self.by = buttons("Near by", [MEANING, SHARED])
        self.list = W.HTML()
        for control in (self.text, self.task, self.by):
            control.observe(self.ask, "value")
        self.children = [self.text, self.task, self.by, self.picture, self.words, self.list]
        self.ask()

    def __repr__(self) -> str:
        return f"Neighbours: {self.said()}"

    @property
    def controls(self) -> list[W.Widget]:
        """What a reader moves without a kernel: the sentence is one of a few."""
        return [self.text, self.task, self.by]

    @property
    def nearest(self) -> list[Near]:
        """The texts that lie nearest to the sentence, nearest first."""
        return self._shelf.near(self.text.value, NEAREST)

    @property
    def _shelf(self) -> NeighbourIndex:
        return self._shelves[self.task.value, self.by.value]

    def said(self) -> str:
        """The answer in words."""
        pieces = tokens(self.backbone, self.text.value)
        opening = f"{count(len(pieces), 'token')}: {' '.join(pieces)}. "
        if not self.nearest:
            return f"{opening}None of the {self.task.value} has a word of it, so nothing is near."
        first = self.nearest[0]
        return (
            f"{opening}Nearest of the {len(self._shelf.points)} {self.task.value}, by {self.by.value}: "
            f"“{shortened(first.text)}” ({first.label}), cosine {first.cosine:.2f}."
        )

    def ask(self, _change: dict | None = None) -> None:
        """Answer what the controls ask."""
        nearest, shown = self.nearest, (self.task.value, self.by.value)
        if shown not in self._maps:
            self._maps[shown] = Map(self._shelf)
        rows = "".join(
            f"<li>{html.escape(shortened(near.text))} <i>({html.escape(near.label)}, {near.cosine:.2f})</i></li>"
            for near in nearest
        )
        self.list.value = f'<ol style="max-width:60em;line-height:1.4">{rows}</ol>'
        self.present(self._maps[shown], Found(self._shelf.point(self.text.value), nearest, self.said()))


def shortened(text: str) -> str:
    """The beginning of a text that is too long to show."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()} ..."
