"""Many processes and many machines: ``with tl.workers() as executor`` compares on all the cores of this one.

``compare`` takes any ``concurrent.futures.Executor``. This module has one for the machine at hand, and what the others
need besides: a large source goes to a Dask cluster once, and a worker's death is told in a sentence.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor
from contextlib import contextmanager

from tlkit.arguments import whole
from tlkit.errors import TlkitError, shown
from tlkit.runtime import limits

LARGE = 1_000_000  # bytes: hundreds of calls that each bring more would fill the memory of a scheduler
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",  # torch's threads and BLAS's: there is a process for every core
    "LOKY_MAX_MEMORY_LEAK_SIZE": "1e15",  # a large run after a small one is no leak, and no reason for a new process
}


@contextmanager
def workers(n: int | None = None) -> Iterator[Executor | None]:
    """An executor over ``n`` processes of this machine, one a core by default, each with one thread.

    None for a single one, which is no help: ``compare(..., executor=None)`` runs here. The processes are loky's: they
    are not forked, for a fork of a process in which torch has run can hang, and they understand functions that were
    defined in a notebook. The end of the ``with`` ends them, whatever they do then: a stop is a stop.
    """
    n = max(1, round(limits.cores())) if n is None else whole(n, f"{shown(n)} is no number of workers")
    if n == 1:
        yield None
        return
    import loky

    executor = loky.ProcessPoolExecutor(n, env=_ENVIRONMENT)
    try:
        with plain_deaths():
            yield executor
    finally:
        executor.shutdown(kill_workers=True)


@contextmanager
def plain_deaths() -> Iterator[None]:
    """What an executor says of workers that died, or of a cluster that went, becomes one sentence: a TlkitError."""
    try:
        yield
    except _deaths() as error:
        raise TlkitError(
            "A worker was lost before its run was done, most often because memory ran out: let fewer run side by side, "
            "as in tl.workers(2); on a cluster, look into the logs of the scheduler and the workers."
        ) from error


def hand_over(executor: Executor, thing: object) -> object:
    """What to submit in the place of ``thing``, which many calls take as an argument: the thing itself, as a rule.

    On a Dask cluster it is a handle, if the thing is large, such as a source of hundreds of megabytes. The thing then
    travels to every worker once, however many calls take the handle, and Dask puts it in the handle's place where they
    run. It is a task's result rather than scattered: what was scattered is lost with the workers that hold it, and a
    result is made again.
    """
    client = _dask_client(executor)
    if client is None:
        return thing
    import cloudpickle
    import dask

    parcel = cloudpickle.dumps(thing)
    if len(parcel) < LARGE:
        return thing
    key = f"{type(thing).__name__}-{hashlib.blake2b(parcel, digest_size=16).hexdigest()}"
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": 2 * len(parcel)}):  # large, but once
        handle = client.submit(cloudpickle.loads, parcel, key=key, priority=1)
    client.replicate([handle])  # calls go where their arguments are: with one copy, most would queue at one worker
    return handle


def _dask_client(executor: Executor):
    """The client whose executor this is, or None; nothing is imported for executors of other kinds."""
    if "distributed" not in sys.modules:
        return None
    from distributed.cfexecutor import ClientExecutor

    return executor._client if isinstance(executor, ClientExecutor) else None  # no public name leads to it


def _deaths() -> tuple[type[BaseException], ...]:
    """What the executors that are about raise when a worker is gone, or all of them."""
    dask = sys.modules.get("distributed")
    return (BrokenExecutor, CancelledError, *([dask.KilledWorker] if dask else []))
