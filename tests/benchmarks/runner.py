"""Runs benchmarks by name and tells what came of them: ``tlkit bench``."""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
from collections.abc import Iterable
from typing import TextIO

from tlkit.errors import unknown
from tlkit.seeding import parse_seeds

from .side_by_side import Row, Skipped, environment, machine, ready

BENCHMARKS = {  # name: its module, and the function in it, which yields rows
    "label-curve": ("label_curve", "label_curve"),
    "partial": ("readers", "partial"),
    "lora": ("readers", "lora"),
    "grid": ("grid", "grid"),
    "growth": ("growth", "growth"),
    "dask": ("workers", "dask"),
    "policies": ("policies", "policies"),
    "import": ("imports", "imports"),
    "slider": ("slider", "slider"),
    "lessons": ("lessons", "lessons"),
    "classroom": ("classroom", "classroom"),
    "own": ("own_data", "own"),
}
AS_THEY_ARE = ("lessons", "classroom", "own")  # not held to float32


def run(names: Iterable[str] = (), *, as_json: bool = False, quick: bool = False, seeds: str | None = None) -> int:
    """Run the benchmarks of these names, all of them without any; returns the exit code.

    ``seeds`` are those on which lessons ask their questions. Sides compute in
    float32, lessons and ``own`` as they always do.
    """
    names = list(names) or list(BENCHMARKS)
    for name in names:
        if name not in BENCHMARKS:
            raise unknown("benchmark", name, BENCHMARKS)
    if seeds is not None:
        parse_seeds(seeds)
    ready()
    rows, skipped = [], {}
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            with environment(TLKIT_BF16=None if name in AS_THEY_ARE else "0", TLKIT_SEEDS=seeds):
                rows += _rows(name, quick, sys.stderr if as_json else sys.stdout)
        except Skipped as why:
            skipped[name] = str(why)
            print(f"{name}: left out; {why}\n", file=sys.stderr)
    if as_json:
        told = [row.as_json() for row in rows]
        print(json.dumps({"machine": machine(), "quick": quick, "benchmarks": told, "skipped": skipped}))
    else:
        print(", ".join(f"{key} {value}" for key, value in machine().items()))
    return 0


def _rows(name: str, quick: bool, out: TextIO) -> list[Row]:
    """A benchmark's rows, told in words on ``out`` as they come; what libraries print goes to standard error."""
    module, function = BENCHMARKS[name]
    rows = []
    with contextlib.redirect_stdout(sys.stderr):
        for row in getattr(importlib.import_module(f".{module}", __package__), function)(quick):
            print(f"{row.words()}\n", file=out, flush=True)
            rows.append(row)
    return rows
