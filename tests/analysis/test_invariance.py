import numpy as np
import pytest

import tlkit as tl
from tlkit.analysis import invariance
from tlkit.analysis.invariance import found_again, nearest


@pytest.fixture(scope="module")
def latin():
    return tl.task("glyphs/latin").fewer(test=78, seed=0)


@pytest.fixture(scope="module")
def results():
    return tl.Results()


def portrait(task, results, **how):
    body = tl.backbone("small-cnn", size=16)
    return tl.invariance.portrait(
        body, task, tl.self_supervised.contrast(**how), among="bdpq", steps=5, seeds=[0, 1], reuse=results
    )


def test_the_nearest_is_found_whatever_the_scale_of_a_feature():
    plain = np.random.default_rng(0).normal(size=(20, 6)) * [1, 10, 100, 1, 1, 1]
    assert nearest(plain, plain).tolist() == [*range(20)]
    assert nearest(plain[[3, 7]], plain).tolist() == [3, 7]


def test_a_network_that_averages_over_space_knows_what_was_moved_better_than_bare_pixels(latin):
    items = latin.test.items
    network, pixels = tl.backbone("small-cnn").fresh(0), tl.backbone("pixels", size=32)
    assert found_again(network, items, "place") > found_again(pixels, items, "place")
    assert 0 < found_again(network, items, "turn") <= 1


def test_nothing_is_taught_again_that_was_saved(latin, results, monkeypatch):
    first = portrait(latin, results)
    monkeypatch.setattr(invariance, "pretrain", lambda *args, **how: pytest.fail("it was taught again"))
    again = portrait(latin, results)
    assert again == first
    assert len(results.figures) == 2


def test_a_portrait_says_what_a_head_and_the_ranks_say(latin, results):
    seen = portrait(latin, results)
    source = tl.pretrain(
        tl.backbone("small-cnn", size=16), latin, seed=1, steps=5, objective=tl.self_supervised.contrast()
    )
    run = tl.transfer(source, latin, strategy="head", shots=5, seed=1)
    features = source.backbone.features(latin.test.items)
    assert seen.feature_rank.by_seed[1] == pytest.approx(tl.self_supervised.effective_rank(features), rel=1e-4)
    assert set(seen.found) == {"place", "turn", "stroke"}
    of = {name: (right, there) for name, right, there in run.by_class}
    four = [of[letter] for letter in "bdpq"]
    right, there = (sum(each) for each in zip(*four, strict=True))
    assert seen.among.by_seed[1] == pytest.approx(right / there, abs=0.09)
    assert seen.accuracy.by_seed[1] == pytest.approx(run.accuracy, abs=0.03)


def test_the_map_says_its_numbers_in_words(latin, results):
    seen = portrait(latin, results)
    picture = tl.invariance.plot_found({"all of them": seen}, "Found again")
    assert repr(picture).startswith("Found again. all of them: ")
    assert f"{seen.found['turn'].mean:.0%} under turn" in repr(picture)


def test_views_are_shown_below_what_they_are_views_of(latin):
    picture = tl.invariance.plot_views(latin, tl.backbone("small-cnn", size=16), "turn")
    images = [ax.images[0].get_array() for ax in picture.figure.axes]
    count = len(images) // 3
    assert not np.array_equal(images[0], images[count])
    assert not np.array_equal(images[count], images[2 * count])
    assert "two views by turn of each" in repr(picture)
