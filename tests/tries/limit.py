"""A command under a limit of memory and on one core, as a reader has it on Binder.

Where systemd can limit it, the kernel ends what takes more. Elsewhere it is watched: twice a second the memory of all
its processes is added up, shared pages counted once, and all are ended if that is too much. (A limit on address space
would be no such thing: torch reserves far more than it uses.)
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

LOOK = 0.5  # seconds


@dataclass(frozen=True)
class Taken:
    """What came of a command: its exit code, seconds, most memory in MB, and whether it was ended for taking more."""

    code: int
    seconds: float
    peak_mb: float
    ended: bool
    by: str


def under_limit(command: list[str], megabytes: int, *, cwd: Path, env: dict[str, str], log: Path) -> Taken:
    """Run the command on one core, with so much memory for it and all that it starts."""
    scope = _scope(megabytes)
    begin = time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*scope, *_one_core(), *command], cwd=cwd, env=env, stdout=out, stderr=out, start_new_session=True
        )
        watch = Watch(process.pid, megabytes)
        with watch:
            code = process.wait()
    by = "systemd's limit" if scope else "a watch"
    return Taken(code, time.monotonic() - begin, watch.peak, watch.ended or (bool(scope) and code == -9), by)


class Watch:
    """Adds up the memory of a process and of all below it, again and again, and ends them at the limit."""

    def __init__(self, pid: int, megabytes: int):
        self.pid, self.megabytes, self.peak, self.ended = pid, megabytes, 0.0, False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._thread.join()

    def _go(self) -> None:
        while not self._over.wait(LOOK):
            family = _family(self.pid)
            self.peak = max(self.peak, sum(map(_megabytes, family)))
            if self.peak > self.megabytes:
                self.ended = True
                for process in family:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        process.kill()
                return


def _family(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def _megabytes(process: psutil.Process) -> float:
    """Its fair share of all that it maps; its own pages alone where the system tells no more."""
    try:
        memory = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0
    return getattr(memory, "pss", memory.uss) / 1e6


def _scope(megabytes: int) -> list[str]:
    """The words before a command with which systemd limits it; none where it can't."""
    user = [] if os.geteuid() == 0 else ["--user"]
    words = [
        "systemd-run",
        *user,
        "--scope",
        "--quiet",
        f"--property=MemoryMax={megabytes}M",
        "--property=MemorySwapMax=0",
    ]
    if shutil.which("systemd-run") is None or subprocess.run([*words, "true"], capture_output=True).returncode:
        return []
    return words


def _one_core() -> list[str]:
    core = min(os.sched_getaffinity(0))
    return ["taskset", "--cpu-list", str(core)] if shutil.which("taskset") else []
