"""The runs that are saved with the lessons: found by the questions of today, and none of them lost."""

import hashlib
import importlib.util
import json

import pytest

import tlkit as tl
from tlkit.analysis import batchnorm, forgetting
from tlkit.datasets.catalogue import as_task
from tlkit.experiments.question import digest, questions
from tlkit.experiments.source import PretrainedSource, as_source
from tlkit.methods.classifier import Classifier
from tlkit.methods.strategy import as_strategy
from tlkit.runtime import paths
from tlkit.seeding import choose_seeds

RESULTS = paths.NOTEBOOKS / "results"
SAVED = {  # how many rows, and a hash of what they found: both change where make.py was run again, and never otherwise
    "01-piano-to-guitar": (320, "35be0c4cf49a7720"),
    "02-what-the-layers-know": (370, "b053959ae5834ced"),
    "03-freeze-or-fine-tune": (400, "5c0bbc1dca5d8f94"),
    "03-depth-by-shots": (240, "1b4e125cfd89eee6"),
    "05-when-transfer-fails": (355, "029fec9094f8a36e"),
    "07-words": (145, "5d94a8278ff3987f"),
    "08-lora": (45, "912c2169d9a5d48e"),
    "09-prompting": (133, "3367b5309f274e13"),
}
IN_A_BLINK = ("01-piano-to-guitar",)  # asks no network that has to be fetched


@pytest.fixture
def make(monkeypatch):
    """results/make.py, in which nothing is taught and comparisons only note the keys of their questions."""
    spec = importlib.util.spec_from_file_location("make", RESULTS / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.asked, module.measured = set(), set()

    def grid(source, target, strategies, shots, seeds=None, steps=None):
        named = [as_strategy(each) for each in strategies]
        return questions(as_source(source), as_task(target), named, shots, choose_seeds(seeds), steps)

    def pretrain(backbone, task):
        return PretrainedSource(Classifier(backbone, None), task.name, task.classes, task, 0, 300, 0.0)

    def compare(source, target, *, executor, **asked):
        module.asked |= {question.key for question in grid(source, target, **asked)}
        return tl.Results([])

    def measure(source, target, *, strategies, shots):
        found = grid(source, target, strategies, [shots])
        module.asked |= {key for question in found for key in forgetting._keys(question)}
        return tl.Results([])

    def measured(_measure, about, *, seeds, reuse):
        module.measured |= {digest([*about, seed]) for seed in choose_seeds(seeds)}
        return {seed: [0.0] * 3 * len(module.LOOKS) for seed in choose_seeds(seeds)}

    monkeypatch.setattr(batchnorm, "measured", measured)
    monkeypatch.setattr(tl, "pretrain", pretrain)
    monkeypatch.setattr(tl, "compare", compare)
    monkeypatch.setattr(forgetting, "measure", measure)
    return module


@pytest.mark.parametrize(
    "lesson", [pytest.param(name, marks=() if name in IN_A_BLINK else pytest.mark.weights) for name in SAVED]
)
def test_every_saved_run_answers_a_question_and_every_question_has_its_run(make, lesson):
    make.LESSONS[lesson](None)
    saved = tl.load_results(RESULTS / f"{lesson}.json")
    assert make.asked == {run.key for run in saved}
    assert make.measured == saved.figures.keys()


@pytest.mark.parametrize("lesson", SAVED)
def test_no_saved_run_is_lost_or_changed(lesson):
    runs = tl.load_results(RESULTS / f"{lesson}.json")
    rows = [[run.source, run.target, run.strategy, run.shots, run.seed, run.accuracy] for run in runs]
    assert (len(rows), hashlib.blake2b(json.dumps(rows).encode(), digest_size=8).hexdigest()) == SAVED[lesson]
