"""Quiz questions: answered with mouse or keyboard, every answer explained, and remembered beside the notebook."""

from __future__ import annotations

import html
from collections.abc import Sequence

import ipywidgets as W

from tlkit.exercises import answers
from tlkit.exercises.check import Question, earlier_questions, find_question
from tlkit.widgets.box import WordyBox

NOTED = "Noted. What is right is told afterwards."
FIRST = "This is lesson {}: there is no earlier one to ask about."


class Quiz(WordyBox):
    """One question with its answers as buttons; choosing one explains it.

    The first answer counts, and the last is shown again after a restart of the kernel. ``kept_as`` is the name under
    which it is kept; with ``explain=False`` an answer is only noted, and may be changed.
    """

    def __init__(
        self,
        name: str,
        *,
        question: Question | None = None,
        kind: str = "quizzes",
        kept_as: str = "",
        explain: bool = True,
    ):
        self.question, self.kind, self.kept_as = question or find_question(name), kind, kept_as or name
        self.explain = explain
        wide = {"button_width": "auto"}
        options = list(self.question.answers)
        self.choice, self.said = W.ToggleButtons(options=options, value=None, style=wide), W.HTML()
        known = answers.recall(kind, self.kept_as) or {}
        if known.get("last") in self.question.answers:
            self.choice.value = known["last"]
            self._tell()
        self.choice.observe(self._answer, "value")
        super().__init__([W.HTML(f"<b>{html.escape(self.question.text)}</b>"), self.choice, self.said])
        self.add_class("tlkit-quiz")

    def __repr__(self) -> str:
        return f"Quiz: {self.question.text} {' / '.join(self.question.answers)}"

    def _repr_mimebundle_(self, **options) -> dict:
        return answers.bundle(super()._repr_mimebundle_(**options), {self.kind: [self.kept_as]})

    def _answer(self, change: dict) -> None:
        chosen, right = change["new"], self.question.right

        def record(before: dict | None) -> dict:
            first = (before or {}).get("first", chosen) if self.explain else chosen
            return {"first": first, "last": chosen, "right": first == right}

        self._tell(answers.keep(self.kind, self.kept_as, record))

    def _tell(self, problem: str = "") -> None:
        chosen = self.choice.value
        mark = "✓" if chosen == self.question.right else "✗"
        text = f"{mark} {self.question.answers[chosen]}" if self.explain else NOTED
        text = html.escape(f"{text} {problem}".rstrip())
        self.said.value = f'<div role="status" style="max-width:46em">{text}</div>'


class Questions(WordyBox):
    """Several quiz questions, with a sentence above them."""

    def __init__(self, heading: str, quizzes: Sequence[Quiz]):
        self.heading, self.quizzes = heading, list(quizzes)
        super().__init__([W.HTML(f"<p>{html.escape(heading)}</p>"), *self.quizzes])

    def __repr__(self) -> str:
        return " ".join([self.heading, *map(repr, self.quizzes)])

    def _repr_mimebundle_(self, **options) -> dict:
        shown = super()._repr_mimebundle_(**options)
        if not self.quizzes:
            return shown
        return answers.bundle(shown, {self.quizzes[0].kind: [quiz.kept_as for quiz in self.quizzes]})


def quiz(name: str) -> Quiz:
    """The quiz question of a lesson, such as ``tl.quiz("01")``."""
    return Quiz(name)


def earlier(lesson: str) -> Questions:
    """Two quiz questions of earlier lessons, with which a lesson begins: what is asked again later stays longer."""
    names = earlier_questions(lesson)
    if not names:
        return Questions(FIRST.format(lesson), [])
    where = " and ".join(dict.fromkeys(name[:2] for name in names))
    heading = f"Before you begin, without looking it up: {len(names)} questions of earlier lessons ({where})."
    return Questions(heading, [Quiz(name, kept_as=f"{name}@{lesson}") for name in names])
