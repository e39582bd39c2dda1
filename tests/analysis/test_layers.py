import dataclasses

import numpy as np
import pytest

import tlkit as tl
from tests.experiments.test_results import result
from tlkit.analysis.layers import strongest


@pytest.fixture(scope="module")
def pianist():
    return tl.pretrain(tl.backbone("note-cnn"), tl.task("notes/piano"), steps=40)


@pytest.fixture
def by_cut():
    accuracies = {"head@1": 0.4, "head@2": 0.7, "head@10": 0.6, "head": 0.1, "random_head@1": 0.2}
    return tl.Results(result(name, 5, seed, value + seed / 50) for name, value in accuracies.items() for seed in (0, 1))


def test_accuracies_by_depth_are_in_the_order_of_the_stages(by_cut):
    assert [round(e.mean, 3) for e in tl.layers.by_depth(by_cut, shots=5)] == [0.41, 0.71, 0.61]
    assert tl.layers.by_depth(by_cut, "random_head", shots=5)[0].mean == pytest.approx(0.21)
    with pytest.raises(tl.TlkitError, match="no keep@1"):
        tl.layers.by_depth(by_cut, "keep", shots=5)


def test_the_picture_of_depth_has_its_numbers_in_words(by_cut):
    curves = {"taught": tl.layers.by_depth(by_cut, shots=5)}
    level = ("pixels", by_cut.accuracy("head", shots=5))
    picture = tl.layers.plot_depth(curves, ("a", "b", "c"), "Depth", level=level)
    assert repr(picture) == (
        "Depth. Test examples named right, by the last stage that is kept: "
        "taught 41% at a, 71% at b, 61% at c; pixels 11%."
    )
    assert "CKA, by stage: taught 0.41 at a" in repr(
        tl.layers.plot_depth(curves, ("a", "b", "c"), "Alike", what="CKA", across="stage")
    )


def test_strongest_items_come_first():
    features = np.array([[0.0, 9], [5, 8], [1, 7], [5, 0]])
    assert strongest(features, 2).tolist() == [[1, 0], [3, 1]]


def test_purity_is_one_for_specialists_and_leaves_out_the_dead():
    labels = np.repeat([0, 1], 8)
    specialist, indifferent, dead = labels, np.tile([0, 1], 8), np.zeros(16)
    assert tl.layers.class_selectivity(np.c_[specialist, dead], labels) == 1
    assert tl.layers.class_selectivity(np.c_[indifferent], labels) == 0.5
    assert tl.layers.class_selectivity(np.c_[dead], labels) == 0


def test_what_excites_a_unit_is_shown_strongest_first(pianist):
    guitar = tl.task("notes/guitar")
    answers = pianist.backbone.features(guitar.test.items, stage=4)[:, 3]
    best = guitar.classes[guitar.test.labels[np.argsort(-answers, kind="stable")[0]]]
    shown = tl.layers.top_activations(pianist.backbone, guitar, stage=4, unit=3, count=4)
    assert f"strongest first: {best}, " in repr(shown)
    assert len(shown.figure.axes) == 4
    with pytest.raises(tl.TlkitError, match="units 0 to 95, not 96"):
        tl.layers.top_activations(pianist.backbone, guitar, stage=4, unit=96)


def test_images_are_shown_too():
    network = tl.random_source(tl.backbone("small-cnn")).backbone
    assert "pictures of products" in repr(
        tl.layers.top_activations(network, tl.task("products"), stage=1, unit=0, count=3)
    )


def test_agreement_is_one_with_itself_and_seed_by_seed(pianist):
    guitar = tl.task("notes/guitar")
    own = tl.layers.stagewise_cka(pianist, pianist, guitar, seeds=[0])
    assert [e.mean for e in own] == pytest.approx([1, 1, 1, 1])
    strangers = tl.layers.stagewise_cka(pianist, tl.random_source(pianist), guitar, seeds=[0])
    assert "dense, notes/piano and random note-cnn" in strangers[-1].what
    assert strangers[-1].mean < 0.9
    assert list(strangers[0].by_seed) == [0]
    words = repr(tl.layers.plot_cka(pianist.backbone, pianist.backbone, guitar.test.items[:50], ("one", "one")))
    assert "conv1 1.00" in words


def test_specialists_are_a_figure_for_every_stage(pianist):
    figures = tl.layers.stagewise_selectivity(pianist, tl.task("notes/guitar"), seeds=[0])
    assert len(figures) == 4
    assert all(1 / 8 < e.mean <= 1 for e in figures)


def test_the_labels_choose_the_stage_that_parts_them():
    """Stages that pass the class on, then lose it: the cut falls before the loss."""
    torch = pytest.importorskip("torch")
    from torch import nn

    class Lose(nn.Module):
        def forward(self, inputs):
            return inputs * 0 + torch.randn(inputs.shape, generator=torch.Generator().manual_seed(0))

    stages = {"flat": nn.Flatten(), "same": nn.Identity(), "lost": Lose()}
    pictures = np.random.default_rng(0).integers(0, 50, (60, 8, 8)).astype(np.uint8)
    labels = np.arange(60) % 3
    pictures[labels == 1, :4] += 150
    pictures[labels == 2, 4:] += 150
    examples = tl.Examples(pictures, labels)
    task = tl.Task("bars", "image", ("a", "b", "c"), examples, examples)
    look = tl.backbone("small-cnn").prepare
    network = tl.Backbone("loser", stages, prepare=look, pool=nn.Identity(), width=3 * 32 * 32, taught="to lose")
    assert tl.layers.choose_cut(network, task, shots=5) == 2
    untold = dataclasses.replace(task, test=tl.Examples(pictures, np.random.default_rng(0).permutation(labels)))
    untold = dataclasses.replace(untold, test=untold.test.take(labels == 0))
    assert tl.layers.choose_cut(network, untold, shots=5) == 2  # whatever the test says
    with pytest.raises(tl.TlkitError, match="give choose_cut 2 shots"):
        tl.layers.choose_cut(network, task, shots=1)


def test_the_choice_looks_at_no_test(by_cut, pianist, monkeypatch):
    import tlkit.analysis.layers

    monkeypatch.setattr(tlkit.analysis.layers, "choose_cut", lambda *_, seed, **__: 2 if seed else 1)
    chosen = tl.layers.by_choice(
        by_cut, pianist.backbone if pianist.backbone.taught else pianist, "notes/guitar", shots=5
    )
    assert chosen.by_seed == pytest.approx({0: 0.4, 1: 0.72})


def test_a_random_source_is_another_random_network_for_every_seed():
    one = tl.random_source(tl.backbone("note-cnn"))
    assert one.reseed(3).backbone.digest() == tl.random_source(tl.backbone("note-cnn"), seed=3).backbone.digest()
    assert one.reseed(3).backbone.digest() != one.reseed(4).backbone.digest()
    assert one.recipe() == one.reseed(4).recipe()
    guitar = tl.task("notes/guitar")
    assert "learnt nothing" in repr(one)
    assert len(tl.compare(one, guitar, strategies=["head@1"], shots=[1], seeds=[0, 1])) == 2


def test_the_bare_pixels_are_a_baseline():
    products = tl.task("products")
    bare = tl.backbone("pixels")
    features = bare.features(products.test.items[:2])
    assert np.allclose(features[0].reshape(3, 28, 28)[1] * 0.5 + 0.5, products.test.items[0] / 255, atol=1e-6)
    assert tl.transfer(bare, products, strategy="head", shots=5).accuracy > 0.5
