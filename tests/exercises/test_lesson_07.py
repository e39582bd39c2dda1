import pytest

import tlkit as tl
from tests.small_networks import save_model
from tlkit.analysis.neighbours import NeighbourIndex
from tlkit.exercises.lesson_07 import LATE
from tlkit.models import transformer


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reader")
    save_model(folder, "bert")
    return transformer.encoder("small", folder, longest=16, taught="nothing much")


def test_the_first_exercise_knows_right_from_each_mistake(reader):
    intents = tl.task("intents")

    def accuracy(shots=2):
        return tl.transfer(reader, intents, strategy="head", shots=shots).accuracy

    assert tl.check("07.1", accuracy(), reader).passed
    mistakes = {
        1.0: "learnt from",
        87: "between 0 and 1",
        accuracy(shots=1): "exercise asks for two",
        tl.text_baseline.count_words(intents, shots=2).accuracy: "counting words",
        0.0123: "Not the figure",
    }
    for answer, hint in mistakes.items():
        verdict = tl.check("07.1", answer, reader)
        assert not verdict.passed
        assert hint in verdict.hint
        assert str(round(accuracy(), 2)) not in repr(verdict)


def test_the_second_exercise_knows_right_from_each_mistake(reader):
    tweets = tl.task("reviews/tweets")
    shelf = NeighbourIndex(tweets, reader)
    right = shelf.near(LATE, 1)[0].row
    farthest = int((shelf.points @ shelf.point(LATE)).argmin())
    assert tl.check("07.2", right, reader).passed
    mistakes = {
        tweets.test.items[right]: "not its text",
        500: "from 0 to 499",
        -1: "from 0 to 499",
        farthest: "the farthest",
        NeighbourIndex(tweets).near(LATE, 1)[0].row: "shares most words",
        (right + 1) % 500: "lies nearer",
    }
    for answer, hint in mistakes.items():
        verdict = tl.check("07.2", answer, reader)
        assert not verdict.passed
        assert hint in verdict.hint


def test_the_quiz_explains_every_answer():
    quiz = tl.quiz("07")
    for answer, why in quiz.question.answers.items():
        quiz.choice.value = answer
        assert ("✓" in quiz.said.value) == (answer == quiz.question.right)
        assert why[:20] in quiz.said.value
