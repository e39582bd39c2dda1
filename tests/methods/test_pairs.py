import numpy as np
import pytest
import torch

import tlkit as tl
from tests.small_networks import save_model
from tlkit.methods import pairs
from tlkit.methods.self_supervised import nt_xent

QUESTIONS, TEXTS = ["aa", "bb", "cc", "dd"], ["za", "zb", "zc", "zd"]


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bert")
    save_model(folder, "bert")
    return tl.backbone(str(folder), size=32)


@torch.no_grad()
def apart(net) -> float:
    both = (net.pool(net.run(net.prepare(np.array(each, object)))) for each in (QUESTIONS, TEXTS))
    return float(nt_xent(*both, pairs.TEMPERATURE))


@pytest.mark.parametrize(("rank", "rate"), [(4, 1e-2), (None, 1e-3)], ids=["adapters", "all of it"])
def test_pairs_are_drawn_together_and_the_given_network_stays(net, rank, rate):
    before, was = net.digest(), apart(net)
    taught = pairs.teach(net, QUESTIONS, TEXTS, rank=rank, rate=rate, steps=12)
    assert apart(taught) < was
    assert net.digest() == before
    learnt = sum(each.numel() for each in taught.parameters() if each.requires_grad)
    assert (learnt < 0.2 * sum(each.numel() for each in net.parameters())) == (rank is not None)


def test_the_same_seed_learns_the_same(net):
    first, again, other = (pairs.teach(net, QUESTIONS, TEXTS, steps=2, seed=seed).digest() for seed in (0, 0, 1))
    assert first == again != other


def test_what_are_no_pairs_is_told(net):
    with pytest.raises(tl.TlkitError, match="4 questions and 3 texts are no pairs"):
        pairs.teach(net, QUESTIONS, TEXTS[:3])
    with pytest.raises(tl.TlkitError, match="no number of steps"):
        pairs.teach(net, QUESTIONS, TEXTS, steps=0)
