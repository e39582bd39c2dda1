"""Fingerprints of stages, wiring and items: the keys of what frozen stages computed."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from torch import Tensor

from tlkit.models.backbone import Backbone, in_bfloat16, state_digest

_UNCHANGING: dict[Backbone, list[bytes]] = {}  # fingerprints, once somebody asked; a network is only itself


@contextlib.contextmanager
def unchanging(backbone: Backbone) -> Iterator[None]:
    """While this lasts, nobody changes ``backbone``: its weights are hashed once, however many runs ask.

    Only for a loop of runs from one source, which stays as it is: afterwards its weights are looked at again.
    """
    if backbone in _UNCHANGING:  # a loop within a loop
        yield
        return
    _UNCHANGING[backbone] = []
    try:
        yield
    finally:
        _UNCHANGING.pop(backbone, None)


def stage_fingerprints(backbone: Backbone) -> list[bytes]:
    """For each number of stages from 0 up, a hash of the weights and the wiring of so many first stages."""
    known = _UNCHANGING.get(backbone)
    if known:
        return known
    found = _hashed(backbone)
    if known is not None:
        known[:] = found
    return found


def _hashed(backbone: Backbone) -> list[bytes]:
    fingerprints = [b""]
    for stage in backbone.stages:
        own = state_digest(stage, repr(stage)).encode()
        fingerprints.append(hashlib.blake2b(fingerprints[-1] + own, digest_size=16).digest())
    return fingerprints


def keys_of_stages(fingerprints: Sequence[bytes], backbone: Backbone, items: np.ndarray) -> list[bytes]:
    """The fingerprints, and before each how items are prepared, as seen on a specimen, and how exactly it computes."""
    first = backbone.prepare(backbone.specimen(items))
    tensors = (first,) if isinstance(first, Tensor) else (first.values, first.mask)
    blake = hashlib.blake2b(fingerprint_of(backbone.prepare) + bytes([in_bfloat16(backbone)]), digest_size=16)
    for tensor in tensors:
        blake.update(f"{tuple(tensor.shape)}{tensor.dtype}".encode() + tensor.contiguous().numpy().tobytes())
    return [blake.digest() + each for each in fingerprints]


def row_digests(items: np.ndarray) -> list[bytes]:
    """A hash of each item."""
    if items.dtype == object:
        return [hashlib.blake2b(_content(item), digest_size=16).digest() for item in items]
    kind = f"{items.dtype}{items.shape[1:]}".encode()
    rows = np.ascontiguousarray(items)
    return [hashlib.blake2b(row, digest_size=16, key=kind[:64]).digest() for row in rows]


def _content(item: object) -> bytes:
    """All that a text is, or a sequence of events: an array's words for itself leave out its middle."""
    if isinstance(item, np.ndarray):
        return f"{item.dtype}{item.shape}".encode() + item.tobytes()
    return str(item).encode()


def fingerprint_of(function: Callable) -> bytes:
    """What a function or callable object is, told alike in every process: by its code, or by its own words."""
    code = getattr(function, "__code__", None)
    if code is not None:
        return f"{function.__qualname__} {code.co_code!r} {code.co_names} {code.co_consts}".encode()
    own = type(function).__repr__ is not object.__repr__
    return (repr(function) if own else type(function).__qualname__).encode()
