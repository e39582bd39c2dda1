import numpy as np
import pytest

import tlkit as tl
from tlkit.analysis import low_resource
from tlkit.errors import TlkitError
from tlkit.estimate import Estimate
from tlkit.methods import next_character as nc

GALICIAN, SPANISH = tl.languages.language("Galician"), tl.languages.language("Spanish")


def test_it_is_the_mixture_made_by_hand():
    found = tl.low_resource.foretold("Galician", ["Spanish"], chars=500, seeds=[0, 3])
    by_hand = nc.mix(GALICIAN.draw(500, seed=3), {"Spanish": nc.Counts(SPANISH.learn)})
    assert found.bits.by_seed[3] == pytest.approx(by_hand.bits(GALICIAN.test), abs=1e-3)
    assert found.weights["Spanish"].by_seed[3] == pytest.approx(by_hand.weights["Spanish"], abs=1e-3)
    assert found.share(["its own", "Spanish"]).values == pytest.approx([1, 1], abs=1e-3)


def test_what_was_measured_is_not_measured_again(monkeypatch):
    kept = tl.Results()
    asked = {"chars": 300, "seeds": [0], "reuse": kept}
    first = tl.low_resource.foretold("Basque", ["Spanish"], **asked)
    by_network = tl.low_resource.by_network("Basque", chars=300, seeds=[0], reuse=kept)
    assert len(kept.figures) == 2
    for name in ("listened", "network_bits"):
        monkeypatch.setattr(low_resource, name, lambda *_, **__: pytest.fail("measured again"))
    assert tl.low_resource.foretold("Basque", ["Spanish"], **asked).bits.values == first.bits.values
    assert tl.low_resource.by_network("Basque", chars=300, seeds=[0], reuse=kept).values == by_network.values


def test_a_figure_belongs_to_its_languages_and_characters():
    kept = tl.Results()
    cipher = SPANISH.in_cipher()
    for relatives, chars in (([], 250), (["Spanish"], 250), ([cipher], 250), (["Spanish"], 300)):
        tl.low_resource.foretold("Galician", relatives, chars=chars, seeds=[0], reuse=kept)
    assert len(kept.figures) == 4


def test_a_network_learns_its_relatives_once_for_a_seed(monkeypatch):
    taught = []
    monkeypatch.setattr(low_resource, "SCHOOLING", 20)
    monkeypatch.setattr(low_resource, "teach", lambda net, text, **how: taught.append(len(text)) or net)
    low_resource._schooled.cache_clear()
    for chars in (300, 400):
        tl.low_resource.by_network("Galician", ["Spanish"], chars=chars, seeds=[0])
    low_resource._schooled.cache_clear()
    assert taught.count(20) == 1  # the articles of Spanish
    assert len(taught) == 3


def curve(**bits) -> dict[int, Estimate]:
    return {int(size[1:]): Estimate(dict(enumerate(values)), size) for size, values in bits.items()}


def test_worth_is_read_off_between_the_points_on_a_log_scale():
    alone = curve(s500=[4.0, 3.8], s1000=[3.0, 2.8], s2000=[2.0, 1.8])
    helped = Estimate({0: 2.5, 1: 2.8}, "bits of a helped one")
    assert tl.low_resource.worth(alone, helped).values == pytest.approx([1000 * 2**0.5, 1000])
    assert tl.low_resource.worth(alone, helped).what == "a helped one, in characters of its own"


def test_worth_ends_where_the_curve_does():
    alone = curve(s500=[4.0], s1000=[3.0])
    for bits, expected in ((9, 500), (1, 1000)):
        assert tl.low_resource.worth(alone, Estimate({0: bits}, "x")).values == pytest.approx([expected])


def test_worth_needs_a_seed_that_both_have():
    with pytest.raises(TlkitError, match="share no seed"):
        tl.low_resource.worth(curve(s500=[4.0]), Estimate({7: 3.0}, "x"))


@pytest.mark.parametrize("relatives", [["Galician"], ["Spanish", "Spanish"]], ids=["itself", "twice"])
def test_a_language_is_no_relative_of_itself_and_stands_once(relatives):
    with pytest.raises(TlkitError, match="name others than itself"):
        tl.low_resource.foretold("Galician", relatives, chars=300, seeds=[0])


def test_one_relative_needs_no_list_and_what_is_none_is_told():
    one, listed = (tl.low_resource.foretold("Basque", some, chars=250, seeds=[0]) for some in ("Spanish", ["Spanish"]))
    assert one.bits.values == listed.bits.values
    with pytest.raises(TlkitError, match="relatives=3 is no list"):
        tl.low_resource.foretold("Basque", 3, chars=250, seeds=[0])


def test_the_picture_says_its_numbers():
    curves = {"nobody": curve(s500=[4.0, 3.0], s1000=[3.0, 2.0]), "Spanish": curve(s500=[2.0, 2.0], s1000=[2.0, 1.0])}
    picture = tl.low_resource.plot(curves, "Two languages")
    assert repr(picture) == (
        "Two languages. Bits per character, mean of 2 seeds, by characters of its own: nobody 3.50 with 500, 2.50 with "
        "1,000; Spanish 2.00 with 500, 1.50 with 1,000."
    )
    lines = picture.figure.axes[0].lines
    assert np.allclose(lines[0].get_ydata(), [3.5, 2.5])
    assert len({(line.get_color(), line.get_marker(), str(line.get_linestyle())) for line in lines}) == 2
