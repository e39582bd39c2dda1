import numpy as np
import pytest

import tlkit as tl
from tlkit.analysis.similarity import cka_matrix


@pytest.fixture
def random():
    return np.random.default_rng(0)


def by_gram_matrices(x, y):
    """Kornblith et al. (2019), equations 2 and 3: HSIC of two linear kernels, normalised."""
    n = len(x)
    centring = np.eye(n) - np.ones((n, n)) / n

    def hsic(one, other):
        return np.trace(one @ centring @ other @ centring) / (n - 1) ** 2

    one, other = x @ x.T, y @ y.T
    return hsic(one, other) / np.sqrt(hsic(one, one) * hsic(other, other))


def test_cka_is_the_papers_formula(random):
    x, y = random.normal(size=(40, 7)) + 3, random.normal(size=(40, 90))
    y[:, :7] += 2 * x
    assert tl.layers.cka(x, y) == pytest.approx(by_gram_matrices(x, y), abs=1e-10)


def test_order_turn_scale_and_shift_make_no_difference(random):
    x, y = random.normal(size=(50, 12)), random.normal(size=(50, 12))
    turn = np.linalg.qr(random.normal(size=(12, 12)))[0]
    assert tl.layers.cka(x, x) == pytest.approx(1)
    assert tl.layers.cka(x, -3 * x @ turn + 5) == pytest.approx(1)
    assert tl.layers.cka(x, y) == pytest.approx(tl.layers.cka(y, x))
    assert tl.layers.cka(x, y[:, random.permutation(12)]) == pytest.approx(tl.layers.cka(x, y))


def test_a_stretch_does(random):
    """What tells it from measures that any invertible map leaves as they are, which say 1 whenever width exceeds n."""
    x = random.normal(size=(50, 12))
    assert tl.layers.cka(x, x * np.r_[np.full(6, 0.01), np.ones(6)]) < 0.9


def test_what_has_nothing_to_do_with_each_other_is_near_zero(random):
    assert tl.layers.cka(random.normal(size=(4000, 5)), random.normal(size=(4000, 5))) < 0.01
    assert tl.layers.cka(np.ones((9, 3)), random.normal(size=(9, 4))) == 0


def test_the_matrix_has_every_pair(random):
    first, second = [random.normal(size=(20, w)) for w in (3, 4)], [random.normal(size=(20, w)) for w in (5, 6, 7)]
    matrix = cka_matrix(first, second)
    assert matrix.shape == (2, 3)
    assert matrix[1, 2] == tl.layers.cka(first[1], second[2])


def test_other_items_and_other_shapes_are_refused():
    with pytest.raises(tl.TlkitError, match="same items, and here are 3 and 4"):
        tl.layers.cka(np.ones((3, 2)), np.ones((4, 2)))
    with pytest.raises(tl.TlkitError, match=r"shape \(3, 2, 1\)"):
        tl.layers.cka(np.ones((3, 2, 1)), np.ones((3, 2)))
