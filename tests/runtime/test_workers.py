import copy
import dataclasses
import os
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor

import loky
import numpy as np
import pytest
import torch

import tlkit as tl
from tlkit.runtime import limits
from tlkit.runtime.workers import hand_over, workers


def test_workers_change_no_result_and_know_what_was_defined_here(low_bars, high_bars):
    net = tl.backbone("note-cnn")
    inputs = net.prepare
    net.prepare = lambda items: inputs(np.asarray(items))  # plain pickle knows no lambda
    source = tl.pretrain(net, low_bars, steps=3)
    asked = {"strategies": ["head", "full"], "shots": [1], "seeds": "0-1", "steps": 2}
    here = tl.compare(source, high_bars, **asked)
    with tl.workers(2) as executor:
        there = tl.compare(source, high_bars, executor=executor, **asked)
    assert [run.accuracy for run in here] == [run.accuracy for run in there]
    assert [run.key for run in here] == [run.key for run in there]


CELL = """
import tlkit as tl
from tlkit.models.small_vision import note_inputs

def upside_down(items):
    return note_inputs(items[:, ::-1].copy())

net = tl.backbone("note-cnn")
net.prepare = upside_down
with tl.workers(2) as executor:
    print(executor.submit(net.features, tl.task("notes/piano").test.items[:3]).result().shape)
"""


def test_what_a_notebook_defines_reaches_a_worker():
    """As in a notebook, the function's module is ``__main__``, there is no file, and nothing guards against a fork."""
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-"], input=CELL, capture_output=True, text=True, timeout=120
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "(3, 96)\n", "")


def test_a_worker_has_one_thread_and_a_process_of_its_own(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    with workers(2) as executor:
        assert executor.submit(torch.get_num_threads).result() == 1
        assert executor.submit(os.getpid).result() != os.getpid()


def test_a_dead_worker_is_told_in_a_sentence():
    with pytest.raises(tl.TlkitError, match=r"^A worker was lost before its run was done.*tl\.workers\(2\)") as raised:  # noqa: SIM117
        with workers(2) as executor:
            executor.submit(os._exit, 1).result()
    assert isinstance(raised.value.__cause__, BrokenExecutor)


def test_a_comparison_tells_it_whoever_started_the_worker(source, high_bars):
    here, inputs = os.getpid(), source.backbone.prepare
    frail = dataclasses.replace(source, model=copy.deepcopy(source.model))
    frail.backbone.prepare = lambda items: inputs(items) if os.getpid() == here else os._exit(1)
    asked = {"strategies": ["full"], "shots": [1], "seeds": "1", "steps": 2}
    with loky.ProcessPoolExecutor(1) as executor, pytest.raises(tl.TlkitError, match="A worker was lost"):
        tl.compare(frail, high_bars, executor=executor, **asked)


def test_an_error_of_a_run_stays_what_it_is():
    with pytest.raises(ZeroDivisionError), workers(2) as executor:
        executor.submit(divmod, 1, 0).result()


def test_who_stops_does_not_wait_for_what_runs():
    """A stop in a notebook is a KeyboardInterrupt; the processes are gone when it arrives."""
    submitted = []

    def start_and_stop(executor) -> None:
        submitted.extend(executor.submit(time.sleep, 600) for _ in range(3))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), workers(2) as executor:
        start_and_stop(executor)
    assert all(future.exception() for future in submitted)


@pytest.mark.parametrize("cores", [0.3, 1.0, 1.4])
def test_a_single_worker_is_no_help(cores, monkeypatch):
    monkeypatch.setattr(limits, "cores", lambda: cores)
    with tl.workers() as executor:
        assert executor is None
    with tl.workers(1) as executor:
        assert executor is None


@pytest.mark.parametrize("n", [0, -1, 2.0, True, "two"])
def test_a_number_of_workers_that_is_none(n):
    with pytest.raises(tl.TlkitError, match="no number of workers: give a whole number from 1 up"), tl.workers(n):
        pass


def test_what_is_handed_to_an_executor_here_is_the_thing_itself(source):
    with ThreadPoolExecutor(1) as executor:
        assert hand_over(executor, source) is source
