"""Every process collects the same tests, in the same order, under names that are made of words."""

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import LONGEST_FIRST
from tlkit.runtime import paths

LONGEST = 100  # characters of a parametrised id
NO_WORDS = re.compile(r"\\|0x[0-9a-f]{4}|<lambda>|\bobject\d|(^|-)(/|[A-Za-z]:/)|[0-9a-f]{16}|^-*$")


def collect(folder: Path, hash_seed: int) -> list[str]:
    """The ids that a new process finds, with folders for temporary things and an order of sets of its own."""
    folder.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    own = dict.fromkeys(("TMPDIR", "TEMP", "TMP", "TLKIT_CACHE"), str(folder)) | {"PYTHONHASHSEED": str(hash_seed)}
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    command += ["-n", "0", f"--basetemp={folder / 'base'}"]
    done = subprocess.run(command, env=kept | own, cwd=paths.ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return [line for line in done.stdout.splitlines() if "::" in line]


def no_words(ids: list[str]) -> list[str]:
    """Those with bytes, addresses, paths or whole paragraphs between their brackets."""
    said = {one: one.partition("[")[2].removesuffix("]") for one in ids if one.endswith("]")}
    return [one for one, words in said.items() if NO_WORDS.search(words) or len(words) > LONGEST]


@pytest.fixture(scope="module")
def collected(tmp_path_factory) -> list[list[str]]:
    """What two processes find, one after the other, so at different seconds."""
    folder = tmp_path_factory.mktemp("collected")
    return [collect(folder / f"process {seed}", hash_seed=seed) for seed in (1, 2)]


def test_two_processes_collect_the_same_tests(collected):
    """Else pytest-xdist gives up before the first."""
    one, other = collected
    assert len(one) > 1000
    assert one == other


def test_words_name_them(collected):
    assert no_words(collected[0]) == []


def test_long_files_come_first_and_each_kind_together(collected):
    assert all((paths.ROOT / place).exists() for place in LONGEST_FIRST)
    files = [Path(name) for name, _ in itertools.groupby(one.partition("::")[0] for one in collected[0])]
    assert len(files) == len(set(files))
    turns = [[file.is_relative_to(place) for place in LONGEST_FIRST] for file in files]
    assert turns == sorted(turns, reverse=True)


@pytest.mark.parametrize(
    "words",
    [
        r"a.gz-\x1f\x8b\x08",
        "<object at 0x7f3a5c0d>",
        "/usr/bin/python",
        "a-C:/Users/ann",
        "<lambda>0",
        "object1",
        "d41d8cd98f00b204e9800998ecf8427e",
        "",
        "word " * 30,
    ],
    ids=["bytes", "an address", "a path", "a Windows path", "a function", "an object", "a digest", "nothing", "a page"],
)
def test_what_is_no_word_is_found(words):
    assert no_words([f"tests/test_a.py::test_a[{words}]"]) != []
    assert no_words(["tests/test_a.py::test_a", "tests/test_a.py::test_a[notes/piano-head@2-<9,>=8.1]"]) == []
