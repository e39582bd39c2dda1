"""What frozen stages say, asked once.

A frozen stage says the same of an item in every epoch and for every seed, number of shots and head. So it is kept under
a key of the stages' weights and wiring and of the item's own content: a changed weight or item never meets a stale
entry, and whoever freezes at least as much goes on from there.

Items go through in blocks of one shape, the last one filled up. What is said of an item then depends on no other item,
so that a run finds the same whether it comes first or last, alone or in a comparison.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from tlkit.events import Listener, Looked, ignore
from tlkit.methods.feature_cache import FrozenCache, Key, shared
from tlkit.methods.fingerprint import chain_of, fingerprint_of, row_digests, started
from tlkit.models.backbone import Backbone, inference
from tlkit.models.sequences import Said, Sequences, padded

TOKENS = 512  # in a block of texts: more is no faster, and the last block is half empty
LENGTHS = (8, 16, 24, 32, 48, 64, 80, 96, 112, 128)  # to which texts are padded; above, multiples of the last


class Frozen:
    """What the stages of ``backbone``, as they are now, say of ``items``.

    ``chain`` may be given where :func:`chain_of` was computed before. ``on_event`` is told of each block that was
    looked at, and may raise to stop.
    """

    def __init__(
        self,
        backbone: Backbone,
        items: np.ndarray,
        *,
        cache: FrozenCache | None = None,
        chain: Sequence[bytes] | None = None,
        on_event: Listener | None = None,
    ):
        self.backbone, self.items = backbone, items
        self.cache = shared() if cache is None else cache
        self.on_event = on_event or ignore
        self._given_chain = chain
        self._ahead, self._waypoints = np.empty(0, int), set()
        self._texts: dict[int, Tensor] = {}

    def plan(self, rows: np.ndarray, waypoints: Iterable[int] = ()) -> None:
        """Say which rows will be asked for, and after which stages: they are then looked at together, on one way."""
        self._ahead, self._waypoints = np.unique(rows), set(waypoints)

    def features(self, rows: np.ndarray | None = None, *, stop: int | None = None) -> np.ndarray:
        """Features (n, width) of the items at ``rows``, all by default, pooled after the first ``stop`` stages."""
        rows, stop = self._all(rows), len(self.backbone.stages) if stop is None else stop
        said = self._gather(rows, stop, pooled=True)
        return said.numpy() if isinstance(said, Tensor) else said

    def states(self, rows: np.ndarray, *, stop: int) -> Said:
        """What the first ``stop`` stages say of the items at ``rows``, before any pooling, as exact as the weights."""
        said, exact = self._gather(rows, stop, pooled=False), next(self.backbone.parameters()).dtype
        return said.to(exact) if isinstance(said, Tensor) else Sequences(said.values.to(exact), said.mask)

    @torch.no_grad()
    def features_of(self, tuned: Backbone, *, start: int) -> np.ndarray:
        """Features (n, width) of all items by ``tuned``, whose first ``start`` stages are those of the backbone."""
        rows = self._all(None)
        if start:
            self._fill(rows, start, pooled=False)
        parts, order = [], []
        with inference(tuned):
            for part, length in self._blocks(rows):
                said = tuned.run(self._before(part, length, start).to(tuned.device), start=start)
                parts.append(tuned.pool(said)[: len(part)].float().cpu().numpy())
                order.append(part)
                self.on_event(Looked(sum(map(len, order)), len(rows)))
        return np.concatenate(parts)[np.argsort(np.concatenate(order))]

    def seconds(self, items: int, *, stop: int) -> float:
        """What it takes to look at so many items, as measured; nothing where nobody had to."""
        spent, seen = self.cache.pace.get(self._chain[stop], (0.0, 1.0))
        return spent / seen * items

    def _all(self, rows: np.ndarray | None) -> np.ndarray:
        return np.arange(len(self.items)) if rows is None else np.asarray(rows)

    def _keys(self, rows: Iterable[int], stop: int, pooled: bool) -> list[Key]:
        stage = self._chain[stop] + (self._pool if pooled else b"")
        return [(stage, self._digests[row]) for row in rows]

    def _gather(self, rows: np.ndarray, stop: int, *, pooled: bool) -> Said:
        self._fill(rows, stop, pooled=pooled)
        found = self.cache.get(self._keys(rows, stop, pooled))
        lost = np.array([row for row, said in zip(rows, found, strict=True) if said is None], dtype=int)
        again = self._look(lost, stop, pooled) if len(lost) else {}  # there was no room to keep it
        return self._together([again[row] if said is None else said for row, said in zip(rows, found, strict=True)])

    def _fill(self, rows: np.ndarray, stop: int, *, pooled: bool) -> None:
        """Look at those of ``rows`` and of what was planned that nobody has looked at."""
        rows = np.unique(np.concatenate([self._ahead, rows]))
        keys = self._keys(rows, stop, pooled)
        missing = rows[[key not in self.cache for key in keys]]
        if len(missing):
            self._look(missing, stop, pooled, keep=False)

    @torch.no_grad()
    def _look(self, rows: np.ndarray, stop: int, pooled: bool, *, keep: bool = True) -> dict[int, dict[str, Tensor]]:
        """Ask about ``rows``, block by block, and remember the answers; returned only if they are to be kept here."""
        kept, done = {}, 0
        with inference(self.backbone):
            for part, length in self._blocks(rows):
                began = time.perf_counter()
                begin = self._deepest(part, stop)
                said = self._before(part, length, begin).to(self.backbone.device)
                for depth in range(begin + 1, stop + 1):
                    said = self.backbone.run(said, start=depth - 1, stop=depth)
                    if depth in self._waypoints or (depth == stop and not pooled):
                        self.cache.put(self._keys(part, depth, False), said)
                    if depth in self._waypoints or depth == stop:
                        spent = time.perf_counter() - began + self.seconds(len(part), stop=begin)
                        self.cache.note_pace(self._chain[depth], spent, len(part))
                if pooled:
                    said = self.backbone.pool(said).float()
                    self.cache.put(self._keys(part, stop, True), said)
                if keep:
                    kept.update(zip(part.tolist(), _apart(said), strict=False))
                done += len(part)
                self.on_event(Looked(done, len(rows)))
        return kept

    def _deepest(self, part: np.ndarray, stop: int) -> int:
        """After how many stages what was said of all of a block is known; 0 if it is not."""
        depths = range(stop, 0, -1)
        return next((d for d in depths if all(key in self.cache for key in self._keys(part, d, False))), 0)

    def _before(self, part: np.ndarray, length: int, stop: int) -> Said:
        """What stage ``stop`` is given for a block, which is filled up to its full size with its last row."""
        filled = np.pad(part, (0, self._size(length) - len(part)), mode="edge")
        if stop:
            found = self.cache.get(self._keys(filled, stop, False))
            if all(said is not None for said in found):
                return self._together(found)
            return self._run_anew(filled, length, stop)
        if self._reads:
            return padded([self._texts[row] for row in filled]).sized(slice(None), length)
        return self.backbone.prepare(self.items[filled])

    def _run_anew(self, filled: np.ndarray, length: int, stop: int) -> Said:
        with inference(self.backbone):
            return self.backbone.run(self._before(filled, length, 0).to(self.backbone.device), stop=stop).to("cpu")

    def _together(self, rows: Sequence[dict[str, Tensor]]) -> Said:
        """Rows as one tensor, laid out as the network lays it out; or as sequences, padded to the longest of them."""
        if "mask" in rows[0]:
            longest = max(len(row["mask"]) for row in rows)
            alone = (Sequences(row["values"][None], row["mask"][None]).sized(slice(None), longest) for row in rows)
            return Sequences.join(list(alone))
        said = torch.stack([row["values"] for row in rows])
        return said.contiguous(memory_format=torch.channels_last) if said.ndim == 4 and self._channels_last else said

    @cached_property
    def _channels_last(self) -> bool:
        layouts = (p for p in self.backbone.parameters() if p.ndim == 4 and not p.is_contiguous())
        return any(p.is_contiguous(memory_format=torch.channels_last) for p in layouts)

    @property
    def _reads(self) -> bool:
        return self.backbone.modality == "text"

    def _lengths(self, rows: np.ndarray) -> list[int]:
        """The tokens of the texts at ``rows``, which are read if they were not yet."""
        new = [row for row in rows.tolist() if row not in self._texts]
        if new:
            read = self.backbone.prepare(self.items[new])
            ends = read.mask.sum(dim=1).tolist()
            self._texts.update((row, tokens[:end]) for row, tokens, end in zip(new, read.values, ends, strict=True))
        return [len(self._texts[row]) for row in rows.tolist()]

    @cached_property
    def _chain(self) -> list[bytes]:
        return started(self._given_chain or chain_of(self.backbone), self.backbone, self.items)

    @cached_property
    def _pool(self) -> bytes:
        return hashlib.blake2b(fingerprint_of(self.backbone.pool), digest_size=8).digest()

    @cached_property
    def _digests(self) -> list[bytes]:
        return row_digests(self.items)

    def _size(self, length: int) -> int:
        return max(1, TOKENS // length) if self._reads else self.backbone.batch

    def _blocks(self, rows: np.ndarray) -> Iterator[tuple[np.ndarray, int]]:
        """The rows in blocks of one shape, with the length to which its texts are padded (0 for images)."""
        if not self._reads:
            yield from ((part, 0) for part in _split(rows, self.backbone.batch))
            return
        limit = getattr(self.backbone.prepare, "limit", None)
        lengths = np.array([_padded(length, limit) for length in self._lengths(rows)])
        for length in np.unique(lengths):
            yield from ((part, int(length)) for part in _split(rows[lengths == length], self._size(length)))


def _split(rows: np.ndarray, size: int) -> list[np.ndarray]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _padded(length: int, limit: int | None) -> int:
    """The length to which a text is padded, so that few lengths occur; never more than the network has places for."""
    fitting = [each for each in LENGTHS if each >= length]
    padded = fitting[0] if fitting else -(-length // LENGTHS[-1]) * LENGTHS[-1]
    return min(padded, limit or padded)


def _apart(said: Said) -> list[dict[str, Tensor]]:
    if isinstance(said, Tensor):
        return [{"values": row} for row in said.cpu()]
    return [{"values": row, "mask": mask} for row, mask in zip(said.values.cpu(), said.mask.cpu(), strict=True)]
