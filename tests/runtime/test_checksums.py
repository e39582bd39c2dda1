"""Checksums of files, and the sheet of a folder that says what its files are to be."""

from __future__ import annotations

import pytest

from tlkit.runtime import checksums


@pytest.fixture
def folder(tmp_path):
    """Two files with their sheet."""
    for name in ("bass.npz", "two words.npz"):
        (tmp_path / name).write_text(name)
    checksums.write_sheet(tmp_path)
    return tmp_path


def test_a_sheet_as_written_is_read_again(folder):
    sheet = checksums.read_sheet(folder)
    assert sheet == {name: checksums.sha256(folder / name) for name in ("bass.npz", "two words.npz")}
    assert checksums.damage(folder) == {}


def test_files_that_were_changed_or_lost_are_told_apart(folder):
    (folder / "bass.npz").write_text("drums")
    (folder / "two words.npz").unlink()
    assert checksums.damage(folder) == {"bass.npz": "damaged", "two words.npz": "missing"}


@pytest.mark.parametrize(
    "text", ["", "\n \n", "a line of one word and more\nlonely\n"], ids=["empty", "blank", "with a broken line"]
)
def test_a_sheet_that_is_no_sheet_counts_as_damaged(folder, text):
    (folder / checksums.SHEET).write_text(text)
    assert checksums.damage(folder)[checksums.SHEET] == "damaged"


def test_a_sheet_may_have_windows_line_ends_and_large_letters(folder):
    text = (folder / checksums.SHEET).read_text()
    lines = (" ".join([line.split(" ", 1)[0].upper(), line.split(" ", 1)[1]]) for line in text.splitlines())
    (folder / checksums.SHEET).write_bytes("\r\n".join(lines).encode())
    assert checksums.damage(folder) == {}
