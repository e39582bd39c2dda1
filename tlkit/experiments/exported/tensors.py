"""What each tensor of a classifier is called in a file: as the network's own library calls it, which can read it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from tlkit.errors import TlkitError
from tlkit.methods.classifier import Classifier
from tlkit.models.backbone import Backbone

ADAPTER = ".lora_"


def is_whole(backbone: Backbone) -> bool:
    """Whether no stage was cut off."""
    return not backbone.wiring.ends or len(backbone.stages) == len(backbone.wiring.ends)


def head_name(backbone: Backbone) -> str:
    """What the head is called: the library's last layer, whose place it takes, if the network before it is whole."""
    return backbone.wiring.head if backbone.wiring.head and is_whole(backbone) else "head"


def file_names(model: Classifier) -> dict[str, str]:
    """For each tensor of ``model`` its name in the file; tensors that are tied have one name."""
    names = {f"backbone.{key}": name for key, name in model.backbone.wiring.names.items()}
    head = head_name(model.backbone)
    return {key: _file_name(key, names, head) for key in model.state_dict()}


def _file_name(key: str, names: Mapping[str, str], head: str) -> str:
    if key.startswith("head."):
        return key.replace("head", head, 1)
    key = key.replace(".base_layer.", ".")
    if ADAPTER not in key:
        return names.get(key, key.removeprefix("backbone."))
    layer, _, matrix = key.partition(ADAPTER)  # ... query.lora_A.default.weight
    layer = names.get(f"{layer}.weight", f"{layer}.weight".removeprefix("backbone."))
    return f"{layer.removesuffix('.weight')}{ADAPTER}{matrix[0]}.weight"


def held(model: Classifier) -> dict[str, Tensor]:
    """The tensors of ``model`` by their names in the file."""
    found: dict[str, Tensor] = {}
    for (key, name), tensor in zip(file_names(model).items(), model.state_dict().values(), strict=True):
        tensor = tensor.detach().cpu().contiguous()
        if name in found and not torch.equal(found[name], tensor):
            raise TlkitError(f"{key} was tied to another weight and is not any more: this network can't be exported.")
        found[name] = tensor
    return found


def fill(model: nn.Module, names: Mapping[str, str], tensors: Mapping[str, Tensor], place: Path) -> None:
    """Put what a file holds into ``model``, if it is exactly what belongs there."""
    state = model.state_dict()
    if lacking := sorted({name for name in names.values() if name not in tensors}):
        raise TlkitError(
            f"{place} lacks {len(lacking)} weights of this network, such as {lacking[0]}: export it again."
        )
    if more := sorted(tensors.keys() - set(names.values())):
        raise TlkitError(f"{place} holds {len(more)} weights that are none of this network, such as {more[0]}.")
    for key, name in names.items():
        found, wanted = tensors[name], state[key]
        if found.shape != wanted.shape or found.dtype != wanted.dtype:
            raise TlkitError(
                f"{place} is not of this network: {name} is {tuple(found.shape)} {found.dtype} there, and not "
                f"{tuple(wanted.shape)} {wanted.dtype}."
            )
    model.load_state_dict({key: tensors[name] for key, name in names.items()})
