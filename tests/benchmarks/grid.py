"""A grid of strategies, shots and seeds on MiniLM: in one comparison, against each run alone and from a cold start."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import tlkit as tl

from .side_by_side import ROUNDS, SMALL, Row, forget, row, take_turns, timed

STRATEGIES = ("head", "head@4", "partial:1", "partial:2", "lora:8@1")


def grid(quick: bool = False) -> Iterator[Row]:
    """What the runs of a comparison share is worked out once; alone, each works it out for itself."""
    backbone, whole = tl.backbone("minilm"), tl.task("reviews/tweets")
    tested = whole.test.take(np.arange(50 if quick else 250))
    task = tl.Task(whole.name, whole.modality, whole.classes, whole.train, tested)
    asked = {"strategies": STRATEGIES, "shots": (8, 32), "seeds": (0, 1), "steps": 20}
    if quick:
        asked = {"strategies": ("head", "head@4", "partial:1"), "shots": (4, 8), "seeds": (0,), "steps": 5}
    runs = [(s, k, seed) for s in asked["strategies"] for k in asked["shots"] for seed in asked["seeds"]]

    def together() -> float:
        forget()
        return _mean(tl.compare(backbone, task, **asked))

    def alone() -> float:
        return float(np.mean([_alone(backbone, task, *run, asked["steps"]) for run in runs]))

    _alone(backbone, task, "head", 1, 0, 1)  # the first pass is slower than the others
    told = take_turns({"ours": lambda: timed(together), "peer": lambda: timed(alone)}, SMALL if quick else ROUNDS)
    about = f"{len(runs)} runs with MiniLM on tweets: {', '.join(asked['strategies'])}"
    yield row("grid", about, told, peer="each run alone")


def _alone(backbone: tl.Backbone, task: tl.Task, strategy: str, shots: int, seed: int, steps: int) -> float:
    forget()
    asked = {"strategies": [strategy], "shots": [shots], "seeds": [seed], "steps": steps}
    return _mean(tl.compare(backbone, task, **asked))


def _mean(results: tl.Results) -> float:
    return float(np.mean([result.accuracy for result in results]))
