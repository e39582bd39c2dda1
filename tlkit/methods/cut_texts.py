"""Texts that are longer than what a network reads of each: how many, and how much it would have to read."""

from __future__ import annotations

import warnings

import numpy as np

from tlkit.datasets.task import Task
from tlkit.models.backbone import Backbone
from tlkit.models.language_model import Reader, TextBackbone
from tlkit.models.transformer import LONGEST

WORTH_TELLING = 0.01  # of a task's texts
_told: set[tuple[str, str, int]] = set()


def tell_cut(backbone: Backbone, task: Task) -> None:
    """One warning, once for each task and size, where texts are cut: what share of them, and the size that holds all.

    A size below the default on a task that is shipped is a lesson's choice, which the lesson tells itself.
    """
    reader = backbone.prepare
    if not isinstance(backbone, TextBackbone) or (reader.longest < LONGEST and "origin" not in task.test.tags):
        return
    which = (task.digest, backbone.name, reader.longest)
    if which in _told:
        return
    _told.add(which)
    lengths = token_counts(reader, np.concatenate([task.train.items, task.test.items]))
    cut = float((lengths > reader.longest).mean())
    if cut >= WORTH_TELLING:
        said = f"{task.name}: {cut:.0%} of its texts are longer than the {reader.longest} tokens that {backbone.name}"
        warnings.warn(f"{said} reads of each; what comes after is not seen. {_advice(backbone, lengths)}", stacklevel=3)


def token_counts(reader: Reader, texts: np.ndarray) -> np.ndarray:
    """How many tokens each text has (n,); those that have too few letters to be cut count as none."""
    counts = np.zeros(len(texts), dtype=np.int64)
    long = [row for row, text in enumerate(texts) if len(str(text).encode()) > reader.longest - 8]
    for rows in (long[start : start + 256] for start in range(0, len(long), 256)):
        read = reader.tokenizer([str(texts[row]) for row in rows], return_attention_mask=False, verbose=False)
        counts[rows] = [len(tokens) for tokens in read["input_ids"]]
    return counts


def _advice(backbone: TextBackbone, lengths: np.ndarray) -> str:
    """The size that would hold all texts; where the network can't take so much, the largest, and what that holds."""
    most = min(backbone.context, backbone.tokenizer.model_max_length)
    if lengths.max() <= most:
        return f"tl.backbone({backbone.name!r}, size={lengths.max()}) reads all of them to their ends."
    return (
        f"tl.backbone({backbone.name!r}, size={most}) is the most that it takes, and reads "
        f"{(lengths <= most).mean():.0%} of them to their ends."
    )
