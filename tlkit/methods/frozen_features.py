"""The activations of frozen stages, computed once.

A frozen stage says the same of an item in every epoch and for every seed, number of shots and head. So it is kept under
a key of the stages' weights and wiring and of the item's own content: a changed weight or item never meets a stale
entry, and whoever freezes at least as much goes on from there.

Items go through in blocks of one shape, the last one filled up. The activations of an item then depend on no other
item, so that a run finds the same whether it comes first or last, alone or in a comparison.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from tlkit.events import Listener, Progress, ignore
from tlkit.methods.feature_cache import FeatureCache, Key, shared
from tlkit.methods.fingerprint import fingerprint_of, keys_of_stages, row_digests, stage_fingerprints
from tlkit.models.backbone import Backbone, Block, inference, split
from tlkit.models.sequences import Activations, Sequences, padded

TOKENS = 512  # in a block of texts: more is no faster, and the last block is half empty
LENGTHS = (8, 16, 24, 32, 48, 64, 80, 96, 112, 128)  # to which texts are padded; above, multiples of the last


class FrozenFeatures:
    """What the stages of ``backbone``, as they are now, say of ``items``.

    ``fingerprints`` may be given where :func:`stage_fingerprints` were computed before. ``on_event`` is told of each
    block that went through, and may raise to stop.
    """

    def __init__(
        self,
        backbone: Backbone,
        items: np.ndarray,
        *,
        cache: FeatureCache | None = None,
        fingerprints: Sequence[bytes] | None = None,
        on_event: Listener | None = None,
    ):
        self.backbone, self.items = backbone, items
        self.cache = shared() if cache is None else cache
        self.on_event = on_event or ignore
        self._fingerprints = fingerprints
        self._ahead, self._waypoints = np.empty(0, int), set()
        self._tokens: dict[int, Tensor] = {}
        self._began = 0.0

    def plan(self, rows: np.ndarray, waypoints: Iterable[int] = ()) -> None:
        """Say which rows will be asked for, and after which stages: they then go through together, on one way."""
        self._ahead, self._waypoints = np.unique(rows), set(waypoints)

    def features(self, rows: np.ndarray | None = None, *, stop: int | None = None) -> np.ndarray:
        """Features (n, width) of the items at ``rows``, all by default, pooled after the first ``stop`` stages."""
        rows, stop = self._all(rows), len(self.backbone.stages) if stop is None else stop
        return self._gather(rows, stop, pooled=True).numpy()

    def states(self, rows: np.ndarray, *, stop: int) -> Activations:
        """The activations of stage ``stop`` for the items at ``rows``, before any pooling, as exact as the weights."""
        found, exact = self._gather(rows, stop, pooled=False), next(self.backbone.parameters()).dtype
        return found.to(exact) if isinstance(found, Tensor) else Sequences(found.values.to(exact), found.mask)

    def features_of(self, tuned: Backbone, *, start: int) -> np.ndarray:
        """Features (n, width) of all items by ``tuned``, whose first ``start`` stages are those of the backbone."""
        rows = self._all(None)
        if start:
            self._fill(rows, start, pooled=False)
        blocks = (self._block(part, length, start) for part, length in self._parts(rows))
        return tuned.pooled(blocks, [len(tuned.stages)], total=len(rows), on_event=self.on_event)[0]

    def seconds(self, items: int, *, stop: int) -> float:
        """What it takes to compute so many items, as measured; nothing where nobody had to."""
        spent, seen = self.cache.pace.get(self._stages[stop], (0.0, 1.0))
        return spent / seen * items

    def _all(self, rows: np.ndarray | None) -> np.ndarray:
        return np.arange(len(self.items)) if rows is None else np.asarray(rows)

    # --- what is known, and what is not ---

    def _keys(self, rows: Iterable[int], stop: int, pooled: bool) -> list[Key]:
        stage = self._stages[stop] + (self._pool if pooled else b"")
        return [(stage, self._digests[row]) for row in rows]

    def _gather(self, rows: np.ndarray, stop: int, *, pooled: bool) -> Activations:
        self._fill(rows, stop, pooled=pooled)
        found = self.cache.get(self._keys(rows, stop, pooled))
        lost = np.array([row for row, entry in zip(rows, found, strict=True) if entry is None], dtype=int)
        again = self._compute(lost, stop, pooled) if len(lost) else {}  # there was no room to keep it
        return self._together([again[row] if entry is None else entry for row, entry in zip(rows, found, strict=True)])

    def _fill(self, rows: np.ndarray, stop: int, *, pooled: bool) -> None:
        """Compute those of ``rows`` and of what was planned that nobody has computed."""
        rows = np.unique(np.concatenate([self._ahead, rows]))
        keys = self._keys(rows, stop, pooled)
        missing = rows[[key not in self.cache for key in keys]]
        if len(missing):
            self._compute(missing, stop, pooled, keep=False)

    def _compute(self, rows: np.ndarray, stop: int, pooled: bool, *, keep: bool = True) -> dict[int, dict[str, Tensor]]:
        """Run ``rows`` through, block by block, and cache what comes out; returned only if it is to be kept here."""
        kept, done = {}, 0

        def store(block: Block, depth: int, activations: Activations) -> None:
            nonlocal done
            if depth > block.start and (depth in self._waypoints or depth == stop):
                if depth in self._waypoints or not pooled:
                    self.cache.put(self._keys(block.rows, depth, False), activations)
                self._note_pace(block, depth)
            if depth < stop:
                return
            if pooled:
                activations = self.backbone.pool(activations).float()
                self.cache.put(self._keys(block.rows, stop, True), activations)
            if keep:
                kept.update(zip(block.rows.tolist(), _apart(activations), strict=False))
            done += len(block.rows)
            self.on_event(Progress(done, len(rows)))

        self.backbone.run_blocks(self._blocks(rows, stop), store, stop=stop)
        return kept

    def _blocks(self, rows: np.ndarray, stop: int) -> Iterator[Block]:
        """The rows in blocks, each of which goes on from where it is known; its time begins here."""
        for part, length in self._parts(rows):
            self._began = time.perf_counter()
            yield self._block(part, length, self._deepest(part, stop))

    def _note_pace(self, block: Block, depth: int) -> None:
        spent = time.perf_counter() - self._began + self.seconds(len(block.rows), stop=block.start)
        self.cache.note_pace(self._stages[depth], spent, len(block.rows))

    def _deepest(self, part: np.ndarray, stop: int) -> int:
        """After how many stages the activations of all of a block are known; 0 if they are not."""
        depths = range(stop, 0, -1)
        return next((d for d in depths if all(key in self.cache for key in self._keys(part, d, False))), 0)

    # --- items as blocks of one shape ---

    def _parts(self, rows: np.ndarray) -> Iterator[tuple[np.ndarray, int]]:
        """The rows, as many at a time as a block holds, with the length to which they are padded (0 for images)."""
        if not self._has_lengths:
            yield from ((part, 0) for part in split(rows, self.backbone.batch))
            return
        lengths = np.array([_padded(length, self.backbone.limit) for length in self._token_counts(rows)])
        for length in np.unique(lengths):
            yield from ((part, int(length)) for part in split(rows[lengths == length], self._size(length)))

    def _block(self, part: np.ndarray, length: int, start: int) -> Block:
        """A block that goes on after stage ``start``, filled up to its full size with its last row."""
        filled = np.pad(part, (0, self._size(length) - len(part)), mode="edge")
        return Block(part, self._inputs(filled, length, start), start)

    def _inputs(self, filled: np.ndarray, length: int, start: int) -> Activations:
        if start:
            found = self.cache.get(self._keys(filled, start, False))
            if all(entry is not None for entry in found):
                return self._together(found)
            return self._run_anew(filled, length, start)
        if self._has_lengths:
            return padded([self._tokens[row] for row in filled]).sized(slice(None), length)
        return self.backbone.prepare(self.items[filled])

    def _run_anew(self, filled: np.ndarray, length: int, stop: int) -> Activations:
        """The activations of a block that the cache had no room for."""
        with inference(self.backbone):
            return self.backbone.run(self._inputs(filled, length, 0).to(self.backbone.device), stop=stop).to("cpu")

    def _together(self, rows: Sequence[dict[str, Tensor]]) -> Activations:
        """Rows as one tensor, laid out as the network lays it out; or as sequences, padded to the longest of them."""
        if "mask" in rows[0]:
            longest = max(len(row["mask"]) for row in rows)
            alone = (Sequences(row["values"][None], row["mask"][None]).sized(slice(None), longest) for row in rows)
            return Sequences.join(list(alone))
        stacked = torch.stack([row["values"] for row in rows])  # (n, width) or (n, channels, height, width)
        is_map = stacked.ndim == 4 and self._channels_last
        return stacked.contiguous(memory_format=torch.channels_last) if is_map else stacked

    def _size(self, length: int) -> int:
        return max(1, TOKENS // length) if self._has_lengths else self.backbone.batch

    def _token_counts(self, rows: np.ndarray) -> list[int]:
        """The tokens of the items at ``rows``, which are read if they were not yet."""
        new = [row for row in rows.tolist() if row not in self._tokens]
        if new:
            read = self.backbone.prepare(self.items[new])
            ends = read.mask.sum(dim=1).tolist()
            self._tokens.update((row, tokens[:end]) for row, tokens, end in zip(new, read.values, ends, strict=True))
        return [len(self._tokens[row]) for row in rows.tolist()]

    @cached_property
    def _has_lengths(self) -> bool:
        return self.backbone.lengths(self.items[:1]) is not None

    @cached_property
    def _channels_last(self) -> bool:
        layouts = (p for p in self.backbone.parameters() if p.ndim == 4 and not p.is_contiguous())
        return any(p.is_contiguous(memory_format=torch.channels_last) for p in layouts)

    @cached_property
    def _stages(self) -> list[bytes]:
        return keys_of_stages(self._fingerprints or stage_fingerprints(self.backbone), self.backbone, self.items)

    @cached_property
    def _pool(self) -> bytes:
        return hashlib.blake2b(fingerprint_of(self.backbone.pool), digest_size=8).digest()

    @cached_property
    def _digests(self) -> list[bytes]:
        return row_digests(self.items)


def _padded(length: int, limit: int | None) -> int:
    """The length to which a text is padded, so that few lengths occur; never more than the network has places for."""
    fitting = [each for each in LENGTHS if each >= length]
    padded = fitting[0] if fitting else -(-length // LENGTHS[-1]) * LENGTHS[-1]
    return min(padded, limit or padded)


def _apart(activations: Activations) -> list[dict[str, Tensor]]:
    if isinstance(activations, Tensor):
        return [{"values": row} for row in activations.cpu()]
    values, mask = activations.values.cpu(), activations.mask.cpu()
    return [{"values": row, "mask": own} for row, own in zip(values, mask, strict=True)]
