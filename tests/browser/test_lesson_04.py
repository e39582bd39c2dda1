"""Lesson 04 as a reader meets it: run all, then set prices and a wanted accuracy by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .harness import shot

pytestmark = pytest.mark.browser
NOTEBOOK = "04-what-a-label-buys.ipynb"


def test_lab_and_quiz_answer_the_keyboard(lesson):
    lab = lesson.page.locator(".tlkit-lab").first
    lab.scroll_into_view_if_needed()
    words = lab.get_by_role("status")
    expect(words).to_contain_text("A label costs 1, an hour of the machine 1,")
    shot(lab, "costs")
    ends = (
        ("A label costs 0.01,", "A label costs 50,"),
        ("an hour of the machine 0,", "an hour of the machine 100,"),
        ("For 60%:", "For 95%:"),
    )
    for place, texts in enumerate(ends):
        lab.get_by_role("slider").nth(place).focus()
        for key, text in zip(("Home", "End"), texts, strict=True):
            lesson.page.keyboard.press(key)
            expect(words).to_contain_text(text)
    expect(words).to_contain_text("from scratch never got there")
    expect(lab.get_by_role("img")).to_have_attribute("alt", words.inner_text())
    shot(lab, "costs-dear")

    quiz = lesson.page.locator(".tlkit-quiz").last
    quiz.get_by_role("button", name="Name sixty of the surest cases").press("Enter")
    expect(quiz.get_by_role("status")).to_contain_text("teaches it the least")
