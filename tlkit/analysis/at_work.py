"""Prompt, LoRA or fine-tuning? One question over four tasks that people bring: quality, labels, seconds, megabytes.

Whoever has to learn learns once; each seed then asks about other talks, sentences or functions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from tlkit.analysis import lookup, made_up, names
from tlkit.datasets import consultations, spoken
from tlkit.datasets.lookup import functions
from tlkit.experiments.measured import measured
from tlkit.experiments.results import Results
from tlkit.methods import generation, pairs
from tlkit.models.backbone import Backbone

RECIPE = 1  # raise it when a change to the code changes what is found
TALKS, SENTENCES, FUNCTIONS = 200, 50, 300  # labels that may be learnt from
WHOLE = {"rank": None, "rate": 1e-4}
MEASURES = {"notes": "facts right", "names": "F1", "answers": "tells absence", "code": "found first"}

Judge = Callable[[Backbone, int], float]


@dataclass(frozen=True)
class Way:
    """One way to do one task: what it starts from, how it is taught (if at all), and how good it is on a seed."""

    task: str
    how: str
    labels: int
    base: Backbone
    judge: Judge
    teach: Callable[[], Backbone] | None = None

    def key(self, digest: str) -> list:
        """All that its figures depend on, with a hash of the base's weights."""
        return ["at work", RECIPE, generation.RECIPE, pairs.RECIPE, consultations.RECIPE, spoken.RECIPE,
                self.task, self.how, self.labels, digest]  # fmt: skip


def ways(smollm2: Backbone, minilm: Backbone) -> list[Way]:
    """Every way that was tried. Nobody labelled a question about the declaration, so nobody learnt to answer one.

    The head on MiniLM learns anew with each seed, in about a second, and is a few kilobytes.
    """
    return [*_notes(smollm2), *_names(smollm2, minilm), *_answers(smollm2, minilm), *_code(minilm)]


def _notes(base: Backbone) -> list[Way]:
    talks = consultations.draw(TALKS, seed=0)
    teach = partial(generation.teach, base, [one.talk for one in talks], [one.note for one in talks])

    def right(model: Backbone, seed: int, example: consultations.Consultation | None = None) -> float:
        asked = consultations.draw(made_up.COUNT, seed=made_up.TEST + seed)
        return made_up.judge(made_up.written(model, asked, example=example), asked)[1]

    return [
        Way("notes", "prompt", 1, base, partial(right, example=talks[0])),
        Way("notes", "LoRA", TALKS, base, right, teach),
        Way("notes", "fine-tuning", TALKS, base, right, partial(teach, **WHOLE)),
    ]


def _names(base: Backbone, minilm: Backbone) -> list[Way]:
    known = spoken.draw(SENTENCES, seed=0)
    told = [one.text for one in known], [names.listed(one) for one in known]
    teach = partial(generation.teach, base, *told, request=names.REQUEST, steps=60)

    def asked(seed: int) -> list[spoken.Spoken]:
        return spoken.draw(20, seed=names.TEST + seed, place="pharmacy")

    def found(model: Backbone, seed: int, shown: int = 0) -> float:
        return names.judge(names.by_writing(model, known[:shown], asked(seed)), asked(seed))

    def head(model: Backbone, seed: int) -> float:
        return names.judge(names.by_network(model, known, asked(seed)), asked(seed))

    return [
        Way("names", "prompt", 5, base, partial(found, shown=5)),
        Way("names", "LoRA", SENTENCES, base, found, teach),
        Way("names", "fine-tuning", SENTENCES, base, found, partial(teach, **WHOLE)),
        Way("names", "head on MiniLM", SENTENCES, minilm, head),
    ]


def _answers(base: Backbone, searcher: Backbone) -> list[Way]:
    def likeness(model: Backbone, seed: int) -> float:
        asked = lookup.articles(seed)
        return lookup.judge(lookup.by_meaning(model, asked), asked.answers)[2]

    return [
        Way("answers", "prompt", 0, base, lambda model, seed: lookup.absence_by_asking(model, searcher, seed)),
        Way("answers", "MiniLM's likeness", 0, searcher, likeness),
    ]


def _code(base: Backbone) -> list[Way]:
    known = functions(FUNCTIONS, seed=0, learn=True)
    teach = partial(pairs.teach, base, known.questions, known.texts)

    def found(model: Backbone, seed: int) -> float:
        asked = lookup.functions(seed)
        return lookup.judge(lookup.by_meaning(model, asked), asked.answers)[0]

    return [
        Way("code", "MiniLM's likeness", 0, base, found),
        Way("code", "LoRA", FUNCTIONS, base, found, teach),
        Way("code", "fine-tuning", FUNCTIONS, base, found, partial(teach, rank=None, rate=5e-5)),
    ]


def table(ways: Iterable[Way], *, seeds: Iterable[int] = range(5), reuse: Results | None = None):
    """A pandas frame, a row for each way: quality, its measure, labels, processor seconds, and megabytes to keep."""
    import pandas as pd

    ways, rows = list(ways), []
    digests = {id(base): base.digest() for base in {id(way.base): way.base for way in ways}.values()}
    for way in ways:
        quality, cost = figures(way, digests[id(way.base)], seeds=seeds, reuse=reuse)
        rows.append({
            "task": way.task, "way": way.how, "quality": round(sum(quality) / len(quality), 2),
            "measured as": MEASURES[way.task], "labels": way.labels,
            "seconds": round(cost[0]), "megabytes": round(cost[1], 1),
        })  # fmt: skip
    return pd.DataFrame(rows).set_index(["task", "way"])


def figures(
    way: Way, digest: str, *, seeds: Iterable[int], reuse: Results | None = None
) -> tuple[list[float], tuple[float, float]]:
    """Its quality on each seed; and the processor seconds of teaching it and the megabytes of what was learnt."""
    made: list[Backbone] = []

    def model() -> Backbone:
        if not made:
            made.append(way.base if way.teach is None else way.teach())
        return made[0]

    def cost(_seed: int) -> list[float]:
        if way.teach is None:
            return [0.0, 0.0]
        begin = time.process_time()
        learnt = [each for each in model().parameters() if each.requires_grad]
        return [time.process_time() - begin, sum(each.numel() * each.element_size() for each in learnt) / 1e6]

    spent = measured(cost, [*way.key(digest), "cost"], seeds=[0], reuse=reuse)[0]
    quality = measured(lambda seed: [way.judge(model(), seed)], way.key(digest), seeds=seeds, reuse=reuse)
    return [each[0] for each in quality.values()], tuple(spent)
