"""The baseline of every text comparison: counted words in the network's place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tlkit.arguments import numbers
from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Task, check_shots
from tlkit.experiments.question import digest
from tlkit.experiments.result import Result
from tlkit.experiments.results import Results
from tlkit.experiments.runner import result_of
from tlkit.methods.method import Case
from tlkit.methods.tfidf import TfIdf
from tlkit.seeding import check_seed, choose_seeds


def count_words(task: Task | str, *, shots: int = 8, seed: int = 0, most: int | None = None) -> Result:
    """One run of the baseline: the same labelled texts that :func:`tlkit.transfer` draws, and no network.

    With ``most`` only so many words count: those that differ most between the classes of the labelled texts (chi2).
    """
    task, seed, strategy = as_task(task), check_seed(seed), TfIdf(most)
    strategy.check(None, task)
    case = Case(None, task, strategy.rows(task, shots, seed), seed, keep=True)
    key = digest([strategy.recipe(), task.name, task.digest, int(shots), seed])
    return result_of(strategy.fit(case), case, strategy, shots, source="words", key=key)


def words_baseline(
    task: Task | str, *, shots: Iterable[int], seeds: int | str | Iterable[int] | None = None, most: int | None = None
) -> Results:
    """:func:`count_words` for each seed and number of shots, to stand beside a comparison: ``results + baseline``."""
    counts = numbers(shots, "shots", check_shots, "[1, 8, 64]")
    asked = [(k, seed) for seed in choose_seeds(seeds) for k in counts]
    return Results(
        replace(count_words(task, shots=k, seed=seed, most=most), model=None, task=None) for k, seed in asked
    )
