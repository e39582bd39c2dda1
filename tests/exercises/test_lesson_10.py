import numpy as np
import pytest

import tlkit as tl
from tests.analysis.test_domain_gap import made_up
from tlkit.analysis.domain_gap import PLAIN
from tlkit.exercises import lesson_10
from tlkit.methods.domain_adaptation import at_home, fitted


@pytest.fixture
def small(monkeypatch, source, low_bars, high_bars):
    """The first exercise on a small network and two small tasks."""
    tasks = {"reviews/movie": low_bars, "reviews/tweets": high_bars}
    monkeypatch.setattr(lesson_10, "task", tasks.get)
    monkeypatch.setattr(tl.Task, "shots", lambda self, k, seed: self.train)
    return source.backbone


def test_the_first_exercise_knows_right_from_each_mistake(small, low_bars, high_bars):
    films, others, test = (
        small.features(part.items).astype(float) for part in (low_bars.train, high_bars.train, high_bars.test)
    )

    def found(mean, strength=1e-4, rows=test, labels=high_bars.test.labels):
        head = fitted(films - films.mean(axis=0), low_bars.train.labels, strength)
        return at_home(head.probabilities(rows - mean), labels)

    theirs = others.mean(axis=0)
    assert tl.check("10.1", found(theirs), small).passed
    hints = {
        80: "between 0 and 1",
        found(films.mean(axis=0)): "each domain has its own",
        found(theirs, 1.0): "loose one",
        0.0321: "Not the figure",
    }
    for answer, hint in hints.items():
        verdict = tl.check("10.1", answer, small)
        assert verdict.passed or hint in verdict.hint
        assert verdict.passed == (abs(answer - found(theirs)) < 0.003)


def test_the_second_exercise_knows_right_from_each_mistake():
    gap = made_up()
    for seed, grid in gap.grid.items():  # clear figures: strength 1 is loose, 0.001 is what the source chooses
        grid[:5, :2] = np.array([[0.74, 0.7], [0.76, 0.75], [0.78, 0.7], [0.7, 0.7], [0.6, 0.65]]) + 0.001 * seed
    loose, own, careful = (
        each.mean for each in (gap.accuracy(1.0), gap.target_trained(), gap.chosen("source accuracy", among=PLAIN))
    )
    best = gap.chosen("target labels", among=PLAIN).mean
    share = (careful - loose) / (own - loose)
    assert tl.check("10.2", share, gap).passed
    hints = {
        (best - loose) / (own - loose): "chosen by the target's labels",
        1 - share: "stays open",
        careful - loose: "in accuracy",
        own - careful: "in accuracy",
        0.01: "Not the share",
    }
    for answer, hint in hints.items():
        verdict = tl.check("10.2", answer, gap)
        assert not verdict.passed
        assert hint in verdict.hint


def test_the_quiz_explains_every_answer():
    quiz = tl.quiz("10")
    for answer, why in quiz.question.answers.items():
        quiz.choice.value = answer
        assert ("✓" in quiz.said.value) == (answer == quiz.question.right)
        assert why[:20] in quiz.said.value
