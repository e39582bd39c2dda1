"""Lesson 13 as a reader meets it: run all, and distort letters by keyboard, to the ends of every control."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .harness import shot

pytestmark = pytest.mark.browser
NOTEBOOK = "13-without-labels.ipynb"
ENDS = {  # each slider's first and last words
    "turned by -45 degrees": "turned by 45 degrees",
    "moved by -30% of half a side": "moved by 30% of half a side",
    ", fine": ", bold",
}


def test_every_control_answers_the_keyboard_to_its_ends(lesson):
    lab = lesson.page.locator(".tlkit-lab").first
    lab.scroll_into_view_if_needed()
    words = lab.get_by_role("status")
    expect(words).to_contain_text("turned by 15 degrees. Found again: taught itself")
    shot(lab, "views-lab")
    for place, (first, last) in enumerate(ENDS.items()):
        lab.get_by_role("slider").nth(place).focus()
        lesson.page.keyboard.press("Home")
        expect(words).to_contain_text(first)
        lesson.page.keyboard.press("End")
        expect(words).to_contain_text(last)
    lab.get_by_role("button", name="mirrored").press("Enter")
    expect(words).to_contain_text("bold, mirrored")
    shot(lab, "views-lab-mirrored")


def test_the_quiz_explains_an_answer(lesson):
    quiz = lesson.page.locator(".tlkit-quiz").last
    quiz.get_by_role("button", name="None: two exact copies").press("Enter")
    expect(quiz.get_by_role("status")).to_contain_text("too easy")
