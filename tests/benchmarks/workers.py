"""Full fine-tuning runs by two workers of a Dask cluster, against one."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterator

import numpy as np

import tlkit as tl
from tlkit.experiments.source import Source
from tlkit.runtime.limits import cores

from .side_by_side import ROUNDS, SMALL, Row, Skipped, Timed, row, take_turns, timed

KEEP_MEMORY = {  # Dask's workers give memory back at once, and torch wants it again; see teaching/many-machines.md
    "MALLOC_TRIM_THRESHOLD_": 1_000_000_000,
    "MALLOC_MMAP_THRESHOLD_": 1 << 25,
    "OMP_NUM_THREADS": 1,
}


def dask(quick: bool = False) -> Iterator[Row]:
    """Each worker is a process with one thread; both clusters stand ready before the clock starts."""
    if importlib.util.find_spec("distributed") is None:
        raise Skipped("Dask is not installed: pip install distributed.")
    if cores() < 2:
        raise Skipped(f"two workers need two cores, and there is {cores():g}.")
    source, task = tl.pretrain(tl.backbone("note-cnn"), tl.task("notes/piano"), steps=50), tl.task("notes/guitar")
    asked = {"strategies": ["full"], "shots": (5, 20), "seeds": range(1, 3 if quick else 11)}
    asked["steps"] = 50 if quick else 150
    with contextlib.ExitStack() as stack:
        one, two = (stack.enter_context(_cluster(workers)) for workers in (1, 2))
        sides = {"ours": lambda: _timed(source, task, two, asked), "peer": lambda: _timed(source, task, one, asked)}
        told = take_turns(sides, SMALL if quick else ROUNDS)
    runs = len(asked["shots"]) * len(asked["seeds"])
    about = f"{runs} runs of full fine-tuning, and the schooling of their {len(asked['seeds'])} sources, by two workers"
    yield row("dask", about, told, peer="one worker", note=f"{cores():g} cores; the best that two workers can do is 2")


@contextlib.contextmanager
def _cluster(workers: int):
    """An executor on so many processes that have imported what they need."""
    import dask
    from distributed import Client, LocalCluster

    with (
        dask.config.set({"distributed.nanny.pre-spawn-environ": KEEP_MEMORY}),
        LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        client.run(exec, "import tlkit.experiments.compare")
        yield client.get_executor()


def _timed(source: Source, task: tl.Task, executor, asked: dict) -> Timed:
    """The wall time alone: the processor works for others, who are not asked."""
    side = timed(lambda: float(np.mean([r.accuracy for r in tl.compare(source, task, executor=executor, **asked)])))
    return Timed(side.seconds, side.accuracy)
