"""The two sets that lesson 16 reads as somebody's own: what their cards say is what is there."""

import hashlib
import re

import pytest

import tlkit as tl
from tlkit.runtime.paths import DATA

SETS = {"stamps": ("stamps.zip", {}), "glossary": ("cards.csv", {"text": "definition", "label": "kind"})}


@pytest.fixture(scope="module", params=SETS)
def found(request):
    file, columns = SETS[request.param]
    return DATA / request.param, tl.read_data(DATA / request.param / file, **columns)


def test_the_card_counts_what_is_read(found):
    folder, data = found
    card = (folder / "README.md").read_text(encoding="utf-8")
    counted = {name: int(count) for name, count in re.findall(r"^\| (\w+) \| (\d+) \|$", card, re.M)}
    assert counted == data.report.classes
    assert data.report.skipped == []
    assert not data.has_split


def test_nothing_lies_under_two_labels(found):
    assert found[1].report.clashes == []


def test_the_checksum_is_that_of_the_file_and_the_licence_lies_beside(found):
    folder, _ = found
    digest, file = (folder / "SHA256SUMS").read_text().split()
    assert hashlib.sha256((folder / file).read_bytes()).hexdigest() == digest
    assert "licen" in (folder / "LICENSE.txt").read_text(encoding="utf-8").casefold()


def test_every_stamp_is_clear_around_its_thing():
    stamps = tl.read_data(DATA / "stamps" / "stamps.zip")
    corners = stamps.items[:, :4, :4].reshape(len(stamps.items), -1)
    assert (corners == 255).all(axis=1).mean() > 0.9
