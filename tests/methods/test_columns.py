import dataclasses

import numpy as np
import pytest

import tlkit as tl
from tlkit.datasets.rare import RareTask
from tlkit.datasets.task import Examples
from tlkit.methods.columns import Trees
from tlkit.methods.method import Case
from tlkit.methods.strategy import from_source


def part(seed: int) -> Examples:
    draw = np.random.default_rng(seed)
    labels = (np.arange(600) % 12 == 0).astype(int)
    return Examples(
        draw.normal(size=(600, 4, 16)).astype(np.float32), labels, {"told": labels + draw.normal(0, 0.3, 600)}
    )


@pytest.fixture
def task():
    train, test = part(0), part(1)
    tables = tuple(np.stack([each.tags["told"], np.arange(600)], axis=1) for each in (train, test))
    return RareTask("rare", "sequence", ("usual", "rare"), train, test, columns=lambda known: tables)


@pytest.fixture
def source(task):
    return tl.pretrain(tl.backbone("event-gru"), task, seed=0, steps=2)


@pytest.mark.parametrize("name", ["logistic", "forest", "trees", "forest+surprise"])
def test_a_telling_column_is_found(name, task, source):
    run = tl.transfer(source, task, strategy=name, shots=20)
    assert run.accuracy > 0.8
    assert run.labels == 220
    assert from_source(name) is ("surprise" in name)


def test_only_the_labelled_rows_are_learnt_from(task, source):
    wrong = 1 - task.train.labels
    rows = task.draw(5, seed=0)
    wrong[rows] = task.train.labels[rows]
    spoilt = dataclasses.replace(task, train=dataclasses.replace(task.train, labels=wrong))
    both = [Trees().fit(Case(None, each, rows, seed=0)).answers for each in (task, spoilt)]
    assert np.array_equal(*both)


def test_the_surprise_is_what_the_source_says_as_it_is(task, source):
    as_is = tl.transfer(source, task, strategy="as_is", shots=5)
    blank = dataclasses.replace(task, columns=lambda known: (np.zeros((600, 1)), np.zeros((600, 1))))
    surprised = tl.transfer(source, blank, strategy="logistic+surprise", shots=20)
    chances = source.model.probabilities(task.test.items)[:, 1]
    model = surprised.model.predict_proba(np.column_stack([np.zeros(600), np.log(chances / (1 - chances))]))[:, 1]
    ranks = [np.argsort(np.argsort(each)) for each in (chances, model)]
    assert abs(np.corrcoef(*ranks)[0, 1]) > 0.99
    assert as_is.labels == 0


def test_a_task_without_columns_is_refused(source):
    with pytest.raises(tl.TlkitError, match="has no features made by hand"):
        tl.transfer(source, tl.task("payments/a"), strategy="trees")
