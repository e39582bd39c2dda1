"""A comparison on a real Dask cluster: a scheduler and two workers, processes as on the page for teachers."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future

import distributed
import numpy as np
import psutil
import pytest
import torch

import tlkit as tl
from tlkit.events import Done
from tlkit.experiments.source import Source
from tlkit.models.backbone import Backbone
from tlkit.runtime.workers import hand_over, plain_deaths

PATIENCE = 60  # seconds, for a machine that has other things to do


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """The client of a scheduler with two workers, which a nanny starts again when they die."""
    folder = tmp_path_factory.mktemp("cluster")
    where = folder / "scheduler.json"
    join = ["--scheduler-file", where, "--host", "127.0.0.1", "--no-dashboard"]
    commands = [
        ["scheduler", *join, "--port", "0"],
        ["worker", *join, "--nworkers", "2", "--nthreads", "1", "--local-directory", folder],
    ]
    env = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}  # three by default: a longer wait
    started = [subprocess.Popen([sys.executable, "-m", "dask", *command], env=env) for command in commands]
    try:
        wait_until(where.exists)
        with distributed.Client(scheduler_file=str(where), timeout=PATIENCE, set_as_default=False) as client:
            yield client
            client.wait_for_workers(2, timeout=PATIENCE)  # one that is being started would look for its scheduler
            client.shutdown()
        for process in started:
            process.wait(PATIENCE)
    finally:
        for process in started:
            end(process)


@pytest.fixture
def client(cluster):
    """The same, with both workers alive, whatever the test before did to them."""
    cluster.wait_for_workers(2, timeout=PATIENCE)
    return cluster


@pytest.fixture
def executor(client) -> Executor:
    return client.get_executor()


@pytest.fixture(scope="module")
def piano() -> Source:
    return tl.pretrain(tl.backbone("note-cnn"), tl.task("notes/piano"), steps=3)


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def end(process: subprocess.Popen) -> None:
    """The process and those that it started, where something went wrong and they are still there."""
    if process.poll() is None:
        for one in [*psutil.Process(process.pid).children(recursive=True), process]:
            one.kill()
        process.wait()


def kill(client, worker: str) -> None:
    psutil.Process(client.run(os.getpid, workers=[worker])[worker]).kill()


def rows(results: tl.Results) -> list[tuple]:
    return [(run.key, run.accuracy, run.labels, run.trainable_params) for run in results]


def test_a_cluster_changes_no_result(executor, piano):
    asked = {"strategies": ["scratch", "head", "full"], "shots": [1], "seeds": "0-1", "steps": 2}
    there = tl.compare(piano, tl.task("notes/guitar"), executor=executor, **asked)
    assert rows(there) == rows(tl.compare(piano, tl.task("notes/guitar"), **asked))


def test_a_worker_that_dies_half_way_changes_no_result(client, executor, piano):
    asked = {"strategies": ["scratch", "full"], "shots": [1, 2, 5], "seeds": "0", "steps": 2}
    killed = []

    def kill_a_busy_one(event) -> None:
        assert isinstance(event, Done)
        busy = [worker for worker, runs in client.processing().items() if runs]
        if not killed and busy:
            kill(client, busy[0])
            killed.append(event.done)

    there = tl.compare(piano, tl.task("notes/guitar"), executor=executor, on_event=kill_a_busy_one, **asked)
    assert killed
    assert killed[0] < len(there)
    assert rows(there) == rows(tl.compare(piano, tl.task("notes/guitar"), **asked))


@pytest.fixture(scope="module")
def large() -> Backbone:
    """A network of 12 MB that learnt elsewhere; of how it looks at pictures nothing is known but what travels."""
    net = tl.backbone("note-cnn")
    inputs = net.prepare
    net.prepare = lambda items: inputs(np.asarray(items))
    net.ballast, net.taught = torch.nn.Linear(3_000_000, 1), "nobody knows what"
    return net


def transfer(executor, source, shots: int) -> Future:
    return executor.submit(tl.transfer, source, tl.task("notes/guitar"), strategy="full", shots=shots, steps=2)


def test_a_large_source_is_handed_over_once(client, executor, large):
    with pytest.warns(UserWarning, match="large graph"):
        transfer(executor, large, 1).result(PATIENCE)
    handed = hand_over(executor, large)
    assert len(client.who_has(handed)[handed.key]) == 2
    assert hand_over(executor, large).key == handed.key
    asked = {"strategies": ["full"], "shots": [1, 2], "seeds": "0", "steps": 2}
    there = tl.compare(large, tl.task("notes/guitar"), executor=executor, **asked)  # with no warning
    assert rows(there) == rows(tl.compare(large, tl.task("notes/guitar"), **asked))


def test_a_large_source_outlives_the_workers_that_hold_it(client, executor, large):
    handed = hand_over(executor, large)
    holders = set(client.who_has(handed)[handed.key])
    for worker in holders:
        kill(client, worker)
    wait_until(lambda: not holders & set(client.who_has(handed)[handed.key]))
    there = transfer(executor, handed, 5).result(PATIENCE).accuracy
    assert there == tl.transfer(large, tl.task("notes/guitar"), strategy="full", shots=5, steps=2).accuracy


def test_a_small_thing_travels_with_each_call(executor, source):
    assert hand_over(executor, source) is source


def test_a_run_that_kills_its_workers_is_told_in_a_sentence(executor):
    with pytest.raises(tl.TlkitError, match="A worker was lost before its run was done") as raised, plain_deaths():
        executor.submit(os._exit, 1).result(PATIENCE)
    assert isinstance(raised.value.__cause__, distributed.KilledWorker)
