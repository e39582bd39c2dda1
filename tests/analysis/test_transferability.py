import numpy as np
import pytest

from tlkit.analysis import transferability as scores
from tlkit.errors import TlkitError


@pytest.fixture
def random():
    return np.random.default_rng(0)


def classes_of(n: int, k: int = 4) -> np.ndarray:
    return np.arange(n) % k


def with_signal(features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Features, of which the first few say something of the labels, as after a ReLU."""
    known = features.copy()
    known[:, : labels.max() + 1] += 2 * np.eye(labels.max() + 1)[labels]
    return known.clip(0)


def by_bayesian_ridge(features: np.ndarray, labels: np.ndarray) -> float:
    """LogME, as scikit-learn finds it: no priors, no intercept, class by class."""
    from sklearn.linear_model import BayesianRidge

    flat = dict.fromkeys(("alpha_1", "alpha_2", "lambda_1", "lambda_2"), 0)
    found = []
    for label in np.unique(labels):
        ridge = BayesianRidge(**flat, fit_intercept=False, compute_score=True, max_iter=1000, tol=1e-6)
        found.append(ridge.fit(features, (labels == label).astype(float)).scores_[-1] / len(labels))
    return float(np.mean(found))


@pytest.mark.parametrize("width", [8, 40, 160], ids=["more examples", "as many", "fewer examples than features"])
@pytest.mark.parametrize("signal", [False, True], ids=["noise", "signal"])
def test_logme_is_what_scikit_learn_finds(random, width, signal):
    labels = classes_of(40)
    features = random.normal(size=(40, width))
    features = with_signal(features, labels) if signal else features
    assert scores.logme(features, labels) == pytest.approx(by_bayesian_ridge(features, labels), abs=1e-3)


def test_the_published_logme_is_logme_where_examples_are_many(random):
    labels = classes_of(200)
    features = with_signal(random.normal(size=(200, 12)), labels)
    assert scores.published_logme(features, labels) == pytest.approx(scores.logme(features, labels), abs=1e-3)


def test_the_published_logme_ranks_noise_by_its_width(random):
    """What the authors' code says of 60 examples of pure noise: the wider, the better, and better than any truth."""
    labels = classes_of(60)
    told = [scores.published_logme(random.normal(size=(60, width)), labels) for width in (30, 120, 480)]
    exact = [scores.logme(random.normal(size=(60, width)), labels) for width in (30, 120, 480)]
    assert told[0] < told[1] < told[2]
    assert told[2] > 10
    assert max(exact) < 0


def test_features_that_no_unit_changes_say_nothing_more(random):
    labels = classes_of(40)
    features = with_signal(random.normal(size=(40, 6)), labels)
    wider = np.hstack([features, np.zeros((40, 100))])
    assert scores.logme(wider, labels) == pytest.approx(scores.logme(features, labels))


def test_the_h_score_is_the_papers_formula(random):
    """Bao et al. (2019): the trace of cov(f)^-1 cov(E[f | y])."""
    labels = classes_of(90, 3)
    features = with_signal(random.normal(size=(90, 5)), labels)
    means = np.stack([features[labels == label].mean(axis=0) for label in range(3)])[labels]
    expected = np.trace(np.linalg.inv(np.cov(features.T, bias=True)) @ np.cov(means.T, bias=True))
    assert scores.h_score(features, labels, shrinkage=0) == pytest.approx(expected)


def test_the_shrunk_h_score_is_that_of_the_shrunk_covariance(random):
    from sklearn.covariance import LedoitWolf

    labels = classes_of(30, 3)
    features = with_signal(random.normal(size=(30, 70)), labels)
    shrunk = LedoitWolf().fit(features)
    means = np.stack([features[labels == label].mean(axis=0) for label in range(3)])[labels]
    between = (1 - shrunk.shrinkage_) * np.cov(means.T, bias=True)
    assert scores.h_score(features, labels) == pytest.approx(np.trace(np.linalg.inv(shrunk.covariance_) @ between))


def test_with_fewer_examples_than_features_the_published_h_score_is_the_classes_less_one(random):
    labels = classes_of(40)
    for width in (50, 200):
        assert scores.h_score(random.normal(size=(40, width)), labels, shrinkage=0) == pytest.approx(3)


def test_leep_by_hand():
    """Two classes here, two at the source. P(0, z) = (.45, .05), P(1, z) = (.1, .4): so P(y | z) = 9/11, 1/9 for 0."""
    chances = np.array([[0.9, 0.1], [0.9, 0.1], [0.2, 0.8], [0.2, 0.8]])
    labels = np.array([0, 0, 1, 1])
    first = 0.9 * 9 / 11 + 0.1 * 1 / 9
    second = 0.2 * 2 / 11 + 0.8 * 8 / 9
    assert scores.leep(chances, labels) == pytest.approx((np.log(first) + np.log(second)) / 2)


def test_nce_by_hand():
    """The source says 0 of three, of which two are 0 and one is 1, and 1 of one that is 1."""
    expected = (2 * np.log(2 / 3) + np.log(1 / 3) + np.log(1)) / 4
    assert scores.nce(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])) == pytest.approx(expected)


def test_a_source_that_says_the_same_of_everything_leaves_the_entropy_of_the_labels():
    labels = classes_of(20)
    assert scores.leep(np.full((20, 7), 1 / 7), labels) == pytest.approx(-np.log(4))
    assert scores.nce(np.zeros(20, int), labels) == pytest.approx(-np.log(4))


def test_names_that_fit_one_to_one_are_all_that_can_be_had():
    labels = classes_of(20)
    assert scores.nce((labels + 1) % 4, labels) == pytest.approx(0)


def test_the_distance_is_none_between_the_same_and_two_between_strangers(random):
    one, other = random.normal(size=(2, 100, 5))
    assert scores.proxy_a_distance(one, other) < 0.5
    assert scores.proxy_a_distance(one, other + 9) == 2


def test_the_probe_is_tried_on_what_it_did_not_learn_from(random):
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    labels = classes_of(60)
    features = with_signal(random.normal(size=(60, 10)), labels)
    head = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    parts = StratifiedKFold(5, shuffle=True, random_state=0)
    assert scores.probe_accuracy(features, labels) == pytest.approx(
        cross_val_score(head, features, labels, cv=parts).mean(), abs=0.02
    )
    noise = random.normal(size=(60, 500))
    assert scores.probe_accuracy(noise, labels) < 0.5  # it fits them all, and knows nothing


def test_with_two_labels_there_are_two_parts(random):
    labels = np.repeat(np.arange(3), 2)
    features = with_signal(random.normal(size=(6, 3)) / 9, labels)
    assert scores.probe_accuracy(features, labels) == 1


@pytest.mark.parametrize("score", [scores.logme, scores.h_score, scores.probe_accuracy], ids=lambda f: f.__name__)
def test_shuffled_labels_are_worth_less(random, score):
    labels = classes_of(60)
    features = with_signal(random.normal(size=(60, 20)), labels)
    assert score(features, labels) > score(features, random.permutation(labels))


def test_one_label_of_each_class_is_refused():
    with pytest.raises(TlkitError, match="give two or more"):
        scores.probe_accuracy(np.eye(3), np.arange(3))


def test_features_that_are_all_zero_say_nothing_and_break_nothing():
    labels, dead = classes_of(20), np.zeros((20, 9))
    alive = np.random.default_rng(0).normal(size=(20, 9))
    assert np.isfinite([scores.logme(dead, labels), scores.published_logme(dead, labels)]).all()
    assert scores.h_score(dead, labels) == 0
    assert scores.logme(dead, labels) < scores.logme(with_signal(alive, labels), labels)
