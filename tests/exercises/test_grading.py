"""Saved notebooks are read without being run, whatever their state, and a planted gain is found."""

import json

import numpy as np
import pytest

import tlkit as tl
from tlkit.estimate import Estimate
from tlkit.exercises import answers, grading
from tlkit.exercises.check import MIME
from tlkit.exercises.ten_questions import TEN


def output(data: dict) -> dict:
    return {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": data}


def notebook(*datas: dict, source: str = 'tl.check("01.1", 1)', **others) -> str:
    cell = {"cell_type": "code", "source": [source], "outputs": [output(data) for data in datas], "metadata": {}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell], **others})


def verdict(name: str, passed: bool) -> dict:
    return {MIME: {"exercise": name, "passed": passed}, "text/plain": ["..."]}


def ten(scores: int, asked: int = len(TEN)) -> dict:
    return {f"{n:02}": {"first": "a", "last": "a", "right": n <= scores} for n in range(1, asked + 1)}


@pytest.fixture
def folder(tmp_path):
    def put(name: str, text: str):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return tmp_path

    return put


def test_a_verdict_the_last_one_counts(folder):
    folder("ann/01-piano.ipynb", notebook(verdict("01.1", False), verdict("01.1", True), verdict("01.2", False)))
    (row,) = grading.grades(grading.read_folder(folder("ann/notes.txt", "")))
    assert row == {
        "file": "ann/01-piano.ipynb", "reader": "ann", "lesson": "01", "exercise 01.1": 1, "exercise 01.2": 0,
        "problem": "",
    }  # fmt: skip


def test_words_of_an_older_version_count_too(folder):
    made = folder("01.ipynb", notebook({"text/plain": ["Exercise 01.1: passed."]}))
    (sheet,) = grading.read_folder(made)
    assert sheet.passed == {"01.1": True}


def test_what_a_reader_merely_wrote_does_not_count(folder):
    made = folder("01.ipynb", notebook({"text/plain": ["Exercise 01.1: passed."]}, source="'Exercise 01.1: passed.'"))
    assert grading.read_folder(made)[0].passed == {}


BAD = {
    "cut": (notebook(verdict("01.1", True))[:-40], "breaks off"),
    "empty": ("", "breaks off"),
    "a picture": ("\x89PNG", "breaks off"),
    "a list": ("[]", "not those of a notebook"),
    "no cells": ('{"nbformat": 4}', "not those of a notebook"),
    "cells of text": ('{"nbformat": 4, "cells": ["a"]}', "not those of a notebook"),
    "no outputs": ('{"nbformat": 4, "cells": [{"cell_type": "code", "source": []}]}', "not those of a notebook"),
    "form 3": ('{"nbformat": 3, "worksheets": []}', "before 2015"),
    "never run": (notebook(), "before its cells had run"),
    "answers of the future": (notebook({answers.MIME: {"format": 99}}), "newer tlkit"),
    "answers that are none": (notebook({answers.MIME: {"quizzes": 3}}), "damaged"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_a_sentence_beside_the_others(folder, name):
    text, sentence = BAD[name]
    folder("bad.ipynb", text)
    bad, good = grading.read_folder(folder("good.ipynb", notebook(verdict("01.1", True))))
    assert sentence in bad.problem
    assert good.passed == {"01.1": True}
    assert not good.problem


def test_an_empty_or_missing_folder_is_said(tmp_path):
    with pytest.raises(tl.TlkitError, match="no folder"):
        grading.read_folder(tmp_path / "none")
    with pytest.raises(tl.TlkitError, match="holds no notebook"):
        grading.read_folder(tmp_path)


def test_quizzes_come_from_the_file_beside_or_from_the_outputs(folder):
    kept = {"format": 1, "reader": "ab12", "name": "Ann", "quizzes": {"01": {"right": True}, "01@02": {"right": False}}}
    folder("ann/tlkit-answers.json", json.dumps(kept))
    told = {answers.MIME: {"format": 1, "reader": "ab12", "puzzles": {"01": {"right": True, "passed": True}}}}
    sheets = grading.read_folder(folder("ann/01-piano.ipynb", notebook(told, source='tl.practice("01")')))
    rows = grading.grades(sheets)
    assert [row["quiz 01"] for row in rows] == ["", 1]
    assert [row["quiz 01@02"] for row in rows] == ["", 0]
    assert [row["lines 01"] for row in rows] == [1, ""]
    assert rows[1]["reader"] == "Ann"
    assert list(grading.readers(sheets)) == ["ab12"]


def test_gain_takes_whoever_answered_both_times(folder):
    for n in range(6):
        known = {"format": 1, "reader": f"r{n}", "before": ten(4 + n % 2), "after": ten(6 + n % 3)}
        folder(f"{n}/tlkit-answers.json", json.dumps(known))
    folder("late/tlkit-answers.json", json.dumps({"format": 1, "reader": "x", "after": ten(9)}))
    sheets = grading.read_folder(folder("few/my-answers.json", json.dumps({"before": ten(1, 3), "after": ten(9)})))
    found = grading.gain(sheets)
    assert found.left_out == 2
    assert found.questions.mean == pytest.approx(2.5)
    assert found.questions.low < 2.5 < found.questions.high
    assert "6 readers answered before and after: 4.5 of 10 right before, 7.0 after" in str(found)
    assert grading.gain(sheets[:1]) is None


def test_a_class_that_is_all_alike_has_no_standard_deviation():
    same = Estimate({"a": 5.0, "b": 5.0, "c": 5.0}, "before", "readers")
    assert np.isnan(grading.Gain(same, same).size[0])


def test_a_planted_gain_is_inside_the_interval():
    """A gain of .4 standard deviations, in 1,000 simulated classes of 30 who answer ten questions twice."""
    draw, planted, deviation = np.random.default_rng(0), 0.4, 1.6
    inside = {"questions": 0, "size": 0}
    for _ in range(1000):
        able = draw.normal(5, deviation * 0.7**0.5, 30)
        noise, gained = deviation * 0.3**0.5, planted * deviation_of_scores(deviation)
        before, after = (simulated(able + shift, noise, draw) for shift in (0, gained))
        made = grading.Gain(before, after)
        _, low, high = made.size
        inside["questions"] += made.questions.low <= gained <= made.questions.high
        inside["size"] += low <= planted <= high
    assert all(930 <= count <= 975 for count in inside.values()), inside


def deviation_of_scores(deviation: float) -> float:
    """Of scores that are rounded up or down by chance, such that their mean stays: a sixth is added to the variance."""
    return (deviation**2 + 1 / 6) ** 0.5


def simulated(able: np.ndarray, noise: float, draw: np.random.Generator) -> Estimate:
    scores = able + draw.normal(0, noise, len(able))
    whole = np.floor(scores + draw.random(len(able))).clip(0, len(TEN))
    return Estimate(dict(enumerate(whole.tolist())), "score", "readers")
