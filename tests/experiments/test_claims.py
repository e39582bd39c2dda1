import pytest

import tlkit as tl
from tlkit.estimate import Estimate
from tlkit.experiments.claims import ClaimFailed, judge


def estimate(*values):
    return Estimate(dict(enumerate(values)), "the gain")


CLEAR = estimate(0.30, 0.32, 0.34, 0.31, 0.33)
WIDE = estimate(0.9, 0.0, 0.6, -0.2, 0.5)


def test_a_claim_holds_if_the_whole_interval_clears_the_margin():
    assert tl.claim("it helps", CLEAR > 0.25).holds
    assert WIDE.mean > 0.25
    with pytest.raises(ClaimFailed, match="it helps"):
        tl.claim("it helps", WIDE > 0.25)
    with pytest.raises(ClaimFailed):
        tl.claim("it helps", CLEAR > 0.32)
    assert tl.claim("it does not help much", CLEAR < 0.40).holds


def test_the_control_must_hold_too():
    with pytest.raises(ClaimFailed, match="DOES NOT HOLD  the gain"):
        tl.claim("it helps, and the control does not", CLEAR > 0.25, CLEAR < 0.10)


def test_too_few_seeds_are_no_evidence():
    with pytest.raises(tl.TlkitError, match=r"needs 5 seeds or more, .* has 4"):
        tl.claim("it helps", estimate(0.3, 0.3, 0.3, 0.31) > 0.1)


@pytest.mark.parametrize("evidence", [(), (True,), (0.5,)])
def test_evidence_is_a_comparison(evidence):
    with pytest.raises(tl.TlkitError, match="needs its evidence as a comparison"):
        tl.claim("it helps", *evidence)


def test_a_claim_says_its_numbers_in_words_and_in_json():
    judged = judge("it <b>helps</b>", CLEAR > 0.25)
    assert repr(judged).startswith("holds  it <b>helps</b>\n    holds  the gain: +0.320, 95% interval +0.3")
    assert "&lt;b&gt;" in judged._repr_html_()
    row = judged.row()
    assert (row["text"], row["holds"], row["value"]) == ("it <b>helps</b>", True, pytest.approx(0.32))
    assert row["low"] < row["value"] < row["high"]
