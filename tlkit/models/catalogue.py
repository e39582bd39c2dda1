"""Backbones by name: networks as ordered lists of stages."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path

from tlkit.arguments import a_name, a_path, whole
from tlkit.errors import TlkitError, first_line, shown, unknown
from tlkit.models.backbone import Backbone
from tlkit.runtime.torch_state import seeded

LARGEST_SIZE = 1 << 17  # tokens; no network here reads more


def _note_cnn(size: int | None) -> Backbone:
    from tlkit.models import small_vision

    _refuse_size("note-cnn", size)
    return small_vision.note_cnn()


def _small_cnn(size: int | None) -> Backbone:
    from tlkit.models import small_vision

    return small_vision.small_cnn(size)


def _pixels(size: int | None) -> Backbone:
    from tlkit.models import small_vision

    return small_vision.pixels(size)


def _policy_net(size: int | None) -> Backbone:
    from tlkit.models import policy

    return policy.policy_net(size)


def _event_gru(size: int | None) -> Backbone:
    from tlkit.models import recurrent

    return recurrent.event_gru(size)


def _efficientnet_lite0(size: int | None) -> Backbone:
    from tlkit.models import pretrained_vision, weights

    (file,) = weights.folder("efficientnet-lite0").glob("*.pth")
    return pretrained_vision.efficientnet_lite0(file, side=size, taught="the 1.28 million photographs of ImageNet")


def _minilm(size: int | None) -> Backbone:
    from tlkit.models import transformer, weights

    return transformer.encoder(
        "minilm", weights.folder("minilm"), longest=size, taught="1.17 billion pairs of sentences"
    )


def _smollm2(size: int | None) -> Backbone:
    import torch

    from tlkit.models import transformer, weights

    folder, taught = weights.folder("smollm2"), "2 trillion tokens of text, then instructions"
    return transformer.causal("smollm2", folder, longest=size, taught=taught, dtype=torch.bfloat16)


_KNOWN: dict[str, tuple[Callable[[int | None], Backbone], str]] = {
    "note-cnn": (_note_cnn, "a small CNN for 32 x 32 pictures of sound, untrained"),
    "small-cnn": (_small_cnn, "a small CNN for small images, of 32 x 32 pixels or size=, untrained"),
    "pixels": (_pixels, "no network, only the pixels as they are: what a network must beat"),
    "policy-net": (_policy_net, "two small dense layers for what a machine sees: 4 numbers, or size=, untrained"),
    "event-gru": (_event_gru, "a small GRU for sequences of events: 16 numbers each, or size=, untrained"),
    "efficientnet-lite0": (_efficientnet_lite0, "EfficientNet-Lite0, which knows ImageNet: 3.4 million weights"),
    "minilm": (_minilm, "MiniLM-L6, which knows sentences: 22.6 million weights"),
    "smollm2": (_smollm2, "SmolLM2-135M-Instruct, a language model: 134.5 million weights"),
}


def backbones() -> dict[str, str]:
    """The backbones at hand, with what each is in one line; :func:`backbone` takes others by name, too."""
    return {name: about for name, (_, about) in _KNOWN.items()}


def backbone(name: str | Path, *, size: int | None = None, weights: str | Path | None = "hub") -> Backbone:
    """The backbone of that name.

    One of :func:`backbones`, whose weights ``tlkit fetch`` brings; or a classification network of torchvision, such as
    ``"resnet18"``; or an encoder or causal model of Hugging Face, by its full name, such as
    ``"distilbert/distilbert-base-uncased"``, or in a local folder. ``size`` is how much of an item is looked at: the
    side of an image in pixels, or the tokens of a text. ``weights`` is for torchvision: a file with a state dict, or
    None for a random network; those of its own hub otherwise.
    """
    name = a_name(name, "a backbone", "minilm")
    if size is not None:
        size = whole(size, f"size={shown(size)} is no size", most=LARGEST_SIZE, such="224")
    if name in _torchvision_names_if(name):
        return _from_torchvision(name, size, weights)
    if weights != "hub":
        raise TlkitError(f"weights= is for torchvision's networks, and {shown(name)} is none of them: leave it out.")
    if name in _KNOWN:
        with seeded(0):
            return _KNOWN[name][0](size)
    if _is_path(name) or re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        return _from_hugging_face(name, size)
    others = "and torchvision's networks by name, and Hugging Face's by their full name, owner/name"
    raise unknown("backbone", name, _KNOWN, unlisted=_torchvision_names(), others=others)


def _torchvision_names_if(name: str) -> tuple[str, ...]:
    """Torchvision is slow to import: it is asked only about what can be a name of its own."""
    plain = name.isidentifier() and name not in _KNOWN and not (Path(name) / "config.json").is_file()
    return _torchvision_names() if plain else ()


def _is_path(name: str) -> bool:
    """Whether it can only be meant as a place on this machine."""
    return a_path(name, "a network", "models/mine").exists() or bool(re.search(r"^[~.]|[\\:]|^/|/$|/.*/", name))


def _from_hugging_face(name: str, size: int | None) -> Backbone:
    from tlkit.models import transformer
    from tlkit.models.loading import check_folder

    remedy = f"use one that is at hand ({', '.join(_KNOWN)}), or the path of a folder that holds it"
    if _is_path(name):
        check_folder(Path(name).expanduser())
        name = str(Path(name).expanduser())
    else:
        _reach_hub(name, remedy)
    with seeded(0):
        try:
            return transformer.by_name(name, longest=size, taught=f"what {Path(name).name} was trained on")
        except TlkitError:
            raise
        except Exception as error:  # the library's own, its parsers' and the system's
            raise TlkitError(f"{name} can't be loaded ({first_line(error)}): {remedy}.") from error


def _reach_hub(name: str, remedy: str) -> None:
    """Ask the hub once whether it has the model, unless it is in its cache: the library itself would retry for long."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_url, try_to_load_from_cache

    if try_to_load_from_cache(name, "config.json"):
        return
    try:
        get_hf_file_metadata(hf_hub_url(name, "config.json"), timeout=5)
    except Exception as error:  # the hub's client raises its own, its HTTP library's and the system's
        raise TlkitError(
            f"{name} is neither on this machine nor within reach on its hub ({first_line(error)}): {remedy}."
        ) from error


def _from_torchvision(name: str, size: int | None, weights: str | Path | None) -> Backbone:
    from tlkit.models import pretrained_vision

    file = None
    if weights not in ("hub", None):
        file = a_path(weights, "a file of weights", "mine.pth")
    try:
        with seeded(0):
            taught = "" if weights is None else "ImageNet" if weights == "hub" else f"what {file.name} holds"
            return pretrained_vision.torchvision_model(name, file or weights, side=size, taught=taught)
    except OSError as error:
        raise TlkitError(
            f"The weights of {name} are out of reach ({first_line(error)}): give weights='a/file.pth', or use "
            "'efficientnet-lite0', which tlkit fetch brings."
        ) from error


@functools.cache
def _torchvision_names() -> tuple[str, ...]:
    from torchvision import models

    return tuple(models.list_models(module=models))


def _refuse_size(name: str, size: int | None) -> None:
    if size is not None:
        raise TlkitError(f"{name} looks at pictures of one size: leave size= out.")
