import html

import pytest

import tlkit as tl
from tlkit.errors import TlkitError
from tlkit.methods import next_character as nc
from tlkit.widgets.base import values_of

SIZES = (250, 500, 1000)


@pytest.fixture
def lab():
    return tl.labs.RelativesLab(["Galician", "Basque"], ["Spanish", "Finnish"], chars=SIZES, first=["Spanish"])


def test_it_says_what_the_mixture_finds(lab):
    galician, spanish = (tl.languages.language(name) for name in ("Galician", "Spanish"))
    mixture = nc.mix(galician.draw(250, seed=0), {"Spanish": nc.Counts(spanish.learn)})
    assert lab.answer.together[250] == pytest.approx(mixture.bits(galician.test))
    assert lab.answer.weights == pytest.approx(mixture.weights)
    assert lab.answer.alone[250] == pytest.approx(nc.Counts(galician.draw(250, seed=0)).bits(galician.test))
    assert "Galician with 250 characters of its own, beside Spanish:" in lab.words.value
    assert repr(lab) == f"RelativesLab: {lab.answer.words()}"


def test_every_position_has_its_own_words_and_picture(lab):
    seen = set()
    for target in values_of(lab.target):
        for chars in values_of(lab.chars):
            for finnish in (False, True):
                lab.target.value, lab.chars.value, lab.chosen["Finnish"].value = target, chars, finnish
                assert f'alt="{html.escape(lab.answer.words())}"' in lab.picture.value
                seen.add(lab.words.value)
    assert len(seen) == 2 * len(SIZES) * 2


def test_without_anybody_it_is_alone(lab):
    lab.chosen["Spanish"].value = False
    assert "nobody beside it" in lab.words.value
    assert lab.answer.weights == {"its own": pytest.approx(1)}
    assert lab.answer.alone == lab.answer.together


def test_help_is_told_in_characters(lab):
    assert "characters of its own. Whom the mixture listens to: its own" in lab.words.value
    assert "at least as good as 1,000 characters" in lab.words.value


def test_what_does_not_help_is_told():
    cipher = tl.languages.language("Galician").in_cipher()
    lab = tl.labs.RelativesLab("Galician", [cipher], chars=[4000], first=[cipher.name])
    answer = lab.answer
    assert ("no help" in answer.words()) == (answer.together[4000] >= answer.alone[4000])


def test_a_language_passes_itself_over():
    lab = tl.labs.RelativesLab("Galician", ["Galician", "Spanish"], chars=[250], first=["Galician"])
    assert "nobody beside it" in lab.words.value


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"targets": "Galicain"}, "Did you mean 'Galician'"),
        ({"relatives": []}, "relatives"),
        ({"chars": [0]}, "no number of characters"),
        ({"chars": [9000]}, "5,061 characters"),
    ],
    ids=["unknown", "no relatives", "no characters", "too many"],
)
def test_what_it_is_given_is_checked(asked, told):
    with pytest.raises(TlkitError, match=told):
        tl.labs.RelativesLab(**asked)
