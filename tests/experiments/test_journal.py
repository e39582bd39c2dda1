"""A saved comparison loses nothing that was done, whatever ended it."""

import json
import threading

import pytest

import tlkit as tl
from tlkit.events import Done, Step
from tlkit.experiments.journal import Journal

ASKED = {"strategies": ["head", "full"], "shots": [1, 2], "seeds": "0-1", "steps": 3}


def figures(results):
    return [(run.key, run.strategy, run.shots, run.seed, run.accuracy) for run in results]


def count_new(events):
    return sum(isinstance(event, Done) and not event.reused for event in events)


@pytest.fixture(scope="module")
def whole(source, high_bars):
    return tl.compare(source, high_bars, **ASKED)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "runs" / "x"


def test_asked_again_nothing_is_computed(source, high_bars, path, whole):
    first = tl.compare(source, high_bars, save=path, **ASKED)
    events = []
    again = tl.compare(source, high_bars, save=path, on_event=events.append, **ASKED)
    assert figures(first) == figures(again) == figures(whole)
    assert (first.reused, again.reused, count_new(events)) == (0, 8, 0)
    assert figures(tl.load_results(path)) == figures(tl.load_results(f"{path}.jsonl")) == figures(whole)


def test_a_larger_question_goes_on_from_there(source, high_bars, path, whole):
    tl.compare(source, high_bars, save=path, **ASKED | {"shots": [1], "seeds": "1"})
    results = tl.compare(source, high_bars, save=path, **ASKED)
    assert results.reused == 2
    assert figures(results) == figures(whole)


def test_other_questions_may_be_in_the_same_file(source, low_bars, high_bars, path):
    tl.compare(source, low_bars, save=path, **ASKED)
    assert tl.compare(source, high_bars, save=path, **ASKED).reused == 0
    assert len(tl.load_results(path)) == 16


def test_what_is_reused_from_elsewhere_is_saved_too(source, high_bars, path, whole):
    tl.compare(source, high_bars, save=path, reuse=whole, **ASKED)
    assert figures(tl.load_results(path)) == figures(whole)


@pytest.mark.parametrize("left", [1, 20, -1])
def test_a_line_that_was_cut_short_is_taken_out(source, high_bars, path, whole, left):
    tl.compare(source, high_bars, save=path, **ASKED)
    file = path.with_name("x.jsonl")
    *lines, last = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines) + last[:left])
    assert len(tl.load_results(path)) == 7
    assert figures(tl.compare(source, high_bars, save=path, **ASKED)) == figures(whole)
    assert len(tl.load_results(path)) == 8


def test_a_file_that_holds_something_else_is_left_alone(source, high_bars, path):
    path.parent.mkdir()
    file = path.with_name("x.jsonl")
    file.write_text('{"note": "mine"}\nand more')
    with pytest.raises(tl.TlkitError, match="has a line that is no run"):
        tl.compare(source, high_bars, save=path, **ASKED)
    assert file.read_text() == '{"note": "mine"}\nand more'


def test_a_place_that_can_not_be_written_is_named(source, high_bars, tmp_path):
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(tl.TlkitError, match=r"can't be saved as .*runs.*choose another place"):
        tl.compare(source, high_bars, save=tmp_path / "runs" / "x", **ASKED)


def test_two_comparisons_do_not_write_into_each_other(source, high_bars, path):
    with Journal(path), pytest.raises(tl.TlkitError, match="Another comparison is being saved"):
        tl.compare(source, high_bars, save=path, **ASKED)
    assert tl.compare(source, high_bars, save=path, **ASKED).reused == 0


def test_a_full_disk_is_said_and_loses_nothing(source, high_bars, path, whole, monkeypatch):
    def full(self, result):
        if len(self._results) == 3:
            raise tl.TlkitError("The run can't be saved (No space left on device)")
        return add(self, result)

    add = Journal.add
    monkeypatch.setattr(Journal, "add", full)
    with pytest.raises(tl.TlkitError, match="No space left"):
        tl.compare(source, high_bars, save=path, **ASKED)
    monkeypatch.undo()
    results = tl.compare(source, high_bars, save=path, **ASKED)
    assert results.reused == 3
    assert figures(results) == figures(whole)


def test_an_interrupt_keeps_what_is_saved(source, high_bars, path, whole):
    def interrupt(event):
        if isinstance(event, Done) and event.done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tl.compare(source, high_bars, save=path, on_event=interrupt, **ASKED)
    results = tl.compare(source, high_bars, save=path, **ASKED)
    assert results.reused == 3
    assert figures(results) == figures(whole)


def test_stop_ends_soon_and_returns_what_is_done(source, high_bars, path, whole):
    stop, steps = threading.Event(), []

    def listen(event):
        if isinstance(event, Step):
            steps.append(event.step)
            if event.step == 2:
                stop.set()

    asked = ASKED | {"steps": 100_000, "strategies": ["head", "full"]}
    results = tl.compare(source, high_bars, save=path, stop=stop, on_event=listen, **asked)
    assert max(steps) <= 3  # of 100,000
    assert [run.strategy for run in results] == ["head", "head"]
    assert results.missing == 6
    assert "stopped, 6 are missing" in repr(results)
    assert len(tl.load_results(path)) == 2


def test_the_file_is_one_object_a_line(source, high_bars, path):
    results = tl.compare(source, high_bars, save=path, **ASKED)
    lines = path.with_name("x.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [run.row() for run in results]
