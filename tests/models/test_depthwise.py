import pytest
import torch
from torch import nn

from tlkit.models.depthwise import DepthwiseConv2d, quicken


def network(**changed):
    torch.manual_seed(0)
    how = {"padding": 2, "groups": 6, "bias": False} | changed
    return nn.Sequential(nn.Conv2d(3, 6, 1), nn.Conv2d(6, 6, 5, **how))


@pytest.mark.parametrize("side", [1, 2, 3, 4, 9])
@pytest.mark.parametrize("padding", [0, 2, (2, 1)], ids=str)
def test_it_says_and_learns_the_same(side, padding):
    plain, quick = network(padding=padding), network(padding=padding)
    quicken(quick)
    maps = torch.randn(4, 3, side + 4, side + 4) if padding == 0 else torch.randn(4, 3, side + 2, side + 2)
    for each in (plain, quick):
        each(maps).square().sum().backward()
    assert isinstance(quick[1], DepthwiseConv2d)
    assert torch.equal(plain(maps), quick(maps))
    for ours, theirs in zip(quick.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "changed", [{"groups": 1}, {"bias": True}, {"stride": 2}, {"dilation": 2}, {"groups": 3}], ids=str
)
def test_others_stay_as_they_are(changed):
    net = network(**changed)
    quicken(net)
    assert type(net[1]) is nn.Conv2d
