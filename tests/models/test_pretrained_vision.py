"""torchvision's networks, cut into stages, say what torchvision says, with weights from a file."""

import numpy as np
import pytest
import torch
from torch import nn
from torchvision import models

import tlkit as tl
from tlkit.models.small_vision import Images

IMAGES = np.random.default_rng(0).integers(0, 256, (2, 40, 40, 3), dtype=np.uint8)


def told_to_the_last_layer(model, inputs):
    heard = []
    last = [part for part in model.modules() if isinstance(part, nn.Linear)][-1]
    last.register_forward_pre_hook(lambda _, args: heard.append(args[0]))
    with torch.no_grad():
        model.eval()(inputs)
    return heard[0]


@pytest.mark.parametrize(
    "name",
    ["resnet18", "mobilenet_v3_small", "densenet121", "regnet_y_400mf", "shufflenet_v2_x0_5", "mnasnet0_5", "swin_t",
     "convnext_tiny", "vit_b_16", "efficientnet_b0"],
)  # fmt: skip
def test_in_stages_it_says_what_the_library_says(name, tmp_path):
    torch.manual_seed(0)
    whole = models.get_model(name, weights=None)
    torch.save(whole.state_dict(), tmp_path / "weights.pth")
    net = tl.backbone(name, weights=tmp_path / "weights.pth")
    assert len(net.stages) >= 4
    assert net.taught
    with torch.no_grad():
        said = net(net.prepare(IMAGES))
    assert torch.allclose(said, told_to_the_last_layer(whole, net.prepare(IMAGES)), atol=1e-4)


def test_every_stage_has_features_and_can_be_cut_there():
    net = tl.backbone("resnet18", size=64, weights=None)
    for stage in range(1, 6):
        short = net.cut(stage, like=IMAGES)
        assert np.allclose(short.features(IMAGES), net.features(IMAGES, stage=stage), atol=1e-5)
        assert short.width == short.features(IMAGES).shape[1]
        assert short.fresh(0).features(IMAGES).shape == (2, short.width)


def test_a_network_without_a_linear_end_is_refused():
    with pytest.raises(tl.TlkitError, match="can't cut torchvision's squeezenet1_0 into stages"):
        tl.backbone("squeezenet1_0", weights=None)


def test_weights_out_of_reach_are_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(tl.TlkitError, match=r"The weights of resnet18 are out of reach .*'efficientnet-lite0'"):
        tl.backbone("resnet18")


def test_grey_images_are_looked_at_in_three_equal_channels():
    inputs = Images(16)(IMAGES[..., 0])
    assert inputs.shape == (2, 3, 16, 16)
    assert torch.equal(inputs[:, 0], inputs[:, 2])


def test_what_is_no_image_is_refused():
    with pytest.raises(tl.TlkitError, match="images of 0 to 255"):
        Images(16)(IMAGES.astype(np.float32))
