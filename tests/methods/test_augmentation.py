import numpy as np
import pytest
import torch

import tlkit as tl
from tlkit.methods.augmentation import AUGMENTATIONS, USUAL, augmented, placed, seen_augmented, stroked, turned


def spot() -> torch.Tensor:
    """A square of ink, a little to the left, on a background of -1."""
    inputs = torch.full((1, 1, 16, 16), -1.0)
    inputs[..., 6:10, 4:8] = 1
    return inputs


def draw(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def centre(inputs: torch.Tensor) -> float:
    """Which column the ink lies in, on the mean."""
    ink = (inputs + 1).sum(dim=(0, 1, 2))
    return float((ink * torch.arange(len(ink))).sum() / ink.sum())


def ink(inputs: torch.Tensor) -> float:
    return float((inputs + 1).sum())


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_a_view_is_drawn_by_the_seed_alone_and_stays_in_range(name):
    inputs = spot().expand(8, 3, -1, -1)
    one, again, other = (augmented(inputs, [name], draw(seed)) for seed in (0, 0, 1))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert one.shape == inputs.shape
    assert one.min() >= -1.0001
    assert one.max() <= 1.0001


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_each_picture_of_a_batch_is_changed_in_a_way_of_its_own(name):
    views = augmented(spot().expand(8, 1, -1, -1), [name], draw())
    assert len({tuple(view.flatten().tolist()) for view in views}) > 1


def test_what_is_moved_to_the_right_is_sampled_from_the_left():
    one, nought = torch.ones(1), torch.zeros(1)
    assert centre(placed(spot(), torch.tensor([-0.25]), nought, one)) == pytest.approx(centre(spot()) + 2, abs=0.1)
    assert torch.allclose(placed(spot(), nought, nought, one), spot(), atol=1e-5)
    assert ink(placed(spot(), nought, nought, 2 * one)) > 2 * ink(spot())


def test_a_quarter_turn_is_what_torch_makes_of_it():
    quarter = turned(spot(), torch.tensor([np.pi / 2]).float(), torch.zeros(1))
    rotated = (torch.rot90(spot(), turns, (2, 3)) for turns in (1, 3))
    assert any(torch.allclose(quarter, each, atol=1e-4) for each in rotated)


def test_bolder_has_more_ink_and_finer_less():
    bold, same, fine = (ink(stroked(spot(), torch.tensor([amount]))) for amount in (0.5, 0.0, -0.5))
    assert bold > same > fine
    assert same == ink(spot())


def test_a_network_sees_views_only_meanwhile():
    body, items = tl.backbone("small-cnn"), np.random.default_rng(0).integers(0, 255, (4, 28, 28)).astype(np.uint8)
    plain = body.prepare(items)
    with seen_augmented(body, USUAL, seed=0):
        first, second = body.prepare(items), body.prepare(items)
    assert not torch.equal(first, second)
    assert torch.equal(body.prepare(items), plain)


def test_scratch_with_views_learns_something_else_than_plain_scratch():
    nobody, latin = tl.random_source(tl.backbone("small-cnn", size=16)), tl.task("glyphs/latin").fewer(test=52, seed=0)
    views = tl.augmentation.with_views("scratch")
    plain, one, again = (
        tl.transfer(nobody, latin, strategy=strategy, shots=1, steps=4, on_event=None)
        for strategy in ("scratch", views, views)
    )
    losses = [[event.loss for event in run.history if hasattr(event, "loss")] for run in (plain, one, again)]
    assert losses[1] == losses[2] != losses[0]
    assert views.name == "scratch, place + turn + stroke"
    assert views.recipe() != tl.Scratch().recipe()


def test_what_can_not_be_done_is_said():
    with pytest.raises(tl.TlkitError, match="'head' can't be augmented: use 'scratch'"):
        tl.augmentation.with_views("head")
    with pytest.raises(tl.TlkitError, match="strok"):
        tl.augmentation.with_views("scratch", ["strok"])
    with pytest.raises(tl.TlkitError, match="Only pictures can be augmented"):
        augmented(torch.zeros(2, 5), USUAL, draw())
