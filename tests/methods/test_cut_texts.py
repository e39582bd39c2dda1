"""Texts that are longer than what a network reads: told once, with the size that holds them."""

import warnings

import numpy as np
import pytest

import tlkit as tl
from tests.small_networks import save_model
from tlkit.analysis.layers import choose_cut
from tlkit.analysis.neighbours import NeighbourIndex
from tlkit.methods import cut_texts


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch):
    monkeypatch.setattr(cut_texts, "_told", set())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small network that takes one letter for a token, and up to 512 of them."""
    path = tmp_path_factory.mktemp("bert")
    save_model(path, "bert")
    return str(path)


@pytest.fixture
def letters(tmp_path):
    """Reads a table of 40 texts, some of which have so many letters."""

    def read(long, letters=200):
        ends = [f"about {n}, {'refund' if n % 2 else 'parcel'}" for n in range(40)]
        rows = [f'"{end.rjust(letters, ".") if n < long else end}",{"ab"[n % 2]}' for n, end in enumerate(ends)]
        (tmp_path / "letters.csv").write_text("\n".join(["text,label", *rows]))
        return tl.from_csv(tmp_path / "letters.csv")

    return read


def told(call) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    assert all(each.filename == __file__ for each in caught)
    return [str(each.message) for each in caught]


def asked(backbone, task):
    return lambda: tl.compare(backbone, task, strategies=["head"], shots=[1, 2], seeds="0-1")


def test_the_share_that_is_cut_is_told_once_with_the_size_that_holds_all(folder, letters):
    backbone, task = tl.backbone(folder), letters(long=10)
    (sentence,) = told(asked(backbone, task))
    assert sentence.startswith("letters: 25% of its texts are longer than the 128 tokens that")
    assert "size=200) reads all of them to their ends." in sentence
    assert told(asked(backbone, task)) == told(lambda: tl.transfer(backbone, task)) == []
    assert told(asked(tl.backbone(folder, size=200), task)) == []


def test_a_size_that_holds_not_all_is_told_anew(folder, letters):
    task = letters(long=10)
    assert "the 150 tokens" in told(lambda: tl.transfer(tl.backbone(folder, size=150), task))[0]
    assert "the 64 tokens" in told(lambda: tl.transfer(tl.backbone(folder, size=64), task))[0]


def test_texts_beyond_what_the_network_takes(folder, letters):
    (sentence,) = told(asked(tl.backbone(folder), letters(long=10, letters=900)))
    assert "size=512) is the most that it takes, and reads 75% of them to their ends." in sentence


def test_nothing_is_told_where_nothing_is_cut(folder, letters):
    assert told(asked(tl.backbone(folder), letters(long=0))) == []


def test_schooling_and_shelves_tell_it_too(folder, letters):
    backbone, task = tl.backbone(folder), letters(long=10)
    assert told(lambda: tl.pretrain(backbone, task, steps=1))
    cut_texts._told.clear()
    assert told(lambda: NeighbourIndex(task, backbone))
    cut_texts._told.clear()
    assert told(lambda: choose_cut(backbone, task, shots=2))


def test_runs_that_are_reused_cost_no_counting(folder, letters, monkeypatch):
    backbone, task = tl.backbone(folder), letters(long=0)
    results = tl.compare(backbone, task, strategies=["head"], shots=[1], seeds=[0])
    monkeypatch.setattr(cut_texts, "token_counts", None)
    cut_texts._told.clear()
    assert len(tl.compare(backbone, task, strategies=["head"], shots=[1], seeds=[0], reuse=results)) == 1


def test_a_lesson_that_names_a_small_size_tells_it_itself(folder):
    tweets = tl.task("reviews/tweets").fewer(test=20)
    assert told(lambda: tl.transfer(tl.backbone(folder, size=32), tweets)) == []


def test_tokens_are_counted_to_the_end(folder):
    texts = np.array(["a" * 130, "short", "é" * 300], dtype=object)
    assert cut_texts.token_counts(tl.backbone(folder).prepare, texts).tolist() == [130, 0, 300]
