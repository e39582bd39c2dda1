import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import tlkit as tl
from tlkit.models.backbone import Rates, count_parameters
from tlkit.models.rebuild import build


@pytest.fixture
def net():
    return tl.backbone("note-cnn").fresh(0)


def test_note_cnn_has_the_weights_that_its_card_says(net):
    assert count_parameters(net) == 72_768
    assert net.stage_names == ("conv1", "conv2", "conv3", "dense")
    assert repr(net) == "Backbone('note-cnn': conv1 > conv2 > conv3 > dense; 72,768 weights)"


def test_stages_in_two_parts_are_the_whole(net, low_bars):
    net.eval()  # else dropout tosses a coin in each part
    inputs = net.prepare(low_bars.test.items)
    for cut in range(len(net.stages) + 1):
        assert torch.equal(net.run(net.run(inputs, stop=cut), start=cut), net.run(inputs))


def test_features_of_every_stage_are_rows(net, low_bars):
    widths = [net.features(low_bars.test.items, stage=k).shape for k in range(5)]
    n = len(low_bars.test)
    assert widths == [(n, 32), (n, 256), (n, 256), (n, 512), (n, 96)]


def test_features_do_not_depend_on_the_batch(net, low_bars):
    whole = net.features(low_bars.test.items)
    net.batch = 5
    parts = net.features(low_bars.test.items)
    assert np.allclose(whole, parts, atol=1e-6)


def test_features_leave_the_mode_as_it_was(normed, low_bars):
    normed.train()
    before = normed.digest()
    normed.features(low_bars.test.items)
    assert normed.training
    assert normed.digest() == before


def test_fresh_shares_nothing_and_depends_on_its_seed_alone(net):
    torch.manual_seed(1)
    one = net.fresh(1)
    torch.manual_seed(2)
    assert one.digest() == net.fresh(1).digest() != net.fresh(2).digest()
    mine = {p.data_ptr() for p in net.parameters()}
    assert not mine & {p.data_ptr() for p in one.parameters()}


def test_fresh_leaves_torchs_generator_alone(net):
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    net.fresh(3)
    assert torch.equal(torch.rand(1), expected)


def test_weights_that_nobody_can_draw_anew_are_named():
    class Lonely(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(1))

    bare = tl.Backbone("bare", {"only": Lonely()}, prepare=torch.from_numpy, pool=lambda x: x, width=1)
    with pytest.raises(tl.TlkitError, match=r"stages.0.scale can't be drawn anew"):
        bare.fresh(0)


def test_pictures_of_another_size_are_refused(net):
    with pytest.raises(tl.TlkitError, match=r"pictures of 32 x 32, .* \(28, 28\)"):
        net.features(np.zeros((2, 28, 28), np.uint8))


def test_an_unknown_backbone_names_the_nearest():
    with pytest.raises(tl.TlkitError, match=r"no backbone 'note-cn'. Did you mean 'note-cnn'"):
        tl.backbone("note-cn")
    assert "note-cnn" in tl.backbones()


def test_a_backbone_without_stages_is_refused():
    with pytest.raises(tl.TlkitError, match="has no stages"):
        tl.Backbone("none", {}, prepare=torch.from_numpy, pool=lambda x: x, width=1)


def test_a_random_twin_learns_at_the_same_rates():
    net = tl.backbone("resnet18", size=64, weights=None)
    net.rates, net.threads = Rates(scratch=0.5), 2
    assert (net.fresh(0).rates, net.fresh(0).threads) == (net.rates, 2)


def test_small_images_of_any_kind_have_a_network_of_their_own():
    net = tl.backbone("small-cnn")
    grey = np.zeros((2, 28, 28), np.uint8)
    assert net.features(grey).shape == net.features(np.zeros((2, 48, 48, 3), np.uint8)).shape == (2, 128)
    assert net.features(grey, stage=1).shape == (2, 32)


def test_a_stage_that_is_not_there(net, low_bars):
    with pytest.raises(tl.TlkitError, match="has 4 stages, and stage=5 is none"):
        net.features(low_bars.test.items, stage=5)
    with pytest.raises(tl.TlkitError, match="cut after stage 1 to 4, not after 5"):
        net.cut(5, like=low_bars.test.items)


def test_what_has_learnt_nothing_is_no_source(high_bars):
    with pytest.raises(tl.TlkitError, match="note-cnn has learnt nothing yet, so it can't be a source"):
        tl.transfer(tl.backbone("note-cnn"), high_bars)
    with pytest.raises(tl.TlkitError, match="'minilm' is no source"):
        tl.transfer("minilm", high_bars)


def test_every_stage_in_one_pass_says_what_it_says_alone(net, normed, low_bars):
    items = low_bars.test.items
    for backbone in (net, normed.train()):
        backbone.batch = 7
        told = backbone.stage_features(items)
        assert len(told) == len(backbone.stages)
        for k, features in enumerate(told, start=1):
            assert np.allclose(features, backbone.features(items, stage=k), atol=1e-6)
    assert normed.training


def test_the_same_weights_at_another_size_are_another_source():
    """Else a saved run of one size would be taken for one of the other."""
    small, large = (tl.backbone("small-cnn") for _ in range(2))
    assert small.digest() == large.digest()
    large.prepare = dataclasses.replace(large.prepare, side=64)
    assert small.digest() != large.digest()


def test_the_small_cnn_looks_at_a_size_of_ones_own():
    usual, small = tl.backbone("small-cnn"), tl.backbone("small-cnn", size=16)
    items = np.random.default_rng(0).integers(0, 255, (2, 28, 28)).astype(np.uint8)
    assert usual.prepare(items).shape[2:] == (32, 32)
    assert small.prepare(items).shape[2:] == (16, 16)
    assert tl.backbone("small-cnn", size=32).name == usual.name == "small-cnn"
    assert small.name == "small-cnn, 16 pixels"
    again = build(small.name, small.wiring, 4, Path("."))
    assert (again.name, again.prepare.size) == (small.name, 16)
    with pytest.raises(tl.TlkitError, match="size=7 is too small for small-cnn"):
        tl.backbone("small-cnn", size=7)
