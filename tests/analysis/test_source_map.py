import numpy as np
import pytest

import tlkit as tl
from tests.conftest import bars
from tlkit.analysis import source_map
from tlkit.analysis.source_map import SourceMap, agreement, by_lot, elsewhere, regret
from tlkit.experiments.source import as_source

SOURCES, TARGETS = ("a", "b", "c"), ("x", "y")


def made(*columns, what="a score", seed=0) -> SourceMap:
    return SourceMap(what, SOURCES, TARGETS, {seed: np.array(columns, float).T})


@pytest.fixture
def truth() -> SourceMap:
    """For x the best is c, for y it is a."""
    return made([0.1, 0.2, 0.9], [0.8, 0.4, 0.3], what="accuracy")


def test_a_score_that_ranks_as_the_truth_does_loses_nothing(truth):
    score = made([-3, -2, -1], [30, 20, 10])
    assert agreement(score, truth).mean == pytest.approx(1)
    assert regret(score, truth).mean == 0


def test_a_score_that_reverses_it_loses_all(truth):
    score = made([3, 2, 1], [1, 2, 3])
    assert agreement(score, truth).mean == pytest.approx(-1)
    assert regret(score, truth).mean == pytest.approx((0.8 + 0.5) / 2)


def test_two_pairs_of_three_are_a_third(truth):
    assert agreement(made([1, 3, 2], [30, 20, 10]), truth).mean == pytest.approx((1 / 3 + 1) / 2)


def test_lots_are_drawn_among_those_that_are_held_for_alike(truth):
    lot = by_lot(truth)
    assert agreement(lot, truth).mean == 0
    assert regret(lot, truth).mean == pytest.approx((0.9 - 0.4 + 0.8 - 0.5) / 2)
    two = made([1, 1, 0], [30, 20, 10])
    assert regret(two, truth).mean == pytest.approx((0.9 - 0.15) / 2)


def test_the_best_is_what_regret_is_counted_from(truth):
    assert source_map.best(truth).mean == pytest.approx((0.9 + 0.8) / 2)
    chosen = source_map.best(truth) - regret(made([1, 2, 3], [1, 2, 3]), truth)
    assert chosen.mean == pytest.approx((0.9 + 0.3) / 2)


def test_of_whom_a_score_says_nothing_it_takes_none(truth):
    score = made([1, 2, np.nan], [np.nan, 2, 1])
    assert agreement(score, truth).mean == pytest.approx(1)
    assert regret(score, truth).mean == pytest.approx((0.9 - 0.2 + 0.8 - 0.4) / 2)


def test_the_habit_looks_at_the_other_targets_alone(truth):
    habit = elsewhere(truth)
    assert habit.at("a", "x").mean == pytest.approx(0.8)
    assert habit.at("a", "y").mean == pytest.approx(0.1)


def test_a_part_of_the_targets_or_seeds(truth):
    assert regret(made([3, 2, 1], [3, 2, 1]).on("y"), truth.on("y")).mean == 0
    both = SourceMap("accuracy", SOURCES, TARGETS, {0: truth.mean, 1: 0 * truth.mean})
    assert both.at("c", "x").by_seed == {0: 0.9, 1: 0.0}
    assert both.only(1).at("c", "x").by_seed == {1: 0.0}
    with pytest.raises(tl.TlkitError, match="target"):
        truth.on("z")


def test_maps_of_other_targets_are_not_compared(truth):
    with pytest.raises(tl.TlkitError, match="other sources or targets"):
        regret(truth.on("x"), truth)


def test_the_picture_names_the_best_of_each_target(truth):
    words = repr(source_map.picture(truth))
    assert "The best: c for x, a for y." in words
    assert "a 0.10, 0.80" in words


def test_the_scores_are_ranked_by_what_they_cost(truth):
    right, wrong = made([1, 2, 3], [3, 2, 1], what="right"), made([3, 2, 1], [1, 2, 3], what="wrong")
    words = repr(source_map.plot_scores([wrong, right], truth))
    assert words.index("right 1.00") < words.index("wrong -1.00")
    assert "wrong 0.65" in words


@pytest.fixture(scope="module")
def world(low_bars, high_bars):
    """Two sources, one of them random, and two targets."""
    taught = tl.pretrain(tl.backbone("note-cnn"), low_bars, steps=8)
    sources = {"taught": taught, "nobody": tl.random_source(tl.backbone("note-cnn"))}
    return sources, {"high": high_bars, "others": bars("bars/others", seed=3, per_class=20)}


def test_the_truth_is_what_transfer_finds(world):
    sources, targets = world
    runs = tl.Results(
        run for s in sources.values() for t in targets.values() for run in tl.compare(s, t, strategies="head", shots=2)
    )
    truth = source_map.truth(runs, sources, targets)
    alone = tl.transfer(sources["taught"].reseed(3), targets["others"], strategy="head", shots=2, seed=3)
    assert truth.at("taught", "others").by_seed[3] == alone.accuracy
    with pytest.raises(tl.TlkitError, match="one strategy and one number of shots"):
        source_map.truth(runs + tl.compare(sources["taught"], targets["high"], strategies="head", shots=1), *world)


def test_scores_are_asked_of_the_examples_that_the_head_learns_from(world):
    sources, targets = world
    told = source_map.scores(sources, targets, shots=3, seeds=[4])
    source, target = sources["taught"].reseed(4), targets["high"]
    shots = target.shots(3, seed=4)
    features = source.backbone.features(shots.items)
    expected = tl.transferability.logme(features, shots.labels)
    assert told["LogME"].at("taught", "high").by_seed[4] == pytest.approx(expected, abs=1e-4)
    answers = source.model.probabilities(shots.items)
    leep = tl.transferability.leep(answers, shots.labels)
    assert told["LEEP"].at("taught", "high").by_seed[4] == pytest.approx(leep, abs=1e-4)


def test_what_a_source_does_not_have_can_not_be_asked(world):
    sources, targets = world
    told = source_map.scores(sources, targets, shots=3, seeds=[4])
    for name in ("LEEP", "NCE", "A-distance"):
        assert np.isnan(told[name].by_seed[4][1]).all()
        assert not np.isnan(told[name].by_seed[4][0]).any()
    assert (told["A-distance"].by_seed[4][0] <= 0).all()  # near is high
    assert (told["size"].by_seed[4] == told["size"].by_seed[4][0, 0]).all()


def test_a_score_that_can_be_asked_of_nobody_is_left_out(world):
    sources, targets = world
    told = source_map.scores({"nobody": sources["nobody"]}, targets, shots=3, seeds=[4])
    assert list(told) == ["probe", "LogME", "published LogME", "H-score", "published H-score", "size"]


def test_shuffled_labels_are_other_labels_of_the_same_examples(world):
    sources, targets = world
    plain, shuffled = (source_map.scores(sources, targets, shots=3, seeds=[4], shuffled=each) for each in (False, True))
    assert plain["probe"].at("taught", "high").mean > shuffled["probe"].at("taught", "high").mean
    distances = [each["A-distance"].by_seed[4][0] for each in (plain, shuffled)]
    assert np.array_equal(*distances)  # it looks at no label


def test_what_was_measured_is_not_measured_again(world, monkeypatch):
    sources, targets = world
    saved = tl.Results()
    first = source_map.scores(sources, targets, shots=3, seeds=[4], reuse=saved)
    monkeypatch.setattr(source_map, "_told", lambda *asked: pytest.fail("measured again"))
    again = source_map.scores(sources, targets, shots=3, seeds=[4], reuse=saved)
    assert np.array_equal(first["LogME"].by_seed[4], again["LogME"].by_seed[4])


@pytest.mark.weights
def test_imagenets_own_head_names_its_thousand_classes():
    imagenet = source_map.with_imagenet_head(tl.backbone("efficientnet-lite0", size=64))
    items = tl.task("photographs").test.items[:4]
    chances = imagenet.model.probabilities(items)
    assert chances.shape == (4, 1000)
    assert chances.max(axis=1).min() > 5 / 1000  # surer than a head that fits the body by no more than luck
    assert imagenet.recipe() == as_source(tl.backbone("efficientnet-lite0", size=64)).recipe()
    early = source_map.first_stages(imagenet, 6, like=items)
    assert np.array_equal(early.backbone.features(items), imagenet.backbone.features(items, stage=6))
    assert early.name == "efficientnet-lite0, first 6 stages"
