"""What ``tlkit try`` takes on one core for 500 pictures in a folder and 500 texts in a table: seconds and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from tlkit.runtime.paths import DATA

from .lessons import ONE_CORE, TELL
from .side_by_side import Row, processor, timed

ITEMS, SMALL = 500, 60
SIZE = (640, 480)  # of a picture, as a telephone sends it
TRY = "from tlkit.commands.cli import main; code = main({command})"


def own(quick: bool = False) -> Iterator[Row]:
    """From disk to an exported model; ``--quick`` takes 60 items of each kind and two splits."""
    items = SMALL if quick else ITEMS
    for name, about, make in (("own-pictures", "pictures", _pictures), ("own-texts", "texts", _table)):
        with tempfile.TemporaryDirectory(prefix="tlkit-") as folder:
            columns = make(Path(folder) / about, items)
            yield _tried(name, f"{items} {about}", Path(folder), [*columns, *(["--splits", "2"] if quick else [])])


def _tried(name: str, about: str, folder: Path, options: list[str]) -> Row:
    command = ["try", *options, "--json", "--export", str(folder / "model")]
    code = "\n".join([ONE_CORE, TRY.format(command=repr(command)), TELL, "raise SystemExit(code)"])
    run = {"capture_output": True, "text": True, "env": {**os.environ, "OMP_NUM_THREADS": "1"}}
    done: list[subprocess.CompletedProcess] = []
    wall = timed(lambda: done.append(subprocess.run([sys.executable, "-c", code], check=True, **run))).seconds
    tried, took = (json.loads(line) for line in done[0].stdout.splitlines())
    words = f"{took['processor_s']:.0f} s of {processor()}, {took['peak_mb']:.0f} MB at most; {tried['advice']}"
    return Row(name, f"tlkit try with {about}", wall, note=words, extra={**took, "processor": processor()})


def _pictures(place: Path, items: int) -> list[str]:
    """Five classes of pictures with coarse and fine parts, which no two have alike."""
    draw = np.random.default_rng(0)
    for number in range(items):
        folder = place / f"kind {number % 5}"
        folder.mkdir(parents=True, exist_ok=True)
        tints = (draw.integers(0, 255, (side, side, 3)) for side in (6, 40))
        layers = [np.asarray(Image.fromarray(tint.astype(np.uint8)).resize(SIZE)) for tint in tints]
        layers[0] = layers[0] // [1 + number % 5, 1, 1]
        Image.fromarray((0.6 * layers[0] + 0.4 * layers[1]).astype(np.uint8)).save(folder / f"{number}.jpg")
    return [str(place)]


def _table(place: Path, items: int) -> list[str]:
    """Definitions, of which the kit has a table."""
    import pandas as pd

    table = pd.read_csv(DATA / "glossary" / "cards.csv").sample(items, random_state=0)
    file = place.with_suffix(".csv")
    table.to_csv(file, index=False)
    return [str(file), "--text", "definition", "--label", "kind"]
