"""A small world: tasks and sources that train in a blink and still have something to learn."""

import os

if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # beside others: two threads each would wait for each other

import numpy as np
import pytest

import tlkit as tl
from tlkit.experiments.source import Source
from tlkit.models.backbone import Backbone
from tlkit.models.catalogue import backbone
from tlkit.runtime import paths

LONGEST_FIRST = (  # folders and files, as they lie in the repository; what takes a minute or more stands here
    "tests/browser",
    "notebooks",
    "tests/models/test_real_teachers.py",
    "tests/experiments/test_kills.py",
    "tests/experiments/test_many_machines.py",
    "tests/commands/test_cli.py",
    "tests/runtime/test_compat.py",
)
CLASSES = ("low", "middle", "high")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files are handed out first, so that processes that share the suite end it together.

    What drives the browser stays together: where playwright is at work, no notebook can run in the same process.
    """
    places = [paths.ROOT / place for place in LONGEST_FIRST]
    turns = {
        path: next((turn for turn, place in enumerate(places) if path.is_relative_to(place)), len(places))
        for path in {item.path for item in items}
    }
    items.sort(key=lambda item: turns[item.path])


def bars(name: str, *, seed: int, shift: int = 0, per_class: int = 12) -> tl.Task:
    """Pictures of one noisy bright bar; the class is how high it lies."""
    draw = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(CLASSES)), per_class)
    items = draw.integers(0, 12, (len(labels), 32, 32)).astype(np.uint8)
    for item, label in zip(items, labels, strict=True):
        row = 4 + 9 * label + shift + draw.integers(0, 3)
        item[row : row + 2] += 15
    examples = tl.Examples(items, labels)
    odd = np.arange(len(labels)) % 2 == 1
    return tl.Task(name, "spectrogram", CLASSES, examples.take(~odd), examples.take(odd))


@pytest.fixture(scope="session")
def fetched():
    """The pre-trained weights; without a network the tests that need them are skipped, but not in CI."""
    from tlkit.models import weights

    try:
        for name in weights.sources():
            weights.fetch(name)
    except tl.TlkitError as error:
        if os.environ.get("TLKIT_REQUIRE_WEIGHTS") == "1":
            raise
        pytest.skip(str(error))


@pytest.fixture(autouse=True)
def with_weights(request):
    """What is marked so has the weights at hand."""
    if request.node.get_closest_marker("weights"):
        request.getfixturevalue("fetched")


@pytest.fixture(autouse=True)
def no_seeds_from_outside(monkeypatch):
    """The suite asks its own questions, whatever the caller's environment asks."""
    monkeypatch.delenv("TLKIT_SEEDS", raising=False)


@pytest.fixture(scope="session")
def low_bars() -> tl.Task:
    return bars("bars/low", seed=1)


@pytest.fixture(scope="session")
def high_bars() -> tl.Task:
    return bars("bars/high", seed=2, shift=2)


@pytest.fixture(scope="session")
def source(low_bars) -> Source:
    return tl.pretrain(backbone("note-cnn"), low_bars, steps=8)


@pytest.fixture
def normed() -> Backbone:
    """A backbone whose first stage has a BatchNorm: running statistics that can drift."""
    from torch import nn

    from tlkit.models.small_vision import mean_over_time, note_inputs

    stages = {
        "conv": nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(6)),
        "dense": nn.Sequential(nn.Flatten(), nn.Linear(100, 8), nn.ReLU()),
    }
    return Backbone("normed", stages, prepare=note_inputs, pool=mean_over_time, width=8, modality="spectrogram")
