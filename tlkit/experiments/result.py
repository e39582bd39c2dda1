"""One run, as it is kept and written down."""

from __future__ import annotations

import dataclasses
import os
import statistics
from dataclasses import dataclass, field
from pathlib import Path

from tlkit.datasets.task import UNEVEN, Task
from tlkit.errors import shown
from tlkit.estimate import SplitEstimate


@dataclass(frozen=True)
class Result:
    """One run.

    ``accuracy`` is the share of test examples named right; ``seconds`` is what the learning took, without the test;
    ``labels`` is how many labelled examples it used; ``history`` holds the training steps, ``model`` the network and
    ``task`` the target itself, none of which a comparison keeps. ``by_class`` says of each class how many test examples
    were named right, of how many; runs that were saved before there was such a count have none.
    """

    source: str
    target: str
    strategy: str
    shots: int
    seed: int
    labels: int
    accuracy: float
    seconds: float
    trainable_params: int
    total_params: int
    key: str = field(default="", repr=False)
    history: tuple = field(default=(), repr=False, compare=False)
    model: object = field(default=None, repr=False, compare=False)
    task: Task | None = field(default=None, repr=False, compare=False)

    by_class: tuple[tuple[str, int, int], ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self):
        object.__setattr__(self, "by_class", tuple((name, right, of) for name, right, of in self.by_class))

    @property
    def balanced_accuracy(self) -> float:
        """The mean over classes of the share that is named right, in which a rare class counts as much as any."""
        shares = [right / of for _, right, of in self.by_class if of]
        return statistics.fmean(shares) if shares else float("nan")

    @property
    def majority(self) -> tuple[str, float] | None:
        """The largest class of the test and its share, which is the accuracy of always naming it, if it is uneven."""
        total = sum(of for *_, of in self.by_class)
        if not total:
            return None
        name, _, most = max(self.by_class, key=lambda each: each[2])
        return (name, most / total) if most * len(self.by_class) > UNEVEN * total else None

    def export(
        self,
        folder: str | os.PathLike,
        *,
        merge: bool = False,
        rows: bool = False,
        overwrite: bool = False,
        onnx: bool = False,
        html: bool = False,
        evidence: SplitEstimate | None = None,
    ) -> Path:
        """Write the network to a new ``folder`` that others can load: weights, labels, a card, and a ``predict.py``.

        :func:`tlkit.load_model` reads it again, and then it predicts the same to the last bit. ``merge`` adds what
        adapters learnt to the weights beside them, for programs that know no adapters; that rounds. No example is
        written down, unless ``rows`` allows it, as a prompt that shows some needs. ``overwrite`` replaces what was
        exported there before. ``onnx`` adds ``model.onnx``, which programs in other languages run, and ``html`` one
        page, ``predict.html``, that names pictures in a browser with no server and no network; both need the extra
        ``export``, and neither reads texts. ``evidence`` is the accuracy over several splits, which the card then tells
        beside this run's own.
        """
        from tlkit.experiments.exported.write import export

        return export(
            self, folder, merge=merge, rows=rows, overwrite=overwrite, onnx=onnx, html=html, evidence=evidence
        )

    def row(self) -> dict:
        """What can be written down: all but the history and the network."""
        row = {name: getattr(self, name) for name in COLUMNS}
        return row | {"by_class": [list(each) for each in self.by_class]} if self.by_class else row


COLUMNS = tuple(f.name for f in dataclasses.fields(Result) if f.name not in ("history", "model", "task", "by_class"))


def read_row(row: object) -> Result:
    """The run that was written down; a ValueError or TypeError, if it is none."""
    if not isinstance(row, dict):
        raise TypeError(f"{shown(row)} is no row")
    whole = dict.fromkeys(("shots", "seed", "labels", "trainable_params", "total_params"), int)
    kinds = dict.fromkeys(("source", "target", "strategy", "key"), str) | whole
    kinds |= {"accuracy": (int, float), "seconds": (int, float)}
    for name in kinds.keys() & row.keys():
        if not isinstance(row[name], kinds[name]) or isinstance(row[name], bool):
            raise ValueError(f"{name} can't be {shown(row[name])}")
    if not 0 <= row.get("accuracy", 0) <= 1:
        raise ValueError(f"accuracy can't be {row['accuracy']}")
    return Result(**row)
