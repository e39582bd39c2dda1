"""Depthwise convolutions that learn on small maps as quickly as on large ones.

On maps of a few pixels, which small pictures become in late stages, torch takes a hundred times as long for the
gradient of the weights as for that of the maps: most of a training step. Here it takes about as long.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

SMALL = 16  # pixels of a map; on larger ones torch's own way is quicker


class DepthwiseConv2d(nn.Conv2d):
    """One filter for each channel, at stride 1 and without a bias."""

    def forward(self, maps: Tensor) -> Tensor:
        """Maps (n, channels, height, width), filtered."""
        if maps.shape[2:].numel() > SMALL or not (torch.is_grad_enabled() and self.weight.requires_grad):
            return super().forward(maps)
        return _Filtered.apply(maps, self.weight, self.padding)


class _Filtered(torch.autograd.Function):
    """The same, with a gradient of its own for the weights."""

    @staticmethod
    def forward(ctx, maps: Tensor, weight: Tensor, padding: tuple[int, int]) -> Tensor:
        ctx.save_for_backward(maps, weight)
        ctx.padding = padding
        return nn.functional.conv2d(maps, weight, padding=padding, groups=len(weight))

    @staticmethod
    def backward(ctx, slope: Tensor) -> tuple[Tensor | None, Tensor, None]:
        maps, weight = ctx.saved_tensors
        how = {"padding": ctx.padding, "groups": len(weight)}
        given = nn.grad.conv2d_input(maps.shape, weight, slope, **how) if ctx.needs_input_grad[0] else None
        return given, _slope_of_weights(maps, weight, slope, ctx.padding), None


def _slope_of_weights(maps: Tensor, weight: Tensor, slope: Tensor, padding: tuple[int, int]) -> Tensor:
    """For each place of the filter, what lay under it times what came of it; places that saw only padding learn 0."""
    learnt = torch.zeros_like(weight)
    for row in range(weight.shape[2]):
        for column in range(weight.shape[3]):
            tall, wide = (
                _met(shift, size, out)
                for shift, size, out in zip(
                    (row - padding[0], column - padding[1]), maps.shape[2:], slope.shape[2:], strict=True
                )
            )
            if tall and wide:
                under, above = maps[:, :, tall[0], wide[0]], slope[:, :, tall[1], wide[1]]
                learnt[:, 0, row, column] = (under * above).sum(dim=(0, 2, 3))
    return learnt


def _met(shift: int, size: int, out: int) -> tuple[slice, slice] | None:
    """Which of ``size`` pixels meet which of ``out`` when these lie ``shift`` further on; None where none do."""
    first, last = max(0, -shift), min(out, size - shift)
    return (slice(first + shift, last + shift), slice(first, last)) if first < last else None


def quicken(network: nn.Module) -> None:
    """Put such convolutions in the place of all in ``network`` that say the same; the weights stay what they are."""
    for parent in list(network.modules()):
        for name, part in parent.named_children():
            if _fits(part):
                quick = DepthwiseConv2d(
                    part.in_channels, part.out_channels, part.kernel_size, padding=part.padding,
                    groups=part.groups, bias=False, device="meta",
                )  # fmt: skip
                quick.weight = part.weight
                setattr(parent, name, quick.train(part.training))


def _fits(part: nn.Module) -> bool:
    plain = type(part) is nn.Conv2d and part.bias is None and part.padding_mode == "zeros"
    if not plain or isinstance(part.padding, str):
        return False
    return 1 < part.groups == part.in_channels == part.out_channels and {*part.stride, *part.dilation} == {1}
