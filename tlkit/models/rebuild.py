"""A network built anew from how it is wired, with random weights that are still to be filled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tlkit.errors import TlkitError, shown, unknown
from tlkit.models.backbone import Backbone
from tlkit.models.wiring import Wiring


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

    known = {"note-cnn": small_vision.note_cnn}
    sized = {"small-cnn": small_vision.small_cnn, "pixels": small_vision.pixels}
    if wiring.model in sized:
        return sized[wiring.model](wiring.size)
    if wiring.model not in known:
        raise unknown("network of tlkit's", wiring.model, [*known, *sized])
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
