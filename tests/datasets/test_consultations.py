import hashlib
import re

import pytest

import tlkit as tl
from tlkit.datasets import consultations


def test_a_note_says_only_what_was_said_and_the_talk_says_more():
    for talk, note in consultations.draw(40, seed=3):
        said = set(re.findall(r"\d+", talk))
        assert set(re.findall(r"\d+", note)) <= said
        assert note.split(",")[0] in talk
    assert any(len(set(re.findall(r"\d+", one.talk))) > 4 for one in consultations.draw(10, seed=3))


def test_talks_depend_on_their_seed_alone():
    assert consultations.draw(3, seed=1) == consultations.draw(5, seed=1)[:3]
    assert consultations.draw(3, seed=1) != consultations.draw(3, seed=2)


def test_without_medicine_none_is_named():
    for talk, note in consultations.draw(20, seed=0, medicine=False):
        assert "No medicine." in note
        assert not any(drug in talk.lower() for drug in consultations.DRUGS)


def test_talks_of_ones_own_take_their_place(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text("dialogue,section_text\nDoctor: Hello.,Well.\n,Nothing said.\n", encoding="utf-8")
    assert consultations.read_csv(file) == [("Doctor: Hello.", "Well.")]
    with pytest.raises(tl.TlkitError, match="no column 'talk'; it has dialogue, section_text"):
        consultations.read_csv(file, talk="talk")
    with pytest.raises(tl.TlkitError, match="There is no file"):
        consultations.read_csv(tmp_path / "none.csv")


def test_what_is_shipped_is_what_was_made():
    lines = (consultations.FOLDER / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert len(sums) == 5
    for name, digest in sums.items():
        assert hashlib.sha256((consultations.FOLDER / name).read_bytes()).hexdigest() == digest


def test_ten_cases_and_four_writers():
    talks, written = consultations.cases()
    assert [len(notes) for notes in written.values()] == [10] * 4
    assert written["LoRA"][:5] == [one.note for one in talks[:5]]
    assert ["No medicine." in one.note for one in talks] == [False] * 5 + [True] * 5
