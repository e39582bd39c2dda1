import numpy as np
import pytest

import tlkit as tl
from tests.small_networks import save_model
from tlkit.analysis import names
from tlkit.datasets import spoken
from tlkit.datasets.spoken import Spoken

WEISS = Spoken(("call", "nora", "weiss", "about", "aspirin"), ("O", "PERSON", "PERSON", "O", "MEDICINE"))


def test_names_are_whole_or_wrong():
    assert names.spans(WEISS.tags) == [("PERSON", 1, 3), ("MEDICINE", 4, 5)]
    assert names.judge([WEISS.tags], [WEISS]) == 1
    assert names.judge([("O", "PERSON", "O", "O", "MEDICINE")], [WEISS]) == pytest.approx(1 / 2)  # half a name
    assert names.judge([("O", "MEDICINE", "MEDICINE", "O", "MEDICINE")], [WEISS]) == pytest.approx(1 / 2)  # of a kind
    assert names.judge([("O",) * 5], [WEISS]) == 0


def test_what_is_listed_can_be_read_again():
    for one in [WEISS, *spoken.draw(50, seed=0), *spoken.draw(50, seed=0, place="pharmacy")]:
        assert names.spans(names.read_list(names.listed(one), one.words)) == names.spans(one.tags)


@pytest.mark.parametrize(
    "text", ["", "none", "PERSON: nora miller", "DOG: nora", "PERSON nora", "; : ,"],
    ids=["nothing", "none", "not in the sentence", "another kind", "no colon", "signs alone"],
)  # fmt: skip
def test_what_the_sentence_does_not_have_is_passed_over(text):
    assert set(names.read_list(text, WEISS.words)) == {"O"}


def test_surroundings_learn_a_place_and_know_no_other():
    here, there = (names.find(None, labels=100, place=place, seeds=[0]) for place in ("doctor", "pharmacy"))
    assert here.mean > 0.9
    assert there.mean < 0.1


def test_each_word_has_the_state_at_its_first_token(tmp_path):
    save_model(tmp_path, "bert")
    net = tl.backbone(str(tmp_path), size=64)
    alone, together = names.word_states(net, [WEISS])[0], names.word_states(net, [WEISS, *spoken.draw(9, seed=0)])[0]
    read = net.prepare(np.array([WEISS.text], object))
    states = net.run(read).values[0].detach().numpy()
    firsts = [WEISS.text.index(word) for word in WEISS.words]  # its tokens are letters
    np.testing.assert_allclose(alone, states[firsts], atol=1e-5)
    np.testing.assert_allclose(alone, together, atol=1e-4)


def test_what_was_found_is_measured_once(monkeypatch):
    asked = {"labels": 10, "seeds": [0], "reuse": tl.Results()}
    found = names.find(None, **asked)
    monkeypatch.setattr(names, "judge", lambda *_: pytest.fail("measured again"))
    assert names.find(None, **asked) == found


def test_a_network_that_reads_no_words_is_told(source):
    with pytest.raises(tl.TlkitError, match="reads no words"):
        names.word_states(source.backbone, [WEISS])
