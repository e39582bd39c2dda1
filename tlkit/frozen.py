"""What frozen stages say, asked once.

A frozen stage says the same of an item in every epoch and for every seed, number of shots and head. So it is kept under
a key of the stages' weights and wiring and of the item's own content: a changed weight or item never meets a stale
entry, and whoever freezes at least as much goes on from there.

Items go through in blocks of one shape, the last one filled up. What is said of an item then depends on no other item,
so that a run finds the same whether it comes first or last, alone or in a comparison.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import shutil
import tempfile
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from tlkit.backbones.base import Backbone, state_digest, threads
from tlkit.backbones.text import Sequences, padded
from tlkit.events import Listener, Looked, ignore
from tlkit.machine import fast_bfloat16, memory_limit

MEMORY_SHARE = 1 / 8  # of what the process may use
DISK_SHARE = 1 / 4  # of what is free
TOKENS = 512  # in a block of texts: more is no faster, and the last block is half empty
LENGTHS = (8, 16, 24, 32, 48, 64, 80, 96, 112, 128)  # to which texts are padded; above, multiples of the last
Said = Tensor | Sequences
Key = tuple[bytes, bytes]


@dataclass(eq=False)
class _Slab:
    """What was said of one block: tensors in memory, or in a file."""

    keys: list[Key]
    tensors: dict[str, Tensor] | None
    nbytes: int
    file: Path | None = None

    def read(self) -> dict[str, Tensor]:
        """The tensors; those in a file are mapped, not copied."""
        if self.tensors is not None:
            return self.tensors
        from safetensors.torch import load_file

        return load_file(self.file)


@dataclass(eq=False)
class FrozenCache:
    """Remembers what was said, in memory up to ``memory`` bytes, then in files in ``folder`` up to ``disk`` bytes.

    What was used longest ago goes first. Nothing breaks when there is no room: it is asked again. The files belong to
    this process and go with it.
    """

    memory: int | None = None
    disk: int | None = None
    folder: Path | None = None
    _slabs: OrderedDict[int, _Slab] = field(default_factory=OrderedDict, init=False, repr=False)
    _places: dict[Key, tuple[int, int]] = field(default_factory=dict, init=False, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, init=False, repr=False)
    pace: dict[bytes, list[float]] = field(default_factory=dict, init=False, repr=False)  # seconds and items
    _numbers: Iterator[int] = field(default_factory=itertools.count, init=False, repr=False)
    _home: Path | None = field(default=None, init=False, repr=False)

    def __post_init__(self):
        if self.memory is None:
            self.memory = int((memory_limit() or 4e9) * MEMORY_SHARE)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, key: Key) -> bool:
        return key in self._places

    @property
    def in_memory(self) -> int:
        """Bytes."""
        return sum(slab.nbytes for slab in self._slabs.values() if slab.tensors is not None)

    @property
    def on_disk(self) -> int:
        """Bytes."""
        return sum(slab.nbytes for slab in self._slabs.values() if slab.tensors is None)

    def get(self, keys: Iterable[Key]) -> list[dict[str, Tensor] | None]:
        """What was kept under each key, or None."""
        with self._lock:
            places = [self._places.get(key) for key in keys]
            read = {number: self._read(number) for number in {place[0] for place in places if place}}
            return [
                place and read[place[0]] and {name: column[place[1]] for name, column in read[place[0]].items()}
                for place in places
            ]

    def put(self, keys: Sequence[Key], said: Said) -> None:
        """Keep what was said of a block, one key for each of the first rows."""
        columns = {"values": said} if isinstance(said, Tensor) else {"values": said.values, "mask": said.mask}
        tensors = {name: column[: len(keys)].detach().cpu().clone() for name, column in columns.items()}
        with self._lock:
            number = next(self._numbers)
            self._slabs[number] = _Slab(list(keys), tensors, sum(t.nbytes for t in tensors.values()))
            self._places.update((key, (number, row)) for row, key in enumerate(keys))
            self._make_room()

    def note_pace(self, stage: bytes, seconds: float, items: int) -> None:
        """So many items took so long."""
        total = self.pace.setdefault(stage, [0.0, 0.0])
        total[0] += seconds
        total[1] += items

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            for number in list(self._slabs):
                self._drop(number)

    def _read(self, number: int) -> dict[str, Tensor] | None:
        """The tensors of a slab; None where somebody took its file away."""
        try:
            read = self._slabs[number].read()
        except OSError:
            self._drop(number)
            return None
        self._slabs.move_to_end(number)
        return read

    def _make_room(self) -> None:
        too_much = self.in_memory - self.memory
        for number, slab in list(self._slabs.items()):
            if too_much <= 0:
                return
            if slab.tensors is not None:
                too_much -= slab.nbytes
                self._to_disk(number, slab)

    def _to_disk(self, number: int, slab: _Slab) -> None:
        from safetensors.torch import save_file

        try:
            file = self._own_folder() / f"{number}.safetensors"
            while self.on_disk + slab.nbytes > self._most_on_disk():
                self._drop(next(n for n, each in self._slabs.items() if each.tensors is None))
            save_file({name: tensor.contiguous() for name, tensor in slab.tensors.items()}, file)
        except (OSError, StopIteration):  # no room on the disk, or none at all: it will be asked again
            self._drop(number)
        else:
            slab.file, slab.tensors = file, None

    def _most_on_disk(self) -> int:
        if self.disk is not None:
            return self.disk
        return int((shutil.disk_usage(self._own_folder()).free + self.on_disk) * DISK_SHARE)

    def _own_folder(self) -> Path:
        if self._home is None:
            self._home = _new_folder(self.folder)
            weakref.finalize(self, shutil.rmtree, self._home, ignore_errors=True)
        return self._home

    def _drop(self, number: int) -> None:
        slab = self._slabs.pop(number)
        for key in slab.keys:
            if self._places.get(key, (None,))[0] == number:
                del self._places[key]
        if slab.file:
            with contextlib.suppress(OSError):  # a file that is still mapped can't be deleted on Windows: it goes last
                slab.file.unlink()


def _new_folder(parent: Path | None) -> Path:
    """A folder for the files of one process."""
    parent = parent or spill_folder()
    try:
        parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=parent))
    except OSError:  # a cache that many share may be read-only
        return Path(tempfile.mkdtemp(prefix="tlkit-frozen-"))


def spill_folder() -> Path:
    """Where processes keep what does not fit into memory."""
    from tlkit.weights import cache_folder

    return cache_folder() / "frozen"


def spilled() -> int:
    """The bytes in files of all processes, and of those that ended before they could clear up."""
    return sum(file.stat().st_size for file in spill_folder().rglob("*.safetensors"))


def clear_spilled() -> None:
    """Delete those files. A process that still runs does without: it asks its stages again."""
    shutil.rmtree(spill_folder(), ignore_errors=True)


_SHARED: list[FrozenCache] = []


def shared() -> FrozenCache:
    """The cache that all of this process uses unless told otherwise."""
    if not _SHARED:
        _SHARED.append(FrozenCache())
    return _SHARED[0]


def forget() -> None:
    """Forget all that frozen stages said."""
    shared().clear()


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
        """What the first ``stop`` stages say of the items at ``rows``, before any pooling."""
        return self._gather(rows, stop, pooled=False)

    @torch.no_grad()
    def features_of(self, tuned: Backbone, *, start: int) -> np.ndarray:
        """Features (n, width) of all items by ``tuned``, whose first ``start`` stages are those of the backbone."""
        rows = self._all(None)
        if start:
            self._fill(rows, start, pooled=False)
        parts, order = [], []
        with _precise(tuned):
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
        with _precise(self.backbone):
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
        with _precise(self.backbone):
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
        return _started(self._given_chain or chain_of(self.backbone), self.backbone, self.items)

    @cached_property
    def _pool(self) -> bytes:
        return hashlib.blake2b(_named(self.backbone.pool), digest_size=8).digest()

    @cached_property
    def _digests(self) -> list[bytes]:
        return _row_digests(self.items)

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


def chain_of(backbone: Backbone) -> list[bytes]:
    """For each number of stages from 0 up, a hash of the weights and the wiring of so many first stages."""
    links = [b""]
    for stage in backbone.stages:
        own = state_digest(stage, repr(stage)).encode()
        links.append(hashlib.blake2b(links[-1] + own, digest_size=16).digest())
    return links


def _started(chain: Sequence[bytes], backbone: Backbone, items: np.ndarray) -> list[bytes]:
    """The chain with its beginning: how items are prepared, as seen on a specimen, and how exactly it computes."""
    first = backbone.prepare(_specimen(items))
    tensors = (first,) if isinstance(first, Tensor) else (first.values, first.mask)
    blake = hashlib.blake2b(_named(backbone.prepare) + bytes([_bfloat16(backbone)]), digest_size=16)
    for tensor in tensors:
        blake.update(f"{tuple(tensor.shape)}{tensor.dtype}".encode() + tensor.contiguous().numpy().tobytes())
    return [blake.digest() + link for link in chain]


def _specimen(items: np.ndarray) -> np.ndarray:
    """An item of the kind of ``items``, always the same."""
    if items.dtype == object:
        return np.array(["Every human being, 7 or 77, is born free! " * 20], dtype=object)
    size = int(np.prod(items.shape[1:]))
    return (np.arange(size) * 37 % 29).astype(items.dtype).reshape(1, *items.shape[1:])


def _row_digests(items: np.ndarray) -> list[bytes]:
    """A hash of each item."""
    if items.dtype == object:
        return [hashlib.blake2b(str(text).encode(), digest_size=16).digest() for text in items]
    kind = f"{items.dtype}{items.shape[1:]}".encode()
    rows = np.ascontiguousarray(items)
    return [hashlib.blake2b(row, digest_size=16, key=kind[:64]).digest() for row in rows]


def _named(function: Callable) -> bytes:
    """What a function or callable object is, told alike in every process: by its code, or by its own words."""
    code = getattr(function, "__code__", None)
    if code is not None:
        return f"{function.__qualname__} {code.co_code!r} {code.co_names} {code.co_consts}".encode()
    own = type(function).__repr__ is not object.__repr__
    return (repr(function) if own else type(function).__qualname__).encode()


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


def _bfloat16(backbone: Backbone) -> bool:
    return backbone.device.type == "cpu" and fast_bfloat16()


@contextlib.contextmanager
def _precise(backbone: Backbone) -> Iterator[None]:
    """In evaluation mode, with the threads that serve it, and in bfloat16 where the processor is made for it."""
    training = backbone.training
    backbone.eval()
    try:
        with threads(backbone.threads), torch.autocast("cpu", torch.bfloat16, enabled=_bfloat16(backbone)):
            yield
    finally:
        backbone.train(training)
