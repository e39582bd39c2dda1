import numpy as np
import pytest

import tlkit as tl
from tlkit.experiments.result import Result
from tlkit.methods.multi_task import Alone, Together
from tlkit.widgets.base import values_of

PARTNERS = {"its notes": "notes/band", "which instrument": "notes/band-instruments"}
WEIGHTS = (0.1, 1, 10)


def run(strategy: str, seed: int, accuracy: float) -> Result:
    return Result("nobody", "notes/guitar", strategy, 2, seed, 24, accuracy, 1.0, 1, 1, f"{strategy}{seed}")


@pytest.fixture
def saved() -> tl.Results:
    """Alone 40%; notes add ten points for each weight, instruments cost as much. Weight 1 has more seeds."""
    runs = [run(Alone().name, seed, 0.4 + 0.01 * seed) for seed in range(6)]
    for side, task in ((0.1, "notes/band"), (-0.1, "notes/band-instruments")):
        for place, weight in enumerate(WEIGHTS, start=1):
            name, seeds = Together(task, weight=weight).name, range(6 if weight == 1 else 3)
            runs += [run(name, seed, 0.4 + 0.01 * seed + side * place) for seed in seeds]
    return tl.Results(runs)


@pytest.fixture
def lab(saved):
    return tl.labs.PartnerLab(PARTNERS, saved=saved, weights=WEIGHTS)


def test_it_says_what_the_saved_runs_found(lab, saved):
    expected = saved.gain(Together("notes/band").name, over="alone", shots=2)
    assert lab.answer.gain.mean == pytest.approx(expected.mean)
    assert "Partner: its notes, weight 1: 62.5%" in lab.words.value
    assert "over 6 saved runs" in lab.words.value
    assert "20.0 points above no partner: help" in lab.words.value
    assert repr(lab) == f"PartnerLab: {lab.answer.words()}"


def test_every_position_has_its_own_words_and_picture(lab):
    seen = set()
    for partner in values_of(lab.partner):
        for weight in values_of(lab.weight):
            lab.partner.value, lab.weight.value = partner, weight
            assert f'alt="{lab.answer.words()}"' in lab.picture.value.replace("&#x27;", "'")
            seen.add((weight and partner, lab.words.value))
    assert len(seen) == 1 + 2 * len(WEIGHTS)
    assert "10.0 points below no partner: harm" in " ".join(words for _, words in seen)


def test_weight_nothing_is_no_partner(lab):
    lab.weight.value = 0
    assert "no partner at all: 42.5%" in lab.words.value
    assert np.allclose(lab.answer.gain.values, 0)


def test_gains_are_paired_on_the_seeds_that_both_have(lab):
    lab.weight.value = 10
    assert len(lab.answer.accuracies) == len(lab.answer.alone) == 3


def test_what_may_be_either_is_called_so(saved):
    noisy = [run(Together("notes/band").name, seed, 0.4 + 0.3 * (-1) ** seed) for seed in range(6)]
    others = [each for each in saved if each.strategy != Together("notes/band").name]
    lab = tl.labs.PartnerLab(PARTNERS, saved=tl.Results([*others, *noisy]), weights=WEIGHTS)
    assert "no clear help or harm" in lab.words.value


def test_a_move_draws_only_what_it_changes(lab, full_draws):
    for weight in (0, 0.1, 10):
        lab.weight.value = weight
    assert full_draws == []


def test_what_is_not_saved_is_named(saved):
    with pytest.raises(tl.TlkitError, match="no runs of 'with notes/band, weight 3' with 2 shots"):
        tl.labs.PartnerLab({"its notes": "notes/band"}, saved=saved, weights=(1, 3))
    with pytest.raises(tl.TlkitError, match="names nothing to choose from"):
        tl.labs.PartnerLab({}, saved=saved)
