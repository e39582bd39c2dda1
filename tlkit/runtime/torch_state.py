"""torch's global state, held for as long as needed: threads and the random generator."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import torch

_GENERATOR = threading.RLock()


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """What draws from torch's global generator draws from ``seed``, and the generator is put back afterwards.

    One thread at a time: a lab may train in the background while a cell does, and neither may draw the other's numbers.
    """
    graphics = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else []
    with _GENERATOR, torch.random.fork_rng(devices=graphics):
        _seed(seed)
        yield


def _seed(seed: int) -> None:
    """Where there is nothing but a processor, without the traceback that torch keeps for graphics cards to come."""
    if torch.cuda.is_available() or torch.backends.mps.is_available():
        torch.manual_seed(seed)
    else:
        torch.default_generator.manual_seed(seed)


@contextlib.contextmanager
def threads(number: int | None) -> Iterator[None]:
    """So many threads for what torch does meanwhile; None leaves it as it is.

    Small networks want one: on shared cores two are several times slower, and sums may come out otherwise.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(number or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
