import dataclasses
import pickle

import pytest
import torch

import tlkit as tl
from tlkit.experiments.source import self_taught_recipe

STEPS = 12


@pytest.fixture(scope="module")
def latin():
    return tl.task("glyphs/latin").fewer(test=52, seed=0)


@pytest.fixture(scope="module")
def source(latin):
    return taught(latin)


def taught(task, seed=0, **how):
    objective = tl.self_supervised.contrast(**how)
    return tl.pretrain(tl.backbone("small-cnn", size=16), task, seed=seed, steps=STEPS, objective=objective)


def test_labels_play_no_part_in_it(source, latin):
    shuffled = dataclasses.replace(latin.shuffled(), name=latin.name)
    assert taught(shuffled).backbone.digest() == source.backbone.digest()
    assert taught(shuffled).recipe() == source.recipe()


def test_it_learns(source):
    assert len(source.history) == STEPS
    assert source.history[-1].loss < source.history[0].loss


def test_each_seed_has_a_network_of_its_own_taught_once(source):
    other = source.reseed(1)
    assert other.backbone.digest() != source.backbone.digest()
    assert source.reseed(1) is other
    assert source.reseed(0) is source
    assert other.recipe() == source.recipe()


def test_a_saved_run_is_found_again_before_anything_was_taught(source, latin):
    untaught = tl.backbone("small-cnn", size=16)
    assert self_taught_recipe(untaught, latin, source.objective, STEPS) == source.recipe()


def test_what_differs_in_the_objective_is_another_source(source, latin):
    assert taught(latin, augmentations="turn").recipe() != source.recipe()
    assert taught(latin, repel=False).recipe() != source.recipe()


def test_a_comparison_takes_it_as_any_other(source, latin):
    runs = tl.compare(source, latin, strategies=["head", "lp_ft"], shots=1, seeds=[0, 1], steps=4)
    assert runs.sources == ["glyphs/latin, views by place + turn + stroke"]
    again = tl.compare(source, latin, strategies="head", shots=1, seeds=[0, 1], steps=4, reuse=runs)
    assert again.reused == 2


def test_it_says_what_it_is_and_travels_light(source):
    source.reseed(1)
    assert repr(source).startswith("Source(small-cnn, 16 pixels taught itself glyphs/latin, views by place")
    there = pickle.loads(pickle.dumps(source))
    assert there._siblings == {}
    assert there.backbone.digest() == source.backbone.digest()


def test_it_names_nothing_by_itself(source, latin):
    with pytest.raises(tl.TlkitError, match="the source's own head"):
        tl.transfer(source, latin, strategy="keep", shots=1)


def test_dropout_rests_while_it_learns_and_nothing_stays_in_training_mode(source):
    assert not any(part.training for part in [*source.backbone.modules(), *source.projector.modules()])
    body = tl.backbone("small-cnn", size=16)
    assert any(isinstance(part, torch.nn.Dropout) for part in body.modules())


def test_an_objective_that_is_none(latin):
    with pytest.raises(tl.TlkitError, match="objective='simclr' is none"):
        tl.pretrain(tl.backbone("small-cnn"), latin, objective="simclr")


def test_texts_have_no_views():
    with pytest.raises(tl.TlkitError, match="small-cnn"):
        tl.pretrain(tl.backbone("small-cnn"), "spam", objective=tl.self_supervised.contrast())
