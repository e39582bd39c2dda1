"""A quiz question: answered with mouse or keyboard, and every answer explained."""

from __future__ import annotations

import html

import ipywidgets as W

from tlkit.exercises.check import find_question


class Quiz(W.VBox):
    """One question with its answers as buttons; choosing one explains it."""

    def __init__(self, name: str):
        self.question = find_question(name)
        wide = {"button_width": "auto"}
        self.choice = W.ToggleButtons(options=list(self.question.answers), value=None, style=wide)
        self.said = W.HTML()
        self.choice.observe(self._explain, "value")
        super().__init__([W.HTML(f"<b>{html.escape(self.question.text)}</b>"), self.choice, self.said])
        self.add_class("tlkit-quiz")

    def __repr__(self) -> str:
        answers = " / ".join(self.question.answers)
        return f"Quiz: {self.question.text} {answers}"

    def _explain(self, change: dict) -> None:
        right = change["new"] == self.question.right
        text = html.escape(self.question.answers[change["new"]])
        self.said.value = f'<div role="status" style="max-width:46em">{"✓" if right else "✗"} {text}</div>'


def quiz(name: str) -> Quiz:
    """The quiz question of a lesson, such as ``tl.quiz("01")``."""
    return Quiz(name)
