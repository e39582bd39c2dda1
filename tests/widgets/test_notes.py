import html

import pytest

import tlkit as tl
from tlkit.datasets.consultations import Consultation
from tlkit.widgets.base import values_of

TALK = "Doctor: Nora Weiss? <b>Come in.</b>\nPatient: I am 47. My sister Ida is 52.\nDoctor: Take aspirin, 100 mg."
VISITS = [Consultation(TALK, "Nora Weiss, 47. Aspirin 100 mg.")] * 2
WRITTEN = {
    "first sentences": ["Nora Weiss? Come in."] * 2,
    "LoRA": ["Nora Weiss, 52. Aspirin 300 mg. <script>alert()</script>", "Nora Weiss, 47. Aspirin 100 mg."],
}


@pytest.fixture
def lab():
    return tl.labs.NotesLab(VISITS, WRITTEN)


def test_it_counts_what_was_made_up_and_what_is_misplaced(lab):
    lab.writer.value = "LoRA"
    assert (lab.case.made_up, lab.case.misplaced) == (["300"], ["52"])
    assert "Made up: 300. In the wrong place: 52." in lab.words.value
    assert "60% of the note's numbers and names are there" in lab.case.words()
    assert "⟦300⟧" in lab.reading.value
    assert "‹52›" in lab.reading.value
    lab.talk.value = 2
    assert "Made up: nothing. In the wrong place: nothing." in lab.words.value
    assert "100% of the note's numbers and names are there, overlap 1.00" in lab.case.words()
    assert repr(lab) == f"NotesLab: {lab.case.words()}"


def test_what_was_written_is_escaped_and_its_writer_told(lab):
    assert "copied, no model" in lab.reading.value
    lab.writer.value = "LoRA"
    assert "a model wrote this" in lab.reading.value
    assert "<script>" not in lab.reading.value
    assert html.escape("<b>Come in.</b>") in lab.reading.value


def test_the_shipped_visits_at_every_position():
    lab = tl.labs.NotesLab(*tl.consultations.cases())
    seen = set()
    for talk in values_of(lab.talk):
        for writer in values_of(lab.writer):
            lab.talk.value, lab.writer.value = talk, writer
            seen.add(lab.words.value)
    assert len(seen) == 10 * 4


def test_writers_must_have_written_about_every_talk():
    with pytest.raises(tl.TlkitError, match="LoRA wrote 1 notes, and there are 2 talks"):
        tl.labs.NotesLab(VISITS, {"LoRA": ["a"]})
    with pytest.raises(tl.TlkitError, match="written"):
        tl.labs.NotesLab(VISITS, [])
