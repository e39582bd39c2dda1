import pytest

import tlkit as tl
from tests.experiments.test_results import result


@pytest.fixture(scope="module")
def pianist():
    return tl.pretrain(tl.backbone("note-cnn"), tl.task("notes/piano"), steps=60)


def test_the_first_exercise_knows_right_from_each_mistake(pianist):
    guitar = tl.task("notes/guitar")
    tuned = tl.transfer(pianist, guitar, strategy="full", shots=20)
    right = tl.forgetting.source_accuracy(pianist, tuned)
    assert tl.check("05.1", right, pianist).passed
    mistakes = {
        87: "between 0 and 1",
        tuned.accuracy: "names of the guitar",
        pianist.accuracy: "before",
        tl.forgetting.source_accuracy(pianist, tl.transfer(pianist, guitar, strategy="lp_ft", shots=20)): "head first",
        0.0123: "Not the figure",
    }
    for answer, hint in mistakes.items():
        verdict = tl.check("05.1", answer, pianist)
        assert not verdict.passed
        assert hint in verdict.hint
        assert str(round(right, 2)) not in repr(verdict)


def test_the_second_exercise_knows_right_from_each_mistake():
    def made(source, head):
        return tl.Results(result("head", 20, seed, head, source=source) for seed in range(5))

    by = {"good": made("a", 0.9), "bad": made("b", 0.6), "worse": made("c", 0.5)}
    alone = tl.Results(result("scratch", 20, seed, 0.8) for seed in range(5))
    assert tl.check("05.2", "worse", by, alone).passed
    assert "ahead of scratch" in tl.check("05.2", "good", by, alone).hint
    assert "another does more" in tl.check("05.2", "bad", by, alone).hint
    assert "'good', 'bad', 'worse'" in tl.check("05.2", "none", by, alone).hint


def test_the_quiz_explains_every_answer():
    quiz = tl.quiz("05")
    for answer, why in quiz.question.answers.items():
        quiz.choice.value = answer
        assert ("✓" in quiz.said.value) == (answer == quiz.question.right)
        assert why[:20] in quiz.said.value
