"""A cache of what frozen stages computed: in memory first, then in files."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import tempfile
import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from torch import Tensor

from tlkit.models.sequences import Activations
from tlkit.runtime.limits import memory_limit

MEMORY_SHARE = 1 / 8  # of what the process may use
DISK_SHARE = 1 / 4  # of what is free
Key = tuple[bytes, bytes]


@dataclass(eq=False)
class CachedBlock:
    """The activations of one block: tensors in memory, or in a file."""

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
class FeatureCache:
    """Remembers activations, in memory up to ``memory`` bytes, then in files in ``folder`` up to ``disk`` bytes.

    What was used longest ago goes first. Nothing breaks when there is no room: they are computed again. The files
    belong to this process and go with it.
    """

    memory: int | None = None
    disk: int | None = None
    folder: Path | None = None
    _blocks: OrderedDict[int, CachedBlock] = field(default_factory=OrderedDict, init=False, repr=False)
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
        return sum(block.nbytes for block in self._blocks.values() if block.tensors is not None)

    @property
    def on_disk(self) -> int:
        """Bytes."""
        return sum(block.nbytes for block in self._blocks.values() if block.tensors is None)

    def get(self, keys: Iterable[Key]) -> list[dict[str, Tensor] | None]:
        """What was kept under each key, or None."""
        with self._lock:
            places = [self._places.get(key) for key in keys]
            read = {number: self._read(number) for number in {place[0] for place in places if place}}
            return [
                place and read[place[0]] and {name: column[place[1]] for name, column in read[place[0]].items()}
                for place in places
            ]

    def put(self, keys: Sequence[Key], activations: Activations) -> None:
        """Keep the activations of a block, one key for each of the first rows."""
        columns = (
            {"values": activations}
            if isinstance(activations, Tensor)
            else {"values": activations.values, "mask": activations.mask}
        )
        tensors = {name: column[: len(keys)].detach().cpu().clone() for name, column in columns.items()}
        with self._lock:
            number = next(self._numbers)
            self._blocks[number] = CachedBlock(list(keys), tensors, sum(t.nbytes for t in tensors.values()))
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
            for number in list(self._blocks):
                self._drop(number)

    def _read(self, number: int) -> dict[str, Tensor] | None:
        """The tensors of a block; None where somebody took its file away."""
        try:
            read = self._blocks[number].read()
        except OSError:
            self._drop(number)
            return None
        self._blocks.move_to_end(number)
        return read

    def _make_room(self) -> None:
        too_much = self.in_memory - self.memory
        for number, block in list(self._blocks.items()):
            if too_much <= 0:
                return
            if block.tensors is not None:
                too_much -= block.nbytes
                self._to_disk(number, block)

    def _to_disk(self, number: int, block: CachedBlock) -> None:
        from safetensors.torch import save_file

        try:
            file = self._own_folder() / f"{number}.safetensors"
            while self.on_disk + block.nbytes > self._most_on_disk():
                self._drop(next(n for n, each in self._blocks.items() if each.tensors is None))
            save_file({name: tensor.contiguous() for name, tensor in block.tensors.items()}, file)
        except (OSError, StopIteration):  # no room on the disk, or none at all: it will be computed again
            self._drop(number)
        else:
            block.file, block.tensors = file, None

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
        block = self._blocks.pop(number)
        for key in block.keys:
            if self._places.get(key, (None,))[0] == number:
                del self._places[key]
        if block.file:
            with contextlib.suppress(OSError):  # a file that is still mapped can't be deleted on Windows: it goes last
                block.file.unlink()


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
    from tlkit.runtime.paths import cache_folder

    return cache_folder() / "frozen"


def spilled() -> int:
    """The bytes in files of all processes, and of those that ended before they could clear up."""
    return sum(file.stat().st_size for file in spill_folder().rglob("*.safetensors"))


def clear_spilled() -> None:
    """Delete those files. A process that still runs does without: it computes anew."""
    shutil.rmtree(spill_folder(), ignore_errors=True)


_SHARED: list[FeatureCache] = []


def shared() -> FeatureCache:
    """The cache that all of this process uses unless told otherwise."""
    if not _SHARED:
        _SHARED.append(FeatureCache())
    return _SHARED[0]


def forget() -> None:
    """Forget all that frozen stages computed."""
    shared().clear()
