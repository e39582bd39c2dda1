"""Makes the saved runs of the lessons: python notebooks/results/make.py

Each lesson asks the same questions again and reuses a run only where its key, a hash of all that it depends on, is
that of the question; a test holds the lessons to it. Takes some minutes on two cores.
"""

from __future__ import annotations

import os
from pathlib import Path

import tlkit as tl

HERE = Path(__file__).parent


def piano_to_guitar(executor) -> tl.Results:
    """Every comparison of lesson 01."""
    piano, guitar = tl.task("notes/piano"), tl.task("notes/guitar")
    pianist = tl.pretrain(tl.backbone("note-cnn"), piano)
    confused = tl.pretrain(tl.backbone("note-cnn"), piano.shuffled())
    every = ["scratch", "random_head", "head", "partial:2", "full", "lp_ft", "keep", "as_is"]
    asked = [
        (pianist, guitar, every, [1, 2, 5, 10, 20, 50]),
        (pianist, tl.task("notes/accordion"), ["scratch", "head"], [1, 5, 20]),
        (confused, guitar, ["head", "lp_ft"], [1, 5]),
        (pianist, tl.task("notes/guitar-octaves"), ["scratch", "head"], [1, 5, 20]),
    ]
    runs = [
        run
        for source, target, strategies, shots in asked
        for run in tl.compare(source, target, strategies=strategies, shots=shots, executor=executor)
    ]
    return tl.Results(runs)


def main() -> None:
    """Make them all."""
    os.environ.pop("TLKIT_SEEDS", None)
    with tl.workers() as executor:
        piano_to_guitar(executor).save(HERE / "01-piano-to-guitar.json")


if __name__ == "__main__":
    main()
