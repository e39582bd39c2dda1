import pytest

import tlkit as tl
from tests.experiments.test_results import result

CURVES = {"scratch": {8: 0.1, 16: 0.5, 64: 0.9}, "keep": {8: 0.8, 16: 0.9, 64: 1.0}, "head": {8: 0.1, 16: 0.2, 64: 0.3}}
STILL = {"as_is": {8: 0.4}, "random_policy": {8: 0.1}}


def runs(curves: dict) -> tl.Results:
    return tl.Results(
        result(name, k, seed, value + 0.01 * seed)
        for name, row in curves.items()
        for k, value in row.items()
        for seed in range(5)
    )


@pytest.fixture(scope="module")
def results():
    return runs(CURVES) + runs(STILL)


@pytest.mark.parametrize(
    ("strategy", "episodes"),
    [("scratch", 16 + 48 * 0.25 / 0.4), ("keep", 8), ("head", 64)],
    ids=lambda value: str(value),
)
def test_the_time_to_a_threshold_is_read_between_what_was_tried(results, strategy, episodes):
    assert tl.learning_curves.time_to_threshold(results, strategy).by_seed[0] == pytest.approx(episodes)


def test_a_lower_threshold_is_reached_sooner(results):
    low, high = (tl.learning_curves.time_to_threshold(results, "scratch", threshold=at) for at in (0.3, 0.75))
    assert low.mean < high.mean
    with pytest.raises(tl.TlkitError, match="no share of the greatest return"):
        tl.learning_curves.time_to_threshold(results, "scratch", threshold=75)


def test_jump_start_and_asymptote(results):
    jump = tl.learning_curves.jump_start(results)
    assert jump.mean == pytest.approx(0.3)
    assert tl.learning_curves.jump_start(runs({"as_is": {8: 0.2}}), over=results).mean == pytest.approx(0.1)
    assert tl.learning_curves.asymptote(results, "scratch").by_seed[0] == 0.9


def test_the_picture_speaks_of_episodes(results):
    picture = tl.learning_curves.picture(results, "Carts", strategies=["scratch", "keep"])
    assert "mean of 5 seeds, by episodes: from scratch 12% after 8" in picture.words
    (axes,) = picture.figure.axes
    assert axes.get_xlabel() == "episodes practised"
    assert [line.get_ydata()[0] for line in axes.lines][-1] == 0.75


def test_the_table_has_the_measures(results):
    table = tl.learning_curves.table(results)
    assert list(table.index) == ["scratch", "keep", "head"]
    assert table.loc["keep", "episodes to 75%"] == 8
    assert table.loc["keep", "return in the end"] == pytest.approx(1.02)
