"""What every benchmark shares: rounds in which the sides take turns, the row that comes of them, and the machine."""

from __future__ import annotations

import contextlib
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROUNDS = 3
SMALL = 1  # rounds of --quick


@dataclass(frozen=True)
class Timed:
    """One side in one round: its seconds, scaled up where only a part was run, and its accuracy if it has one.

    ``busy`` is how many seconds the processor worked for it, which on a machine that others use is the steadier figure.
    """

    seconds: float
    accuracy: float | None = None
    busy: float | None = None

    def times(self, scale: float) -> Timed:
        """What the whole takes, of which this was a part."""
        return Timed(self.seconds * scale, self.accuracy, self.busy and self.busy * scale)


@dataclass(frozen=True)
class Row:
    """One benchmark's answer. Seconds are medians over rounds, and ratios are medians of each round's own ratio."""

    name: str
    about: str
    ours_s: float
    peer: str | None = None
    peer_s: float | None = None
    floor_s: float | None = None
    times_faster: float | None = None
    over_floor: float | None = None
    accuracy_ours: float | None = None
    accuracy_peer: float | None = None
    rounds: int = SMALL
    note: str = ""
    extra: Mapping = field(default_factory=dict)

    def as_json(self) -> dict:
        """All of it; what belongs to this benchmark alone stands beside the rest."""
        row = dict(self.__dict__)
        return {**row, **row.pop("extra")}

    def words(self) -> str:
        """The row for people."""
        sides = [f"ours {_seconds(self.ours_s)}{_percent(self.accuracy_ours)}"]
        if self.peer_s is not None:
            sides.append(f"{self.peer} {_seconds(self.peer_s)}{_percent(self.accuracy_peer)}")
        if self.floor_s is not None:
            sides.append(f"floor {_seconds(self.floor_s)}")
        verdict = _ratios(self.times_faster, self.over_floor)
        verdict += f" (median of {self.rounds} round{'s' * (self.rounds > 1)})" if verdict else ""
        busy = _ratios(self.extra.get("times_faster_processor"), self.extra.get("over_floor_processor"))
        verdict += f"; in processor time {busy}" if busy else ""
        lines = [f"{self.name}: {self.about}", f"  {' | '.join(sides)}", f"  {verdict}", f"  {self.note}"]
        return "\n".join(line for line in lines if line.strip())


class Skipped(Exception):
    """A benchmark that this machine can't run; the message says why."""


def take_turns(sides: Mapping[str, Callable[[], Timed]], rounds: int) -> list[dict[str, Timed]]:
    """``rounds`` times every side, and nobody always goes first."""
    names, told = list(sides), []
    for number in range(rounds):
        turn = number % len(names)
        told.append({name: sides[name]() for name in names[turn:] + names[:turn]})
    return told


def timed(work: Callable[[], float | None]) -> Timed:
    """How long ``work`` takes, and the accuracy that it returns."""
    begin, worked = time.perf_counter(), busy()
    accuracy = work()
    return Timed(time.perf_counter() - begin, accuracy, busy() - worked)


def busy() -> float:
    """Seconds of processor time of this process, and of those that it started and waited for."""
    return time.process_time() + sum(os.times()[2:4])


def peak_mb() -> float:
    """The most memory that this process ever had, or one that it started and waited for."""
    try:
        import resource
    except ImportError:  # Windows
        import psutil

        return psutil.Process().memory_info().peak_wset / 1e6
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


def row(name: str, about: str, told: list[dict[str, Timed]], *, peer: str = "", note: str = "", extra=None) -> Row:
    """What the rounds say, of the sides "ours", "peer" and "floor"; the last two may be missing."""
    seconds = {side: [each[side].seconds for each in told] for side in told[0]}
    right = {side: [each[side].accuracy for each in told] for side in told[0]}
    busy = {side: [each[side].busy for each in told] for side in told[0]}
    if all(None not in each for each in busy.values()):
        extra = {**(extra or {}), **_in_processor_time(busy)}
    return Row(
        name=name,
        about=about,
        ours_s=statistics.median(seconds["ours"]),
        peer=peer or None,
        peer_s=_median(seconds.get("peer")),
        floor_s=_median(seconds.get("floor")),
        times_faster=_ratio(seconds.get("peer"), seconds["ours"]),
        over_floor=_ratio(seconds["ours"], seconds.get("floor")),
        accuracy_ours=_median(right["ours"]),
        accuracy_peer=_median(right.get("peer")),
        rounds=len(told),
        note=note,
        extra={"per_round_s": seconds, **(extra or {})},
    )


def forget() -> None:
    """Nothing is remembered: what was computed before does not help what is timed next."""
    from tlkit.methods import feature_cache

    feature_cache.forget()


def ready() -> None:
    """Peers can be imported beside a torchvision of another build, and tokenizers do not warn of forks."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from tlkit.runtime.compat import mend_torchvision

    mend_torchvision()


@contextlib.contextmanager
def environment(**values: str | None) -> Iterator[None]:
    """Variables of the environment for a while; those that are None stay what they are."""
    before = {name: os.environ.get(name) for name, value in values.items() if value is not None}
    os.environ.update({name: values[name] for name in before})
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def machine() -> dict:
    """Where the figures come from."""
    import torch

    from tlkit.runtime.limits import cores, memory_limit

    memory = memory_limit()
    return {
        "processor": processor(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "cores": cores(),
        "memory_gb": memory and round(memory / 1e9, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
    }


def processor() -> str:
    """The processor's name."""
    cpuinfo = Path("/proc/cpuinfo")  # platform.processor() says nothing on many Linuxes
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


def _in_processor_time(busy: dict[str, list[float]]) -> dict:
    """The same two ratios, of the seconds for which the processor worked."""
    return {
        "per_round_processor_s": busy,
        "times_faster_processor": _ratio(busy.get("peer"), busy["ours"]),
        "over_floor_processor": _ratio(busy["ours"], busy.get("floor")),
    }


def _median(values: list[float | None] | None) -> float | None:
    return statistics.median(values) if values and None not in values else None


def _ratio(over: list[float] | None, under: list[float] | None) -> float | None:
    if not over or not under:
        return None
    return statistics.median(one / other for one, other in zip(over, under, strict=True))


def _ratios(times_faster: float | None, over_floor: float | None) -> str:
    ratios = [f"{times_faster:.2f} times as fast"] if times_faster else []
    return ", ".join([*ratios, *([f"{over_floor:.2f} times the floor"] if over_floor else [])])


def _seconds(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _percent(accuracy: float | None) -> str:
    return "" if accuracy is None else f" ({accuracy:.1%} right)"
