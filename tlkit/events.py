"""What happens while something runs, told to whoever listens; and how it is stopped."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tlkit.errors import TlkitError, shown

if TYPE_CHECKING:
    from tlkit.experiments.result import Result


@dataclass(frozen=True)
class Step:
    """What happened in one training step: loss and accuracy are those of its batch, before the step."""

    step: int
    steps: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class Looked:
    """A network has looked at ``done`` of the ``total`` items that it is to look at now."""

    done: int
    total: int


@dataclass(frozen=True)
class Done:
    """One run of a comparison has ended: the ``done``-th of ``total``; ``reused`` if it was computed earlier."""

    done: int
    total: int
    result: Result
    reused: bool


Listener = Callable[[object], None]


class Stopped(Exception):
    """A listener raises this to stop a training or a comparison; only the run under way is lost."""


def ignore(event: object) -> None:
    """The listener who does not listen."""


def check_listener(on_event: object) -> None:
    """A listener is a function, or nothing."""
    if on_event is not None and not callable(on_event):
        raise TlkitError(f"on_event={shown(on_event)} can't listen: give a function that takes an event.")


class Teller:
    """Tells a listener what happens, unless ``stop`` is set: then it stops whoever tells."""

    def __init__(self, listener: Listener, stop: threading.Event | None):
        self._listener, self._stop = listener, stop

    def __call__(self, event: object) -> None:
        """Tell the listener, unless it is time to stop."""
        self.check()
        self._listener(event)

    def check(self) -> None:
        """Raise :class:`Stopped` if it is time to."""
        if self._stop is not None and self._stop.is_set():
            raise Stopped


@contextlib.contextmanager
def telling(listener: Listener | None, stop: threading.Event | None = None) -> Iterator[Teller]:
    """A teller; where nobody listens, a terminal shows a bar."""
    check_listener(listener)
    if stop is not None and not hasattr(stop, "is_set"):
        raise TlkitError(f"stop={shown(stop)} can't stop anything: give a threading.Event().")
    if listener:
        yield Teller(listener, stop)
        return
    from tqdm import tqdm

    with tqdm(unit=" runs", disable=None) as bar:  # None: where there is no terminal
        yield Teller(bar_listener(bar), stop)


def bar_listener(bar) -> Listener:
    """A listener that moves a tqdm bar on by one with each run that is done."""

    def show(event: object) -> None:
        if isinstance(event, Done):
            bar.total = event.total
            bar.update()

    return show


def recorder(history: list, on_event: Listener | None) -> Listener:
    """A listener that keeps the training steps, and passes everything on."""
    check_listener(on_event)

    def listen(event: object) -> None:
        if isinstance(event, Step):
            history.append(event)
        if on_event:
            on_event(event)

    return listen
