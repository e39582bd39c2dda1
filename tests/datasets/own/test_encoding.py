"""Bytes as text: what is sure, what is a guess, and what is said of it."""

from pathlib import Path

import pytest

import tlkit as tl
from tlkit.datasets.own.encoding import decode

FRENCH = [f"un très bel été à la plage {n},{'été' if n % 2 else 'hiver'}" for n in range(20)]


def read(raw, encoding=None):
    return decode(Path("a.csv"), raw, encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_what_the_bytes_say_is_no_guess(encoding):
    text = "text,label\n" + "\n".join(FRENCH)
    found = read(text.encode(encoding))
    assert found.text == text
    assert found.doubts == []


def test_one_line_of_another_encoding_does_not_change_the_others():
    found = read("\n".join(["text,label", *FRENCH]).encode() + b"\nsold for \xa3 5,hiver\n")
    assert found.text.splitlines() == ["text,label", *FRENCH, "sold for £ 5,hiver"]
    assert found.doubts == ["1 of 22 lines are no UTF-8 and were read as cp1252: line 22 ('sold for £ 5,hiver')."]


def test_a_byte_that_is_no_letter_anywhere_is_named():
    found = read("\n".join(FRENCH).encode() + b"\n\x81,hiver")
    assert found.text.endswith("\n�,hiver")
    assert "line 21" in found.doubts[0]


GUESSES = {"cp1251": "хорошо", "gbk": "今天天气", "iso8859-7": "καλός"}


@pytest.mark.parametrize("encoding", GUESSES)
def test_a_guess_is_told_and_can_be_put_right(encoding):
    text = GUESSES[encoding]
    raw = "\n".join(f"{text} {n}" for n in range(9)).encode(encoding)
    (guess,) = read(raw).doubts
    assert repr(raw.split()[0].decode("cp1252")) in guess
    assert read(raw, encoding).text.startswith(text)
    assert read(raw, encoding).doubts == []


def test_western_letters_in_cp1252_are_read_and_told(tmp_path):
    (tmp_path / "a.csv").write_text("\n".join(["text,label", *FRENCH]), encoding="cp1252")
    with pytest.warns(UserWarning, match=r"was read as cp1252, which is a guess: '.*été"):
        task = tl.from_csv(tmp_path / "a.csv")
    assert task.classes == ("hiver", "été")
    assert "(cp1252, commas)" in task.about
    assert tl.from_csv(tmp_path / "a.csv", encoding="cp1252").digest == task.digest


def test_a_zero_in_plain_text_does_not_make_it_utf_16():
    found = read(b"text,label\nwell\0 now,good\n")
    assert found.text == "text,label\nwell now,good\n"
    assert found.doubts == ["1 characters of zero were left out."]
