"""A class at once: thirty kernels of lesson 01 on this machine, and what a kernel takes that reads with MiniLM.

All of them have one folder of weights, which nobody may write to, and a file of answers each in a shared folder.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .side_by_side import Row, Skipped, busy, processor

STUDENTS, FEW = 30, 2  # FEW: with --quick
READERS = 3  # kernels with MiniLM: what they share is then nobody's own
LOOK = 3.0  # seconds between two looks at the memory, which take a third of a second for thirty kernels
EACH, RESERVE = 0.45e9, 1.5e9  # bytes for a kernel, and those that stay free: a class that wants them is stopped
PATIENCE = 900  # seconds for a kernel to start, while twenty-nine others do
GOAL_MB = 330  # what a kernel may have for itself with MiniLM, before anything is tuned
SENTENCE = "We came early, and the train had left without us."
READ = f"""
import ipywidgets, matplotlib.pyplot, numpy
import tlkit as tl
tl.backbone("minilm").features(numpy.array([{SENTENCE!r}] * 16, dtype=object))
"""


def classroom(quick: bool = False) -> Iterator[Row]:
    """The class, then a few kernels that read; ``--quick`` is a class of two."""
    from tlkit.commands.jupyter import find

    with tempfile.TemporaryDirectory() as folder, shared_weights(Path(folder) / "weights") as weights:
        own = {"TLKIT_CACHE": str(weights), "OMP_NUM_THREADS": "1"}
        yield together(find("01"), FEW if quick else STUDENTS, Path(folder) / "class", own)
        yield readers(own)


@contextlib.contextmanager
def shared_weights(folder: Path) -> Iterator[Path]:
    """A copy of MiniLM's weights that nobody may write to; a change of it is an error, also where root may do all."""
    from tlkit.models import weights

    place = weights.folder("minilm")
    shutil.copytree(place, folder / place.name)
    lock(folder, 0o444, 0o555)
    before = listing(folder)
    try:
        yield folder
        if listing(folder) != before:
            raise AssertionError("a kernel wrote into the shared folder of weights")
    finally:
        lock(folder, 0o644, 0o755)


def lock(folder: Path, files: int, folders: int) -> None:
    """Give a folder and all that lies in it these permissions."""
    for path in [*folder.rglob("*"), folder]:
        path.chmod(folders if path.is_dir() else files)


def listing(folder: Path) -> set[tuple[str, int, int]]:
    """Every file with its size and the time of its last change."""
    return {(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*")}


@dataclass
class Memory:
    """What kernels have for themselves, in MB, and what all of them take, where shared pages count once."""

    own: dict[int, float] = field(default_factory=dict)  # by process, the most of all looks
    together: float = 0.0
    most_kernels: int = 0

    def look(self) -> None:
        """One look at each kernel that this process has started."""
        told = {kernel.pid: told for kernel in kernels_of_mine() if (told := private_and_share(kernel))}
        for pid, (private, _) in told.items():
            self.own[pid] = max(private, self.own.get(pid, 0.0))
        self.together = max(self.together, sum(share for _, share in told.values()))
        self.most_kernels = max(self.most_kernels, len(told))


def kernels_of_mine() -> list:
    """The kernels among the processes that this one has started."""
    import psutil

    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            if any("ipykernel" in word for word in child.cmdline()):
                found.append(child)
    return found


def private_and_share(process) -> tuple[float, float] | None:
    """MB that are the process's own, and its fair share of all that it maps (on Linux; elsewhere its own again)."""
    import psutil

    try:
        memory = process.memory_full_info()
    except psutil.NoSuchProcess:
        return None
    return memory.uss / 1e6, getattr(memory, "pss", memory.uss) / 1e6


def together(path: Path, students: int, folder: Path, own: dict[str, str]) -> Row:
    """So many kernels run the notebook from top to bottom at once; what fails in one is counted and stops nothing."""
    import psutil

    if (free := psutil.virtual_memory().available) < students * EACH + RESERVE:
        raise Skipped(
            f"{students} kernels want {(students * EACH + RESERVE) / 1e9:.0f} GB, and {free / 1e9:.0f} are free."
        )
    begin, worked, memory = time.perf_counter(), busy(), Memory()
    failed, seconds = asyncio.run(_together(path, students, folder, own, memory))
    private = list(memory.own.values()) or [math.nan]  # where all were done before the first look
    extra = {
        "students": students,
        "at_once": memory.most_kernels,
        "seconds_each": seconds,
        "private_mb": {"median": statistics.median(private), "most": max(private)},
        "together_mb": memory.together,
        "failed": failed,
        "processor_s": busy() - worked,
        "processor": processor(),
    }
    return Row("classroom", f"{students} kernels of {path.stem} at once", time.perf_counter() - begin,
               note=_words(extra), extra=extra)  # fmt: skip


async def _together(path: Path, students: int, folder: Path, own: dict[str, str], memory: Memory):
    """What failed, and the seconds of each; :class:`Skipped` where the machine's memory does not suffice."""
    lessons = [asyncio.create_task(_student(path, folder / f"student{n:02}", own)) for n in range(students)]
    watch = asyncio.create_task(_watch(memory))
    try:
        await asyncio.wait([watch, asyncio.gather(*lessons)], return_when=asyncio.FIRST_COMPLETED)
        if watch.done():
            await watch
        done = await asyncio.gather(*lessons)
    finally:
        for task in (watch, *lessons):
            task.cancel()
        await asyncio.gather(watch, *lessons, return_exceptions=True)
    return [failure for failures, _ in done for failure in failures], [seconds for _, seconds in done]


async def _student(path: Path, folder: Path, own: dict[str, str]) -> tuple[list[str], float]:
    """One kernel, from its start to the notebook's end: what failed in it, and its seconds."""
    import nbclient
    import nbformat

    folder.mkdir(parents=True)
    answers = {"TLKIT_ANSWERS": str(folder / "tlkit-answers.json")}
    notebook, begin = nbformat.read(path, 4), time.perf_counter()
    client = nbclient.NotebookClient(
        notebook, timeout=None, startup_timeout=PATIENCE, iopub_timeout=PATIENCE, allow_errors=True,
        kernel_name="python3", resources={"metadata": {"path": path.parent}},
    )  # fmt: skip
    await client.async_execute(env={**os.environ, **own, **answers})
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    failed = [output.evalue for output in outputs if output.output_type == "error"]
    return failed, time.perf_counter() - begin


async def _watch(memory: Memory) -> None:
    """Look again and again; stop all where the machine is about to run out of memory."""
    import psutil

    while True:
        memory.look()
        if (free := psutil.virtual_memory().available) < RESERVE:
            raise Skipped(f"{memory.most_kernels} kernels left {free / 1e9:.1f} GB of this machine's memory.")
        await asyncio.sleep(LOOK)


def readers(own: dict[str, str]) -> Row:
    """Kernels that have read with MiniLM, one after the other, all still there when they are looked at."""
    from jupyter_client.manager import start_new_kernel

    begin, memory, said = time.perf_counter(), Memory(), []
    with contextlib.ExitStack() as open_kernels:
        for _ in range(READERS):
            manager, client = start_new_kernel(kernel_name="python3", env={**os.environ, **own})
            open_kernels.callback(manager.shutdown_kernel, now=True)
            open_kernels.callback(client.stop_channels)
            reply = client.execute_interactive(READ, timeout=PATIENCE, output_hook=said.append)
            if reply["content"]["status"] != "ok":
                raise AssertionError(reply["content"])
        memory.look()
    most = max(memory.own.values())
    verdict = "within" if most <= GOAL_MB else "ABOVE"
    note = f"private memory of a kernel: at most {most:.0f} MB, {verdict} the goal of {GOAL_MB} MB"
    extra = {"private_mb": {"most": most}, "together_mb": memory.together, "processor": processor()}
    about = f"{READERS} kernels that have read with MiniLM"
    return Row("classroom-minilm", about, time.perf_counter() - begin, note=note, extra=extra)


def _words(told: dict) -> str:
    failed = f"failed: {'; '.join(sorted(set(told['failed'])))}" if told["failed"] else "nothing failed"
    return (
        f"{failed}; {told['at_once']} at once, each done after {min(told['seconds_each']):.0f} to "
        f"{max(told['seconds_each']):.0f} s; private memory of a kernel {told['private_mb']['median']:.0f} MB in the "
        f"median, {told['private_mb']['most']:.0f} at most; {told['together_mb'] / 1e3:.1f} GB for all of them; "
        f"{told['processor_s']:.0f} s of {told['processor']}"
    )
