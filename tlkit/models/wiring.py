"""How a network is wired, in words that can be written down, so that another process can build the same and fill it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from torch import nn

from tlkit.errors import TlkitError, shown, unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from tlkit.models.backbone import Backbone


@dataclass(frozen=True)
class Wiring:
    """The ``library`` that a network comes from, its ``model`` there, and how much of an item it sees (``size``).

    ``names`` says what the library calls each of the network's tensors, ``ends`` in which of its parts each stage ends,
    and ``head`` what it calls its own last layer; they are empty where there is nothing to tell.
    """

    library: str
    model: str
    size: int | None = None
    names: dict[str, str] = field(default_factory=dict, repr=False)
    ends: tuple[str, ...] = field(default=(), repr=False)
    head: str = ""


class Native:
    """What a library calls the parts of a network, noted before it is cut into stages."""

    def __init__(self, model: nn.Module):
        self.tensors: dict[int, str] = {}
        for name, tensor in model.state_dict(keep_vars=True).items():
            self.tensors.setdefault(id(tensor), name)  # the first name of those that are tied
        self.parts = {id(part): path for path, part in model.named_modules()}
        self.head = next((p for p, part in reversed(list(model.named_modules())) if isinstance(part, nn.Linear)), "")
        self._alive = model  # an id says nothing of what is gone

    def names(self, backbone: Backbone) -> dict[str, str]:
        """What the library calls each tensor of ``backbone``."""
        held = backbone.state_dict(keep_vars=True).items()
        return {key: self.tensors[id(tensor)] for key, tensor in held if id(tensor) in self.tensors}

    def ends(self, backbone: Backbone) -> tuple[str, ...]:
        """In which part of the network each stage ends; "" where the library has no such part."""
        return tuple(self._end(stage) for stage in backbone.stages)

    def _end(self, part: nn.Module | None) -> str:
        while part is not None and id(part) not in self.parts:
            part = next(reversed(list(part.children())), None)
        return "" if part is None else self.parts[id(part)]


def build(name: str, wiring: Wiring, stages: int, folder: Path) -> Backbone:
    """A random network of that ``wiring``, cut after so many ``stages``; ``folder`` holds its tokenizer, if any."""
    if wiring.library not in _LIBRARIES:
        raise unknown("library of networks", wiring.library, _LIBRARIES)
    backbone = _LIBRARIES[wiring.library](name, wiring, folder)
    if not 1 <= stages <= len(backbone.stages):
        raise TlkitError(f"{name} has {len(backbone.stages)} stages, and not the first {stages}.")
    backbone.stages, backbone.stage_names = backbone.stages[:stages], backbone.stage_names[:stages]
    return backbone


def _own(name: str, wiring: Wiring, folder: Path) -> Backbone:
    from tlkit.models import small_vision

    known = {"note-cnn": small_vision.note_cnn, "small-cnn": small_vision.small_cnn}
    if wiring.model == "pixels":
        return small_vision.pixels(wiring.size)
    if wiring.model not in known:
        raise unknown("network of tlkit's", wiring.model, [*known, "pixels"])
    return known[wiring.model]()


def _timm(name: str, wiring: Wiring, folder: Path) -> Backbone:
    from tlkit.models import pretrained_vision

    if wiring.model != pretrained_vision.LITE0:
        raise TlkitError(f"Of timm's networks tlkit builds {pretrained_vision.LITE0}, and not {shown(wiring.model)}.")
    return pretrained_vision.efficientnet_lite0(None, side=wiring.size)


def _torchvision(name: str, wiring: Wiring, folder: Path) -> Backbone:
    from torchvision import models

    from tlkit.models import pretrained_vision

    known = models.list_models(module=models)
    if wiring.model not in known:
        raise unknown("network of torchvision's", wiring.model, ["resnet18"], unlisted=known, others="and others")
    return pretrained_vision.torchvision_model(wiring.model, None, side=wiring.size)


def _transformers(name: str, wiring: Wiring, folder: Path) -> Backbone:
    from tlkit.models import transformer

    return transformer.unfilled(name, folder, causal=wiring.model == "causal", longest=wiring.size)


_LIBRARIES: dict[str, Callable[[str, Wiring, Path], Backbone]] = {
    "tlkit": _own, "timm": _timm, "torchvision": _torchvision, "transformers": _transformers,
}  # fmt: skip
