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
