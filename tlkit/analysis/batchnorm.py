"""The trap of BatchNorm: a network whose weights are all frozen, and which changes all the same.

BatchNorm (Ioffe and Szegedy, 2015) keeps a running mean and variance for each channel. They are no weights, need no
gradient, and follow every batch that a network sees in training mode.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from tlkit.arguments import numbers, whole
from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Examples, Task, array_digest
from tlkit.errors import TlkitError, shown
from tlkit.estimate import Estimate
from tlkit.experiments.compare import transfer
from tlkit.experiments.measured import measured
from tlkit.experiments.results import Results
from tlkit.experiments.source import Source, as_source
from tlkit.models.backbone import Backbone
from tlkit.plots.bands import plot_bands
from tlkit.plots.picture import Picture

LOOKS = (0, 2, 4, 8)  # at BatchNorm's momentum of 0.1, 8 batches replace 57% of what was there


@dataclass(frozen=True)
class Drift:
    """What became of a frozen network after each of so many ``looks``, seed by seed.

    ``accuracy`` is the share of test examples named right, ``statistics`` the share by which a running deviation has
    grown or shrunk (:func:`shift`), ``weights`` how far the weight has moved that moved farthest.
    """

    looks: tuple[int, ...]
    accuracy: list[Estimate]
    statistics: list[Estimate]
    weights: list[Estimate]

    @property
    def loss(self) -> Estimate:
        """By how much accuracy fell from the first look to the last."""
        return self.accuracy[0] - self.accuracy[-1]


def drift(
    source: Source | Backbone,
    target: Task,
    *,
    shots: int = 5,
    looks: Sequence[int] = LOOKS,
    eval_mode: bool = False,
    test: Examples | None = None,
    seeds: int | str | Iterable[int] | None = None,
    reuse: Results | None = None,
) -> Drift:
    """A frozen body with a fitted head looks at its labelled examples, in training mode and without any gradient.

    A look is one batch of all of them, as a training loop passes it on. In ``eval_mode`` the body is in
    evaluation mode, which is the cure. ``test`` is a part of the target's test, if all of it takes too long. ``reuse``
    are results that may hold the figures.
    """
    source, target = as_source(source), as_task(target)
    looks = numbers(looks, "looks", _check_looks, str(LOOKS))
    test = target.test if test is None else test

    def measure(seed: int) -> list[float]:
        return sum(_look(source.reseed(seed), target, shots, seed, tuple(looks), eval_mode, test), ())

    about = ["drift", source.recipe(), target.digest, array_digest(test.items), shots, looks, eval_mode]
    flat = measured(measure, about, seeds=seeds, reuse=reuse)
    told = {seed: [row[at : at + 3] for at in range(0, len(row), 3)] for seed, row in flat.items()}
    whose = f"{'cured' if eval_mode else 'drifting'} {source.name}"
    columns = [
        [Estimate({seed: rows[at][part] for seed, rows in told.items()}, f"{what} of {whose} after {look} looks")
         for at, look in enumerate(looks)]
        for part, what in enumerate(("accuracy", "drift", "way of the weights"))
    ]  # fmt: skip
    return Drift(tuple(looks), *columns)


def _check_looks(looks: object) -> int:
    return whole(looks, f"looks={shown(looks)} is no number of looks", least=0, most=10_000)


def _look(
    source: Source, target: Task, shots: int, seed: int, looks: tuple[int, ...], eval_mode: bool, test: Examples
) -> list[tuple[float, float, float]]:
    """Accuracy, drift and way of the weights, after each number of looks."""
    model = transfer(source, target, strategy="head", shots=shots, seed=seed).model.requires_grad_(False)
    body, kept = model.backbone, source.backbone
    inputs = body.prepare(target.shots(shots, seed=seed).items).to(body.device)
    rows = []
    for look in range(max(looks) + 1):
        if look:
            body.train(not eval_mode)(inputs)
        if look in looks:
            rows.append((model.eval().accuracy(test), shift(kept, body), _way(kept, body)))
    return rows


def shift(before: Backbone, after: Backbone) -> float:
    """The share by which a running standard deviation of BatchNorm has grown or shrunk; the geometric mean of all."""
    pairs = [
        pair for pair in zip(before.modules(), after.modules(), strict=True)
        if isinstance(pair[0], nn.modules.batchnorm._BatchNorm)
    ]  # fmt: skip
    if not pairs:
        raise TlkitError(f"{before.name} has no BatchNorm, so it has no running statistics that could drift.")
    factors = [((new.running_var + new.eps) / (old.running_var + old.eps)).sqrt() for old, new in pairs]
    return float(torch.cat(factors).log().abs().mean().exp() - 1)


@torch.no_grad()
def _way(before: Backbone, after: Backbone) -> float:
    """How far the weight has moved that moved farthest."""
    ways = [(new - old).abs().max() for old, new in zip(before.parameters(), after.parameters(), strict=True)]
    return float(max(ways))


def plot_drift(drifts: Mapping[str, Drift], title: str) -> Picture:
    """Running statistics and weights to the left, accuracy to the right, look by look, one line for each drift."""
    first = next(iter(drifts.values()))
    changed = {name: each.statistics for name, each in drifts.items()} | {"the weights": first.weights}
    accuracy = {name: each.accuracy for name, each in drifts.items()}
    panels = {"running deviations have changed by": changed, "test examples named right": accuracy}
    figure = plot_bands(panels, first.looks, "looks at the labelled examples")
    figure.axes[1].set_ylim(0, 1)
    return Picture(figure, title, _words(drifts, title))


def _words(drifts: Mapping[str, Drift], title: str) -> str:
    parts = []
    for name, each in drifts.items():
        counted = ", ".join(map(str, each.looks))
        moved = ", ".join(f"{value.mean:.0%}" for value in each.statistics)
        right = ", ".join(f"{value.mean:.0%}" for value in each.accuracy)
        farthest = max(max(value.values) for value in each.weights)
        parts.append(
            f"{name}: after {counted} looks the running deviations have changed by {moved}, no weight by more than "
            f"{farthest:g}, and {right} of the test are named right"
        )
    return f"{title}. {'; '.join(parts)}."
