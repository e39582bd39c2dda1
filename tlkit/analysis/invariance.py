"""Invariance: what a network passes over, measured without labels, and what becomes of one that finds all alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Task, check_shots
from tlkit.estimate import Estimate
from tlkit.experiments.measured import measured
from tlkit.experiments.results import Results
from tlkit.experiments.source import PRETRAINING_STEPS, SelfTaughtSource, pretrain, self_taught_recipe
from tlkit.methods.augmentation import USUAL, augmented, check_augmentations
from tlkit.methods.linear_probe import linear_probe
from tlkit.methods.self_supervised import Contrast, effective_rank
from tlkit.models.backbone import Backbone, inference
from tlkit.plots.heatmap import plot_heatmap
from tlkit.plots.items import show_item
from tlkit.plots.picture import Picture
from tlkit.seeding import stream

RECIPE = 1  # raise it when a change to the code changes a figure: older saved ones are then not reused
VIEWED = 9  # pictures of which views are shown


@dataclass(frozen=True)
class Portrait:
    """What a self-taught network is like, seed by seed.

    ``found`` is how often it knows a test picture again under each augmentation (:func:`found_again`), ``rank`` the
    effective rank of what the loss saw of the test, ``feature_rank`` that of the features before the projector.
    ``accuracy`` is that of a head on them; ``among`` counts only test pictures of some classes.
    """

    objective: Contrast
    found: dict[str, Estimate]
    rank: Estimate
    feature_rank: Estimate
    accuracy: Estimate
    among: Estimate


def portrait(
    backbone: Backbone,
    task: Task | str,
    objective: Contrast,
    *,
    among: Sequence[str] = (),
    shots: int = 5,
    steps: int = PRETRAINING_STEPS,
    seeds: int | str | Iterable[int] | None = None,
    reuse: Results | None = None,
) -> Portrait:
    """Teach a network without labels, seed by seed, and look at it; what ``reuse`` holds is not taught again.

    ``among`` are names of classes, all of them unless some are given, and ``shots`` is what the head learns from.
    """
    task, shots = as_task(task), check_shots(shots)
    among = tuple(among) or task.classes

    def measure(seed: int) -> list[float]:
        return _look(pretrain(backbone, task, seed=seed, steps=steps, objective=objective), among, shots)

    taught = self_taught_recipe(backbone, task, objective, steps)
    about = ["portrait", RECIPE, taught, task.digest, list(USUAL), list(among), shots]
    rows = measured(measure, about, seeds=seeds, reuse=reuse)
    found = [f"found again under {name}" for name in USUAL]
    others = ["effective rank", "effective rank of the features", "accuracy", f"accuracy among {', '.join(among)}"]
    columns = [
        Estimate({seed: row[at] for seed, row in rows.items()}, f"{name}, {objective.name}")
        for at, name in enumerate([*found, *others])
    ]
    return Portrait(objective, dict(zip(USUAL, columns, strict=False)), *columns[len(USUAL) :])


def _look(source: SelfTaughtSource, among: Sequence[str], shots: int) -> list[float]:
    task, body = source.task, source.backbone
    features = body.features(task.test.items)
    found = [found_again(body, task.test.items, name, features=features) for name in USUAL]
    with torch.no_grad():
        seen = source.projector(torch.from_numpy(features)).numpy()
    rows = task.draw(shots, seed=source.seed)
    labels, classes = task.train.labels[rows], len(task.classes)
    weight, bias = linear_probe(body.features(task.train.items[rows]), labels, classes=classes)
    right = (features @ weight.T + bias).argmax(axis=1) == task.test.labels
    chosen = np.isin(task.test.labels, [task.classes.index(name) for name in among])
    return [*found, effective_rank(seen), effective_rank(features), right.mean(), right[chosen].mean()]


def found_again(
    backbone: Backbone,
    items: np.ndarray,
    augmentations: str | Iterable[str],
    *,
    features: np.ndarray | None = None,
    seed: int = 0,
) -> float:
    """The share of items (n, ...) that a network knows again in another view: their own is the likest of all.

    Likeness is the cosine of features, each scaled to the same mean and deviation over the plain items; those may be
    given. No label plays a part.
    """
    names = check_augmentations(augmentations)
    plain = backbone.features(items) if features is None else features
    draw = torch.Generator().manual_seed(stream(seed, "found again", *names))
    views = augmented(backbone.prepare(items), names, draw)
    with torch.no_grad(), inference(backbone):
        seen = backbone(views.to(backbone.device)).float().cpu().numpy()
    return float((nearest(seen, plain) == np.arange(len(items))).mean())


def nearest(seen: np.ndarray, plain: np.ndarray) -> np.ndarray:
    """For each row of ``seen`` (m, width) the row of ``plain`` (n, width) that it is most like."""
    mean, deviation = plain.mean(axis=0), plain.std(axis=0) + 1e-6
    one, other = ((each - mean) / deviation for each in (seen, plain))
    other /= np.linalg.norm(other, axis=1, keepdims=True) + 1e-12
    return (one @ other.T).argmax(axis=1)


def plot_views(task: Task | str, backbone: Backbone, augmentations: str | Iterable[str] = USUAL) -> Picture:
    """Pictures that a task has to learn from, as a network sees them, and two views of each below."""
    task, names = as_task(task), check_augmentations(augmentations)
    inputs = backbone.prepare(task.train.items[:: len(task.train) // VIEWED][:VIEWED])
    draw = torch.Generator().manual_seed(stream(0, "shown views", *names))
    rows = [inputs, *(augmented(inputs, names, draw) for _ in range(2))]
    figure = Figure(figsize=(0.85 * VIEWED + 0.9, 2.6), dpi=100, layout="constrained")
    axes = figure.subplots(len(rows), VIEWED)
    for line, label, images in zip(axes, ("as it is", "a view", "another"), rows, strict=True):
        for ax, image in zip(line, images.mean(dim=1).numpy(), strict=True):
            show_item(ax, image, sound=task.modality == "spectrogram")
        line[0].set_ylabel(label)
    title = f"views by {' + '.join(names)}"
    return Picture(figure, title, f"{VIEWED} pictures of {task.name} as a network sees them, and two {title} of each.")


def plot_found(portraits: dict[str, Portrait], title: str) -> Picture:
    """How often each network knows pictures again, a row a network and a column an augmentation."""
    columns = list(next(iter(portraits.values())).found)
    matrix = np.array([[each.found[name].mean for name in columns] for each in portraits.values()])
    figure = plot_heatmap(matrix, list(portraits), columns, ("taught with", "asked under"))
    figure.axes[0].set_title(title, loc="left", fontweight="bold")
    said = [
        f"{name}: " + ", ".join(f"{value:.0%} under {column}" for column, value in zip(columns, row, strict=True))
        for name, row in zip(portraits, matrix, strict=True)
    ]
    return Picture(figure, title, f"{title}. {'; '.join(said)}.")
