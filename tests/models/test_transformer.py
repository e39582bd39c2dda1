"""Networks that read, cut into stages, say what transformers says: small ones, saved locally as a reader has them."""

import contextlib

import numpy as np
import pytest
import torch
import transformers

import tlkit as tl
from tests.small_networks import CAUSAL, ENCODERS, SIZES, save_model
from tlkit.datasets.task import Examples
from tlkit.methods import training
from tlkit.methods.classifier import Classifier, new_head
from tlkit.methods.method import Phase
from tlkit.methods.training import fit
from tlkit.models.sequences import Sequences

TEXTS = np.array(["good", "a bad film about a piano, and much too long", "not bad", ""], dtype=object)


@pytest.fixture(scope="module", params=[*ENCODERS, *CAUSAL])
def saved(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    whole = save_model(folder, request.param)
    return tl.backbone(str(folder)), whole


@torch.no_grad()
def test_in_stages_it_says_what_the_library_says(saved):
    net, whole = saved
    read = net.prepare(TEXTS)
    expected = whole(input_ids=read.values, attention_mask=read.mask).last_hidden_state
    half = net.run(read, stop=2)
    said = net.run(Sequences(half.values, half.mask), start=2).values
    assert torch.allclose(said * read.mask[..., None], expected * read.mask[..., None], atol=1e-4)


def test_padding_changes_nothing(saved):
    net, _ = saved
    together = net.features(TEXTS)
    alone = np.concatenate([net.features(TEXTS[i : i + 1]) for i in range(len(TEXTS))])
    assert np.allclose(together, alone, atol=1e-5)
    assert together.shape == (4, net.width)
    assert np.isfinite(together).all()


def test_a_random_twin_shares_nothing_and_is_always_the_same(saved):
    net, _ = saved
    one, again, other = net.fresh(1), net.fresh(1), net.fresh(2)
    assert one.digest() == again.digest() != other.digest()
    assert not one.taught
    mine, theirs = ({name: p for name, p in n.named_parameters() if p.ndim > 1} for n in (one, net))
    assert all(not torch.equal(mine[name], theirs[name]) for name in theirs)


def test_rows_are_taken_without_padding_that_nobody_needs(saved):
    net, _ = saved
    read = net.prepare(TEXTS)
    assert read[torch.tensor([0, 2])].values.shape[1] == int(read.mask[[0, 2]].sum(dim=1).max())


def test_longer_texts_are_cut(tmp_path):
    save_model(tmp_path, "bert")
    net = tl.backbone(str(tmp_path), size=5)
    assert net.prepare(TEXTS).values.shape == (4, 5)


def test_a_network_that_can_not_be_cut_is_refused(tmp_path):
    transformers.AlbertModel(transformers.AlbertConfig(**SIZES, embedding_size=16)).save_pretrained(tmp_path)
    save_model(tmp_path / "other", "bert")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((tmp_path / "other" / name).read_bytes())
    with pytest.raises(tl.TlkitError, match="AlbertModel has no list of 3 blocks"):
        tl.backbone(str(tmp_path))


def test_a_hub_out_of_reach_is_one_sentence(monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(tl.TlkitError, match=r"nobody/nothing is neither on this machine nor within reach .*: use one"):
        tl.backbone("nobody/nothing")


def test_pictures_are_not_read(saved):
    with pytest.raises(tl.TlkitError, match="reads texts"):
        saved[0].features(np.zeros((2, 8, 8), np.uint8))


def test_with_no_other_words_than_those_it_reads_it_learns_the_same(saved, monkeypatch):
    def tuned():
        model = Classifier(saved[0].copy(), new_head(saved[0].width, 2, seed=1))
        fit(model, Examples(TEXTS, np.array([1, 0, 1, 0])), Phase(None, 1e-2), frozen=0, seed=0, steps=3)
        return model.state_dict()

    @contextlib.contextmanager
    def all_words(backbone, items):
        yield backbone.prepare(items)

    ours = tuned()
    monkeypatch.setattr(training, "only_words_of", all_words)
    theirs = tuned()
    assert not torch.equal(ours["head.weight"], new_head(saved[0].width, 2, seed=1).weight)
    for name, learnt in theirs.items():
        torch.testing.assert_close(ours[name], learnt, msg=name)


def test_a_copy_shares_the_weights_of_the_stages_that_it_is_told(saved):
    net = saved[0]
    short = net.copy(shared=2)
    places = [[p.data_ptr() for p in stage.parameters()] for stage in short.stages]
    own = [[p.data_ptr() for p in stage.parameters()] for stage in net.stages]
    assert [mine == theirs for mine, theirs in zip(places, own, strict=True)] == [True, True, False, False]
    short.requires_grad_(False)
    assert all(p.requires_grad for p in net.parameters())
