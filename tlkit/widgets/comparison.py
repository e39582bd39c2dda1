"""A comparison that is made while one watches: its curves grow run by run, and it can be stopped and gone on with."""

from __future__ import annotations

import time
from inspect import signature

import ipywidgets as W

from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Task
from tlkit.errors import unknown
from tlkit.events import Done, Looked, Step
from tlkit.experiments.compare import compare
from tlkit.experiments.result import Result
from tlkit.experiments.results import Results
from tlkit.experiments.source import Source, as_source
from tlkit.models.backbone import Backbone
from tlkit.plots import picture
from tlkit.widgets.base import Lab, count

PAUSE = 0.5  # seconds between two drawings: a redraw takes a tenth of a second from the training


class Comparison(Lab):
    """What ``tl.compare`` does, in the background: Start begins or goes on, Stop keeps what is done.

    ``results`` holds what is there so far. With ``save="runs/x"`` it survives the kernel, too. Other arguments are
    those of :func:`tlkit.compare`.
    """

    def __init__(self, source: Source | Backbone, target: Task | str, **asked):
        super().__init__()
        if unknown_ones := asked.keys() - signature(compare).parameters.keys():
            raise unknown("argument", min(unknown_ones), signature(compare).parameters)
        self._question = (as_source(source), as_task(target), asked)
        self.results = Results([])
        self._drawn = 0.0
        self.begin = W.Button(description="Start", icon="play", tooltip="Begin, or go on")
        self.begin.on_click(lambda _: self.go())
        self.children = [W.HBox([self.begin, self.stop]), self.picture, self.words]
        self.tell("Nothing is computed yet: press Start.")

    def __repr__(self) -> str:
        return f"Comparison: {self._said() if len(self.results) else 'nothing is computed yet.'}"

    def go(self) -> None:
        """Begin, or go on with what is missing; returns at once."""
        self.start(self._compare, lambda: self._said())

    def _compare(self) -> None:
        source, target, asked = self._question
        self.begin.disabled = True
        try:
            self._drawn = 0.0
            self.results = compare(
                source, target, **asked, reuse=self.results, stop=self._halt, on_event=self._follower()
            )
            self._draw(self._said())
        finally:
            self.begin.disabled = False

    def _follower(self):
        runs: list[Result] = []

        def listen(event: object) -> None:
            if isinstance(event, Done):
                runs.append(event.result)
                if time.monotonic() - self._drawn > PAUSE or event.done == event.total:
                    self._drawn = time.monotonic()
                    self.results = Results(runs)
                    self._draw(f"{event.done} of {count(event.total, 'run')}. {self._described()}")
            elif isinstance(event, (Step, Looked)) and time.monotonic() - self._drawn > PAUSE:
                self._drawn = time.monotonic()
                self.tell(f"{count(len(runs), 'run')} done. {_under_way(event)}")

        return listen

    def _draw(self, words: str) -> None:
        if len(self.results):
            fig, ax = picture.figure()
            self.results.plot(ax)
            self.show(picture.png(fig), words)

    def _said(self) -> str:
        missing = self.results.missing
        ending = f" Stopped: {count(missing, 'run')} missing, and Start goes on." if missing else ""
        return f"{count(len(self.results), 'run')} done.{ending} {self._described()}"

    def _described(self) -> str:
        return self.results.describe()


def _under_way(event: Step | Looked) -> str:
    if isinstance(event, Step):
        return f"Training: step {event.step} of {event.steps} ..."
    return f"Looking: {event.done} of {event.total} ..."
