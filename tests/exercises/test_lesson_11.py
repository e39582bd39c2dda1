import html

import pytest

import tlkit as tl
from tlkit.estimate import Estimate
from tlkit.methods.next_character import Counts


def bits(teacher: str, pupil: str, part: str = "test") -> float:
    return Counts(tl.languages.language(teacher).learn).bits(getattr(tl.languages.language(pupil), part))


def test_the_first_exercise_knows_right_from_each_mistake():
    assert tl.check("11.1", bits("Italian", "Corsican")).passed
    mistakes = {
        bits("Corsican", "Italian"): "other way round",
        bits("Italian", "Italian"): "foretold by Italian",
        bits("Corsican", "Corsican"): "count Italian",
        bits("Italian", "Corsican", "learn"): "ask about its .test",
        bits("Spanish", "Galician"): "take Italian and Corsican",
        99: "Not the figure",
    }
    for answer, hint in mistakes.items():
        verdict = tl.check("11.1", answer)
        assert not verdict.passed
        assert hint in verdict.hint


def found() -> tl.low_resource.Foretold:
    weights = {"its own": 0.5, "Italian": 0.3, "French": 0.15, "Finnish": 0.05}
    told = {name: Estimate(dict.fromkeys(range(3), share), name) for name, share in weights.items()}
    return tl.low_resource.Foretold("Corsican", 500, told["French"], told)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Italian", "most of all"),
        ("Finnish", "Another one"),
        ("its own", "one of the other languages"),
        ("Klingon", "one of the other languages"),
        (..., "Replace the dots"),
    ],
    ids=["first", "third", "itself", "unknown", "dots"],
)
def test_the_second_exercise_hints_at_the_mistake(name, hint):
    assert hint in tl.check("11.2", name, found()).hint


def test_the_second_exercise_passes_the_second():
    assert tl.check("11.2", "French", found()).passed


def test_the_quiz_explains_every_answer():
    quiz = tl.quiz("11")
    for answer, why in quiz.question.answers.items():
        quiz.choice.value = answer
        assert ("✓" in quiz.said.value) == (answer == quiz.question.right)
        assert html.escape(why) in quiz.said.value
