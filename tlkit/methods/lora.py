"""LoRA on any backbone, by peft: low-rank adapters beside frozen weights (Hu et al., 2021, arXiv 2106.09685).

Beside a frozen layer W stand two thin matrices, A (rank, in) and B (out, rank), and the layer says Wx + alpha/rank BAx.
B begins at zero, so at first nothing changes.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from pathlib import Path

from torch import Tensor, nn

from tlkit.arguments import a_path
from tlkit.errors import TlkitError, first_line
from tlkit.models.backbone import Backbone
from tlkit.runtime.torch_state import seeded

_QUERY_AND_VALUE = re.compile(r"(^|[._])(q|v|query|value|q_lin|v_lin|q_proj|v_proj|c_attn|query_key_value|qkv|Wqkv)$")


def targets(backbone: Backbone, *, last: int | None = None) -> list[str]:
    """The layers that adapters are put beside, by name: in the last ``last`` stages, or in all of them.

    In networks with attention these are the queries and values, as in the paper; elsewhere every linear layer and every
    convolution that mixes channels.
    """
    first = len(backbone.stages) - (last or len(backbone.stages))
    names = [name for name in _layers(backbone) if int(name.split(".")[1]) >= first]
    attention = [name for name in names if _QUERY_AND_VALUE.search(name)]
    if not names:
        raise TlkitError(f"{backbone.name} has no layer in its last {last} stages that an adapter fits beside.")
    return attention or names


def add(
    backbone: Backbone,
    *,
    rank: int,
    alpha: float,
    seed: int,
    last: int | None = None,
    names: Sequence[str] | None = None,
) -> None:
    """Put adapters beside the layers ``names`` of ``backbone``, in place; without names :func:`targets` finds them."""
    if is_adapted(backbone):
        raise TlkitError(f"{backbone.name} has adapters already: merge them first, with tl.lora.merge.")
    known = _layers(backbone)
    for name in names or ():
        if name not in known:
            raise TlkitError(f"{backbone.name} has no layer {name!r}; tl.lora.targets lists those that it has.")
    from peft import LoraConfig, get_peft_model

    chosen = list(names or targets(backbone, last=last))
    turned = any(type(backbone.get_submodule(name)).__name__ == "Conv1D" for name in chosen)  # GPT-2's
    config = LoraConfig(r=rank, lora_alpha=alpha, target_modules=chosen, fan_in_fan_out=turned)
    with seeded(seed):
        _keep(backbone, get_peft_model(backbone, config))


def save(backbone: Backbone, folder: str | Path) -> Path:
    """Write the adapters, and nothing of the base, to ``folder`` in peft's own format."""
    place = a_path(folder, "a folder for adapters", "my_adapter")
    if place.is_file():
        raise TlkitError(f"{place} is a file: name a folder for the adapters.")
    try:
        _peft(backbone).save_pretrained(str(place))
    except OSError as error:
        raise TlkitError(f"The adapters can't be saved in {place} ({error.strerror}): choose another place.") from error
    return place


def load(backbone: Backbone, folder: str | Path, *, shared: bool = False) -> Backbone:
    """A copy of ``backbone`` with the adapters that :func:`save` wrote; its base is ``shared`` or its own."""
    from peft import PeftModel

    place = a_path(folder, "a folder of adapters", "my_adapter")
    if not (place / "adapter_config.json").is_file():
        raise TlkitError(f"There is no adapter in {place}: it would hold an adapter_config.json.")
    copy = backbone.copy(shared=len(backbone.stages) if shared else 0)
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            _keep(copy, PeftModel.from_pretrained(copy, str(place)))
    except Exception as error:  # peft's, safetensors', torch's and the system's
        raise TlkitError(
            f"The adapters in {place} do not fit beside {backbone.name}, or are damaged ({first_line(error)}): load "
            "them beside the network that they were saved from."
        ) from error
    if lacking := [warning for warning in told if "missing adapter keys" in str(warning.message)]:
        raise TlkitError(f"The adapters in {place} are not of {backbone.name}: {first_line(lacking[0].message)}.")
    return copy.eval()


def merge(backbone: Backbone) -> Backbone:
    """A copy in which what the adapters learnt is added to the weights: a plain network that says the same."""
    return _plain(backbone, merge=True)


def remove(backbone: Backbone) -> Backbone:
    """A copy without the adapters: the base, as it was."""
    return _plain(backbone, merge=False)


def let_go(backbone: Backbone) -> None:
    """Forget peft's view of a network that nobody needs any more: the two hold each other, and memory fills up."""
    backbone._peft = None


def is_adapted(backbone: Backbone) -> bool:
    """Whether there are adapters in ``backbone``."""
    return backbone._peft is not None


def settings(backbone: Backbone) -> dict:
    """What :func:`add` was told, as plain values: ``rank``, ``alpha`` and the names of the ``layers``.

    ``turned`` says whether the layers keep their weights as (in, out), as GPT-2's do.
    """
    config = _peft(backbone).peft_config["default"]
    adapted = sorted({name.partition(".lora_")[0] for name, _ in backbone.named_parameters() if ".lora_" in name})
    turned = any(getattr(backbone.get_submodule(name), "fan_in_fan_out", False) for name in adapted)
    return {"rank": config.r, "alpha": config.lora_alpha, "layers": adapted, "turned": turned}


def count(backbone: Backbone) -> int:
    """How many weights the adapters have."""
    return sum(p.numel() for name, p in backbone.named_parameters() if ".lora_" in name)


def weigh(backbone: Backbone, *, rank: int, last: int | None = None) -> int:
    """How many weights adapters of that ``rank`` would have, in the last ``last`` stages or in all."""
    shapes = [backbone.get_submodule(name).weight.shape for name in targets(backbone, last=last)]
    return sum(rank * (shape[0] + shape[1:].numel()) for shape in shapes)


def learnt(backbone: Backbone, name: str) -> Tensor:
    """What the adapter beside the linear layer ``name`` adds to its weights: a matrix (out, in), of low rank."""
    _peft(backbone)
    layer = backbone.get_submodule(name)
    if not hasattr(layer, "get_delta_weight"):
        raise TlkitError(f"There is no adapter beside {name!r}; tl.lora.targets lists the layers that may have one.")
    return layer.get_delta_weight(layer.active_adapter[0]).detach()


def kept(folder: str | Path) -> int:
    """How many bytes the adapters in ``folder`` take, with all that :func:`load` needs."""
    return sum((Path(folder) / file).stat().st_size for file in ("adapter_model.safetensors", "adapter_config.json"))


def first(backbone: Backbone) -> int:
    """How many stages come before the first that has adapters: what they say never changes."""
    adapted = (any(".lora_" in name for name, _ in stage.named_parameters()) for stage in backbone.stages)
    return next((number for number, has in enumerate(adapted) if has), len(backbone.stages))


def freeze_base(backbone: Backbone) -> None:
    """Let only the adapters learn, where anything was to learn at all."""
    for name, parameter in backbone.named_parameters():
        parameter.requires_grad_(parameter.requires_grad and ".lora_" in name)


def _plain(backbone: Backbone, *, merge: bool) -> Backbone:
    copy = backbone.copy()
    model = _peft(copy)
    plain = model.merge_and_unload() if merge else model.unload()
    plain._peft = None
    return plain.requires_grad_(True)


def _keep(backbone: Backbone, model) -> None:
    """Remember peft's view of ``backbone``: in a tuple, for it holds the backbone and is no part of it."""
    backbone._peft = (model,)


def _peft(backbone: Backbone):
    if not is_adapted(backbone):
        raise TlkitError(f"{backbone.name} has no adapters: strategy='lora:8' puts some in.")
    return backbone._peft[0]


def _layers(backbone: Backbone) -> list[str]:
    """The layers that LoRA fits beside, early to late; not those that torch's own attention uses without a call."""
    inside = {f"{n}." for n, part in backbone.named_modules() if isinstance(part, nn.MultiheadAttention)}
    return [
        name
        for name, part in backbone.stages.named_modules(prefix="stages")
        if _fits(part) and not any(name.startswith(outer) for outer in inside)
    ]


def _fits(part: nn.Module) -> bool:
    if isinstance(part, nn.Conv2d):
        return part.groups == 1
    return isinstance(part, nn.Linear) or type(part).__name__ == "Conv1D"  # Conv1D is GPT-2's linear layer
