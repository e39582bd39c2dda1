"""The flow of a lab that is asked: an answer at once where there is one, else a training in the background."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

from tlkit.events import Listener
from tlkit.widgets.ahead import Piece, quiet
from tlkit.widgets.base import Lab
from tlkit.widgets.bench import Bench
from tlkit.widgets.screen import Screen


class AskingLab(Lab):
    """A lab whose answer comes draw by draw.

    A lab sets ``bench`` and ``_screen``, observes its controls with :meth:`ask`, and says what they ask by
    :attr:`question`, what they could ask by :attr:`questions` and what comes of it by :attr:`answer`. What needs no
    training answers at once, and is made ahead while the reader looks; the rest trains in the background.
    """

    bench: Bench

    def __init__(self):
        super().__init__()
        self._asked: tuple | None = None

    def __repr__(self) -> str:
        said = self.answer.words() if self.outcomes else "a training is under way, or was stopped."
        return f"{type(self).__name__}: {said}"

    @property
    def question(self) -> tuple:
        """What the controls ask."""
        raise NotImplementedError

    @property
    def questions(self) -> Iterable[tuple]:
        """What the controls could ask."""
        return ()

    @property
    def answer(self) -> object:
        """What the lab shows; there must be an outcome."""
        raise NotImplementedError

    @property
    def outcomes(self) -> list:
        """What there is of the present question so far, draw by draw."""
        return self.bench.found(*self._asked) if self._asked else []

    @property
    def screen(self) -> Screen:
        """The lab's picture."""
        return self._screen

    @property
    def must_train(self) -> bool:
        """Whether the answer to what the controls ask takes a training."""
        return not self.bench.knows(*self.question)

    def ask(self, _change: dict | None = None) -> None:
        """Answer what the controls ask."""
        with quiet().asked():
            self.halt()
            self._asked = question = self.question
            if self.bench.knows(*question):
                self._answer(question)
            else:
                self.start(lambda: self._train(question), self._left)

    def show_answer(self) -> None:
        """Show what there is of the answer."""
        with self._lock:
            self.present(self._screen, self.answer)

    def follow_draw(self, question: tuple, draw: int):
        """The listener of one draw."""
        return self.follow(f"Training, draw {draw + 1} of {self.bench.draws}")

    def _answer(self, question: tuple) -> None:
        if len(self.outcomes) < self.bench.draws:  # what was saved is not made again
            for draw in range(self.bench.draws):
                self.bench.run(*question, draw)
        self.show_answer()
        self._work_ahead(question)

    def _train(self, question: tuple) -> None:
        for draw in range(self.bench.draws):
            self.bench.run(*question, draw, on_event=self.follow_draw(question, draw))
            self.show_answer()
        self._work_ahead(question)

    def _left(self) -> str:
        done = len(self.outcomes)
        old = "" if done else " The picture is still that of the question before."
        return f"Stopped after {done} of {self.bench.draws} draws.{old}"

    def _work_ahead(self, now: tuple) -> None:
        """Make what only needs heads, the other positions of the last slider first."""
        self.work_ahead(self._pieces(now))

    def _pieces(self, now: tuple) -> Iterator[Piece]:
        light = [question for question in self.questions if self.bench.only_fits_heads(*question)]
        near = sorted(light, key=lambda asked: tuple(a != b for a, b in zip(asked, now, strict=True)))
        for question in near:
            if len(self.bench.found(*question)) < self.bench.draws:
                yield from (functools.partial(_make, self.bench, question, draw) for draw in range(self.bench.draws))


def _make(bench: Bench, question: tuple, draw: int, listen: Listener) -> None:
    bench.run(*question, draw, on_event=listen)
