import tlkit as tl
from tlkit.exercises.lesson_03 import _normed


def test_the_first_exercise_knows_right_from_each_mistake():
    body = _normed()
    stage, later, head = 4 * 3 * 9 + 4 + 8, 4 * 4 * 9 + 4 + 8, 5 * 6
    every = stage + 2 * later
    assert tl.check("03.1", every + head, body).passed  # three stages are all that it has
    mistakes = {
        every: "the head learns, too",
        every + head - 6: "a bias for each class",
        head: "head alone",
        2 * later + head: "one stage too few",
        77: "Not the number",
    }
    for answer, hint in mistakes.items():
        verdict = tl.check("03.1", answer, body)
        assert not verdict.passed
        assert hint in verdict.hint
    assert "Replace the dots" in tl.check("03.1", ..., body).hint


def test_the_first_exercise_on_the_lessons_own_network():
    body = tl.random_source(tl.backbone("small-cnn")).backbone
    counts = [sum(p.numel() for p in stage.parameters()) for stage in body.stages]
    head = 129 * 6
    assert tl.check("03.1", sum(counts[-3:]) + head, body).passed
    assert "everything" in tl.check("03.1", sum(counts) + head, body).hint
    assert "first stages" in tl.check("03.1", sum(counts[:3]) + head, body).hint


def test_the_second_exercise_tries_the_function():
    def right(backbone, k):
        for stage in backbone.stages[:k]:
            stage.requires_grad_(False).eval()

    def only_weights(backbone, k):
        for stage in backbone.stages[:k]:
            stage.requires_grad_(False)

    def only_statistics(backbone, k):
        for stage in backbone.stages[:k]:
            stage.eval()

    def everything(backbone, k):
        backbone.requires_grad_(False).eval()

    def everything_still(backbone, k):
        only_weights(backbone, k)
        backbone.eval()

    assert tl.check("03.2", right).passed
    hints = {
        only_weights: "running statistics of the frozen stages drift",
        only_statistics: "may still learn",
        everything: "behind the first k stages",
        everything_still: "put into eval mode, too",
        3: "function itself",
    }
    for answer, hint in hints.items():
        verdict = tl.check("03.2", answer)
        assert not verdict.passed
        assert hint in verdict.hint


def test_the_quiz_explains_every_answer():
    quiz = tl.quiz("03")
    assert quiz.question.right in quiz.question.answers
    for answer, why in quiz.question.answers.items():
        quiz.choice.value = answer
        assert ("✓" in quiz.said.value) == (answer == quiz.question.right)
        assert why[:20] in quiz.said.value
