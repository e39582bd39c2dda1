"""Traps of a person's own data, planted on purpose: copies, a class with few examples, a background that tells.

Real data has them by accident, and then nobody knows by how much they flatter. Here it is known.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tlkit.arguments import whole
from tlkit.datasets.own.data import read_data
from tlkit.datasets.task import Examples, Task
from tlkit.errors import TlkitError, shown, unknown
from tlkit.estimate import Estimate
from tlkit.seeding import check_seed, stream

if TYPE_CHECKING:
    import pandas as pd

TESTED = 0.3  # of the rows, where they are split one by one
WHITE = 250  # of 255: what is brighter in all three colours is paper
PAPERS = (  # two colours each, as red, green and blue
    ((70, 130, 210), (150, 190, 240)), ((60, 120, 50), (120, 170, 90)), ((220, 60, 50), (250, 240, 230)),
    ((120, 80, 40), (180, 140, 90)), ((90, 60, 140), (220, 200, 240)),
)  # fmt: skip


def typed_twice(table: pd.DataFrame, *, text: str, label: str, per_class: int, seed: int) -> pd.DataFrame:
    """A table of ``per_class`` texts of each label, each a second time with somebody's initials behind it.

    The column ``copy_of`` says which text a row is, and ``split`` what somebody who splits *rows* by lot makes of them:
    so many of a label's rows are for the test, whatever became of their twins.
    """
    count, draw = whole(per_class, f"per_class={shown(per_class)} is no number of rows"), _draw(seed, "typed twice")
    parts = [part.iloc[draw.permutation(len(part))[:count]] for _, part in table.groupby(label)]
    return _joined([_by_lot(part, text, draw) for part in parts])


def _by_lot(part: pd.DataFrame, text: str, draw: np.random.Generator) -> pd.DataFrame:
    again = part.assign(**{text: [words + _initials(words) for words in part[text]]})
    rows = _joined([each.assign(copy_of=part.index) for each in (part, again)])
    tested = draw.permutation(len(rows)) < round(TESTED * len(rows))
    return rows.assign(split=np.where(tested, "test", "train"))


def _initials(words: str) -> str:
    return f" ({words[:2].upper()})"


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat(parts, ignore_index=True)


def dealt_by_dice(table: pd.DataFrame, *, label: str, seed: int) -> pd.DataFrame:
    """The table with its labels dealt out anew, so that they mean nothing; twins (``copy_of``) get the same one."""
    cards = table.drop_duplicates("copy_of").set_index("copy_of")[label]
    dealt = dict(zip(cards.index, _draw(seed, "dice").permutation(cards.to_numpy()), strict=True))
    return table.assign(**{label: [dealt[card] for card in table["copy_of"]]})


def twins(
    table: pd.DataFrame, *, text: str, label: str, per_class: int, by_rows: bool, dice: bool = False, seed: int
) -> Task:
    """:func:`typed_twice` as a task, split ``by_rows`` or so that twins stay together; ``dice`` deals the labels."""
    rows = typed_twice(table, text=text, label=label, per_class=per_class, seed=seed)
    rows = dealt_by_dice(rows, label=label, seed=seed) if dice else rows
    name = ("by dice" if dice else "typed twice") + ", split by rows" * by_rows
    rows = rows if by_rows else rows.drop(columns="split")
    return read_data(rows, text=text, label=label, name=name).task(seed=seed)


def shared(task: Task, *, shots: int, seed: int) -> float:
    """The share of ``task``'s test whose twin is among the examples that ``task.shots`` draws."""

    def cards(items: np.ndarray) -> list[str]:
        return [item.removesuffix(_initials(item)) for item in items]

    learnt = set(cards(task.shots(shots, seed=seed).items))
    return float(np.mean([card in learnt for card in cards(task.test.items)]))


def foretold(honest: Estimate, shares: Callable[[int], float]) -> Estimate:
    """What a test says of which ``shares(seed)`` is known by heart, and the rest is named as an ``honest`` one says."""
    found = {seed: (share := shares(seed)) + (1 - share) * right for seed, right in honest.by_seed.items()}
    return Estimate(found, "foretold")


def few_of(task: Task, name: str, *, shots: int, few: int, seed: int) -> Task:
    """The task with ``shots`` labelled examples of each class and only ``few`` of the class ``name``."""
    if name not in task.classes:
        raise unknown(f"class of {task.name}", name, task.classes)
    rows = task.draw(shots, seed=seed)
    rare = task.train.labels[rows] == task.classes.index(name)
    kept = np.concatenate([rows[~rare], rows[rare][: whole(few, f"few={shown(few)} is no number of examples")]])
    return replace(task, name=f"{task.name}, {few} of {name}", train=task.train.take(kept), uneven=True)


def on_paper(examples: Examples, papers: np.ndarray) -> Examples:
    """Pictures on white with wrapping paper behind the thing: ``papers`` (n,) says which, 0 to 4.

    White within the thing becomes paper, too, and a thin rim stays white.
    """
    items = examples.items
    if items.ndim != 4:
        raise TlkitError("Paper goes behind pictures in colour: give a task of tl.from_folder or tl.read_data.")
    patterns = _patterns(items.shape[1])[np.asarray(papers)]
    white = items >= WHITE
    clear = (white[..., 0] & white[..., 1] & white[..., 2])[..., None]  # far faster than all(axis=3)
    return replace(examples, items=np.where(clear, patterns, items))


@functools.cache
def _patterns(side: int) -> np.ndarray:
    """The five papers (5, side, side, 3): stripes, lines, checks, slants and dots."""
    y, x = np.mgrid[:side, :side] * 128 // side
    marks = (
        x // 8 % 2 == 0, y // 8 % 2 == 0, (x // 16 + y // 16) % 2 == 0, (x + y) // 12 % 2 == 0,
        (x % 24 - 12) ** 2 + (y % 24 - 12) ** 2 < 50,
    )  # fmt: skip
    return np.stack(
        [np.where(mark[..., None], one, other) for mark, (one, other) in zip(marks, PAPERS, strict=True)]
    ).astype(np.uint8)


def wrapped(task: Task, *, taught: str, tested: str, seed: int) -> Task:
    """The task with paper behind its pictures, ``taught`` for those to learn from and ``tested`` for the others.

    ``"own"`` gives each class a paper of its own, ``"other"`` each picture that of another class, ``"any"`` one by lot.
    """
    kinds, parts = len(PAPERS), {}
    if len(task.classes) != kinds:
        raise TlkitError(f"There are {kinds} papers, one a class, and {task.name} has {len(task.classes)} classes.")
    for part, how in {"train": taught, "test": tested}.items():
        examples, draw = getattr(task, part), _draw(seed, part)
        ways = {
            "own": examples.labels,
            "other": (examples.labels + draw.integers(1, kinds, len(examples))) % kinds,
            "any": draw.integers(0, kinds, len(examples)),
        }
        if how not in ways:
            raise unknown("way to wrap", how, ways)
        parts[part] = on_paper(examples, ways[how])
    return replace(task, name=f"{task.name}, {taught} paper, tested on {tested}", **parts)


def _draw(seed: int, purpose: str) -> np.random.Generator:
    return np.random.default_rng(stream(check_seed(seed), "trap", purpose))
