import unicodedata

import pytest

from tlkit.datasets import texts
from tlkit.datasets.languages import NAMES, ROMANCE, STRANGERS, TEST_ARTICLES, alphabet, language
from tlkit.errors import TlkitError

GALICIAN = language("Galician")


def test_no_article_of_the_test_is_to_learn_from_in_any_language():
    for name in NAMES:
        articles = [unicodedata.normalize("NFC", text.lower()) + "\n" for text in texts.declaration(name)]
        one = language(name)
        assert list(one.test) == articles[1:29:3]
        assert sorted(one.learn + one.test) == sorted(articles)


def test_the_test_has_the_articles_of_the_tasks_test():
    tagged = texts.load("declaration/romance").test.tags["article"]
    assert set(map(int, tagged)) <= set(TEST_ARTICLES)


def test_sisters_strangers_and_basque_are_all():
    assert sorted(NAMES) == sorted({*ROMANCE, *STRANGERS, "Basque"})
    assert all(letter.lower() == letter for letter in alphabet())


@pytest.mark.parametrize("chars", [1, 500, GALICIAN.size], ids=["one", "some", "all"])
def test_a_draw_has_so_many_characters_and_begins_as_a_longer_one(chars):
    drawn = "".join(GALICIAN.draw(chars, seed=3))
    assert len(drawn) == chars
    assert "".join(GALICIAN.draw(GALICIAN.size, seed=3)).startswith(drawn)
    assert chars < 500 or GALICIAN.draw(chars, seed=4) != GALICIAN.draw(chars, seed=3)


def test_a_draw_says_how_much_there_is():
    with pytest.raises(TlkitError, match="Galician has 5,061 characters to learn from"):
        GALICIAN.draw(6000)


def test_a_cipher_renames_letters_and_nothing_else():
    cipher = GALICIAN.in_cipher()
    assert cipher.name == "Galician in cipher"
    assert [len(text) for text in cipher.learn] == [len(text) for text in GALICIAN.learn]
    plain, coded = "".join(GALICIAN.learn + GALICIAN.test), "".join(cipher.learn + cipher.test)
    key = dict(zip(plain, coded, strict=True))
    assert "".join(key[letter] for letter in plain) == coded
    assert len(set(key.values())) == len(key)
    assert all(key[sign] == sign for sign in " \n,.")
    assert plain != coded


@pytest.mark.parametrize("name", [3, None, ["Galician"]], ids=["number", "nothing", "list"])
def test_what_is_no_name_is_told_so(name):
    with pytest.raises(TlkitError, match="Galician"):
        language(name)


def test_an_unknown_language_names_the_nearest():
    with pytest.raises(TlkitError, match="Did you mean 'Galician'"):
        language("Galicain")
