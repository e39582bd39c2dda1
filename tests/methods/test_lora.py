"""LoRA changes nothing at first, never the base, and can be taken along or merged."""

import gc

import numpy as np
import pytest
import torch

import tlkit as tl
from tlkit.methods import lora
from tlkit.models.backbone import Backbone


@pytest.fixture
def net() -> Backbone:
    return tl.backbone("note-cnn").fresh(0)


@pytest.fixture
def adapted(net) -> Backbone:
    net = net.copy()
    lora.add(net, rank=4, alpha=8, seed=1)
    return net


def disturbed(adapted) -> Backbone:
    """As after training: B is no longer zero."""
    for name, parameter in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.1, generator=torch.Generator().manual_seed(0))
    return adapted.eval()


def test_at_first_nothing_changes(net, adapted, low_bars):
    assert lora.is_adapted(adapted)
    assert not lora.is_adapted(net)
    assert np.array_equal(net.features(low_bars.test.items), adapted.features(low_bars.test.items))


def test_targets_are_found_in_the_stages_and_can_be_chosen(net):
    assert lora.targets(net) == ["stages.0.0", "stages.1.0", "stages.2.0", "stages.3.1"]
    assert lora.targets(net, last=2) == ["stages.2.0", "stages.3.1"]
    lora.add(net, rank=2, alpha=2, seed=0, names=["stages.3.1"])
    assert lora.count(net) == 2 * (512 + 96)
    with pytest.raises(tl.TlkitError, match="has adapters already: merge them first"):
        lora.add(net, rank=2, alpha=2, seed=0)


def test_a_target_that_is_not_there_is_named(net):
    with pytest.raises(tl.TlkitError, match=r"note-cnn has no layer 'query'; tl.lora.targets lists"):
        lora.add(net, rank=2, alpha=2, seed=0, names=["query"])


def test_merged_says_the_same_without_adapters(net, adapted, low_bars):
    adapted = disturbed(adapted)
    said = adapted.features(low_bars.test.items)
    assert not np.allclose(said, net.features(low_bars.test.items), atol=1e-3)
    merged = lora.merge(adapted)
    assert np.allclose(said, merged.features(low_bars.test.items), atol=1e-5)
    assert not lora.is_adapted(merged)
    assert [name for name, _ in merged.named_parameters()] == [name for name, _ in net.named_parameters()]
    assert lora.is_adapted(adapted)  # a copy was merged


def test_adapters_are_saved_without_the_base_and_loaded_onto_it(net, adapted, low_bars, tmp_path):
    adapted = disturbed(adapted)
    folder = lora.save(adapted, tmp_path / "adapter")
    assert (folder / "adapter_model.safetensors").stat().st_size < 60_000 < 4 * 72_768
    again = lora.load(net, folder)
    assert np.allclose(again.features(low_bars.test.items), adapted.features(low_bars.test.items), atol=1e-6)
    assert lora.remove(again).digest() == net.digest()


def test_there_is_nothing_to_save_or_load(net, tmp_path):
    with pytest.raises(tl.TlkitError, match="has no adapters"):
        lora.save(net, tmp_path)
    with pytest.raises(tl.TlkitError, match=r"no adapter in .*adapter_config.json"):
        lora.load(net, tmp_path)


def test_training_moves_the_adapters_and_never_the_base(source, high_bars):
    result = tl.transfer(source, high_bars, strategy="lora:4", shots=6, steps=30)
    learnt = result.model.backbone
    assert lora.remove(learnt).digest() == source.backbone.digest()
    assert any(p.abs().max() > 0 for name, p in learnt.named_parameters() if "lora_B" in name)
    assert result.trainable_params == lora.count(learnt) + 96 * 3 + 3
    assert result.total_params == sum(p.numel() for p in source.backbone.parameters()) + result.trainable_params


def test_lora_in_the_last_stages_only(source, high_bars):
    result = tl.transfer(source, high_bars, strategy="lora:2@1", shots=2, steps=3)
    assert {name.split(".")[1] for name, _ in result.model.backbone.named_parameters() if "lora_" in name} == {"3"}


def test_the_same_seed_learns_the_same(source, high_bars):
    one, again = (tl.transfer(source, high_bars, strategy="lora:2", shots=2, steps=3, seed=4) for _ in range(2))
    assert one.model.backbone.digest() == again.model.backbone.digest()


def test_adapters_are_weighed_before_they_are_there(net, adapted):
    assert lora.weigh(net, rank=4) == lora.count(adapted)
    assert lora.weigh(net, rank=2, last=1) == 2 * (512 + 96)


def test_what_an_adapter_learnt_is_the_difference_of_weights(net, adapted):
    adapted = disturbed(adapted)
    name = "stages.3.1"
    merged = lora.merge(adapted).get_submodule(name).weight - net.get_submodule(name).weight
    assert torch.allclose(lora.learnt(adapted, name), merged, atol=1e-5)
    with pytest.raises(tl.TlkitError, match=r"no adapter beside 'stages.0.1'"):
        lora.learnt(adapted, "stages.0.1")
    with pytest.raises(tl.TlkitError, match="has no adapters"):
        lora.learnt(net, name)


def test_what_is_kept_is_counted(adapted, tmp_path):
    folder = lora.save(adapted, tmp_path)
    assert 4 * lora.count(adapted) < lora.kept(folder) < 4 * lora.count(adapted) + 5000


def test_the_control_adapts_a_random_body(source, high_bars):
    result = tl.transfer(source, high_bars, strategy="random_lora:4", shots=2, steps=3)
    assert lora.remove(result.model.backbone).digest() != source.backbone.digest()
    assert (
        result.trainable_params == tl.transfer(source, high_bars, strategy="lora:4", shots=2, steps=3).trainable_params
    )


def test_another_rate_is_another_strategy():
    assert tl.LoRA(8, last=4, rate="body").name == "lora:8@4, body's rate"
    assert tl.LoRA(8, last=4, rate="body").phases[0].rate == "body"


def test_a_comparison_keeps_no_adapted_network(source, high_bars):
    """Where peft's model and ours held each other, a comparison filled the memory."""
    gc.collect()
    gc.disable()
    try:
        tl.compare(source, high_bars, strategies=["lora:2"], shots=[1], seeds=[0], steps=2)
        assert not [each for each in gc.get_objects() if issubclass(type(each), Backbone) and lora.is_adapted(each)]
    finally:
        gc.enable()
