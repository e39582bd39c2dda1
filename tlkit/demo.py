"""Piano to guitar in the terminal: the whole story in a minute, every network trained there and then."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager

from tlkit.backbones import backbone
from tlkit.claims import FEWEST_SEEDS, Claim, judge
from tlkit.experiment import compare, pretrain
from tlkit.machine import cores
from tlkit.results import Results
from tlkit.seeding import choose_seeds
from tlkit.tasks import task

STRATEGIES = ("scratch", "head", "full", "lp_ft", "keep")
SHOTS = (1, 5, 20)


def run(seeds: str | None = None, *, workers: int | None = None, on_event=None) -> Results:
    """Piano to guitar for every strategy, 1, 5 and 20 notes of each name, and each seed, side by side on the cores."""
    chosen = choose_seeds(seeds)
    piano, guitar = task("notes/piano"), task("notes/guitar")
    source = pretrain(backbone("note-cnn"), piano, seed=chosen[0])
    with processes(workers or max(1, round(cores()))) as executor:
        return compare(
            source, guitar, strategies=STRATEGIES, shots=SHOTS, seeds=chosen, executor=executor, on_event=on_event
        )


def claims(results: Results) -> list[Claim]:
    """What the runs are said to show, each with the evidence that it must survive; nothing, on too few seeds."""
    if len(results.seeds) < FEWEST_SEEDS:
        return []
    gain = results.gain
    return [
        judge(
            "With one guitar note of each name, a pianist's frozen ear beats starting from scratch by far",
            gain("head", over="scratch", shots=1) > 0.10,
        ),
        judge(
            "With one note, fitting the head first and then tuning all beats starting from scratch",
            gain("lp_ft", over="scratch", shots=1) > 0.05,
        ),
        judge(
            "With one note, even full fine-tuning, which begins with an ignorant head, beats scratch",
            gain("full", over="scratch", shots=1) > 0.02,
        ),
        judge(
            "With twenty notes, the ear that may not change has fallen behind the one that may",
            gain("full", over="head", shots=20) > 0.0,
        ),
        judge(
            "With twenty notes, full fine-tuning is no worse than scratch, or hardly",
            gain("full", over="scratch", shots=20) > -0.04,
        ),
    ]


@contextmanager
def processes(workers: int) -> Iterator[Executor | None]:
    """An executor over processes of their own; none for a single worker, which is no help.

    They are spawned: a fork of a process in which torch has run can hang.
    """
    if workers == 1:
        yield None
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield executor


def as_json(results: Results, judged: list[Claim]) -> dict:
    """The runs and claims as one JSON object."""
    columns = ("strategy", "shots", "seed", "accuracy", "seconds", "trainable_params", "total_params")
    return {
        "source": results.sources[0],
        "target": results.targets[0],
        "seeds": results.seeds,
        "rows": [{name: run.row()[name] for name in columns} for run in results],
        "claims": [claim.row() for claim in judged],
    }
