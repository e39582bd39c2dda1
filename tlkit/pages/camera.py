"""A lab, recorded: what it answers at every position of its controls."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import ipywidgets as W

from tlkit.widgets.ahead import quiet
from tlkit.widgets.base import Lab
from tlkit.widgets.screen import Screen
from tlkit.widgets.vector import Vector

Box = Sequence[float]  # left, top, right, bottom
TRAINS = "This takes a training, and nobody saved one: it needs a kernel."


class Store:
    """Things, each kept once, by their number."""

    def __init__(self):
        self.numbers: dict = {}

    def put(self, thing: object) -> int:
        """The number of a thing."""
        return self.numbers.setdefault(thing, len(self.numbers))

    @property
    def things(self) -> list:
        """All of them, in the order of their numbers."""
        return list(self.numbers)


@dataclass
class Recording:
    """What a lab answers: a tree with a level for each control, and at its leaves numbers of answers.

    An answer is the number of its words, of its panels and of what stands beside them; it is None where a position has
    no answer without a training. ``boxes`` are the rooms that panels need, in points.
    """

    name: str
    controls: list[dict]
    beyond: str
    tree: dict = field(default_factory=dict)
    answers: list = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    panels: list[tuple[int, ...]] = field(default_factory=list)
    boxes: list[list[float]] = field(default_factory=list)
    size: tuple[float, float] = (0, 0)
    positions: int = 0
    recalled: int = 0
    unanswered: int = 0

    def at(self, places: Iterable[int]) -> list:
        """The answer where the controls stand at ``places``: [words, panels, beside them]."""
        node = self.tree
        for place in places:
            node = node["to"][place]
        return self.answers[node]

    @property
    def start(self) -> list[int]:
        """Where the controls stand at first."""
        places, node = [], self.tree
        while isinstance(node, dict):
            places.append(node["start"])
            node = node["to"][node["start"]]
        return places


class Camera:
    """Moves a lab's controls to all of their positions and keeps what it answers. It never trains."""

    def __init__(self, lab: Lab):
        self.lab = lab
        self.choices: dict[W.Widget, list] = {}  # of what is typed, the few sentences to choose from
        self.recording = Recording(type(lab).__name__, [], lab.beyond)
        self._texts, self._parts, self._panels, self._answers = Store(), Store(), Store(), Store()
        self._vectors: dict[Screen, Vector] = {}
        self._starts: dict[tuple[W.Widget, int], int] = {}
        self._presented: tuple | None = None
        self._beside = [each for each in _all(lab) if isinstance(each, W.HTML)]
        self._beside = [each for each in self._beside if each not in (lab.picture, lab.words)]

    def record(self) -> Recording:
        """All positions."""
        lab, made = self.lab, self.recording
        controls = lab.controls
        made.controls = [_described(control) for control in controls]
        for control in controls:
            if isinstance(control, W.Text):
                self.choices[control] = list(dict.fromkeys([control.value, *lab.sentences]))
        with quiet().asked():
            lab.halt()
            lab.present, lab.launch, lab.work_ahead = self._present, self._launch, lambda pieces: None
            try:
                made.tree = self._walk(controls)
            finally:
                del lab.present, lab.launch, lab.work_ahead
                for vector in self._vectors.values():
                    vector.close()
        made.answers, made.texts = self._answers.things, self._texts.things
        made.parts, made.panels = self._parts.things, self._panels.things
        return made

    def _walk(self, controls: list[W.Widget]) -> dict | int:
        """The tree below the first of ``controls``, where those before it stand as they do."""
        if not controls:
            return self._shoot()
        control, *others = controls
        options = self._options(control)
        known, texts = [value for _, value in options], self._texts.put(tuple(text for text, _ in options))
        start = self._starts.setdefault((control, texts), known.index(control.value))  # where the lab put it
        node = {"texts": texts, "start": start, "to": []}
        for value in known:
            control.value = value
            node["to"].append(self._walk(others))
        return node

    def _options(self, control: W.Widget) -> list[tuple[str, object]]:
        """What a control can be, each with its text."""
        options = self.choices.get(control) or control.options
        return [option if isinstance(option, tuple) else (str(option), option) for option in options]

    def _shoot(self) -> int:
        """The number of the answer here."""
        self._presented = None
        self.lab.ask()
        self.recording.positions += 1
        if self._presented is None and (shown := self.lab.recall()) is not None:
            self.recording.recalled += 1
            self._presented = self.lab.screen, shown
        beside = tuple(self._texts.put(each.value) for each in self._beside)
        if self._presented is None and not self.lab.must_train:  # an answer in words alone
            return self._answers.put((self._texts.put(_plain(self.lab.words.value)), None, beside))
        if self._presented is None:
            self.recording.unanswered += 1
            return self._answers.put((self._texts.put(TRAINS), None, beside))
        screen, shown = self._presented
        return self._answers.put((self._texts.put(shown.words()), self._draw(screen, shown), beside))

    def _draw(self, screen: Screen, shown: object) -> tuple[int, ...]:
        """The numbers of the panels of a picture."""
        made = self.recording
        if screen not in self._vectors:
            self._vectors[screen] = Vector(screen)
        panels = self._vectors[screen].panels(shown)
        made.boxes = made.boxes or [list(panel.box) for panel in panels]
        made.boxes = [around(*both) for both in zip(made.boxes, (panel.box for panel in panels), strict=True)]
        made.size = tuple(float(side) for side in screen.figure.bbox.size)
        return tuple(self._panels.put(tuple(map(self._parts.put, panel.parts))) for panel in panels)

    def _present(self, screen: Screen, shown: object) -> None:
        self._presented = screen, shown

    def _launch(self, work: Callable[[], None], stopped: Callable[[], str]) -> None:
        """What would go on in the background is done here and now, unless it is a training."""
        if not self.lab.must_train:
            work()


def _all(box: W.Box) -> Iterable[W.Widget]:
    for child in box.children:
        yield from _all(child) if isinstance(child, W.Box) else [child]


def _plain(told: str) -> str:
    """Words without the HTML that they are told in."""
    return html.unescape(re.sub("<[^>]+>", "", told))


def _described(control: W.Widget) -> dict:
    kind = "buttons" if isinstance(control, W.ToggleButtons) else "slider"
    return {"kind": kind, "label": control.description}


def around(*boxes: Box) -> list[float]:
    """The box around boxes."""
    left, top, right, bottom = zip(*boxes, strict=True)
    return [min(left), min(top), max(right), max(bottom)]
