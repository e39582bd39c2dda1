import pytest

import tlkit as tl
from tests.analysis.test_alarms import run
from tlkit.datasets.payments import CALLS


@pytest.fixture
def lab():
    learnt = [
        run(name, shots, seed, 2 + seed + shots // 10)
        for name in ("lp_ft", "trees")
        for shots in (5, 20)
        for seed in (0, 1)
    ]
    still = [run("as_is", 5, seed, 1 + seed) for seed in (0, 1)]
    return tl.labs.AlarmLab(tl.Results([*learnt, *still]), strategies=["as_is", "lp_ft", "trees"], shots=[5, 20])


def test_every_control_answers_at_its_ends_in_words_and_picture(lab):
    ends = {lab.strategy: ("as_is", "lp_ft"), lab.shots: (5, 20), lab.calls: (CALLS[0], CALLS[-1])}
    for control, values in ends.items():
        seen = []
        for value in values:
            control.value = value
            seen.append((lab.picture.value, lab.words.value))
            assert lab.answer.words() in lab.words.value
        assert all(first != last for first, last in zip(*seen, strict=True))


def test_the_words_count_found_missed_and_annoyed(lab):
    lab.strategy.value, lab.shots.value, lab.calls.value = "lp_ft", 20, 10
    assert lab.answer.found.values == [40 / 70, 50 / 70]
    assert "of 10.0 customers robbed a day 6.4 are found (64%; 57% to 71% over 2 saved runs)" in lab.words.value
    assert "3.6 calls a day annoy somebody who paid as always" in lab.words.value
    assert "Of a hundred calls 64 are right." in lab.words.value
    assert sum(lab.answer.day[:2]) == pytest.approx(10)
    assert repr(lab).startswith("AlarmLab: head, then all (lp_ft), 20 known frauds, 10 calls a day")


def test_what_learns_nothing_is_the_same_with_any_frauds(lab):
    lab.strategy.value, lab.calls.value = "as_is", CALLS[0]
    before = lab.answer.found
    assert "no lesson at all (as_is), no known fraud needed, 2 calls a day" in lab.words.value
    lab.shots.value = 5
    assert lab.answer.found == before


def test_a_move_draws_only_what_it_changes(lab, full_draws):
    for calls in (CALLS[0], CALLS[-1]):
        lab.calls.value = calls
    assert full_draws == []


def test_runs_that_are_not_there_are_named():
    with pytest.raises(tl.TlkitError, match="no runs of 'trees'"):
        tl.labs.AlarmLab(tl.Results([run("as_is", 5, 0, 1)]), strategies=["as_is", "trees"])
