"""Fingerprints of stages, wiring and items: the keys of what frozen stages computed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
from torch import Tensor

from tlkit.models.backbone import Backbone, in_bfloat16, state_digest


def chain_of(backbone: Backbone) -> list[bytes]:
    """For each number of stages from 0 up, a hash of the weights and the wiring of so many first stages."""
    links = [b""]
    for stage in backbone.stages:
        own = state_digest(stage, repr(stage)).encode()
        links.append(hashlib.blake2b(links[-1] + own, digest_size=16).digest())
    return links


def started(chain: Sequence[bytes], backbone: Backbone, items: np.ndarray) -> list[bytes]:
    """The chain with its beginning: how items are prepared, as seen on a specimen, and how exactly it computes."""
    first = backbone.prepare(_specimen(items))
    tensors = (first,) if isinstance(first, Tensor) else (first.values, first.mask)
    blake = hashlib.blake2b(fingerprint_of(backbone.prepare) + bytes([in_bfloat16(backbone)]), digest_size=16)
    for tensor in tensors:
        blake.update(f"{tuple(tensor.shape)}{tensor.dtype}".encode() + tensor.contiguous().numpy().tobytes())
    return [blake.digest() + link for link in chain]


def _specimen(items: np.ndarray) -> np.ndarray:
    """An item of the kind of ``items``, always the same."""
    if items.dtype == object:
        return np.array(["Every human being, 7 or 77, is born free! " * 20], dtype=object)
    size = int(np.prod(items.shape[1:]))
    return (np.arange(size) * 37 % 29).astype(items.dtype).reshape(1, *items.shape[1:])


def row_digests(items: np.ndarray) -> list[bytes]:
    """A hash of each item."""
    if items.dtype == object:
        return [hashlib.blake2b(str(text).encode(), digest_size=16).digest() for text in items]
    kind = f"{items.dtype}{items.shape[1:]}".encode()
    rows = np.ascontiguousarray(items)
    return [hashlib.blake2b(row, digest_size=16, key=kind[:64]).digest() for row in rows]


def fingerprint_of(function: Callable) -> bytes:
    """What a function or callable object is, told alike in every process: by its code, or by its own words."""
    code = getattr(function, "__code__", None)
    if code is not None:
        return f"{function.__qualname__} {code.co_code!r} {code.co_names} {code.co_consts}".encode()
    own = type(function).__repr__ is not object.__repr__
    return (repr(function) if own else type(function).__qualname__).encode()
