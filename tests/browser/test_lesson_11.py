"""Lesson 11 as a reader meets it: run all, then choose relatives by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .harness import shot

pytestmark = pytest.mark.browser
NOTEBOOK = "11-little-text.ipynb"


def test_lab_and_quiz_answer_the_keyboard(lesson):
    lab = lesson.page.locator(".tlkit-lab").first
    lab.scroll_into_view_if_needed()
    words, slider = lab.get_by_role("status"), lab.get_by_role("slider")
    expect(words).to_contain_text("Galician with 250 characters of its own, beside Spanish:")
    shot(lab, "relatives")
    lab.get_by_role("button", name="Portuguese").press("Space")
    expect(words).to_contain_text("beside Portuguese, Spanish:")
    slider.focus()
    lesson.page.keyboard.press("End")
    expect(words).to_contain_text("Galician with 4,000 characters of its own, beside Portuguese, Spanish:")
    lab.get_by_role("button", name="Basque").press("Enter")
    expect(words).to_contain_text("Basque with 4,000 characters")
    slider.focus()
    lesson.page.keyboard.press("Home")
    expect(words).to_contain_text("Basque with 250 characters")
    expect(lab.get_by_role("img")).to_have_attribute("alt", words.inner_text())
    shot(lab, "relatives-basque")

    quiz = lesson.page.locator(".tlkit-quiz").last
    quiz.get_by_role("button", name="Take Spanish as it is").press("Enter")
    expect(quiz.get_by_role("status")).to_contain_text("A good start, and not the end")
