"""The label curve of a frozen EfficientNet-Lite0, against the PyTorch tutorial's loop and against fastai.

The tutorial is "Transfer Learning for Computer Vision", section "ConvNet as fixed feature extractor". Both peers get
their pictures prepared beforehand and are asked about the test set once, at the end, which flatters them.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor, nn

import tlkit as tl

from .side_by_side import ROUNDS, SMALL, Row, Timed, forget, row, take_turns, timed

EPOCHS = 20
BATCH = 4  # the tutorial's; 32 takes as long here, and is right less often
TEST_BATCH = 16
FASTAI_BATCH = 8  # its 64 are more pictures than most of these runs have
BATCHES = (4, 8, 16, 32, 64, 128, 256)  # of which the floor takes what is fastest here


@dataclass(frozen=True)
class Question:
    """A label curve: so many shots, each with so many seeds; ``tested`` is how much of the test set is used."""

    shots: tuple[int, ...]
    seeds: int
    tested: int | None
    sample: tuple[tuple[int, int], ...]  # the runs (shots, seed) that a peer makes; the others are reckoned from them

    @cached_property
    def task(self) -> tl.Task:
        """Products, with a smaller test set if that was asked."""
        whole = tl.task("products")
        part = whole.test.take(np.arange(len(whole.test))[:: len(whole.test) // self.tested]) if self.tested else None
        return tl.Task(whole.name, whole.modality, whole.classes, whole.train, part or whole.test)

    @cached_property
    def backbone(self) -> tl.Backbone:
        """The network, in memory before the clock starts."""
        return tl.backbone("efficientnet-lite0")

    @cached_property
    def used(self) -> np.ndarray:
        """The rows of training pictures that any run uses."""
        rows = [self.task.draw(k, seed=seed) for k in self.shots for seed in range(self.seeds)]
        return np.unique(np.concatenate(rows))

    @cached_property
    def prepared(self) -> tuple[Tensor, Tensor]:
        """Training and test pictures as inputs of the network, for the peers."""
        return tuple(self.backbone.prepare(part.items).contiguous() for part in (self.task.train, self.task.test))

    def pictures(self, runs: list[tuple[int, int]]) -> int:
        """How many pictures pass through the network in a peer's runs."""
        tested = len(self.task.test)
        return sum(EPOCHS * k * len(self.task.classes) + tested for k, _ in runs)

    @property
    def scale(self) -> float:
        """How many times the sample's pictures all the runs look at."""
        whole = [(k, seed) for k in self.shots for seed in range(self.seeds)]
        return self.pictures(whole) / self.pictures(list(self.sample))


FULL = Question((1, 2, 5, 10, 20), 5, None, ((2, 0), (10, 1)))
QUICK = Question((1, 5), 2, 100, ((1, 0), (5, 1)))


def label_curve(quick: bool = False) -> Iterator[Row]:
    """Ours, the tutorial's loop, fastai where it is installed, and one pass of the network."""
    ask, rounds = (QUICK, SMALL) if quick else (FULL, ROUNDS)
    small = Question(ask.shots[:1], 1, 100, ((ask.shots[0], 0),))
    ours(small)  # what is imported on the way comes once
    batch = _fastest_batch(small)
    sides = {
        "ours": lambda: timed(lambda: ours(ask)),
        "peer": lambda: _scaled(ask, tutorial),
        "floor": lambda: timed(lambda: one_pass(ask, batch)),
    }
    if importlib.util.find_spec("fastai"):
        sides["fastai"] = lambda: _scaled(ask, fastai_learner)
    told = take_turns(sides, rounds)
    runs = len(ask.shots) * ask.seeds
    about = f"{runs} frozen heads on products, {len(ask.used)} pictures with labels and {len(ask.task.test)} for tests"
    note = f"peer_s is scaled from {len(ask.sample)} of {runs} runs, by the pictures that pass through the network"
    parameters = {"peer_batch": BATCH, "floor_batch": batch, "scale": ask.scale}
    first = f"{note}; its accuracy is of those runs"
    yield row("label-curve", about, told, peer="the PyTorch tutorial's loop", note=first, extra=parameters)
    if "fastai" in sides:
        against = [{"ours": each["ours"], "peer": each["fastai"], "floor": each["floor"]} for each in told]
        yield row("label-curve-fastai", about, against, peer="fastai", note=first, extra=parameters)


def ours(ask: Question) -> float:
    """The curve, from a cold start; accuracy is the mean over the runs that the peers make too."""
    forget()
    results = tl.compare(ask.backbone, ask.task, strategies=["head"], shots=ask.shots, seeds=range(ask.seeds))
    return float(np.mean([r.accuracy for r in results if (r.shots, r.seed) in ask.sample]))


@torch.inference_mode()
def one_pass(ask: Question, batch: int) -> None:
    """The floor: every picture that is used, once through the network."""
    items = np.concatenate([ask.task.train.items[ask.used], ask.task.test.items])
    for start in range(0, len(items), batch):
        ask.backbone(ask.backbone.prepare(items[start : start + batch]))


def tutorial(ask: Question, shots: int, seed: int) -> float:
    """One run of the tutorial: its ``train_model`` without the pass over the test set after every epoch."""
    torch.manual_seed(seed)
    model = nn.Sequential(ask.backbone.copy(), nn.Linear(ask.backbone.width, len(ask.task.classes)))
    model[0].requires_grad_(False)
    loader, test = _loaders(ask, shots, seed, BATCH)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model[1].parameters(), lr=0.001, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=7, gamma=0.1)
    for _ in range(EPOCHS):
        model.train()
        for inputs, labels in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), labels)
            loss.backward()
            optimizer.step()
        scheduler.step()
    return _accuracy(model, test)


def fastai_learner(ask: Question, shots: int, seed: int) -> float:
    """One run of fastai's Learner with a frozen body, its own head and schedule, and no validation on the way."""
    from fastai.callback import progress, schedule  # noqa: F401
    from fastai.callback.core import Callback, CancelValidException
    from fastai.data.core import DataLoaders
    from fastai.learner import Learner
    from fastai.losses import CrossEntropyLossFlat
    from fastai.torch_core import params
    from fastai.vision.learner import create_head

    class OnceAtTheEnd(Callback):
        def before_validate(self):
            raise CancelValidException

    torch.manual_seed(seed)
    body = ask.backbone.copy().stages
    model = nn.Sequential(nn.Sequential(*body), create_head(ask.backbone.width, len(ask.task.classes)))
    loader, test = _loaders(ask, shots, seed, FASTAI_BATCH)
    learn = Learner(
        DataLoaders(loader, test), model, CrossEntropyLossFlat(), splitter=lambda m: [params(m[0]), params(m[1])],
        cbs=OnceAtTheEnd(),
    )  # fmt: skip
    learn.freeze()
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(EPOCHS)
    return _accuracy(learn.model, test)


def _loaders(ask: Question, shots: int, seed: int, batch: int):
    from torch.utils.data import DataLoader, TensorDataset

    rows, (train, test) = torch.from_numpy(ask.task.draw(shots, seed=seed)), ask.prepared
    labels = (torch.from_numpy(part.labels) for part in (ask.task.train, ask.task.test))
    learnt, tested = (TensorDataset(*columns) for columns in zip((train, test), labels, strict=True))
    part = TensorDataset(*learnt[rows])
    return DataLoader(part, batch_size=batch, shuffle=True), DataLoader(tested, batch_size=TEST_BATCH)


@torch.no_grad()
def _accuracy(model: nn.Module, test) -> float:
    model.eval()
    right = [(model(inputs).argmax(dim=1) == labels).sum().item() for inputs, labels in test]
    return sum(right) / len(test.dataset)


def _scaled(ask: Question, peer) -> Timed:
    """A peer's sample of runs, and what all of them would take."""
    _ = ask.prepared  # before the clock starts
    return timed(lambda: float(np.mean([peer(ask, *run) for run in ask.sample]))).times(ask.scale)


def _fastest_batch(ask: Question) -> int:
    """What serves the floor best here; asked twice, for the first pass of a network is slower than the others."""
    for _ in range(2):
        seconds = {batch: timed(lambda batch=batch: one_pass(ask, batch)).seconds for batch in BATCHES}
    return min(seconds, key=seconds.get)
