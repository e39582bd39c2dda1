"""Membership inference: what a model still tells about who was among its labelled examples.

Whoever has the model and an example looks how sure of the right name it is (Shokri et al., 2017; Yeom et al., 2018).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from tlkit.datasets.task import Examples, Task
from tlkit.errors import TlkitError
from tlkit.estimate import Estimate
from tlkit.experiments.compare import transfer
from tlkit.experiments.measured import measured
from tlkit.experiments.results import Results
from tlkit.experiments.source import Source, as_source
from tlkit.methods.classifier import Classifier, probabilities
from tlkit.methods.frozen_features import FrozenFeatures
from tlkit.methods.strategy import as_strategy
from tlkit.models.backbone import Backbone

ASKED = 200  # examples of each side, at most


def sureness(model: Classifier, examples: Examples) -> np.ndarray:
    """How likely ``model`` finds the right name of each example (n,)."""
    features = FrozenFeatures(model.backbone, examples.items).features()
    return probabilities(model.head, features)[np.arange(len(examples)), examples.labels]


def auc(members: np.ndarray, others: np.ndarray) -> float:
    """How often one of ``members`` has a higher figure than one of ``others``: 0.5 is a coin, 1 gives all away."""
    from scipy.stats import mannwhitneyu

    if not (len(members) and len(others)):
        raise TlkitError("There must be examples on both sides: some that were learnt from, and some that were not.")
    return float(mannwhitneyu(members, others).statistic / (len(members) * len(others)))


def measure(
    source: Source | Backbone,
    draw: Callable[[int], Task],
    *,
    strategy: str = "head",
    shots: int,
    steps: int | None = None,
    seeds: int | str | Iterable[int] | None = None,
    reuse: Results | None = None,
) -> tuple[Estimate, Estimate]:
    """The attack on the task ``draw(seed)`` of each seed, and its control, as the :func:`auc` of being sure.

    The attack tells the labelled examples from the test; the control tells other training examples, which the model
    never saw, from the test.
    """
    source, chosen = as_source(source), as_strategy(strategy)

    def figures(seed: int) -> list[float]:
        task = draw(seed)
        model = transfer(source, task, strategy=chosen, shots=shots, seed=seed, steps=steps).model
        rows = task.draw(shots, seed=seed)
        unseen = np.setdiff1d(np.arange(len(task.train)), rows)[:ASKED]
        tested = sureness(model, task.test.take(np.arange(min(ASKED, len(task.test)))))
        return [auc(sureness(model, task.train.take(each)), tested) for each in (rows, unseen)]

    about = ["membership", source.recipe(), draw(0).digest, chosen.recipe(), shots, steps]
    found = measured(figures, about, seeds=seeds, reuse=reuse)
    names = f"attack on {chosen.name} at {shots} shots", f"the same on rows that {chosen.name} never saw"
    attack, control = (Estimate({seed: row[at] for seed, row in found.items()}, what) for at, what in enumerate(names))
    return attack, control
