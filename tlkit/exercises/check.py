"""Exercises with a check that hints at the mistake, and quiz questions that explain every answer.

One module a lesson registers both; a check never gives its answer away, and works as often as it is asked.
"""

from __future__ import annotations

import html
import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tlkit.arguments import a_name
from tlkit.errors import TlkitError, unknown

MIME = "application/vnd.tlkit.check+json"  # with it a teacher's script reads verdicts from saved notebooks
PASSED = "passed"

_EXERCISES: dict[str, Callable[..., str]] = {}
_QUESTIONS: dict[str, Question] = {}
_PARSONS: dict[str, object] = {}
_LESSONS = tuple(sorted(path.stem[-2:] for path in Path(__file__).parent.glob("lesson_[0-9][0-9].py")))


@dataclass(frozen=True)
class Verdict:
    """What a check says: passed or not, and a hint that fits the mistake."""

    exercise: str
    passed: bool
    hint: str

    def __repr__(self) -> str:
        return f"Exercise {self.exercise}: {'passed' if self.passed else 'not yet'}. {self.hint}".rstrip()

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        colour = "#009e73" if self.passed else "#e69f00"
        shown = (
            f'<div role="status" style="border-left:6px solid {colour};padding:.3em .9em">'
            f"{'✓' if self.passed else '…'} {html.escape(repr(self))}</div>"
        )
        record = {"exercise": self.exercise, "passed": self.passed}
        return {"text/plain": repr(self), "text/html": shown, MIME: record}


@dataclass(frozen=True)
class Question:
    """A quiz question; each answer has its explanation, and one is right."""

    text: str
    answers: dict[str, str]
    right: str


def exercise(name: str) -> Callable:
    """Register the check of an exercise: a function that returns :data:`PASSED` or a hint."""

    def register(check: Callable[..., str]) -> Callable[..., str]:
        _EXERCISES[name] = check
        return check

    return register


def question(name: str, **parts) -> None:
    """Register a quiz question."""
    _QUESTIONS[name] = Question(**parts)


def check(name: str, *answer) -> Verdict:
    """The verdict on an answer to the exercise of that name; dots that were left in place are no mistake."""
    judge = _find("exercise", name, _EXERCISES)
    if any(part is ... for part in answer):
        return Verdict(name, False, "Replace the dots ... by your answer, and run the cell again.")
    try:
        hint = judge(*answer)
    except TypeError as error:
        raise TlkitError(
            f"The check of exercise {name} was given something else than it asks for ({error})."
        ) from error
    return Verdict(name, hint == PASSED, "" if hint == PASSED else hint)


def first_near(answer: object, hints: Iterable[tuple[Callable[[], object], str]], *, within: float) -> str | None:
    """The hint of the first value that an answer comes near to, if any; a value is made when its turn comes."""
    for make, hint in hints:
        value = make()
        if np.shape(answer) == np.shape(value) and np.allclose(answer, value, rtol=0, atol=within):
            return hint
    return None


def judge_accuracy(
    accuracy: float,
    right: Callable[[], float],
    mistakes: Iterable[tuple[Callable[[], float], str]],
    *,
    of: str,
    otherwise: str,
    tested: str = "",
    within: float = 0.004,
) -> str:
    """The verdict on an accuracy ``of`` some things: it is right, it can be none, or a hint at how it came about.

    ``tested`` names what it should be scored on, where a perfect record betrays that it was scored on the lesson.
    """
    given = float(accuracy)
    if not 0 <= given <= 1:
        return f"An accuracy lies between 0 and 1: give the share of {of}, not their number or percent."
    if first_near(given, [(right, PASSED)], within=within):
        return PASSED
    if tested and given == 1:
        return f"All right? Then it was asked about the {of} that it learnt from: score it on {tested}."
    return first_near(given, mistakes, within=within) or otherwise


def find_question(name: str) -> Question:
    """The quiz question of that name."""
    return _find("quiz", name, _QUESTIONS)


def register_parsons(name: str, problem: object) -> None:
    """Register a Parsons problem."""
    _PARSONS[name] = problem


def find_parsons(name: str) -> object:
    """The Parsons problem of that name."""
    return _find("Parsons problem", name, _PARSONS)


def earlier_questions(lesson: str) -> list[str]:
    """The names of two quiz questions of earlier lessons, with which a lesson begins: of the last, and of three before.

    So each question comes back twice, at a growing distance (Latimier et al., 2021). Near the beginning, where there
    are not so many lessons, it is the first one's.
    """
    _load()
    before = sorted({name[:2] for name in _QUESTIONS if name[:2] < a_name(lesson, "a lesson", "02")[:2]})
    if not before:
        return []
    chosen = [before[-1], before[-3] if len(before) > 2 else before[0]]
    of = {one: [name for name in sorted(_QUESTIONS) if name[:2] == one] for one in chosen}
    return of[chosen[0]][:2] if chosen[0] == chosen[1] else [of[one][0] for one in chosen]


def _load() -> None:
    for lesson in _LESSONS:
        importlib.import_module(f"tlkit.exercises.lesson_{lesson}")


def _find(kind: str, name: str, known: dict):
    _load()
    if a_name(name, f"a{'n' * (kind[0] in 'aeiou')} {kind}", next(iter(known))) not in known:
        raise unknown(kind, name, known)
    return known[name]
