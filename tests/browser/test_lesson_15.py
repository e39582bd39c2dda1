"""Lesson 15 as a reader meets it: run all, then go through visits and writers by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .harness import shot

pytestmark = [pytest.mark.browser, pytest.mark.weights]
NOTEBOOK = "15-at-work.ipynb"


def test_lab_and_quiz_answer_the_keyboard(lesson):
    lab = lesson.page.locator(".tlkit-lab").first
    lab.scroll_into_view_if_needed()
    words, slider = lab.get_by_role("status"), lab.get_by_role("slider")
    expect(words).to_contain_text("Talk 1, prompt:")
    lab.get_by_role("button", name="LoRA", exact=True).press("Space")
    expect(words).to_contain_text("Talk 1, LoRA: 100% of the note's numbers and names are there")
    expect(lab).to_contain_text("a model wrote this")
    shot(lab, "notes")
    slider.focus()
    lesson.page.keyboard.press("End")
    expect(words).to_contain_text("Talk 10, LoRA:")
    lab.get_by_role("button", name="LoRA, shuffled").press("Enter")
    expect(words).to_contain_text("Talk 10, LoRA, shuffled:")
    shot(lab, "notes-shuffled")
    slider.focus()
    lesson.page.keyboard.press("Home")
    expect(words).to_contain_text("Talk 1, LoRA, shuffled:")

    quiz = lesson.page.locator(".tlkit-quiz").last
    quiz.get_by_role("button", name="An overlap of 0.99").press("Enter")
    expect(quiz.get_by_role("status")).to_contain_text("differ in one digit of a dose")
