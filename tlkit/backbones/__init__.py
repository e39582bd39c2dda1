"""Backbones by name: networks as ordered lists of stages."""

from __future__ import annotations

from tlkit.backbones.base import Backbone, seeded
from tlkit.backbones.vision import note_cnn
from tlkit.compat import mend_torchvision
from tlkit.errors import unknown
from tlkit.rooms import make_callable

__all__ = ["Backbone", "backbone", "backbones"]

mend_torchvision()  # before anything that a lesson imports meets a torchvision that does not fit its torch

_KNOWN = {
    "note-cnn": (note_cnn, "a small CNN for 32 x 32 pictures of sound, untrained"),
}


def backbones() -> dict[str, str]:
    """Every backbone that :func:`backbone` knows, with what it is in one line."""
    return {name: about for name, (_, about) in _KNOWN.items()}


def backbone(name: str) -> Backbone:
    """The backbone of that name, such as ``"note-cnn"``; :func:`backbones` lists them all."""
    if name not in _KNOWN:
        raise unknown("backbone", name, _KNOWN)
    with seeded(0):
        return _KNOWN[name][0]()


make_callable(__name__)
