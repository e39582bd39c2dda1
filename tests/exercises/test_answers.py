"""Answers are kept whole, without a name, and come back; what is damaged is moved aside and named."""

import json
import os
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

import tlkit as tl
from tlkit.exercises import answers, grading
from tlkit.widgets import predict


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "answers.json"
    monkeypatch.setenv("TLKIT_ANSWERS", str(path))
    monkeypatch.setattr(predict, "REVEALED", set())
    return path


def test_outside_a_notebook_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TLKIT_ANSWERS", raising=False)
    assert answers.keep("quizzes", "01", {"first": "a"}) == ""
    assert answers.recall("quizzes", "01") is None
    assert list(tmp_path.iterdir()) == []


def test_off_is_off(tmp_path, monkeypatch):
    monkeypatch.setenv("TLKIT_ANSWERS", "off")
    assert answers.place() is None


def test_what_was_kept_comes_back_and_names_nobody(file):
    assert answers.keep("quizzes", "01", {"first": "a", "right": False}) == ""
    assert answers.recall("quizzes", "01") == {"first": "a", "right": False}
    known = json.loads(file.read_text(encoding="utf-8"))
    assert "name" not in known
    assert len(known["reader"]) == 8
    assert [path.name for path in file.parent.glob("*.tmp")] == []


def test_a_name_is_there_if_it_was_given(file):
    assert "Zoë" in answers.sign("Zoë")
    assert answers.read(file)["name"] == "Zoë"
    with pytest.raises(tl.TlkitError, match="can't name a reader"):
        answers.sign("")
    answers.forget()
    assert not file.exists()


def test_a_damaged_file_is_moved_aside_and_that_is_told(file):
    file.write_text('{"quizzes": {"01"', encoding="utf-8")
    assert answers.recall("quizzes", "01") is None
    said = answers.keep("quizzes", "01", {"first": "a"})
    assert "is damaged" in said
    assert (file.parent / "answers.damaged.json").read_text(encoding="utf-8").startswith('{"quizzes')
    assert answers.recall("quizzes", "01") == {"first": "a"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("[1]", "holds no answers"), ('{"format": 9}', "newer tlkit"), ('{"quizzes": {"01": 3}}', "not what tlkit")],
    ids=["a list", "from the future", "a number"],
)
def test_what_is_wrong_with_a_file_is_one_sentence(file, text, sentence):
    file.write_text(text, encoding="utf-8")
    with pytest.raises(tl.TlkitError, match=sentence):
        answers.read(file)


def test_a_place_that_can_not_be_written_is_told_and_no_traceback(file, monkeypatch):
    file.parent.joinpath("blocked").write_text("a file, no folder")
    monkeypatch.setenv("TLKIT_ANSWERS", str(file.parent / "blocked" / "answers.json"))
    assert "could not be kept" in answers.keep("quizzes", "01", {"first": "a"})


def test_two_notebooks_at_once_lose_nothing(file):
    code = """if True:
        import sys
        from tlkit.exercises import answers
        for n in range(20):
            answers.keep("quizzes", f"{sys.argv[1]}{n}", {"n": n})
    """
    environment = {**os.environ, "TLKIT_ANSWERS": str(file)}
    both = [subprocess.Popen([sys.executable, "-c", code, who], env=environment) for who in "ab"]
    assert [one.wait() for one in both] == [0, 0]
    assert len(answers.read(file)["quizzes"]) == 40


def test_a_quiz_remembers_its_last_answer_and_counts_the_first(file):
    quiz = tl.quiz("01")
    wrong = next(answer for answer in quiz.question.answers if answer != quiz.question.right)
    quiz.choice.value = wrong
    quiz.choice.value = quiz.question.right
    assert answers.recall("quizzes", "01") == {"first": wrong, "last": quiz.question.right, "right": False}
    again = tl.quiz("01")  # as after a restart of the kernel
    assert again.choice.value == quiz.question.right
    assert "✓" in again.said.value
    assert again._repr_mimebundle_()[answers.MIME]["quizzes"]["01"]["right"] is False


def test_a_prediction_is_there_again_and_what_was_drawn_before_the_truth_counts(file):
    guess = tl.Predict(shots=(1, 5))
    assert answers.MIME not in guess._repr_mimebundle_()[0]
    guess.values = [0.2, 0.6]
    again = tl.Predict(shots=(1, 5))
    assert (again.values, again.touched) == ([0.2, 0.6], True)
    again.reveal("measured", [0.3, 0.7], [0.2, 0.6], [0.4, 0.8])
    third = tl.Predict(shots=(1, 5))
    third.values = [0.3, 0.7]
    (kept,) = answers.read(file)["predictions"].values()
    assert kept["values"] == [0.2, 0.6]
    assert kept["truth"]["mean"] == [0.3, 0.7]
    assert "late" not in kept
    assert again._repr_mimebundle_()[0][answers.MIME]["predictions"][again.name]["truth"]["name"] == "measured"


def test_a_curve_that_was_drawn_after_the_truth_is_marked(file):
    tl.Predict(shots=(1, 5)).reveal("measured", [0.3, 0.7], [0.2, 0.6], [0.4, 0.8])
    tl.Predict(shots=(1, 5)).values = [0.3, 0.7]
    (kept,) = answers.read(file)["predictions"].values()
    assert (kept["late"], kept["values"]) == (True, [0.3, 0.7])
    predict.REVEALED.clear()  # as in another kernel
    assert tl.Predict(shots=(1, 5)).values == [0.3, 0.7]
    (kept,) = answers.read(file)["predictions"].values()
    assert kept["late"] is True


def test_a_page_that_is_merely_run_leaves_no_file(file):
    tl.Predict(shots=(1, 5)).reveal("measured", [0.3, 0.7], [0.2, 0.6], [0.4, 0.8])
    tl.quiz("01"), tl.earlier("02"), tl.practice("01"), tl.survey.before()
    assert not file.exists()


def test_a_prediction_of_an_older_lesson_does_no_harm(file):
    tl.Predict(shots=(1, 5)).values = [0.2, 0.6]
    text = file.read_text(encoding="utf-8").replace('"values": [', '"values": [0.9,')
    file.write_text(text, encoding="utf-8")
    assert not tl.Predict(shots=(1, 5)).touched


def test_before_is_noted_and_after_is_explained(file):
    before, after = tl.survey.before(), tl.survey.after()
    assert len(before.quizzes) == len(after.quizzes) == 10
    first, last = before.quizzes[0], after.quizzes[0]
    right = first.question.right
    wrong = next(answer for answer in first.question.answers if answer != right)
    first.choice.value = right
    assert "Noted" in first.said.value
    assert "✓" not in first.said.value
    first.choice.value = wrong
    last.choice.value = right
    last.choice.value = wrong
    assert answers.recall("before", "01")["right"] is False
    assert answers.recall("after", "01")["right"] is True
    assert "01" in before._repr_mimebundle_()[answers.MIME]["before"]


def test_in_a_notebook_they_lie_beside_it_and_in_its_outputs_once_it_was_run_again(tmp_path, monkeypatch):
    monkeypatch.delenv("TLKIT_ANSWERS", raising=False)
    first = "import tlkit as tl\nquiz = tl.quiz('01')\nquiz.choice.value = quiz.question.right\nquiz"
    again = "tl.quiz('01')"
    book = new_notebook(cells=[new_code_cell(first), new_code_cell(again)])
    NotebookClient(book, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    path = tmp_path / answers.FILE
    assert answers.read(path)["quizzes"]["01"]["right"] is True
    nbformat.write(book, tmp_path / "01.ipynb")
    sheet = grading.read_sheet(tmp_path / "01.ipynb", "01.ipynb")
    assert sheet.key == answers.read(path)["reader"]
    assert sheet.known["quizzes"]["01"]["right"] is True
