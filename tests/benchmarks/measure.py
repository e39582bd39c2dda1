"""Prints import tlkit against import torch, and the lab's slider (refit and redraw) against a third of a second."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import tlkit as tl

ROUNDS = 7


def seconds_to_import(module: str) -> float:
    """Wall time of a new Python that imports it."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
    return time.perf_counter() - begin


def imports() -> None:
    """Interleaved rounds; the median of the ratios."""
    pairs = [(seconds_to_import("tlkit"), seconds_to_import("torch")) for _ in range(ROUNDS)]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    print(f"import: tlkit {ours:.2f} s, torch {theirs:.2f} s, ratio {ratio:.2f} (medians of {ROUNDS} rounds)")


def slider() -> None:
    """Every position of the lab's slider on nine instruments, each on heads that were not fitted before."""
    source = tl.pretrain(tl.backbone("note-cnn"), tl.task("notes/piano"))
    targets = [name for name in tl.tasks() if "-" not in name and name != "notes/piano"]
    lab = tl.TransferLab(source, targets)
    times = []
    for instrument in lab.instrument.options:
        lab.instrument.value = instrument  # runs the frozen body once
        for shots in [k for k in lab.shots.options if k != lab.shots.value]:
            begin = time.perf_counter()
            lab.shots.value = shots
            times.append(1000 * (time.perf_counter() - begin))
    times.sort()
    p95 = times[int(0.95 * len(times))]
    print(f"slider: p50 {statistics.median(times):.0f} ms, p95 {p95:.0f} ms of {len(times)} moves; 333 ms are allowed")


if __name__ == "__main__":
    imports()
    slider()
