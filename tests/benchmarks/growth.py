"""How time grows with the number of runs, heads beside scikit-learn's, and time and memory by the number of images."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import threadpoolctl
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import tlkit as tl
from tlkit.methods.linear_probe import linear_probe

from .side_by_side import ROUNDS, SMALL, Row, forget, peak_mb, row, take_turns, timed

SHOTS = (1, 2, 5, 10, 20)
SEEDS_AT_ONCE = 1_000  # the most that one comparison takes
RUNS, FEWER_RUNS = (10, 100, 1_000, 10_000), (10, 100, 1_000)
IMAGES, FEWER_IMAGES = (500, 1_000, 2_000, 5_000, 10_000, 20_000), (500, 1_000)
CHILD = "from tlkit.commands.bench import load; load('growth').one_size({images})"


def growth(quick: bool = False) -> Iterator[Row]:
    """Frozen heads of EfficientNet-Lite0 on products: ever more of them, then two on ever more images."""
    yield _over_runs(FEWER_RUNS if quick else RUNS)
    yield _fits(4 if quick else 40, SMALL if quick else ROUNDS)
    yield _over_images(FEWER_IMAGES if quick else IMAGES)


def _over_runs(sizes: tuple[int, ...]) -> Row:
    backbone, task = tl.backbone("efficientnet-lite0"), tl.task("products")
    points = []
    for runs in sizes:
        forget()
        side = timed(lambda runs=runs: _heads(backbone, task, runs))
        points.append({"runs": runs, "seconds": side.seconds, "processor_s": side.busy})
    steps = [
        {"from": a["runs"], "to": b["runs"], "ms_per_further_run": 1000 * _slope(a, b, "runs")}
        for a, b in itertools.pairwise(points)
    ]
    extra = {"points": points, "steps": steps}
    told = ", ".join(f"{point['runs']:,} in {point['processor_s']:.1f} s" for point in points)
    more = ", ".join(f"{step['ms_per_further_run']:.1f} ms up to {step['to']:,}" for step in steps)
    note = f"processor time: {told}; each further run takes {more}"
    about = "frozen heads on products, ever more of them, each time from a cold start"
    return Row("growth-runs", about, side.seconds, accuracy_ours=side.accuracy, note=note, extra=extra)


def _heads(backbone: tl.Backbone, task: tl.Task, runs: int) -> float:
    seeds, asked = range(runs // len(SHOTS)), {"strategies": ["head"], "shots": SHOTS}
    parts = [seeds[start : start + SEEDS_AT_ONCE] for start in range(0, len(seeds), SEEDS_AT_ONCE)]
    results = [tl.compare(backbone, task, **asked, seeds=part) for part in parts]
    return float(np.mean([run.accuracy for part in results for run in part]))


def _fits(seeds: int, rounds: int) -> Row:
    """The same heads, nothing but fitted and tested: by us, and by scikit-learn on the same features."""
    backbone, task = tl.backbone("efficientnet-lite0"), tl.task("products")
    draws = [task.draw(shots, seed=seed) for seed in range(seeds) for shots in SHOTS]
    rows, tested = np.unique(np.concatenate(draws)), backbone.features(task.test.items)
    learnt = backbone.features(task.train.items[rows])
    given = [(learnt[np.searchsorted(rows, draw)], task.train.labels[draw]) for draw in draws]

    def ours() -> float:
        heads = (linear_probe(*each, classes=len(task.classes)) for each in given)
        named = ((tested @ weight.T.astype(np.float32) + bias).argmax(axis=1) for weight, bias in heads)
        return float(np.mean([(each == task.test.labels).mean() for each in named]))

    def peer() -> float:
        heads = (make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(*each) for each in given)
        return float(np.mean([head.score(tested, task.test.labels) for head in heads]))

    with threadpoolctl.threadpool_limits(1):
        told = take_turns({"ours": lambda: timed(ours), "peer": lambda: timed(peer)}, rounds)
    return row("heads", f"{len(given)} heads on features of products that are there", told, peer="scikit-learn")


def _over_images(sizes: tuple[int, ...]) -> Row:
    points = [_in_a_child(images) for images in sizes]
    last = points[-1]
    per_image = 1000 * _slope(points[0], last, "images")
    mine = (last["peak_mb"] - points[0]["peak_mb"]) / (last["images"] - points[0]["images"])
    told = ", ".join(f"{p['images']:,} in {p['processor_s']:.1f} s and {p['peak_mb']:.0f} MB" for p in points)
    extra = {"points": points, "ms_per_further_image": per_image, "mb_per_further_thousand": 1000 * mine}
    note = f"processor time: {told}; each further thousand takes {per_image:.1f} s and {1000 * mine:.0f} MB"
    about = "a frozen head tested on ever more images, in a process of its own; memory is its highest"
    return Row("growth-images", about, last["seconds"], accuracy_ours=last["accuracy"], note=note, extra=extra)


def _slope(fewer: dict, more: dict, counted: str) -> float:
    """Processor seconds for each further one."""
    return (more["processor_s"] - fewer["processor_s"]) / (more[counted] - fewer[counted])


def _in_a_child(images: int) -> dict:
    command = [sys.executable, "-c", CHILD.format(images=images)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def one_size(images: int) -> None:
    """Print, as JSON, what a head tested on so many images takes; for a new process."""
    backbone, task = tl.backbone("efficientnet-lite0"), _larger(tl.task("products"), images)
    asked = {"strategies": ["head"], "shots": [5], "seeds": [0]}
    before = peak_mb()
    side = timed(lambda: next(iter(tl.compare(backbone, task, **asked))).accuracy)
    point = {"images": images, "seconds": side.seconds, "processor_s": side.busy, "accuracy": side.accuracy}
    print(json.dumps({**point, "peak_before_mb": before, "peak_mb": peak_mb()}))


def _larger(task: tl.Task, images: int) -> tl.Task:
    """The same task with so many test images: those that there are, over and over, each time a little noisier."""
    rows = np.arange(images) % len(task.test)
    noise = np.random.default_rng(0).integers(-8, 9, (images, *task.test.items.shape[1:]), dtype=np.int16)
    noise *= (np.arange(images) >= len(task.test))[:, None, None]
    items = (task.test.items[rows] + noise).clip(0, 255).astype(np.uint8)
    return tl.Task(task.name, task.modality, task.classes, task.train, tl.Examples(items, task.test.labels[rows]))
