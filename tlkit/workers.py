"""Many processes and many machines: ``with tl.workers() as executor`` compares on all the cores of this one.

``compare`` takes any ``concurrent.futures.Executor``. This module has one for the machine at hand, and what the others
need besides: a large source goes to a Dask cluster once, and a worker's death is told in a sentence.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor
from contextlib import contextmanager

from tlkit import machine
from tlkit.errors import TlkitError
from tlkit.rooms import make_callable

_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",  # torch's threads and BLAS's: there is a process for every core
    "LOKY_MAX_MEMORY_LEAK_SIZE": "1e15",  # a large run after a small one is no leak, and no reason for a new process
}


@contextmanager
def workers(n: int | None = None) -> Iterator[Executor | None]:
    """An executor over ``n`` processes of this machine, one a core by default, each with one thread.

    None for a single one, which is no help: ``compare(..., executor=None)`` runs here. The processes are loky's: they
    are not forked, for a fork of a process in which torch has run can hang, and they understand functions that were
    defined in a notebook. An error inside the ``with``, or a stop, ends them at once.
    """
    n = max(1, round(machine.cores())) if n is None else _check_count(n)
    if n == 1:
        yield None
        return
    import loky

    executor = loky.ProcessPoolExecutor(n, env=_ENVIRONMENT)
    try:
        with plain_deaths():
            yield executor
    except BaseException:
        executor.shutdown(kill_workers=True)
        raise
    executor.shutdown()


@contextmanager
def plain_deaths() -> Iterator[None]:
    """What an executor says of workers that died, or of a cluster that went, becomes one sentence: a TlkitError."""
    try:
        yield
    except _deaths() as error:
        raise TlkitError(
            "A worker died before its run was done, most often because memory ran out: let fewer run side by side, "
            "as in tl.workers(2), or on a cluster look into the workers' logs."
        ) from error


def hand_over(executor: Executor, thing: object) -> object:
    """What to submit in the place of ``thing``, which many calls take as an argument: the thing itself, as a rule.

    For the executor of a Dask client it is a handle. The thing, which can be a source of hundreds of megabytes, then
    travels to the scheduler once, however many calls take the handle, and Dask puts the thing in its place where they
    run. It is a task's result and not scattered, for what was scattered is lost with the worker that held it, and a
    result is made again.
    """
    if "distributed" not in sys.modules:  # whoever has such an executor has imported it
        return thing
    from distributed.cfexecutor import ClientExecutor

    if not isinstance(executor, ClientExecutor):
        return thing
    import cloudpickle
    import dask

    parcel = cloudpickle.dumps(thing)
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": 2 * len(parcel) + 2**20}):  # it is meant
        return executor._client.submit(cloudpickle.loads, parcel)  # no public name leads to an executor's client


def _deaths() -> tuple[type[BaseException], ...]:
    """What the executors that are about raise when a worker is gone, or all of them."""
    dask = sys.modules.get("distributed")
    return (BrokenExecutor, CancelledError, *([dask.KilledWorker] if dask else []))


def _check_count(n: int) -> int:
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise TlkitError(f"{n!r} is no number of workers: give a whole number from 1 up.")
    return n


make_callable(__name__)
