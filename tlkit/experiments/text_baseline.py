"""The baseline of every text comparison: counted words in the network's place."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from dataclasses import replace

from tlkit.arguments import numbers, whole
from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Task, check_shots
from tlkit.errors import TlkitError, shown
from tlkit.experiments.result import Result
from tlkit.experiments.results import Results
from tlkit.methods.classifier import accuracy_of, rights
from tlkit.methods.tfidf import STRENGTH, fit_counts
from tlkit.seeding import check_seed, choose_seeds

STRATEGY = "tf_idf"
RECIPE = 1  # raise it when a change to the code changes what a run learns


def count_words(task: Task | str, *, shots: int = 8, seed: int = 0, most: int | None = None) -> Result:
    """One run of the baseline: the same labelled texts that :func:`tlkit.transfer` draws, and no network.

    With ``most`` only so many words count: those that differ most between the classes of the labelled texts (chi2).
    """
    task, seed = as_task(task), check_seed(seed)
    if task.modality != "text":
        raise TlkitError(f"{task.name} has {task.modality}s, and only texts have words to count.")
    if most is not None:
        most = whole(most, f"most={shown(most)} is no number of words")
    learnt = task.shots(shots, seed=seed)
    began = time.perf_counter()
    model = fit_counts(learnt, most)
    seconds = time.perf_counter() - began
    weights = model.probe.coef_.size + model.probe.intercept_.size
    chances = model.probabilities(task.test.items)
    strategy = STRATEGY + (f":{most}" if most else "")
    asked = [RECIPE, strategy, STRENGTH, task.name, task.digest, int(shots), seed]
    return Result(
        source="words",
        target=task.name,
        strategy=strategy,
        shots=int(shots),
        seed=seed,
        labels=len(learnt),
        accuracy=accuracy_of(chances, task.test.labels),
        seconds=seconds,
        trainable_params=weights,
        total_params=weights,
        key=hashlib.blake2b(json.dumps(asked).encode(), digest_size=12).hexdigest(),
        model=model,
        by_class=rights(chances, task.test.labels, task.classes),
    )


def words_baseline(
    task: Task | str, *, shots: Iterable[int], seeds: int | str | Iterable[int] | None = None, most: int | None = None
) -> Results:
    """:func:`count_words` for each seed and number of shots, to stand beside a comparison: ``results + baseline``."""
    counts = numbers(shots, "shots", check_shots, "[1, 8, 64]")
    asked = [(k, seed) for seed in choose_seeds(seeds) for k in counts]
    return Results(replace(count_words(task, shots=k, seed=seed, most=most), model=None) for k, seed in asked)
