"""A quiz question: every answer is marked and explained, and its text stays text."""

import tlkit as tl
from tlkit.exercises.check import Question
from tlkit.widgets.quiz import NOTED, Quiz

ASKED = Question("Is 1 < 2 & <b>3</b>?", {"yes": "Count <up>.", "no": "Count down."}, "yes")


def test_each_answer_has_its_mark_and_its_reason():
    quiz = Quiz("small", question=ASKED)
    quiz.choice.value = "no"
    assert "✗ Count down." in quiz.said.value
    quiz.choice.value = "yes"
    assert "✓ Count &lt;up&gt;." in quiz.said.value


def test_a_question_is_text():
    shown = Quiz("small", question=ASKED).children[0].value
    assert shown == "<b>Is 1 &lt; 2 &amp; &lt;b&gt;3&lt;/b&gt;?</b>"


def test_what_is_only_noted_has_no_mark():
    quiz = Quiz("small", question=ASKED, explain=False)
    quiz.choice.value = "no"
    assert NOTED in quiz.said.value
    assert "✗" not in quiz.said.value


def test_every_lesson_has_its_own():
    assert tl.quiz("01").question.text != tl.quiz("02").question.text
