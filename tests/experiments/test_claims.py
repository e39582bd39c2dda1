import itertools

import numpy as np
import pytest
from scipy import stats

import tlkit as tl
from tlkit.estimate import Estimate, Verdict
from tlkit.experiments.claims import ClaimFailed, Verdicts, judge
from tlkit.experiments.replication import replication

MARGINS = {"far below": -0.3, "at zero": 0.0, "within the spread": 0.31, "just above": 0.35, "far above": 0.9}


def estimate(*values, of="seeds"):
    return Estimate(dict(enumerate(values)), "the gain", of)


def drawn(n, *, mean=0.3, spread=0.05, seed=0):
    return estimate(*np.random.default_rng(seed).normal(mean, spread, n))


CLEAR = estimate(0.30, 0.32, 0.34, 0.31, 0.33)
WIDE = estimate(0.9, 0.0, 0.6, -0.2, 0.5)


@pytest.fixture(autouse=True)
def a_page_of_its_own(monkeypatch):
    monkeypatch.setattr("tlkit.experiments.claims._MADE", Verdicts())
    monkeypatch.delenv("TLKIT_SEEDS", raising=False)


def test_a_claim_holds_if_the_whole_interval_clears_the_margin():
    assert tl.claim("it helps", CLEAR > 0.25).holds
    assert WIDE.mean > 0.25
    with pytest.raises(ClaimFailed, match="not shown  it helps"):
        tl.claim("it helps", WIDE > 0.25)
    with pytest.raises(ClaimFailed, match="contradicted  it helps"):
        tl.claim("it helps", CLEAR > 0.35)
    assert tl.claim("it does not help much", CLEAR < 0.40).holds


@pytest.mark.parametrize("margin", MARGINS)
@pytest.mark.parametrize("evidence", [CLEAR, WIDE, drawn(20)], ids=["clear", "wide", "twenty"])
def test_the_verdict_is_that_of_a_t_test_on_each_side(evidence, margin):
    margin = MARGINS[margin]
    up, down = (stats.ttest_1samp(evidence.values, margin, alternative=side) for side in ("greater", "less"))
    low, high = stats.ttest_1samp(evidence.values, 0).confidence_interval(0.95)
    assert (evidence.low, evidence.high) == pytest.approx((low, high))
    expected = (
        Verdict.HOLDS if up.pvalue < 0.025 else Verdict.CONTRADICTED if down.pvalue < 0.025 else Verdict.NOT_SHOWN
    )
    assert (evidence > margin).verdict is expected
    mirrored = {Verdict.HOLDS: Verdict.CONTRADICTED, Verdict.CONTRADICTED: Verdict.HOLDS}
    assert (evidence < margin).verdict is mirrored.get(expected, Verdict.NOT_SHOWN)


def test_as_good_means_that_both_sides_are_excluded():
    alike = estimate(0.01, -0.01, 0.0, 0.02, -0.02)
    assert alike.within(0.05).verdict is Verdict.HOLDS
    assert alike.within(0.01).verdict is Verdict.NOT_SHOWN
    assert CLEAR.within(0.05).verdict is Verdict.CONTRADICTED
    assert estimate(*(-value for value in CLEAR.values)).within(0.05).verdict is Verdict.CONTRADICTED
    assert str(alike.within(0.05)).endswith("must be between -0.05 and +0.05")
    with pytest.raises(tl.TlkitError, match="give a margin above 0"):
        alike.within(-0.05)


def test_the_control_must_hold_too():
    with pytest.raises(ClaimFailed, match="contradicted  the gain"):
        tl.claim("it helps, and the control does not", CLEAR > 0.25, CLEAR < 0.10)


def test_one_contradiction_is_enough_and_one_doubt_too():
    assert judge("it is so", CLEAR > 0.25, WIDE > 0.25).verdict is Verdict.NOT_SHOWN
    assert judge("it is so", WIDE > 0.25, CLEAR < 0.10, CLEAR > 0).verdict is Verdict.CONTRADICTED


def test_on_seeds_that_nobody_saved_only_a_contradiction_fails(monkeypatch):
    monkeypatch.setenv("TLKIT_SEEDS", "30-34")
    assert tl.claim("it helps", WIDE > 0.25).verdict is Verdict.NOT_SHOWN
    with pytest.raises(ClaimFailed):
        tl.claim("it harms", CLEAR < 0.10)
    tl.claim("it helps a little", CLEAR > 0.10)
    assert repr(tl.verdicts()).splitlines() == [
        "3 claims on the seeds 30-34, which nobody saved: 1 hold, 1 not shown, 1 contradicted",
        "    not shown  it helps",
        "    contradicted  it harms",
    ]


def test_a_page_counts_each_of_its_claims_once_and_tells_the_least_replication():
    for _ in range(2):
        tl.claim("it helps", drawn(20) > 0.2)
    tl.claim("it does not harm", CLEAR > -0.05)
    assert repr(tl.verdicts()).splitlines() == [
        "2 claims: 2 hold, 0 not shown, 0 contradicted",
        f"each is upheld by at least {replication([drawn(20) > 0.2]):.1%} of all draws of 5 of its seeds",
    ]


@pytest.mark.parametrize("margin", [0.25, 0.28, 0.31], ids=["mostly", "at times", "seldom"])
def test_replication_is_the_share_of_all_draws_of_five_that_scipy_upholds(margin):
    evidence = drawn(10)
    upheld = [
        stats.ttest_1samp(five, margin, alternative="greater").pvalue < 0.025
        for five in itertools.combinations(evidence.values, 5)
    ]
    assert len(upheld) == 252
    assert replication([evidence > margin]) == pytest.approx(np.mean(upheld))


def test_replication_is_the_power_of_five_seeds():
    """Averaged over evidence, it is what the noncentral t distribution says; so it is not biased."""
    effect, margin = 0.30, 0.20
    shares = [replication([drawn(20, mean=effect, seed=seed) > margin]) for seed in range(60)]
    power = stats.nct.sf(stats.t.ppf(0.975, 4), 4, (effect - margin) / 0.05 * 5**0.5)
    assert np.mean(shares) == pytest.approx(power, abs=3 * np.std(shares) / 60**0.5)


def test_checks_on_the_same_seeds_share_their_draws_and_others_are_independent():
    a, b = drawn(10) > 0.28, drawn(10, seed=1) > 0.28
    assert replication([a, a]) == pytest.approx(replication([a]))
    apart = estimate(*b.estimate.values, of="wordings") > 0.28
    assert replication([a, apart]) == pytest.approx(replication([a]) * replication([b]))
    assert replication([a, CLEAR > 0.0]) is None


def test_many_seeds_are_drawn_at_random_and_always_the_same():
    evidence = drawn(60) > 0.26
    assert replication([evidence]) == replication([drawn(60) > 0.26])
    assert 0 < replication([evidence]) < 1


def test_too_few_seeds_are_no_evidence():
    with pytest.raises(tl.TlkitError, match=r"needs 5 seeds or more, .* has 4"):
        tl.claim("it helps", estimate(0.3, 0.3, 0.3, 0.31) > 0.1)


@pytest.mark.parametrize("evidence", [(), (True,), (0.5,)])
def test_evidence_is_a_comparison(evidence):
    with pytest.raises(tl.TlkitError, match="needs its evidence as a comparison"):
        tl.claim("it helps", *evidence)


def test_a_claim_says_its_numbers_in_words_and_in_json():
    judged = judge("it <b>helps</b>", drawn(10) > 0.20)
    first, check, again = repr(judged).splitlines()
    assert first == "holds  it <b>helps</b>"
    assert check.startswith("    holds  the gain: +0.3")
    assert "95% interval" in check
    assert again == f"    replicates: {judged.replicates:.1%} of all draws of 5 of its seeds uphold it"
    assert "<b>it &lt;b&gt;helps&lt;/b&gt;</b> &nbsp;✓ holds" in judged._repr_html_()
    row = judged.row()
    assert (row["text"], row["holds"], row["verdict"]) == ("it <b>helps</b>", True, "holds")
    assert row["low"] < row["value"] < row["high"]
    assert row["replicates"] == judged.replicates
    assert judge("it helps", CLEAR > 0.25).row()["replicates"] is None
