import threading

import pytest

from tlkit.widgets import ahead
from tlkit.widgets.ahead import Ahead, Quiet


@pytest.fixture
def work(monkeypatch):
    monkeypatch.setattr(ahead, "REST", 0.01)
    work = Ahead()
    work._quiet = Quiet()
    yield work
    work.stop()


def test_what_it_is_given_is_made_in_order(work):
    made = []
    work.start([lambda _, number=number: made.append(number) for number in range(5)])
    work.wait(120)
    assert made == [0, 1, 2, 3, 4]


def test_nothing_is_made_while_something_is_asked(work):
    made = threading.Event()
    with work._quiet.asked():
        work.start([lambda _: made.set()])
        assert not made.wait(0.1)
    assert made.wait(120)


def test_who_asks_stops_a_piece_and_it_is_made_afterwards(work):
    begun, made, tries = threading.Event(), threading.Event(), []

    def piece(listen):
        tries.append(None)
        begun.set()
        for _ in range(12_000 if len(tries) == 1 else 1):
            made.wait(0.01)
            listen(None)
        made.set()

    work.start([piece])
    assert begun.wait(120)
    with work._quiet.asked():
        assert not made.is_set()
        assert len(tries) == 1
    assert made.wait(120)
    assert len(tries) == 2


def test_other_work_replaces_what_was_left(work):
    made = []
    with work._quiet.asked():
        work.start([lambda _: made.append("old")])
        work.start([lambda _: made.append("new")])
    work.wait(120)
    assert made == ["new"]


def test_a_cell_comes_first():
    class Events:
        def __init__(self):
            self.callbacks = {}

        def register(self, name, callback):
            self.callbacks[name] = callback

    class Shell:
        events = Events()

    quiet, cell = Quiet(), Shell.events.callbacks
    quiet.attend(Shell)
    assert not quiet._idle.is_set()  # the lab was made in a cell
    cell["post_run_cell"](None)
    assert quiet._idle.is_set()
    cell["pre_run_cell"](None)
    with quiet.asked():
        pass
    assert not quiet._idle.is_set()
    cell["post_run_cell"](None)
    cell["post_run_cell"](None)
    assert quiet._idle.is_set()
