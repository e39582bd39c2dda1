"""A comparison on a real Dask cluster: a scheduler and two workers, processes as on the page for teachers."""

import os
import subprocess
import sys
import time
from concurrent.futures import Executor

import distributed
import numpy as np
import psutil
import pytest

import tlkit as tl
from tlkit.workers import hand_over, plain_deaths

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
    with open(folder / "log", "w") as log:
        started = [subprocess.Popen([sys.executable, "-m", "dask", *c], env=env, stderr=log) for c in commands]
        try:
            wait_until(where.exists, or_tell=folder / "log")
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
def piano() -> tl.Source:
    return tl.pretrain(tl.backbone("note-cnn"), tl.task("notes/piano"), steps=3)


def wait_until(true, *, or_tell) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, or_tell.read_text()
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
        busy = [worker for worker, runs in client.processing().items() if runs]
        if not killed and busy:
            kill(client, busy[0])
            killed.append(event.done)

    there = tl.compare(piano, tl.task("notes/guitar"), executor=executor, on_event=kill_a_busy_one, **asked)
    assert killed
    assert killed[0] < len(there)
    assert rows(there) == rows(tl.compare(piano, tl.task("notes/guitar"), **asked))


def test_a_run_takes_what_was_handed_over_for_the_thing(executor, piano):
    guitar = tl.task("notes/guitar")
    asked = {"strategy": "full", "shots": 1, "steps": 2}
    there = executor.submit(tl.transfer, hand_over(executor, piano), guitar, **asked).result(PATIENCE)
    assert there.accuracy == tl.transfer(piano, guitar, **asked).accuracy


@pytest.fixture(scope="module")
def large() -> np.ndarray:
    return np.random.default_rng(0).normal(size=2_500_000)  # 20 MB: Dask warns from 10 on


def test_a_large_thing_travels_once(client, executor, large):
    with pytest.warns(UserWarning, match="large graph"):
        executor.submit(np.sum, large).result(PATIENCE)
    handed = hand_over(executor, large)
    sums = [executor.submit(np.quantile, handed, share).result(PATIENCE) for share in (0.1, 0.5, 0.9)]
    assert sums == [np.quantile(large, share) for share in (0.1, 0.5, 0.9)]
    assert client.nbytes(summary=False)[handed.key] >= large.nbytes


def test_what_was_handed_over_outlives_those_who_held_it(client, executor, large):
    handed = hand_over(executor, large)
    handed.result(PATIENCE)
    for worker in client.who_has(handed)[handed.key]:
        kill(client, worker)
    assert executor.submit(np.sum, handed).result(PATIENCE) == large.sum()


def test_a_run_that_kills_its_workers_is_told_in_a_sentence(executor):
    with pytest.raises(tl.TlkitError, match="A worker died before its run was done") as raised, plain_deaths():
        executor.submit(os._exit, 1).result(PATIENCE)
    assert isinstance(raised.value.__cause__, distributed.KilledWorker)
