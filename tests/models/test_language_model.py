"""What networks declare that they can do: read texts, and say what comes next."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import tlkit as tl
from tests.small_networks import save_model
from tlkit.analysis.neighbours import texts
from tlkit.methods.feature_cache import FeatureCache
from tlkit.methods.fingerprint import row_digests
from tlkit.methods.frozen_features import FrozenFeatures
from tlkit.models.backbone import Backbone
from tlkit.models.language_model import LanguageModel, TextBackbone
from tlkit.models.sequences import Sequences, mean_over_tokens, padded


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """Small networks that read, each loaded once."""
    loaded = {}

    def load(kind: str) -> Backbone:
        if kind not in loaded:
            folder = tmp_path_factory.mktemp(kind)
            save_model(folder, kind)
            loaded[kind] = tl.backbone(str(folder), size=16)
        return loaded[kind]

    return load


@pytest.mark.parametrize(("kind", "declared"), [("bert", TextBackbone), ("gpt2", LanguageModel)])
def test_a_network_is_what_it_can_do_and_so_are_its_copies(network, kind, declared):
    net = network(kind)
    for each in (net, net.copy(), net.fresh(0), net.cut(1, like=texts(["a film"]))):
        assert type(each) is declared
        assert each.tokenizer is net.prepare.tokenizer
    assert net.lengths(texts(["a film", ""])).tolist() == [6, 0]


def test_a_network_for_pictures_has_no_lengths(source):
    assert source.backbone.lengths(np.zeros((2, 32, 32), np.uint8)) is None


def test_log_probs_are_those_of_what_comes_next(network):
    net = network("gpt2").eval()
    with torch.no_grad():
        log_probs = net.log_probs(net.run(net.prepare(texts(["a good film"]))).values[0])
    assert log_probs.shape[1] == net.unembed.out_features
    assert torch.allclose(log_probs.exp().sum(dim=1), torch.ones(len(log_probs)), atol=1e-4)


class Histories(Backbone):
    """A network of another modality whose items differ in length: each is an array of events."""

    def lengths(self, items):
        return np.array([len(events) for events in items])

    def specimen(self, items):
        return histories(np.arange(5))


def histories(*rows: np.ndarray) -> np.ndarray:
    items = np.empty(len(rows), dtype=object)
    items[:] = rows
    return items


class Embed(torch.nn.Module):
    """Events as states."""

    def __init__(self):
        super().__init__()
        self.table = torch.nn.Embedding(50, 4)

    def forward(self, events: Sequences) -> Sequences:
        return Sequences(self.table(events.values), events.mask)


def test_events_go_the_way_of_texts():
    torch.manual_seed(0)
    net = Histories(
        "events", {"embed": Embed()}, prepare=lambda items: padded([torch.from_numpy(row) for row in items]),
        pool=mean_over_tokens, width=4, modality="history",
    )  # fmt: skip
    items = histories(*(np.arange(start, start + length) for start, length in [(0, 9), (3, 1), (7, 40), (1, 3)]))
    alone = np.concatenate([net.features(items[[row]]) for row in range(4)])
    assert np.allclose(net.features(items), alone, atol=1e-6)
    assert np.allclose(FrozenFeatures(net, items, cache=FeatureCache()).features(), alone, atol=1e-6)


def test_long_histories_that_differ_in_the_middle_have_digests_of_their_own():
    first, second = np.zeros(5000, int), np.zeros(5000, int)
    second[2500] = 1
    assert len(set(row_digests(histories(first, second)))) == 2
