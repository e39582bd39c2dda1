"""Lesson 14 as a reader meets it: run all, then choose partners and weights by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .harness import shot

pytestmark = pytest.mark.browser
NOTEBOOK = "14-two-tasks.ipynb"


def test_lab_and_quiz_answer_the_keyboard(lesson):
    lab = lesson.page.locator(".tlkit-lab").first
    lab.scroll_into_view_if_needed()
    words, slider = lab.get_by_role("status"), lab.get_by_role("slider")
    expect(words).to_contain_text("Partner: notes, weight 1:")
    shot(lab, "partners")
    slider.focus()
    lesson.page.keyboard.press("Home")
    expect(words).to_contain_text("Weight 0, no partner at all:")
    lesson.page.keyboard.press("End")
    expect(words).to_contain_text("Partner: notes, weight 100:")
    for partner in ("instruments", "nonsense"):
        lab.get_by_role("button", name=partner).press("Enter")
        expect(words).to_contain_text(f"Partner: {partner}, weight 100:")
    expect(lab.get_by_role("img")).to_have_attribute("alt", words.inner_text())
    shot(lab, "partners-nonsense")

    quiz = lesson.page.locator(".tlkit-quiz").last
    quiz.get_by_role("button", name="Yes, with gradient surgery").press("Enter")
    expect(quiz.get_by_role("status")).to_contain_text("Surgery takes away")
