"""A person's own data, from what was read to an answer, its interval and its words."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import tlkit as tl
from tests.small_networks import save_model
from tlkit.commands import cli
from tlkit.estimate import SplitEstimate, corrected_half_width, wilson
from tlkit.experiments.exported.write import CARD
from tlkit.experiments.trial import Answer, advise
from tlkit.runtime.paths import NOTEBOOKS

CURVES = (
    ("01-piano-to-guitar", "notes/piano", "notes/guitar"),
    ("07-words", "minilm", "intents"),
    ("07-words", "minilm", "reviews/tweets"),
    ("07-words", "minilm", "reviews/movie"),
    ("13-without-labels", "glyphs/greek", "glyphs/latin"),
    ("13-without-labels", "glyphs/latin, views by place + turn + stroke", "glyphs/latin"),
    ("16-your-own", "minilm", "cards"),
)
NAMES = ("river", "stone", "cloud", "table", "apple", "horse", "music", "paper", "winter", "garden", "letter", "silver")


def tickets(count: int = 40) -> pd.DataFrame:
    draw = np.random.default_rng(0)
    words = [" ".join(draw.permutation(NAMES)[:6]) for _ in range(count)]
    rows = [(f"{('lovely', 'awful')[n % 2]} {text}", ("good", "bad")[n % 2]) for n, text in enumerate(words)]
    return pd.DataFrame(rows, columns=["text", "label"])


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    place = tmp_path_factory.mktemp("network")
    save_model(place / "bert", "bert")
    return tl.try_out(tl.read_data(tickets()), source=str(place / "bert"), splits=3)


def test_every_answer_is_over_the_same_splits(trial):
    named = {(each.source, each.strategy): each for each in trial.answers}
    assert {strategy for _, strategy in named} == {"head", "tf_idf", "majority"}
    assert {len(each.estimate.values) for each in trial.answers} == {3}
    assert all(0 <= each.estimate.low <= each.estimate.mean <= each.estimate.high <= 1 for each in trial.answers)
    assert named["words", "tf_idf"].estimate.mean > named["-", "majority"].estimate.mean
    assert trial.best.estimate.mean == max(each.estimate.mean for each in trial.answers)


def test_the_advice_says_how_it_knows(trial):
    for words in ("labelled texts", "90% interval", "3 random splits", "counting words", "first guess"):
        assert words in trial.advice


def test_what_the_last_labels_were_worth_is_told(trial):
    e, half = trial.transferred.estimate, trial.half.estimate
    assert half.learnt < e.learnt
    assert len(half.values) == len(e.values)
    assert f"The last {e.learnt - half.learnt} labels were worth {e.mean - half.mean:+.0%} (" in trial.advice


@pytest.mark.parametrize(("lead", "told"), [(0.2, "most likely be worth less"), (0.0, "is not shown")])
def test_of_more_labels_little_is_said(trial, lead, told):
    whole = SplitEstimate((0.7, 0.71, 0.69), learnt=40, tested=20, items=60)
    half = SplitEstimate(tuple(each - lead for each in (0.7, 0.7, 0.7)), learnt=20, tested=20, items=60)
    ours, plain = Answer("net", "head", whole), Answer("words", "tf_idf", half, beside=True)
    assert told in advise(trial.data, (ours, plain), replace(plain, beside=False))


def test_with_a_good_teacher_each_doubling_of_labels_is_worth_less_than_the_one_before():
    """What the advice says of labels that nobody has yet, held to the label curves that the lessons saved."""
    curves = [
        tl.load_results(NOTEBOOKS / "results" / f"{name}.json").where(strategy="head", source=source, target=target)
        for name, source, target in CURVES
    ]
    falls = []
    for runs in curves:
        means = [runs.accuracy("head", shots=k).mean for k in runs.shots]
        each = np.diff(means) / np.diff(np.log2(runs.shots))
        falls += (np.diff(each) < 0).tolist()
    assert len(falls) >= 20
    assert all(falls)


def test_reliability_is_that_of_all_splits(trial):
    found = trial.reliability()
    tested = [len(trial.data.task(seed=seed).test) for seed in range(3)]
    assert sum(found.counts) == sum(tested)
    right = np.average(found.accuracy, weights=found.counts)
    assert right == pytest.approx(np.average(trial.evidence("tf_idf").values, weights=tested))
    assert "right" in str(found)


def test_the_run_to_export_is_that_of_the_first_split(trial, tmp_path):
    run = trial.result()
    assert run.accuracy == trial.evidence(run.strategy).values[0]
    text = (run.export(tmp_path / "m", evidence=trial.evidence(run.strategy)) / CARD).read_text()
    assert "over 3 splits" in text


def test_a_split_that_the_files_say_is_the_only_one(trial):
    frame = tickets()
    frame["split"] = ["train" if n % 4 < 2 else "test" for n in range(len(frame))]
    again = tl.try_out(tl.read_data(frame), source=trial.source)
    assert {len(each.estimate.values) for each in again.answers} == {1}
    assert "The files say the split" in again.advice
    assert "a single split does not say" in again.advice


def test_an_interval_over_splits_is_never_narrower_than_one_test_of_all():
    sure = SplitEstimate((1.0, 1.0, 1.0), learnt=35, tested=15, items=50)
    assert (sure.low, sure.high) == wilson(50, 50)
    spread = SplitEstimate((0.6, 0.8, 0.7), learnt=35, tested=15, items=50)
    assert spread.high - spread.mean == pytest.approx(corrected_half_width(spread.values, 35, 15))
    plain = 2.92 * 0.1 / 3**0.5  # what it would be if splits were new data
    assert corrected_half_width(spread.values, 35, 15) == pytest.approx(plain * (1 + 3 * 15 / 35) ** 0.5, rel=1e-3)
    one = SplitEstimate((0.8,), learnt=35, tested=15, items=50)
    assert (one.low, one.high) == wilson(12, 15)


def test_the_command_prints_json_and_nothing_else(trial, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("tlkit.experiments.trial.backbone", lambda name: trial.source.backbone)
    frame = tickets()
    frame.loc[len(frame)] = ["<script>alert(1)</script> and words", ""]
    frame.to_csv(tmp_path / "t.csv", index=False)
    place = tmp_path / "model"
    command = ["try", str(tmp_path / "t.csv"), "--splits", "2", "--json", "--export", str(place)]
    assert cli.main(command) == 0
    told = json.loads(capsys.readouterr().out)
    assert told.keys() == {"read", "results", "advice"}
    assert told["read"]["items"] == 40
    assert told["read"]["classes"] == {"bad": 20, "good": 20}
    assert told["read"]["skipped"] == [{"name": "row 42", "why": "no label"}]
    assert told["read"]["leaks"] == []
    assert all({"source", "strategy", "accuracy", "low", "high"} <= row.keys() for row in told["results"])

    (tmp_path / "a.txt").write_text("lovely river")
    assert cli.main(["predict", str(place), str(tmp_path / "a.txt"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["named"][0]["label"] in ("good", "bad")
    assert cli.main(["predict", str(place), str(tmp_path / "t.csv"), "--text", "text"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 41
    assert cli.main(["predict", str(place), str(tmp_path / "a.txt"), str(tmp_path / "none.txt")]) == 1
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1
    assert "There is no file" in err
    assert cli.main(command) == 2
    assert "There is a model in" in capsys.readouterr().err
    assert cli.main([*command[:-1], str(tmp_path / "page"), "--html"]) == 2
    assert "tokenizer is no part of the network" in capsys.readouterr().err


def test_the_command_in_words(trial, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("tlkit.experiments.trial.backbone", lambda name: trial.source.backbone)
    tickets().to_csv(tmp_path / "t.csv", index=False)
    assert cli.main(["try", str(tmp_path / "t.csv"), "--splits", "2"]) == 0
    out = capsys.readouterr().out
    for words in ("40 texts in 2 classes", "majority", "90% interval", "random splits"):
        assert words in out


LEXICON = [f"word{n}" for n in range(120)]


def written(count: int, seed: int) -> pd.DataFrame:
    """Texts of a made-up language in which three topics share most words: as many as anybody wants."""
    draw = np.random.default_rng(seed)
    weights = np.random.default_rng(0).gamma(0.6, size=(3, len(LEXICON))) + 0.3
    labels = draw.integers(3, size=count)
    texts = [" ".join(draw.choice(LEXICON, 14, p=weights[label] / weights[label].sum())) for label in labels]
    return pd.DataFrame({"text": texts, "label": [f"topic {label}" for label in labels]})


def test_the_interval_covers_the_truth(trial):
    """Thirty people with 150 texts each: the 90% interval holds what their model is worth on 2,000 others."""
    many, held = written(2000, seed=99), []
    for person in range(30):
        tried = tl.try_out(tl.read_data(written(150, person)), source=trial.source, strategies=["tf_idf"], splits=5)
        run = tried.result()
        named = run.model.probabilities(many.text.to_numpy()).argmax(axis=1)
        truth = np.mean(np.array(run.task.classes)[named] == many.label)
        held.append(tried.transferred.estimate.low <= truth <= tried.transferred.estimate.high)
    print(f"{sum(held)} of 30 intervals hold the truth")
    assert 24 <= sum(held) <= 30
