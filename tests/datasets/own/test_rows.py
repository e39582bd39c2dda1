"""Rows as the file holds them, whatever its quotation marks are like."""

import csv
import io
import random

import pytest

import tlkit as tl
from tlkit.datasets.own.rows import Dialect, OpenMark, guess_dialect, read_rows


def rows(text, separator=",", *, escaped=False, lenient=False):
    return list(read_rows(text, Dialect(separator, escaped), lenient=lenient))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('a,"b, c"\n', [["a", "b, c"]]),
        ('a,"b\nc"\n', [["a", "b\nc"]]),
        ('a,"b ""c"" d"\n', [["a", 'b "c" d']]),
        ('"""a"" b",c\n', [['"a" b', "c"]]),
        ('"",""\n', [["", ""]]),
        ('a, "b, c"\n', [["a", "b, c"]]),
        ('a "b" c,d\n', [['a "b" c', "d"]]),
        ('"she said "hello" to me",a\n', [['she said "hello" to me', "a"]]),
        ("a,b\r\nc,d\re,f", [["a", "b"], ["c", "d"], ["e", "f"]]),
        ("a,b\n\nc,d\n", [["a", "b"], [], ["c", "d"]]),
        ("a,\n", [["a", ""]]),
        ('a,"b"', [["a", "b"]]),
    ],
    ids=["comma", "line-end", "doubled", "doubled-first", "empty", "blank-before", "marks-inside", "marks-not-doubled",
         "line-ends", "empty-line", "empty-cell", "no-line-end"],
)  # fmt: skip
def test_what_stands_between_marks_is_one_cell(text, found):
    assert rows(text) == found


def test_good_files_are_read_as_csv_reads_them():
    draw = random.Random(0)
    letters = ["a", " ", '"', ",", "\n", "\r\n", "é", "b c", ";"]
    made = [["".join(draw.choices(letters, k=draw.randrange(1, 7))).strip() for _ in range(3)] for _ in range(400)]
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(made)
    assert [cells for cells in rows(buffer.getvalue()) if cells] == made


def test_marks_in_speech_hide_no_row_between_tabs():
    lines = [f"{'a lovely' if n % 2 else 'a dreadful'} evening {n}\t{'pos' if n % 2 else 'neg'}" for n in range(40)]
    for n in (4, 11):
        lines[n] = '"' + lines[n]
    assert rows("\n".join(lines), "\t") == [line.split("\t") for line in lines]


def test_speech_that_ends_in_the_next_row_hides_none_between_tabs():
    text = 'text\tlabel\n"I came home\tpos\nand I said so."\tneg\nbye\tpos\n'
    assert rows(text, "\t")[1:] == [['"I came home', "pos"], ['and I said so."', "neg"], ["bye", "pos"]]


def test_cells_of_several_lines_between_tabs_stay_whole():
    assert rows('text\tlabel\n"one\ntwo"\tpos\n', "\t")[1] == ["one\ntwo", "pos"]
    assert rows('label\ttext\npos\t"one\ntwo"\n', "\t")[1] == ["pos", "one\ntwo"]
    assert rows('text\tlabel\n"one\ttwo"\tpos\n', "\t")[1] == ["one\ttwo", "pos"]


def test_a_mark_without_a_partner_is_told_with_its_line():
    with pytest.raises(OpenMark) as caught:
        rows('a,b\n"c\nd",e\n"f,g\nh,i\n')
    assert caught.value.line == 4
    assert rows('a,b\n"f,g\n', lenient=True)[1] == ['"f', "g"]


def test_a_mark_that_would_swallow_the_opening_of_another_is_told():
    with pytest.raises(OpenMark):
        rows('"a lovely,pos\nb,neg\n"c, d",pos\n')


def test_a_backslash_before_a_mark():
    dialect, text = guess_dialect('text,label\n"she said \\"fine, 4\\" and left, late",a\n"C:\\\\x",b\n')
    assert dialect == Dialect(",", True)
    assert list(read_rows(text, dialect))[1:] == [['she said "fine, 4" and left, late', "a"], ["C:\\x", "b"]]
    assert not guess_dialect('text,label\n"C:\\dir\\",a\n"x \\""y",b\n')[0].escaped


SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "caret": "^"}


@pytest.mark.parametrize("separator", SEPARATORS.values(), ids=SEPARATORS)
def test_a_first_line_may_say_the_separator(separator):
    dialect, text = guess_dialect(f"sep={separator}\ntext{separator}label\na b c{separator}d\n")
    assert dialect.separator == separator
    assert list(read_rows(text, dialect)) == [[], ["text", "label"], ["a b c", "d"]]


@pytest.mark.parametrize("following", ["and on\tneg", "and on"], ids=["before-rows", "before-less"])
def test_many_stray_marks_are_read_in_one_pass(following):
    text = "text\tlabel\n" + "".join(f'"went on {n}\tpos\n{following}\n' for n in range(20_000)) + '"end"\tpos\n'
    assert len(rows(text, "\t")) == 40_002
    assert guess_dialect(text)[0] == Dialect("\t", False)


def test_bars_between_cells(tmp_path):
    (tmp_path / "a.txt").write_text("text|label\n" + "".join(f"well, {n}|{'ab'[n % 2]}\n" for n in range(9)))
    assert "(UTF-8, bars)" in tl.from_csv(tmp_path / "a.txt").about
