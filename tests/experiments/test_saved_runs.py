"""The runs that are saved with the lessons: found by the questions of today, and none of them lost."""

import hashlib
import importlib.util
import json

import pytest

import tlkit as tl
from tlkit.analysis import (
    acquisition,
    adviser,
    at_work,
    batchnorm,
    conformal,
    domain_gap,
    forgetting,
    gradient_conflict,
    invariance,
    layers,
    lookup,
    low_resource,
    made_up,
    membership,
    names,
    source_map,
    written_rule,
)
from tlkit.datasets.catalogue import as_task
from tlkit.experiments.measured import measured
from tlkit.experiments.question import digest, questions
from tlkit.experiments.result import Result
from tlkit.experiments.source import PretrainedSource, SelfTaughtSource, as_source
from tlkit.methods.classifier import Classifier
from tlkit.methods.strategy import as_strategy
from tlkit.runtime import paths
from tlkit.seeding import choose_seeds

RESULTS = paths.NOTEBOOKS / "results"
SAVED = {  # how many rows, or figures where there are none, and a hash of what they found: both change where make.py
    # was run again, and never otherwise
    "01-piano-to-guitar": (965, "bf1c634f07d913c0"),
    "02-what-the-layers-know": (1320, "c3db0e5ae41ee339"),
    "03-depth-by-shots": (240, "1b4e125cfd89eee6"),
    "03-freeze-or-fine-tune": (490, "0e59b0d5ba33037d"),
    "04-solar-cells": (40, "92b2c7a99b810c07"),
    "04-what-a-label-buys": (490, "14fb62b466a9c38c"),
    "05-when-transfer-fails": (1200, "23e927f5fd597141"),
    "06-choosing-a-teacher": (700, "fcd44fd944014205"),
    "07-words": (360, "6ec7736b431c839e"),
    "08-lora": (80, "43728cdc63be6d93"),
    "09-prompting": (800, "446d3e49fa1b963c"),
    "10-new-domain": (75, "7c301cf9e0874ebe"),
    "11-little-text": (830, "268d2cf277ccfb6a"),
    "12-fraud": (470, "dd35b60f16aa4ec7"),
    "13-without-labels": (260, "053c1131eeb86c3c"),
    "14-two-tasks": (135, "3dca67dceed59235"),
    "15-at-work": (732, "d6faa04cc9afd5a6"),
    "16-the-adviser": (326, "39090ae64a77ada3"),
    "16-your-own": (460, "56c158e1b6dbdd34"),
    "17-a-robot": (870, "31fcee6dc75e5dc7"),
}
MEASURING = (
    acquisition,
    adviser,
    at_work,
    batchnorm,
    conformal,
    domain_gap,
    gradient_conflict,
    invariance,
    layers,
    lookup,
    low_resource,
    made_up,
    membership,
    names,
    source_map,
    written_rule,
)
IN_A_BLINK = (  # asks no weights
    "01-piano-to-guitar",
    "11-little-text",
    "12-fraud",
    "13-without-labels",
    "14-two-tasks",
    "17-a-robot",
)


@pytest.fixture
def make(monkeypatch):
    """results/make.py, in which nothing is taught or measured, and comparisons only note the keys of their questions.

    Where a figure is asked for, it is looked up in ``saved``; ``figures`` are the keys of those.
    """
    spec = importlib.util.spec_from_file_location("make", RESULTS / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.saved, module.figures = tl.Results(), set()

    def grid(source, target, strategies, shots, seeds=None, steps=None):
        named = [as_strategy(each) for each in strategies]
        return questions(as_source(source), as_task(target), named, shots, choose_seeds(seeds), steps)

    def unmade(question, key):
        names = question.source.name, question.target.name, question.strategy.name
        return Result(*names, question.shots, question.seed, 0, 0.0, 0.0, 0, 0, key)

    def pretrain(backbone, task, steps=300, objective=None):
        task = as_task(task)
        if objective is not None:
            name, model = f"{task.name}, {objective.name}", Classifier(backbone, None)
            return SelfTaughtSource(model, name, (), task, objective, 0, steps, None)
        return PretrainedSource(Classifier(backbone, None), task.name, task.classes, task, 0, steps, 0.0)

    def compare(source, target, *, executor, save=None, **asked):
        return tl.Results(unmade(question, question.key) for question in grid(source, target, **asked))

    def measure(source, target, *, strategies, shots, seeds=None, save=None):
        asked = grid(source, target, strategies, [shots], seeds)
        return tl.Results(unmade(question, key) for question in asked for key in forgetting._keys(question))

    def look_up(measure, about, *, seeds, reuse):
        module.figures |= {digest([*about, seed]) for seed in choose_seeds(seeds)}
        return measured(
            lambda seed: pytest.fail(f"not saved: {about}, seed {seed}"), about, seeds=seeds, reuse=module.saved
        )

    monkeypatch.setattr(tl, "pretrain", pretrain)
    monkeypatch.setattr(tl, "compare", compare)
    monkeypatch.setattr(forgetting, "measure", measure)
    for room in MEASURING:
        monkeypatch.setattr(room, "measured", look_up)
    return module


def needs(lesson: str) -> tuple:
    """The marks of a lesson's test: weights, and real solar cells, which tlkit does not ship."""
    absent = importlib.util.find_spec("elpv_dataset") is None
    solar = pytest.mark.skipif(absent, reason="needs `pip install elpv-dataset`, 90 MB")
    weights = () if lesson in IN_A_BLINK else (pytest.mark.weights,)
    return (*weights, solar) if lesson == "04-solar-cells" else weights


@pytest.mark.parametrize("lesson", [pytest.param(name, marks=needs(name)) for name in SAVED])
def test_every_saved_run_answers_a_question_and_every_question_has_its_run(make, lesson):
    make.saved = tl.load_results(RESULTS / f"{lesson}.json")
    asked = make.LESSONS[lesson](None)
    assert {run.key for run in asked} == {run.key for run in make.saved}
    assert make.figures == set(make.saved.figures)


@pytest.mark.parametrize("lesson", SAVED)
def test_no_saved_run_is_lost_or_changed(lesson):
    runs = tl.load_results(RESULTS / f"{lesson}.json")
    rows = [[run.source, run.target, run.strategy, run.shots, run.seed, run.accuracy] for run in runs]
    rows = rows or sorted(runs.figures.items())
    assert (len(rows), hashlib.blake2b(json.dumps(rows).encode(), digest_size=8).hexdigest()) == SAVED[lesson]
