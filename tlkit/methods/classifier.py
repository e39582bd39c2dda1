"""A classifier: a backbone with a head on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from tlkit.datasets.task import Examples, Task
from tlkit.errors import TlkitError
from tlkit.models.backbone import Backbone
from tlkit.runtime.torch_state import seeded, threads

if TYPE_CHECKING:
    from tlkit.experiments.source import Source


def check_modality(backbone: Backbone, task: Task) -> None:
    """A network for pictures reads no texts."""
    if backbone.modality != task.modality:
        raise TlkitError(f"{backbone.name} was made for {backbone.modality}s, and {task.name} has {task.modality}s.")


def check_head(strategy: str, source: Source, target: Task) -> None:
    """A source's own head names its own classes."""
    if source.classes != target.classes:
        raise TlkitError(
            f"{strategy!r} uses the source's own head, and {source.name} and {target.name} do not name the same "
            "classes: use 'lp_ft', which fits a new one."
        )


class Classifier(nn.Module):
    """A backbone with a head: the small linear classifier on top (None, on a network that has learnt no classes)."""

    def __init__(self, backbone: Backbone, head: nn.Linear | None):
        super().__init__()
        self.backbone, self.head = backbone, head

    def forward(self, inputs: Tensor, *, start: int = 0) -> Tensor:
        """Class scores (n, classes) of prepared inputs, or of what stage ``start - 1`` said of them."""
        return self.head(self.backbone(inputs, start=start))

    def probabilities(self, items: np.ndarray) -> np.ndarray:
        """How likely the network finds each class (n, classes)."""
        with threads(self.backbone.threads):
            return probabilities(self.head, self.backbone.features(items))

    def accuracy(self, examples: Examples) -> float:
        """The share of ``examples`` that is named right."""
        return accuracy_of(self.probabilities(examples.items), examples.labels)


def probabilities(head: nn.Linear, features: np.ndarray) -> np.ndarray:
    """How likely a head finds each class (n, classes), given features (n, width)."""
    with torch.no_grad():
        given = torch.from_numpy(features).to(head.weight.device)
        scores = torch.addmm(head.bias[:, None], head.weight, given.T)  # (classes, n): half as long as head(given)
        return scores.softmax(dim=0).T.contiguous().cpu().numpy()


def accuracy_of(chances: np.ndarray, labels: np.ndarray) -> float:
    """The share of rows of ``chances`` (n, classes) that are highest at the label."""
    return float((chances.argmax(axis=1) == labels).mean())


def rights(chances: np.ndarray, labels: np.ndarray, classes: Sequence[str]) -> tuple[tuple[str, int, int], ...]:
    """For each class its name, how many of its rows of ``chances`` are highest at the label, and how many it has."""
    named = np.bincount(labels[chances.argmax(axis=1) == labels], minlength=len(classes))
    there = np.bincount(labels, minlength=len(classes))
    return tuple(zip(classes, named.tolist(), there.tolist(), strict=True))


def new_head(width: int, classes: int, seed: int) -> nn.Linear:
    """A random head; give it a seed of its own, apart from the source's."""
    with seeded(seed):
        return nn.Linear(width, classes)
