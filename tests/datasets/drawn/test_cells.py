"""Cells: openly made up, the same each time, and with the nuclei that the labels say."""

import numpy as np
import pytest
from scipy.ndimage import label as islands

from tlkit.datasets.drawn import cells


@pytest.fixture(scope="module", params=("cells/lab-a", "cells/lab-b"))
def task(request):
    return cells.load(request.param)


def test_every_line_says_that_they_are_made_up():
    assert all(about.startswith("made up, not medicine") for about in cells.names().values())


def test_shapes_and_counts_are_those_of_the_card(task):
    assert task.classes == ("round", "two lobes", "several lobes", "granules")
    for part, count in ((task.train, 60), (task.test, 50)):
        assert (part.items.shape, part.items.dtype) == ((4 * count, 48, 48, 3), np.uint8)
        assert np.bincount(part.labels).tolist() == [count] * 4


def test_train_and_test_share_no_picture(task):
    parts = [{item.tobytes() for item in part.items} for part in (task.train, task.test)]
    assert not parts[0] & parts[1]
    assert [len(part) for part in parts] == [240, 200]


def test_loading_again_gives_the_same(task):
    assert cells.load(task.name).digest == task.digest


def test_the_laboratories_stain_differently():
    means = [cells.load(name).train.items.mean(axis=(0, 1, 2)) for name in cells.names()]
    assert np.abs(means[0] - means[1]).max() > 10
    assert means[0][0] > means[0][2]  # pink
    assert means[1][2] > means[1][0]  # blue


def test_the_white_cell_is_the_darkest_thing_near_the_middle(task):
    grey = task.train.items.mean(axis=(0, 3))
    assert grey[18:30, 18:30].mean() < grey[[0, -1]].mean() - 30


def test_nuclei_have_as_many_lobes_as_their_names_say():
    one, two, several, grains = (_pieces(kind) for kind in range(4))
    assert (one == 1).mean() > 0.85
    assert (two == 1).mean() > 0.85  # a bridge joins the two lobes
    assert 0.3 < (several > 1).mean() < 1  # lobes may touch
    assert several.max() <= 8
    assert np.median(grains) > 8


def test_a_round_nucleus_is_one_disc_and_two_lobes_are_longer_than_wide():
    random = np.random.default_rng(0)

    def longer(kind):
        violet, _ = cells.smear(kind, 60, 1.0, random)
        return np.median([_length(each > 0.45) for each in violet])

    assert longer(1) > 1.4 * longer(0)


def _pieces(kind: int) -> np.ndarray:
    """Of how many dark pieces each of some cells is made."""
    violet, _ = cells.smear(kind, 60, 1.0, np.random.default_rng(0))
    return np.array([islands(each > 0.5 * np.quantile(each, 0.99))[1] for each in violet])


def _length(mask: np.ndarray) -> float:
    """How much longer than wide a shape is."""
    spread = np.linalg.eigvalsh(np.cov(np.argwhere(mask).T))
    return float(np.sqrt(spread[1] / spread[0]))
