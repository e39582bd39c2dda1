"""The membership test: right where all is known, a coin where there is nothing to tell."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

import tlkit as tl
from tlkit.analysis import membership


def test_the_figure_is_the_area_under_the_curve():
    draw = np.random.default_rng(0)
    members, others = draw.normal(1, 1, 50).round(1), draw.normal(0, 1, 80).round(1)
    truth = np.repeat([1, 0], [50, 80])
    assert membership.auc(members, others) == pytest.approx(roc_auc_score(truth, np.concatenate([members, others])))
    assert membership.auc(np.ones(3), np.ones(4)) == 0.5
    with pytest.raises(tl.TlkitError, match="both sides"):
        membership.auc(np.ones(3), np.ones(0))


def test_sureness_is_of_the_right_name():
    digits = tl.task("digits")
    model = tl.transfer(tl.backbone("pixels"), digits, shots=4).model
    some = digits.test.take(np.arange(20))
    likely = model.probabilities(some.items)[np.arange(20), some.labels]
    assert membership.sureness(model, some) == pytest.approx(likely, abs=1e-5)


def test_a_head_on_few_digits_gives_them_away_and_no_others(monkeypatch):
    digits, saved, pixels = tl.task("digits"), tl.Results(), tl.backbone("pixels")
    attack, control = membership.measure(pixels, lambda seed: digits, shots=2, seeds=4, reuse=saved)
    assert attack.mean > 0.9
    assert 0.35 < control.mean < 0.65  # other writers wrote the test
    assert "head at 2 shots" in attack.what
    assert "never saw" in control.what
    monkeypatch.setattr(membership, "transfer", None)
    again, _ = membership.measure(pixels, lambda seed: digits, shots=2, seeds=4, reuse=saved)
    assert again.by_seed == attack.by_seed
