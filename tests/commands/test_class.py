"""`tlkit class` and `tlkit grade` on a folder of thirty readers, some of whose files are damaged or old."""

import csv
import io
import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from tests.exercises.test_grading import notebook, ten, verdict
from tlkit.commands import class_curves, cli, grade
from tlkit.exercises import answers

MEAN = [0.3, 0.6, 0.9]
ASKED = {"question": "How many?", "label": "a pianist", "unit": "notes", "measure": "accuracy", "shots": [1, 5, 20]}
TRUTH = {"name": "frozen", "mean": MEAN, "low": [0.2, 0.5, 0.8], "high": [0.4, 0.7, 1.0]}


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """Thirty readers: each a folder with a lesson and answers; three of them broken, two without a prediction."""
    root, draw = tmp_path_factory.mktemp("class"), np.random.default_rng(0)
    for n in range(30):
        folder = root / f"reader{n:02}"
        folder.mkdir()
        curve = np.clip(np.sort(draw.random(3)), 0, 1).tolist()
        record = {**ASKED, "values": curve, "truth": TRUTH if n == 7 else None}
        known = {"format": 1, "reader": f"r{n:02}", "before": ten(4 + n % 3), "after": ten(6 + n % 2)}
        known |= {"quizzes": {"01": {"right": n % 2 == 0}}, "predictions": {"asked": record} if n > 1 else {}}
        text = json.dumps(known)
        (folder / answers.FILE).write_text(text[:60] if n == 2 else text, encoding="utf-8")
        book = notebook(verdict("01.1", n > 9), verdict("01.2", False))
        old = '{"nbformat": 3, "nbformat_minor": 0, "worksheets": []}'
        (folder / "01-piano-to-guitar.ipynb").write_text({3: old, 4: book[:99]}.get(n, book), encoding="utf-8")
    return root


def test_grade_is_a_table_with_a_sentence_for_what_is_broken(classroom, capsys):
    assert cli.main(["grade", str(classroom)]) == 0
    table, said = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert len(rows) == 60
    assert sum(row["exercise 01.1"] == "1" for row in rows) == 20
    assert sum(row["quiz 01"] == "1" for row in rows) == 14
    assert "60 files, 3 of them without anything to count" in said
    assert "reader03/01-piano-to-guitar.ipynb: 01-piano-to-guitar.ipynb has the form of notebooks before 2015" in said
    assert "29 readers answered before and after" in said
    assert "standard deviations" in said


def test_grade_writes_a_file(classroom, tmp_path, capsys):
    assert cli.main(["grade", str(classroom), "--out", str(tmp_path / "grades.csv")]) == 0
    assert (tmp_path / "grades.csv").read_text(encoding="utf-8").startswith("file,reader,lesson,exercise 01.1,")
    assert cli.main(["grade", str(classroom), "--out", str(tmp_path / "no" / "grades.csv")]) == 2
    assert "can't be written" in capsys.readouterr().err


def test_a_name_cannot_become_a_formula():
    assert grade.as_csv([{"reader": "=1+1", "quiz 01": 0}]) == "reader,quiz 01\n'=1+1,0\n"


def test_class_draws_every_curve_over_the_truth(classroom, tmp_path, capsys):
    out = tmp_path / "class.svg"
    assert cli.main(["class", str(classroom), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "27 curves" in said
    assert "Measured: 30% at 1, 60% at 5, 90% at 20" in said
    assert "reader02/tlkit-answers.json is damaged" in said.replace(
        ": tlkit-answers.json", "/tlkit-answers.json", 1
    ) or ("reader02/tlkit-answers.json: tlkit-answers.json is damaged" in said)
    text = "".join(ET.parse(out).getroot().itertext())
    assert "27 curves" in text


def test_class_hides_the_answer_while_the_class_still_draws(classroom, tmp_path, capsys):
    out = tmp_path / "class.svg"
    assert cli.main(["class", str(classroom), "--out", str(out), "--hide"]) == 0
    assert "Measured" not in capsys.readouterr().out
    assert "Measured" not in out.read_text(encoding="utf-8")


def test_class_says_what_there_is_to_draw(classroom, tmp_path, capsys):
    assert cli.main(["class", str(classroom), "--about", "xylophone", "--out", str(tmp_path / "x.svg")]) == 2
    assert "no prediction about 'xylophone'" in capsys.readouterr().err
    assert cli.main(["class", str(classroom), "--out", str(tmp_path / "no" / "x.svg")]) == 2
    assert cli.main(["class", str(classroom), "--out", str(tmp_path / "x.xyz")]) == 2
    assert "name another, such as class.svg" in capsys.readouterr().err


def test_records_that_somebody_edited_are_left_out_and_late_ones_told():
    good = {**ASKED, "values": MEAN, "truth": None}
    records = [good, good | {"late": True}, good | {"values": [2, 0, 0]}, good | {"shots": "many"}, {}]
    readers = [answers.checked({"predictions": {"asked": record}}, "x") for record in records]
    (found,) = class_curves.collect(readers, {"asked": TRUTH})
    assert (len(found.curves), found.late, found.off) == (1, 1, 0)
    assert found.words().endswith("1 drawn after that was known: left out.")
    (found,) = class_curves.collect(readers, {})
    assert "Nobody has revealed" in found.words()


def test_the_lessons_know_their_own_truths():
    found = class_curves.truths()
    assert any("pianist" in name for name in found)
    assert all(len(truth["mean"]) == len(truth["low"]) for truth in found.values())
