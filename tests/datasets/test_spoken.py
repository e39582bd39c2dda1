import pytest

import tlkit as tl
from tlkit.datasets import spoken


def test_sentences_depend_on_their_seed_alone_and_have_no_capitals():
    drawn = spoken.draw(40, seed=1)
    assert drawn[:3] == spoken.draw(3, seed=1)
    assert drawn != spoken.draw(40, seed=2)
    assert all(one.text == one.text.lower() and len(one.words) == len(one.tags) for one in drawn)


def test_names_are_tagged_and_nothing_else():
    known = {word.lower() for word in (*spoken.FIRST, *spoken.LAST)}
    for one in spoken.draw(200, seed=0):
        for word, tag in zip(one.words, one.tags, strict=True):
            assert (tag == spoken.PERSON) == (word in known)
            assert (tag == spoken.MEDICINE) == (word in spoken.DRUGS)


def test_the_two_places_share_no_name_and_no_sentence():
    here, there = (spoken.draw(400, seed=0, place=place) for place in spoken.PLACES)
    names = [{word for one in each for word, tag in zip(*one, strict=True) if tag != "O"} for each in (here, there)]
    assert names[0].isdisjoint(names[1])
    assert {one.text for one in here}.isdisjoint(one.text for one in there)


def test_a_place_that_is_none_is_told():
    with pytest.raises(tl.TlkitError, match="take 'doctor' or 'pharmacy'"):
        spoken.draw(1, seed=0, place="market")
