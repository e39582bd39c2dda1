"""Work ahead: what a reader may ask for next is made while nobody asks for anything.

It begins after a moment of rest, and a cell that runs, a lab that answers or a training comes first: what is being
made ends, within one head or one block of items, and is taken up again when all is quiet. So nothing is computed at the
same time as anything that was asked for, and nothing comes out otherwise than if it had been asked for.
"""

from __future__ import annotations

import atexit
import contextlib
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator

from tlkit.events import Listener, Stopped

REST = 0.25  # seconds without a question before it begins: a held key moves a slider every 30 ms
PATIENCE = 2  # seconds that a question waits for it: it may want the random generator, which who asks may hold
Piece = Callable[[Listener], object]  # a little work that tells its listener how it goes


class Quiet:
    """Whether nobody asks for anything."""

    def __init__(self):
        self._askers, self._since = 0, time.monotonic()
        self._lock, self._idle = threading.Lock(), threading.Event()
        self._idle.set()
        self._working = threading.Lock()  # held while a piece is made, by one thread of all labs
        self._in_cell = False

    @contextlib.contextmanager
    def asked(self) -> Iterator[None]:
        """Something was asked for: what is made ahead stops, and waits until this is done."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    def begin(self, *_) -> None:
        """Something is asked for from now on."""
        with self._lock:
            self._askers += 1
            self._idle.clear()
        if self._working.acquire(timeout=PATIENCE):  # what is being made ahead sees it, and ends
            self._working.release()

    def end(self, *_) -> None:
        """It was answered."""
        with self._lock:
            self._askers -= 1
            if not self._askers:
                self._since = time.monotonic()
                self._idle.set()

    def attend(self, shell) -> None:
        """Mind the cells of a notebook, of which one runs now."""
        shell.events.register("pre_run_cell", self._cell_begins)
        shell.events.register("post_run_cell", self._cell_ends)
        self._cell_begins()

    def make(self, piece: Piece, stop: threading.Event) -> bool:
        """Make a piece once all has been quiet for a moment; whether it was made."""
        self.wait(stop)
        with self._working:
            if not self._may_go_on(stop):
                return False

            def listen(_event: object) -> None:
                if not self._may_go_on(stop):
                    raise Stopped

            try:
                piece(listen)
            except Stopped:
                return False
        return True

    def _may_go_on(self, stop: threading.Event) -> bool:
        return self._idle.is_set() and not stop.is_set()

    def wait(self, stop: threading.Event) -> None:
        """Return when all has been quiet for a moment, or ``stop`` is set."""
        while self._idle.wait() and not stop.is_set():
            left = self._since + REST - time.monotonic()
            if left <= 0:
                return
            stop.wait(left)

    def _cell_begins(self, *_) -> None:
        if not self._in_cell:
            self._in_cell = True
            self.begin()

    def _cell_ends(self, *_) -> None:
        if self._in_cell:
            self._in_cell = False
            self.end()


_QUIET: list[Quiet] = []
_AT_WORK: weakref.WeakSet[Ahead] = weakref.WeakSet()


def quiet() -> Quiet:
    """The one that all labs of this process share."""
    if not _QUIET:
        _QUIET.append(Quiet())
        atexit.register(_end_all)  # a thread that computes while Python ends can take it down
        if shell := "IPython" in sys.modules and sys.modules["IPython"].get_ipython():
            _QUIET[0].attend(shell)
    return _QUIET[0]


class Ahead:
    """One lab's work ahead: the pieces that it was given last, one after the other, in a thread of its own."""

    def __init__(self):
        self._quiet, self._stop = quiet(), threading.Event()
        self._thread: threading.Thread | None = None
        _AT_WORK.add(self)

    def start(self, pieces: Iterable[Piece]) -> None:
        """Make these when there is time, instead of those before; they are asked for once all is quiet."""
        self.stop()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, args=(pieces, self._stop), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Make no more."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> None:
        """Return when all is made, or was stopped."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _work(self, pieces: Iterable[Piece], stop: threading.Event) -> None:
        self._quiet.wait(stop)
        for piece in pieces:
            while not stop.is_set() and not self._quiet.make(piece, stop):
                pass


def _end_all() -> None:
    for each in list(_AT_WORK):
        each.stop()
    with contextlib.suppress(IndexError), _QUIET[0].asked():
        pass
