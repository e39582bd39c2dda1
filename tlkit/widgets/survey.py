"""The same ten questions before and after: what a class has learnt, for ``tlkit grade``."""

from __future__ import annotations

from tlkit.exercises.ten_questions import TEN
from tlkit.widgets.quiz import Questions, Quiz

BEFORE = "Ten questions, before. Guess where you don't know; nothing is explained yet."
AFTER = "The same ten questions, after. Your first answer counts; each is explained."


def before() -> Questions:
    """Ten questions, before the lessons: answers are noted, and may be changed."""
    return _ask("before", BEFORE, explain=False)


def after() -> Questions:
    """The same ten, after the lessons: the first answer counts, and each is explained."""
    return _ask("after", AFTER, explain=True)


def _ask(kind: str, heading: str, *, explain: bool) -> Questions:
    asked = enumerate(TEN, start=1)
    quizzes = [Quiz(f"{n:02}", question=each, kind=kind, kept_as=f"{n:02}", explain=explain) for n, each in asked]
    return Questions(heading, quizzes)
