import numpy as np
import pytest

import tlkit as tl
from tests.small_networks import save_model
from tlkit.analysis import lookup
from tlkit.datasets.lookup import Lookup


def three(_seed: int = 0) -> Lookup:
    """Two questions with an answer, and one without."""
    questions = ["open a file", "close the door", "boil an egg"]
    texts = ["the door is to close", "a file to open", "nothing here"]
    return Lookup(np.array(questions, object), np.array(texts, object), np.array([1, 0, -1]))


def test_a_right_text_counts_only_if_no_other_is_as_likely():
    likeness = np.array([[0.1, 0.9, 0.2], [0.5, 0.5, 0.1], [0.3, 0.2, 0.1]])
    answers = np.array([1, 0, -1])
    assert lookup.ranks(likeness, answers).tolist() == [1, 2]
    assert lookup.judge(likeness, answers) == (0.5, 0.75, 1.0)
    assert lookup.judge(likeness[:2], answers[:2]) == (0.5, 0.75, 0.5)
    with pytest.raises(tl.TlkitError, match="No question has an answer"):
        lookup.judge(likeness, np.full(3, -1))


def test_words_find_what_shares_them():
    found = tl.lookup.search(None, three, seeds=[0, 1])
    assert found.first.values == found.reciprocal_rank.values == [1.0, 1.0]
    assert found.absence.mean == 1.0


def test_what_a_network_finds_is_measured_once(tmp_path, monkeypatch):
    save_model(tmp_path, "bert")
    net, known = tl.backbone(str(tmp_path), size=32), tl.Results()
    likeness = lookup.by_meaning(net, three())
    assert np.abs(likeness).max() <= 1 + 1e-5
    found = tl.lookup.search(net, three, seeds=[0], reuse=known)
    assert found.by_seed[0] == pytest.approx(lookup.judge(likeness, three().answers))
    monkeypatch.setattr(lookup, "judge", lambda *_: pytest.fail("measured again"))
    assert tl.lookup.search(net, three, seeds=[0], reuse=known) == found


def test_the_two_texts_to_look_things_up_in():
    assert len(lookup.functions(0).texts) == 100
    assert len(lookup.articles(0).texts) == 15


def test_half_of_the_functions_are_to_learn_from():
    learn, test = tl.lookup.lookup.functions(300, seed=0, learn=True), tl.lookup.lookup.functions(300, seed=0)
    assert set(learn.texts).isdisjoint(test.texts)


def test_a_language_model_is_asked_about_what_was_found(tmp_path, monkeypatch):
    save_model(tmp_path, "llama")
    model, known = tl.backbone(str(tmp_path), size=64), tl.Results()
    odds = lookup.yes_or_no(model, ["is it so?", "no?"], ["it is", "it is not"])
    tokens = model.tokenizer(lookup.generation.asked("Question: no?\nText: it is not", lookup.ANSWERED))["input_ids"]
    said = model.log_probs(model.run(lookup.padded([lookup.torch.tensor(tokens)])).values[:, -1])[0].detach()
    yes, no = (model.tokenizer(word)["input_ids"][0] for word in ("Yes", "No"))
    assert odds[1] == pytest.approx(float(said[yes] - said[no]), abs=1e-4)
    found = tl.lookup.outright(model, model, seeds=[0], reuse=known)
    monkeypatch.setattr(lookup, "yes_or_no", lambda *_: pytest.fail("asked again"))
    assert tl.lookup.outright(model, model, seeds=[0], reuse=known).values == found.values
