"""What this process may use: the memory and the cores of its container, which can be far less than the host's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def memory_limit(root: Path = Path("/")) -> int | None:
    """The bytes of memory that this process may use, or None where nobody can tell.

    The smallest of the machine's memory, of every cgroup limit (version 1 or 2) around the process, and of
    ``MEM_LIMIT``, in which JupyterHub and Binder tell a reader's share. ``root`` is where ``proc`` and ``sys`` lie.
    """
    told = os.environ.get("MEM_LIMIT", "")
    limits = [_host_memory(), int(told) if told.isdigit() and int(told) else None]
    for folder in _cgroup_folders("memory", root):
        limits += [_number(folder / "memory.max"), _number(folder / "memory.limit_in_bytes")]
    return min((int(limit) for limit in limits if limit is not None), default=None)


def cores(root: Path = Path("/")) -> float:
    """How many cores this process may keep busy: a container's quota can be a part of one."""
    quotas = (_quota(folder) for folder in _cgroup_folders("cpu", root))
    return min([float(_host_cores()), *(quota for quota in quotas if quota is not None)])


def wants_bfloat16() -> bool:
    """Whether ``TLKIT_BF16=1`` asks for bfloat16 in what only looks.

    On a processor with units for it that is about twice as fast; elsewhere it is several times slower. It is not the
    default anywhere, since a run would then find something else on another processor.
    """
    return os.environ.get("TLKIT_BF16", "").strip() == "1"


def _host_memory() -> int | None:
    try:
        import psutil  # comes with ipykernel
    except ImportError:
        return None
    return psutil.virtual_memory().total


def _host_cores() -> int:
    if hasattr(os, "process_cpu_count"):  # Python 3.13
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cgroup_folders(controller: str, root: Path) -> Iterator[Path]:
    """The folders with the limits on this process: its own cgroup's and every parent's, which bind it just as well."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:  # not Linux
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        folder = root / "sys/fs/cgroup" / (controller if controllers else "")
        yield folder
        for part in path.strip("/").split("/"):
            folder /= part
            yield folder


def _quota(folder: Path) -> float | None:
    quota, period = _numbers(folder / "cpu.max") or (
        _number(folder / "cpu.cfs_quota_us"),
        _number(folder / "cpu.cfs_period_us"),
    )
    return quota / period if quota and period and quota > 0 else None


def _number(path: Path) -> float | None:
    numbers = _numbers(path)
    return numbers[0] if numbers else None


def _numbers(path: Path) -> list[float | None]:
    """The words of a cgroup file as numbers, None for "max"; nothing where there is no such file."""
    try:
        words = path.read_text().split()
    except OSError:
        return []
    return [int(word) if word.lstrip("-").isdigit() else None for word in words]
