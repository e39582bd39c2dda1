"""The adviser: what it says of each candidate, and what following it costs."""

from dataclasses import replace

import numpy as np
import pytest

import tlkit as tl
from tests.small_networks import save_model
from tlkit.analysis.transferability import probe_accuracy
from tlkit.errors import TlkitError
from tlkit.runtime.paths import NOTEBOOKS


def test_each_candidate_is_worth_what_a_probe_is_on_labels_that_were_kept_back(source, high_bars):
    advice = tl.adviser.advise(high_bars, [source], shots=3, seed=1)
    told = {each.strategy: each.accuracy for each in advice.ranked}
    rows = high_bars.draw(3, seed=1)
    body = source.reseed(1).backbone
    for strategy, cut in {"head": 4, "head@3": 3, "head@2": 2}.items():
        features = body.features(high_bars.train.items[rows], stage=cut)
        assert told[strategy] == probe_accuracy(features, high_bars.train.labels[rows])
    assert [each.accuracy for each in advice.ranked] == sorted(told.values(), reverse=True)
    assert advice.labels == len(rows)
    assert f"I would take {source.name} with" in str(advice)


def test_no_test_is_looked_at(source, high_bars):
    blank = replace(high_bars.test, items=np.zeros_like(high_bars.test.items))
    told = [tl.adviser.advise(task, [source], shots=2).ranked for task in (high_bars, replace(high_bars, test=blank))]
    assert told[0] == told[1]


def test_counted_words_and_pixels_are_candidates(tmp_path):
    save_model(tmp_path / "bert", "bert")
    texts = [f"{word} number {n}" for n in range(8) for word in ("lovely", "awful")]
    examples = tl.Examples(np.array(texts, dtype=object), np.arange(16) % 2)
    task = tl.Task("words", "text", ("good", "bad"), examples, examples)
    advice = tl.adviser.advise(task, [tl.backbone(str(tmp_path / "bert"))], shots=5)
    counted = next(each for each in advice.ranked if each.strategy == "tf_idf")
    assert (counted.source, counted.accuracy) == ("words", 1.0)
    assert str(counted) == "counting words"
    pictured = tl.adviser.advise("surfaces/brick", [tl.random_source(tl.backbone("small-cnn"))], shots=4)
    assert ("pixels", "head") in {(each.source, each.strategy) for each in pictured.ranked}


def run(source, strategy, accuracy, target="a", seed=0) -> tl.Result:
    return tl.Result(source, target, strategy, 5, seed, 10, accuracy, 0.0, 1, 1, f"{source} {strategy} {target} {seed}")


def test_what_a_rule_loses_by_hand():
    runs = [
        run("large", "head", 0.6),
        run("large", "head@1", 0.8),
        run("small", "head", 0.7),
        run("large", "lp_ft", 1.0),
    ]
    advice = tl.adviser.Advice("a", (tl.adviser.Candidate("small", "head", 0.9),), 10)
    found = tl.Results([*runs, tl.adviser.taken(advice, tl.Results(runs), 0)])
    lost = tl.adviser.account(found, largest=["large"])
    assert lost["as advised"].mean == pytest.approx(0.1)
    assert lost["always the largest"].mean == pytest.approx(0.2)
    assert lost["by lot"].mean == pytest.approx(0.1)


def test_the_lesson_s_twenty_tasks():
    """What lesson 16 says of the adviser: better than taking any by lot, and never better than hindsight."""
    saved = tl.load_results(NOTEBOOKS / "results" / "16-the-adviser.json")
    lost = tl.adviser.account(saved, largest=["efficientnet-lite0", "smollm2"])
    assert {len(each.values) for each in lost.values()} == {20}
    assert min(lost["always the largest"].values) >= 0
    assert (lost["by lot"] - lost["as advised"]).low > 0


def test_what_can_not_be_advised(source, high_bars):
    for sources, shots, words in (([], 5, "nobody to choose from"), ([source], 1, "give two or more")):
        with pytest.raises(TlkitError, match=words):
            tl.adviser.advise(high_bars, sources, shots=shots)
    with pytest.raises(TlkitError, match="was made for"):
        tl.adviser.advise("reviews/tweets", [source], shots=2)
    advice = tl.adviser.Advice("a", (tl.adviser.Candidate("small", "head", 0.9),), 10)
    with pytest.raises(TlkitError, match="make it first"):
        tl.adviser.taken(advice, tl.Results([run("large", "head", 0.5)]), 0)
