import dataclasses

import numpy as np
import pytest

import tlkit as tl
from tlkit.analysis import domain_gap
from tlkit.analysis.domain_gap import GRID, LISTED, Gap
from tlkit.methods import domain_adaptation as adaptation


def made_up(seeds: int = 3, target: str = "reviews/tweets") -> Gap:
    """A gap with figures that are easy to tell apart."""
    draw = np.random.default_rng(0)
    grid = {seed: 0.6 + 0.2 * draw.random((len(GRID), len(LISTED))) for seed in range(seeds)}
    own = {seed: np.array([[0.7, 0.8], [0.9, 0.85], [0.8, 0.9], [0.7, 0.7], [0.6, 0.6]]) for seed in grid}
    sure, hidden = {seed: np.linspace(0.5, 0.9, 5) for seed in grid}, {seed: np.array([0.7, 0.75]) for seed in grid}
    return Gap("reviews/movie", target, grid, own, sure, hidden)


@pytest.fixture(scope="module")
def two(source, low_bars, high_bars):
    found = tl.Results()
    return tl.domain_gap.heads(source, low_bars, high_bars, shots=5, seeds="0-1", reuse=found), found


def test_a_gap_is_what_heads_by_hand_find(two, source, low_bars, high_bars):
    gap, _ = two
    assert list(gap.accuracy().by_seed) == [0, 1]
    network = source.reseed(1).backbone
    (given, other), tested = (
        [network.features(task.shots(5, seed=1).items).astype(float) for task in (low_bars, high_bars)],
        network.features(high_bars.test.items).astype(float),
    )
    labels, truth = low_bars.shots(5, seed=1).labels, high_bars.test.labels
    for alignment in ("as they are", "CORAL"):
        move, _ = adaptation.ALIGNMENTS[alignment](given, other)
        by_hand = adaptation.at_home(adaptation.fitted(move(given), labels, 0.1).probabilities(tested), truth)
        assert gap.accuracy(0.1, alignment).by_seed[1] == pytest.approx(by_hand, abs=0.002)
    own = adaptation.fitted(other, high_bars.shots(5, seed=1).labels, 0.1)
    assert gap.target_trained(0.1).by_seed[1] == pytest.approx(
        adaptation.at_home(own.probabilities(tested), truth), abs=0.002
    )


def test_no_label_of_the_target_reaches_a_head_from_the_source():
    """With the target's labels dealt out anew, only what learnt them changes."""
    draw, labels = np.random.default_rng(0), np.tile([0, 1], 30)
    source, target, test = (tl.Examples(draw.normal(size=(60, 6)) + labels[:, None], labels) for _ in range(3))
    dealt = dataclasses.replace(target, labels=draw.permutation(labels))
    grid, own, *others = domain_gap._all_heads(source, target, test, 0)
    same, changed, *same_others = domain_gap._all_heads(source, dealt, test, 0)
    assert np.array_equal(grid, same)
    assert all(np.array_equal(*each) for each in zip(others, same_others, strict=True))
    assert not np.array_equal(own, changed)


def test_what_was_measured_is_found_again(two, source, low_bars, high_bars, monkeypatch):
    _, found = two
    monkeypatch.setattr(domain_gap, "_all_heads", lambda *_: pytest.fail("measured again"))
    again = tl.domain_gap.heads(source, low_bars, high_bars, shots=5, seeds="0-1", reuse=found)
    assert again.accuracy().values == two[0].accuracy().values


def test_a_scorer_chooses_what_it_finds_best():
    gap = made_up()
    for by in LISTED:
        column = LISTED.index(by)
        heads = gap.choices(by)
        assert heads == {seed: GRID[int(grid[:, column].argmax())] for seed, grid in gap.grid.items()}
        assert gap.chosen(by).values == [gap.grid[seed][GRID.index(head), 0] for seed, head in heads.items()]
    few = [("CORAL", 0.1), ("centred", 1.0)]
    assert set(gap.choices("certainty", among=few).values()) <= set(few)
    assert gap.chosen("target labels").mean >= max(gap.chosen(by).mean for by in LISTED)


def test_held_out_labels_of_the_target_choose_the_strength_of_its_own_head():
    gap = made_up()
    assert gap.target_trained().values == [0.85] * 3
    assert gap.target_trained(1.0).values == [0.6] * 3
    assert gap.self_trained(1.0).values == [0.9] * 3
    assert (gap.adversarial() - gap.adversarial(reversed=False)).mean == pytest.approx(0.05)


def test_a_table_and_a_picture_say_the_figures():
    gap = made_up()
    table = gap.table()
    assert list(table.index) == list(LISTED)
    assert table.loc["target labels", gap.target] == round(gap.chosen("target labels").mean, 3)
    said = repr(tl.domain_gap.plot({"tweets": gap}, "A gap"))
    assert said.startswith("A gap. Named right at strengths 0.0001, 0.001, 0.01, 0.1, 1. tweets: learnt movie")
    assert "learnt there 80%, 85%, 90%, 70%, 60%" in said


def test_a_body_that_learns_one_domain_is_asked_in_another(source, low_bars, high_bars):
    found = tl.Results()
    asked = {"strategy": "partial:2", "shots": 5, "steps": 4, "seeds": "0-1", "reuse": found}
    told = tl.domain_gap.tuned(source, low_bars, [high_bars], **asked)
    assert list(told) == ["bars/low", "bars/high"]
    run = tl.transfer(source.reseed(1), low_bars, strategy="partial:2", shots=5, steps=4, seed=1)
    assert told["bars/low"].by_seed[1] == run.accuracy
    assert told["bars/high"].by_seed[1] == pytest.approx(run.model.accuracy(high_bars.test))
    again = tl.domain_gap.tuned(source, low_bars, [high_bars], **asked)
    assert again["bars/high"].values == told["bars/high"].values


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: made_up().accuracy(0.5), "strength"),
        (lambda: made_up().accuracy(alignment="choral"), "CORAL"),
        (lambda: made_up().chosen("entropy"), "scorer"),
        (lambda: tl.domain_gap.heads(tl.backbone("pixels"), "digits", "products", shots=5), "same classes"),
    ],
    ids=["strength", "alignment", "scorer", "classes"],
)
def test_what_there_is_not_is_said(ask, said):
    with pytest.raises(tl.TlkitError, match=said):
        ask()
