"""Nothing asks another machine for anything: every question to the network is noted by Python itself, even one that
was swallowed by whoever asked it."""

import os
import subprocess
import sys

import pytest

NOTE = """
import sys
asked = []
def note(event, told):
    if event == "socket.getaddrinfo" and told[0] not in (None, "", "localhost", "127.0.0.1"):
        asked.append(told[0])
    if event == "socket.connect" and isinstance(told[1], tuple) and not str(told[1][0]).startswith("127."):
        asked.append(told[1][0])
sys.addaudithook(note)
"""
BY_EAR = """
import tlkit as tl
piano, guitar = tl.task("notes/piano"), tl.task("notes/guitar")
tl.hear("piano", "E")._repr_html_()
tl.see(piano, guitar, note="E")._repr_html_()
for quiz in tl.earlier("02").quizzes:
    quiz.choice.value = quiz.question.right
tl.practice("01").parsons.check()
guess = tl.Predict(shots=(1, 5))
guess.values = [0.2, 0.6]
guess.reveal("measured", [0.3, 0.7], [0.2, 0.6], [0.4, 0.8])
source = tl.pretrain(tl.backbone("note-cnn"), piano, steps=2)
lab = tl.labs.TransferLab(source, ["notes/guitar"], strategies=["head"], shots=[1, 2])
lab.shots.value = 2
lab.halt()
tl.compare(source, guitar, strategies=["head"], shots=[1], seeds=2).picture("small")._repr_html_()
tl.check("01.2", ..., None)
"""
BY_WORDS = """
import tlkit as tl
body, tweets = tl.backbone("minilm"), tl.task("reviews/tweets")
body.features(tweets.test.items[:4])
"""


def asked(code: str, folder) -> str:
    """Which machines the code asked for."""
    own = {"TLKIT_ANSWERS": str(folder / "answers.json"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", f"{NOTE}{code}\nprint(asked)"]
    done = subprocess.run(command, env={**os.environ, **own}, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def test_the_note_is_taken_also_where_the_error_is_swallowed(tmp_path):
    swallowed = "import contextlib, urllib.request\nwith contextlib.suppress(OSError):\n"
    assert asked(swallowed + "    urllib.request.urlopen('http://nowhere.invalid')", tmp_path) == "['nowhere.invalid']"


def test_a_lesson_asks_no_other_machine(tmp_path):
    assert asked(BY_EAR, tmp_path) == "[]"


@pytest.mark.weights
def test_a_network_that_reads_asks_no_other_machine(tmp_path):
    assert asked(BY_WORDS, tmp_path) == "[]"
