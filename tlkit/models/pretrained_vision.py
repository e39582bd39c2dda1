"""Networks that look at photographs: timm's and torchvision's, cut into stages."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from tlkit.errors import TlkitError, first_line
from tlkit.models.backbone import Backbone, Rates, numbered
from tlkit.models.depthwise import quicken
from tlkit.models.loading import fill, read_state
from tlkit.models.small_vision import Images, check_side, mean_over_space
from tlkit.models.wiring import Native, Wiring
from tlkit.runtime.torch_state import seeded

# Found with EfficientNet-Lite0 on products, 5 shots, tried on training rows outside the shots: scratch .33, .40 and .47
# right at 1e-3, 3e-3 and 1e-2; full .69, .70 and .70 at 1e-4, 3e-4 and 1e-3; partial:2 .70 and .66 at 3e-4 and 1e-3.
# The rate of adapters was not searched.
RATES = Rates(scratch=1e-2, body=3e-4, tuning=3e-4, adapter=1e-3, head=3e-3, steps=60, batch=32)
LITE0 = "tf_efficientnet_lite0"  # as timm calls it
SIDE = 112  # pixels; the lessons' pictures are small, and 224 takes four times as long


def mean_over_space_last(maps: Tensor) -> Tensor:
    """Maps (n, height, width, channels) as rows (n, channels); rows stay as they are."""
    return maps.mean(dim=(1, 2)) if maps.ndim == 4 else maps


def first_token(tokens: Tensor) -> Tensor:
    """Tokens (n, tokens, width) as the row of the first, the class token (n, width)."""
    return tokens[:, 0]


def efficientnet_lite0(weights: Path | None, *, side: int | None = None, taught: str = "") -> Backbone:
    """EfficientNet-Lite0 in timm's architecture; the weights are TensorFlow's, in the same order under other names."""
    import timm

    check_side("efficientnet-lite0", side)
    model = timm.create_model(LITE0, pretrained=False)
    if weights:
        state = torch.load(weights, map_location="cpu", weights_only=True)
        model.load_state_dict(dict(zip(model.state_dict(), state.values(), strict=True)))
    native = Native(model)
    stages = {
        "stem": nn.Sequential(model.conv_stem, model.bn1),
        **numbered("block", model.blocks),
        "last": nn.Sequential(model.conv_head, model.bn2),
    }
    build = partial(efficientnet_lite0, None, side=side)
    backbone = _backbone("efficientnet-lite0", stages, Images(side or SIDE), mean_over_space, taught, build)
    return _wired(backbone, native, "timm", LITE0)


def efficientnet_lite0_head(weights: Path) -> nn.Linear:
    """The last layer that EfficientNet-Lite0 was taught with: features (n, 1280) to scores of ImageNet's classes."""
    *_, weight, bias = torch.load(weights, map_location="cpu", weights_only=True).values()
    with seeded(0):
        head = nn.Linear(weight.shape[1], len(bias))
    head.load_state_dict({"weight": weight, "bias": bias})
    return head


def torchvision_model(name: str, weights: str | Path | None, *, side: int | None = None, taught: str = "") -> Backbone:
    """A classification network of torchvision by name, with weights from its hub, from a file, or none.

    ``weights`` is ``"hub"``, a file with a state dict, of which all but the last layer is taken, or None for random
    ones. What the stages say is held against what the network itself says, so that no architecture is cut wrongly in
    silence.
    """
    from torchvision import models

    presets = models.get_model_weights(name).DEFAULT
    model = models.get_model(name, weights=None)
    if weights == "hub":
        model.load_state_dict(presets.get_state_dict(check_hash=True, weights_only=True))
    elif weights:
        fill(model, read_state(Path(weights)), name, Path(weights))
    transforms = presets.transforms()
    check_side(name, side)
    look = Images(side or transforms.crop_size[0], tuple(transforms.mean), tuple(transforms.std))
    probe = torch.randn(2, 3, look.side, look.side, generator=torch.Generator().manual_seed(0))
    expected = _features_by_itself(name, model.eval(), probe, transforms.crop_size[0])
    native = Native(model)
    stages, pool = _cut(model)
    build = partial(torchvision_model, name, None, side=side)
    backbone = _backbone(name, stages, look, pool, taught, build)
    with torch.no_grad():
        features = backbone(probe)
    if features.shape != expected.shape or not torch.allclose(features, expected, atol=1e-4):
        raise TlkitError(f"tlkit can't cut torchvision's {name} into stages: {_CUTS}.")
    return _wired(backbone, native, "torchvision", name)


_CUTS = "it knows ResNets, VGGs, DenseNets, EfficientNets, MobileNets, RegNets, ConvNeXts, ViTs, Swins and their like"


def _features_by_itself(name: str, model: nn.Module, probe: Tensor, usual: int) -> Tensor:
    """The features of the network as it is, before it is cut; a size that it can't take is told here."""
    try:
        features = _told_to_the_last_layer(model, probe)
    except Exception as error:  # each network has its own way to say that a picture is too small for it
        side = probe.shape[-1]
        raise TlkitError(
            f"{name} can't look at pictures of {side} x {side} pixels ({first_line(error)}): leave size= out "
            f"for {usual}, or take another."
        ) from error
    if features is None:
        raise TlkitError(f"tlkit can't cut torchvision's {name} into stages: {_CUTS}.")
    return features


def _told_to_the_last_layer(model: nn.Module, inputs: Tensor) -> Tensor | None:
    """The input of the network's last linear layer: the features that its own classifier is given; None without one."""
    heard = []
    last = [part for part in model.modules() if isinstance(part, nn.Linear)][-1:]
    hooks = [part.register_forward_pre_hook(lambda _, args: heard.append(args[0])) for part in last]
    with torch.no_grad():
        model(inputs)
    for hook in hooks:
        hook.remove()
    return heard[-1] if heard else None


Cut = tuple[dict[str, nn.Module], Callable[[Tensor], Tensor]]  # stages, and the pooling that fits them


def _cut(model: nn.Module) -> Cut:
    """The stages of a torchvision network, by the first part of its kind that it has."""
    for part, cut in _KINDS.items():
        if hasattr(model, part):
            return cut(model)
    raise TlkitError(f"tlkit can't cut torchvision's {type(model).__name__} into stages: {_CUTS}.")


def _cut_resnet(model: nn.Module) -> Cut:
    stem = nn.Sequential(model.conv1, model.bn1, model.relu, model.maxpool)
    layers = (model.layer1, model.layer2, model.layer3, model.layer4)
    return {"stem": stem, **numbered("layer", layers)}, mean_over_space


def _cut_vit(model: nn.Module) -> Cut:
    *blocks, last = model.encoder.layers
    blocks.append(nn.Sequential(last, model.encoder.ln))
    return {"patches": _Patches(model), **numbered("block", blocks)}, first_token


def _cut_regnet(model: nn.Module) -> Cut:
    return {"stem": model.stem, **numbered("block", model.trunk_output)}, mean_over_space


def _cut_shufflenet(model: nn.Module) -> Cut:
    stem, stages = nn.Sequential(model.conv1, model.maxpool), (model.stage2, model.stage3, model.stage4, model.conv5)
    return {"stem": stem, **numbered("stage", stages)}, mean_over_space


def _cut_maxvit(model: nn.Module) -> Cut:
    return {"stem": model.stem, **numbered("block", model.blocks), **_tail(model)}, mean_over_space


def _cut_swin(model: nn.Module) -> Cut:
    return {**numbered("stage", _grouped(model.features)), "norm": model.norm}, mean_over_space_last


def _cut_sequence(layers: nn.Sequential, model: nn.Module) -> Cut:
    """Of a network that is one layer after another up to its head, as most are."""
    stages = numbered("stage", _grouped(layers))
    if "denseblock1" in dict(layers.named_children()):
        *_, last = stages  # its forward has a ReLU that is no layer
        stages[last] = nn.Sequential(stages[last], nn.ReLU())
    return {**stages, **_tail(model)}, mean_over_space


_KINDS: dict[str, Callable[[nn.Module], Cut]] = {  # by a part that no kind after it has
    "layer4": _cut_resnet,
    "conv_proj": _cut_vit,
    "trunk_output": _cut_regnet,
    "conv5": _cut_shufflenet,
    "blocks": _cut_maxvit,
    "permute": _cut_swin,  # it keeps the channels last
    "features": lambda model: _cut_sequence(model.features, model),
    "layers": lambda model: _cut_sequence(model.layers, model),
}


def _grouped(layers: nn.Sequential) -> list[nn.Module]:
    """Blocks one by one; single layers together, up to and with the next pooling."""
    groups, loose = [], []
    for layer in layers:
        if any(True for _ in layer.children()):
            groups += [nn.Sequential(*loose)] * bool(loose) + [layer]
            loose = []
            continue
        loose.append(layer)
        if isinstance(layer, nn.MaxPool2d):
            groups.append(nn.Sequential(*loose))
            loose = []
    return groups + [nn.Sequential(*loose)] * bool(loose)


def _tail(model: nn.Module) -> dict[str, nn.Module]:
    """What learns between the pooling and the last layer, as a stage of its own; nothing, in most networks."""
    before = list(model.classifier)[:-1] if isinstance(model.classifier, nn.Sequential) else []
    if not any(True for layer in before for _ in layer.parameters()):
        return {}
    pool = [model.avgpool] if hasattr(model, "avgpool") else []
    flat = [] if any(isinstance(layer, nn.Flatten) for layer in before) else [nn.Flatten()]
    return {"dense": nn.Sequential(*pool, *flat, *before)}


class _Patches(nn.Module):
    """A ViT before its first block: patches become tokens, with a class token before them and positions added."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.convolution, self.dropout = model.conv_proj, model.encoder.dropout
        self.class_token, self.positions = model.class_token, model.encoder.pos_embedding

    def forward(self, images: Tensor) -> Tensor:
        tokens = self.convolution(images).flatten(2).transpose(1, 2)  # (batch, patches, width)
        tokens = torch.cat([self.class_token.expand(len(tokens), -1, -1), tokens], dim=1)  # (batch, 1 + patches, width)
        if tokens.shape[1] != self.positions.shape[1]:
            raise TlkitError("A ViT reads pictures of the one size that it was built for: leave size= out.")
        return self.dropout(tokens + self.positions)


def _wired(backbone: Backbone, native: Native, library: str, model: str) -> Backbone:
    names, ends = native.names(backbone), native.ends(backbone)
    backbone.wiring = Wiring(library, model, backbone.prepare.side, names, ends, native.head)
    return backbone


def _backbone(name: str, stages: dict, look: Images, pool: Callable, taught: str, build: Callable) -> Backbone:
    backbone = Backbone(
        name, stages, prepare=look, pool=pool, width=1, taught=taught, rates=RATES, build=build, batch=16, threads=None
    )
    quicken(backbone)
    backbone = backbone.to(memory_format=torch.channels_last).eval()
    backbone.width = backbone.features(np.zeros((1, look.side, look.side), np.uint8)).shape[1]
    return backbone
