"""Parsons problems: the lines of a small program, to be put in order with mouse or keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import anywidget
import traitlets

from tlkit.errors import TlkitError
from tlkit.exercises import answers
from tlkit.exercises.check import find_parsons
from tlkit.widgets.box import WordyBox
from tlkit.widgets.quiz import Quiz

HERE = Path(__file__).parent
KIND = "puzzles"
NOT_YET = "✗ Not yet. {}"
RIGHT = "✓ Right. {}"
HOW = "Move each line with its arrows, or with the arrow keys; lines that do not belong go below the divider."


class ParsonsProblem(anywidget.AnyWidget):
    """Shuffled lines, each with buttons that move it up and down, a divider below which lines are left out, a check.

    ``order`` is that of the reader, as numbers of ``lines``, where -1 is the divider; from Python, ``order = [...]``
    and :meth:`check` do what the buttons do.
    """

    _esm = HERE / "parsons.js"
    _css = HERE / "parsons.css"

    text = traitlets.Unicode().tag(sync=True)
    how = traitlets.Unicode(HOW).tag(sync=True)
    lines = traitlets.List(traitlets.Unicode()).tag(sync=True)
    order = traitlets.List(traitlets.Int(), help="The lines from top to bottom; -1 is the divider.").tag(sync=True)
    rules = traitlets.List(help="[one, other, why]: the one line comes above the other.").tag(sync=True)
    right = traitlets.Unicode(help="What is said of a right order.").tag(sync=True)
    verdict = traitlets.Unicode(help="What the check said.").tag(sync=True)
    checks = traitlets.Int(0, help="How often the order was checked.").tag(sync=True)
    not_yet = traitlets.Unicode(NOT_YET).tag(sync=True)
    well_done = traitlets.Unicode(RIGHT).tag(sync=True)

    def __init__(self, name: str):
        self.problem = problem = find_parsons(name)
        known = answers.recall(KIND, name) or {}
        super().__init__(
            text=problem.text, lines=list(problem.lines), order=self._usable(known.get("order")) or problem.start,
            rules=[list(rule) for rule in problem.rules], right=problem.right,
        )  # fmt: skip

    def check(self) -> str:
        """Check the order, and say what is wrong first."""
        self.checks += 1
        return self.verdict

    def __repr__(self) -> str:
        lines = " / ".join(self.problem.lines[number].strip() for number in self.problem.start if number >= 0)
        return f"Put in order: {self.text} {lines}"

    def _repr_mimebundle_(self, **options) -> tuple[dict, dict] | None:
        return answers.bundle(super()._repr_mimebundle_(**options), {KIND: [self.problem.name]})

    def _usable(self, order: Sequence[int] | None) -> Sequence[int] | None:
        """An order that was kept, if the lines are still as many."""
        try:
            self.problem.broken(order or [])
        except (TlkitError, TypeError):
            return None
        return order

    @traitlets.validate("order")
    def _check_order(self, proposal: dict) -> list[int]:
        self.problem.broken(proposal["value"])
        return proposal["value"]

    @traitlets.observe("checks")
    def _judge(self, _change: dict) -> None:
        wrong = self.problem.broken(self.order)

        def record(before: dict | None) -> dict:
            tries = (before or {}).get("tries", 0) + 1
            first = (before or {}).get("right", not wrong)
            return {"order": list(self.order), "passed": not wrong, "right": first, "tries": tries}

        problem = answers.keep(KIND, self.problem.name, record)
        said = NOT_YET.format(wrong) if wrong else RIGHT.format(self.right)
        self.verdict = f"{said} {problem}".rstrip()


class Practice(WordyBox):
    """A lesson's Parsons problem, and below it its quiz question."""

    def __init__(self, lesson: str):
        self.parsons, self.quiz = ParsonsProblem(lesson), Quiz(lesson)
        super().__init__([self.parsons, self.quiz])

    def __repr__(self) -> str:
        return f"{self.parsons!r} {self.quiz!r}"

    def _repr_mimebundle_(self, **options) -> dict:
        names = {KIND: [self.parsons.problem.name], self.quiz.kind: [self.quiz.kept_as]}
        return answers.bundle(super()._repr_mimebundle_(**options), names)


def parsons(name: str) -> ParsonsProblem:
    """The lines of a lesson to be put in order, by themselves, such as ``tl.parsons("01")``."""
    return ParsonsProblem(name)


def practice(lesson: str) -> Practice:
    """The lines of a lesson to be put in order and its quiz question, such as ``tl.practice("01")``."""
    return Practice(lesson)
