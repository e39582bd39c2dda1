import numpy as np
import pandas as pd
import pytest

import tlkit as tl

COLUMNS = {"text": "words", "label": "kind"}


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    draw, words = np.random.default_rng(0), ("river", "stone", "cloud", "table", "apple", "horse", "music", "paper")
    table = [(" ".join(draw.permutation(words)), "ab"[n % 2]) for n in range(60)]
    return tl.traps.typed_twice(pd.DataFrame(table, columns=["words", "kind"]), **COLUMNS, per_class=20, seed=2)


def test_the_first_exercise_knows_right_from_each_mistake(rows):
    data = tl.read_data(rows, **COLUMNS)
    assert tl.check("16.1", len(data.report.leaks), data).passed
    mistakes = {
        len(rows): "all rows",
        40: "typed twice",
        int((rows["split"] == "test").sum()): "size of the test",
        1: "how long is the list",
        ...: "Replace the dots",
    }
    for answer, hint in mistakes.items():
        verdict = tl.check("16.1", answer, data)
        assert not verdict.passed
        assert hint in verdict.hint
    assert "no split of its own" in tl.check("16.1", 3, tl.read_data(rows.drop(columns="split"), **COLUMNS)).hint


def test_the_second_exercise_knows_right_from_each_mistake():
    draw = np.random.default_rng(0)
    chances = draw.dirichlet(np.ones(4), 100)
    labels = np.array([draw.choice(4, p=row) for row in chances])
    at = {share: tl.conformal.threshold(chances, labels, coverage=share) for share in (0.2, 0.8, 0.9)}
    assert tl.check("16.2", at[0.8], chances, labels).passed
    mistakes = {
        at[0.9]: "coverage=0.8",
        at[0.2]: "leaves 80% out",
        1 - at[0.8]: "how unlikely",
        0.8: "network's own percentages",
        float(chances[np.arange(100), labels].mean()): "mean",
        -3.0: "Not that",
    }
    for answer, hint in mistakes.items():
        verdict = tl.check("16.2", answer, chances, labels)
        assert not verdict.passed
        assert hint in verdict.hint


def test_the_quiz_explains_every_answer():
    quiz = tl.quiz("16")
    for answer, why in quiz.question.answers.items():
        quiz.choice.value = answer
        assert ("✓" in quiz.said.value) == (answer == quiz.question.right)
        assert why[:20] in quiz.said.value
