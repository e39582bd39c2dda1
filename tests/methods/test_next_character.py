import numpy as np
import pytest

from tlkit.datasets.languages import alphabet, language
from tlkit.errors import TlkitError
from tlkit.methods import next_character as nc

GALICIAN, SPANISH = language("Galician"), language("Spanish")
OWN = GALICIAN.draw(500, seed=0)


def test_counts_are_those_of_witten_and_bell_by_hand():
    counts = nc.Counts(["aab"], order=1)
    nothing = 1 / len(alphabet())
    of_any = (2 + 2 * nothing) / (3 + 2)  # two of three are a, and two kinds were seen
    after_a = (1 + 2 * of_any) / (2 + 2)  # of two after an a one is an a
    assert counts.likelihoods(["aa"]) == pytest.approx([of_any, after_a])
    assert counts.bits(["aa"]) == pytest.approx(-np.log2([of_any, after_a]).mean())


@pytest.mark.parametrize("before", ["", "toda persoa", "żżż"], ids=["nothing", "known", "never seen"])
def test_all_characters_together_are_as_likely_as_one_that_comes(before):
    assert sum(nc.Counts(OWN).next(before, most=len(alphabet())).values()) == pytest.approx(1)


def test_the_likeliest_comes_first():
    assert next(iter(nc.Counts(GALICIAN.learn).next("toda persoa ten der"))) == "e"


def test_nothing_counted_knows_nothing():
    assert nc.Counts().bits(GALICIAN.test) == pytest.approx(np.log2(len(alphabet())))


def test_what_was_counted_is_known_better_than_what_was_not():
    counts = nc.Counts(OWN)
    assert counts.bits(OWN) < counts.bits(GALICIAN.test) - 1
    held_out = nc.bits_of(nc.out_of_fold(OWN))
    assert counts.bits(OWN) + 1 < held_out


def test_out_of_fold_is_told_by_the_other_quarters():
    text = "".join(OWN)
    quarter = nc.Counts([text[:125], text[250:]]).likelihoods([text[125:250]])
    assert nc.out_of_fold(OWN)[125:250] == pytest.approx(quarter)


def test_weights_find_the_one_that_is_right():
    told = np.array([[0.9] * 50 + [0.1] * 50, [0.1] * 50 + [0.9] * 50, [0.01] * 100])
    weights = nc.mixing_weights(told)
    assert weights == pytest.approx([0.5, 0.5, 0], abs=0.01)
    assert weights.sum() == pytest.approx(1)


def test_a_mixture_is_better_than_its_parts():
    relatives = {"Spanish": nc.Counts(SPANISH.learn)}
    mixture = nc.mix(OWN, relatives)
    assert [*mixture.weights] == ["its own", "Spanish"]
    assert sum(mixture.weights.values()) == pytest.approx(1)
    assert mixture.bits(GALICIAN.test) < min(part.bits(GALICIAN.test) for part in mixture.parts.values()) - 0.2


def test_alone_it_listens_to_itself():
    mixture = nc.mix(OWN, {})
    assert mixture.weights == {"its own": pytest.approx(1)}
    assert mixture.bits(GALICIAN.test) == pytest.approx(nc.Counts(OWN).bits(GALICIAN.test))


def test_examples_are_six_characters_and_the_next():
    before, after = nc.examples(["abc", "d"])
    letters = np.array([*alphabet()])
    assert ["".join(row) for row in letters[before.numpy()]] == ["\n" * 6, "\n" * 5 + "a", "\n" * 4 + "ab", "\n" * 6]
    assert "".join(letters[after.numpy()]) == "abcd"


def test_a_network_learns_in_place_and_the_same_again():
    networks = []
    for _ in range(2):
        nc.torch.manual_seed(0)
        networks.append(nc.network())
    before = nc.network_bits(networks[0], GALICIAN.test)
    first, second = (nc.network_bits(nc.teach(each, OWN, steps=30, seed=1), GALICIAN.test) for each in networks)
    assert first == pytest.approx(second)
    assert first < before - 1


def test_a_letter_that_the_network_has_none_for_is_told():
    with pytest.raises(TlkitError, match="alphabet has no 'Ω'"):
        nc.examples(["ab", "aΩ"])


def test_a_text_that_is_no_list_of_pieces_is_told_so():
    with pytest.raises(TlkitError, match="given in pieces"):
        nc.Counts("toda persoa")
