import numpy as np
import pytest
import torch

import tlkit as tl
from tlkit.models.recurrent import INPUTS


@pytest.fixture
def net():
    return tl.backbone("event-gru")


def events(n: int = 3, length: int = 6) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(n, length, INPUTS)).astype(np.float32)


def test_the_last_event_and_those_before_it_decide(net):
    items = events()
    for changed in (0, -1):
        other = items.copy()
        other[:, changed] += 1
        assert not np.allclose(net.features(items), net.features(other))


def test_nothing_is_foreseen(net):
    items = events()
    with torch.no_grad():
        whole, cut = (net.run(net.prepare(each)) for each in (items, items[:, :4]))
    assert torch.allclose(whole[:, :4], cut, atol=1e-6)


def test_fresh_ones_share_nothing_and_each_seed_gives_its_own(net):
    one, again, other = (net.fresh(seed) for seed in (0, 0, 1))
    assert one.digest() == again.digest() != other.digest()


def test_events_of_another_size(net):
    with pytest.raises(tl.TlkitError, match="events of 16 numbers"):
        net.features(events()[:, :, :3])
    small = tl.backbone("event-gru", size=3)
    assert small.features(events()[:, :, :3]).shape == (3, small.width)


def test_a_pretext_teaches_what_is_not_the_owners():
    source = tl.pretrain(tl.backbone("event-gru"), tl.task("payments/a"), seed=0, steps=60)
    assert source.accuracy > 0.6
