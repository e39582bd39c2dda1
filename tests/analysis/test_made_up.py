import pytest

import tlkit as tl
from tests.small_networks import save_model
from tlkit.analysis import made_up
from tlkit.datasets.consultations import Consultation

TALK = "Doctor: Nora Weiss? Patient: I am 47. My sister Ida is 52. Doctor: Take aspirin, 100 mg."
NOTE = "Nora Weiss, 47. Aspirin 100 mg."


def test_facts_are_numbers_and_names_and_no_little_words():
    assert made_up.facts(NOTE) == ["Nora", "Weiss", "47", "Aspirin", "100"]
    assert made_up.facts("The end. Back again, 5 times 5.") == ["5"]


def test_what_was_made_up_stands_nowhere_and_what_is_misplaced_elsewhere():
    text = "Nora Miller, 52. Aspirin 300 mg."
    assert made_up.made_up(text, TALK) == ["Miller", "300"]
    assert made_up.misplaced(text, TALK, NOTE) == ["52"]
    assert made_up.facts_right(text, NOTE) == pytest.approx(2 / 5)
    assert made_up.made_up(NOTE, TALK) == made_up.misplaced(NOTE, TALK, NOTE) == []
    with pytest.raises(tl.TlkitError, match="no number and no name"):
        made_up.facts_right(text, "all is well")


@pytest.mark.parametrize(
    ("text", "reference", "score"),
    [("a b c", "a b c", 1.0), ("a c", "a b c", 0.8), ("c a", "a b c", 0.4), ("x", "a b c", 0.0), ("", "a", 0.0)],
    ids=["same", "with a gap", "in another order", "nothing in common", "empty"],
)
def test_overlap_is_the_longest_run_that_both_have(text, reference, score):
    assert made_up.overlap(text, reference) == pytest.approx(score)


def test_overlap_in_letters_forgives_an_ending():
    assert made_up.overlap_in_letters(NOTE, NOTE) == pytest.approx(1)
    assert made_up.overlap_in_letters("", NOTE) == 0
    assert made_up.overlap("coughing", "cough") == 0 < made_up.overlap_in_letters("coughing", "cough")


def test_notes_are_judged_together():
    talks = [Consultation(TALK, NOTE)] * 2
    perfect = made_up.judge([NOTE, NOTE], talks)
    assert perfect == [1, 1, 0, 0, pytest.approx(1)]
    overlap, right, invented, misplaced, letters = made_up.judge([NOTE, "Nora Miller, 52."], talks)
    assert (right, invented, misplaced) == pytest.approx((0.6, 1 / 8, 1 / 8))
    assert overlap < 1
    assert letters < 1


def test_copying_makes_nothing_up_and_a_table_says_so():
    found = tl.made_up.notes("first sentences", None, seeds=[0, 1])
    assert found.made_up.values == [0, 0]
    assert found.wrong.values == found.misplaced.values
    assert 0 < found.right.mean < 0.7
    assert tl.made_up.table([found]).loc["first sentences", "made up"] == "0%"


def test_what_a_model_writes_is_measured_once(tmp_path, monkeypatch):
    save_model(tmp_path, "llama")
    model, known = tl.backbone(str(tmp_path)), tl.Results()
    shown = Consultation(TALK, NOTE)
    found = tl.made_up.notes("prompt", model, example=shown, count=1, seeds=[0], reuse=known)
    monkeypatch.setattr(made_up, "written", lambda *_, **__: pytest.fail("written again"))
    assert tl.made_up.notes("prompt", model, example=shown, count=1, seeds=[0], reuse=known) == found
