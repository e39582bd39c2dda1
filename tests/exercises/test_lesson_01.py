import pytest

import tlkit as tl
from tlkit.exercises import lesson_01
from tlkit.exercises.check import MIME


@pytest.fixture(scope="module")
def pianist():
    return tl.pretrain(tl.backbone("note-cnn"), tl.task("notes/piano"), steps=20)


def test_the_first_exercise_knows_right_from_each_mistake(pianist):
    def accuracy(task="notes/accordion", **options):
        return tl.transfer(pianist, tl.task(task), **{"strategy": "head", "shots": 2} | options).accuracy

    assert tl.check("01.1", accuracy(), pianist).passed
    assert tl.check("01.1", accuracy(), pianist).passed
    mistakes = {
        1.0: "learnt from",
        87: "between 0 and 1",
        accuracy(shots=1): "exercise asks for two",
        accuracy(strategy="random_head"): "random body",
        accuracy("notes/guitar"): "That is the guitar",
        0.0123: "Not the figure",
    }
    for answer, hint in mistakes.items():
        verdict = tl.check("01.1", answer, pianist)
        assert not verdict.passed
        assert hint in verdict.hint
        assert str(round(accuracy(), 2)) not in repr(verdict)


def test_the_second_exercise_knows_right_from_each_mistake():
    from tests.experiments.test_results import result

    values = {"scratch": {1: 0.2, 5: 0.6, 20: 0.95, 50: 0.99}, "head": {1: 0.6, 5: 0.8, 20: 0.94, 50: 0.95}}
    results = tl.Results(
        result(s, k, seed, v) for s, row in values.items() for k, v in row.items() for seed in range(5)
    )
    assert tl.check("01.2", 20, results).passed
    assert "ahead earlier too" in tl.check("01.2", 50, results).hint
    assert "still ahead" in tl.check("01.2", 5, results).hint
    assert "1, 5, 20, 50" in tl.check("01.2", 7, results).hint


def test_dots_are_no_mistake_and_no_traceback():
    assert "Replace the dots" in tl.check("01.2", ..., None).hint


def test_a_verdict_can_be_read_from_a_saved_notebook():
    bundle = tl.check("01.2", ..., None)._repr_mimebundle_()
    assert bundle[MIME] == {"exercise": "01.2", "passed": False}
    assert "01.2: not yet" in bundle["text/plain"]


def test_an_unknown_exercise_names_the_nearest():
    with pytest.raises(tl.TlkitError, match=r"no exercise '01.3'. Did you mean '01"):
        tl.check("01.3", 1)


def test_the_quiz_explains_every_answer():
    quiz = tl.quiz("01")
    for answer, why in quiz.question.answers.items():
        quiz.choice.value = answer
        assert ("✓" in quiz.said.value) == (answer == quiz.question.right)
        assert why[:20] in quiz.said.value
    assert lesson_01.__doc__
    assert repr(quiz).startswith("Quiz: A friend")
