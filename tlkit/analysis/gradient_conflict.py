"""Do two tasks quarrel? The cosine of their gradients in the body that they share, while both are learnt.

Below 0 a step for one undoes part of the other's (Du et al., 2018, "Adapting auxiliary losses using gradient
similarity"; Yu et al., 2020, "Gradient surgery for multi-task learning").
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

import numpy as np

from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Task
from tlkit.errors import TlkitError
from tlkit.estimate import Estimate
from tlkit.events import Stopped
from tlkit.experiments.compare import transfer
from tlkit.experiments.measured import measured
from tlkit.experiments.question import steps_of
from tlkit.experiments.results import Results
from tlkit.experiments.source import Source, as_source
from tlkit.methods.multi_task import JointStep, MultiTask

LOOK = 1 / 3  # of the training: a sign that comes when all is paid for is none


def cosine(
    source: Source,
    target: Task | str,
    strategy: MultiTask,
    *,
    shots: int,
    steps: int | None = None,
    seeds: int | str | Iterable[int] | None = None,
    reuse: Results | None = None,
) -> Estimate:
    """The mean cosine of the two tasks' gradients over the first third of the steps, seed by seed; then it stops.

    ``strategy`` is a :func:`tlkit.methods.multi_task.Together`; ``reuse`` are results that may hold what was seen.
    """
    if not isinstance(strategy, MultiTask) or strategy.partner is None:
        raise TlkitError(f"{strategy!r} has no second task: give tl.multi_task.Together(partner).")
    source, target = as_source(source), as_task(target)
    steps = steps_of(source, steps)

    def look(seed: int) -> list[float]:
        return [float(np.mean(first_cosines(source, target, strategy, shots=shots, steps=steps, seed=seed)))]

    about = ["cosine", source.recipe(), target.digest, strategy.recipe(), shots, steps, LOOK]
    found = measured(look, about, seeds=seeds, reuse=reuse)
    return Estimate({seed: mean for seed, (mean,) in found.items()}, f"cosine of the gradients {strategy.name}")


def first_cosines(
    source: Source, target: Task | str, strategy: MultiTask, *, shots: int, steps: int, seed: int
) -> list[float]:
    """The cosine at each step of the first third."""
    found: list[float] = []

    def listen(event: object) -> None:
        if isinstance(event, JointStep):
            found.append(event.cosine)
            if event.step >= LOOK * event.steps:
                raise Stopped

    with contextlib.suppress(Stopped):
        transfer(source, target, strategy=strategy, shots=shots, steps=steps, seed=seed, on_event=listen)
    return found
