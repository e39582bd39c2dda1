"""The photographs: what the card says is what loads, no split leaks, and whoever took one is named."""

import csv
import hashlib
import importlib.util
import re

import numpy as np
import pytest

import tlkit as tl
from tlkit.datasets import photographs


@pytest.fixture(scope="module")
def task() -> tl.Task:
    return photographs.load("photographs")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with (photographs.FOLDER / "credits.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def make():
    spec = importlib.util.spec_from_file_location("make_photographs", photographs.FOLDER / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_counts_are_those_of_the_card(task):
    card = (photographs.FOLDER / "README.md").read_text(encoding="utf-8")
    for label, name in enumerate(task.classes):
        learnt, tested = ((part.labels == label).sum() for part in (task.train, task.test))
        assert re.search(rf"\| {name} \| {learnt} \| {tested} \|", card)


def test_images_are_square_and_in_colour(task):
    for part in (task.train, task.test):
        assert (part.items.shape[1:], part.items.dtype, part.labels.dtype) == ((112, 112, 3), np.uint8, np.int64)
        assert part.items.std(axis=(1, 2, 3)).min() > 5


def test_each_photograph_has_its_row_in_the_credits(task, rows):
    given = [(row["class"], row["test"] == "True") for row in rows]
    held = {test: [name for name, tested in given if tested == test] for test in (False, True)}
    assert [task.classes[label] for label in task.train.labels] == held[False]
    assert [task.classes[label] for label in task.test.labels] == held[True]


def test_every_photograph_is_free_and_its_author_named(rows):
    assert {row["licence"] for row in rows} == {"public domain", "CC0 1.0"}
    assert all(row["author"] and row["source"].startswith("http") for row in rows)


def test_no_photographer_is_on_both_sides_of_a_class(rows):
    sides = {(row["class"], row["author"]): set() for row in rows}
    for row in rows:
        sides[row["class"], row["author"]].add(row["test"])
    assert all(len(side) == 1 for side in sides.values())


def test_no_photograph_is_nearly_one_of_the_other_part(task):
    learnt, tested = (part.items[:, ::8, ::8].reshape(len(part), -1).astype(float) for part in (task.train, task.test))
    apart = np.sqrt(((learnt[:, None] - tested[None]) ** 2).mean(-1))
    assert apart.min() > 16


def test_checksums_match():
    sheet = (photographs.FOLDER / "SHA256SUMS").read_text().splitlines()
    sums = dict(reversed(line.split("  ", 1)) for line in sheet)
    assert set(sums) == {"photographs.npz", "credits.csv"}
    assert all(hashlib.sha256((photographs.FOLDER / file).read_bytes()).hexdigest() == sums[file] for file in sums)


def test_credits_of_a_readme_are_read(make):
    readme = (
        "Copyright: Ada\nSource: http://a\nLicense: CC0-1.0\nFiles:\none.webp\ntwo.webp\n\nCopyright: Bo\nFiles: x.webp"
    )
    found = make.credits(readme)
    assert [found[file]["Copyright"] for file in ("one.webp", "two.webp", "x.webp")] == ["Ada", "Ada", "Bo"]
    assert "License" not in found["x.webp"]


def test_a_photographer_with_many_photographs_stays_together(make):
    def photo(author: str, label: str) -> dict:
        return {"class": label, "author": author}

    found = [photo(author, label) for label in make.FOLDERS for author in ["Ada"] * 9 + list("bcdefghijklmnop")]
    taken = make.split(found)
    assert {row["test"] for row in taken if row["author"] == "Ada"} == {False}
    assert sum(row["test"] for row in taken) == 15 * len(make.FOLDERS)
