"""Lesson 10 as a reader meets it: run all, choose a head by keyboard, then have the target's labels shown."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .harness import shot

pytestmark = [pytest.mark.browser, pytest.mark.weights]
NOTEBOOK = "10-new-domain.ipynb"


@pytest.fixture
def domains(lesson):
    domains = lesson.page.locator(".tlkit-lab").first
    domains.scroll_into_view_if_needed()
    return domains


def test_a_head_is_chosen_by_keyboard_before_its_worth_is_shown(lesson, domains):
    words = domains.get_by_role("status")
    expect(words).to_contain_text("From movie to tweets, as they are, strength 1:")
    expect(words).to_contain_text("What it is worth in tweets is hidden.")
    domains.get_by_role("slider").focus()
    lesson.page.keyboard.press("Home")
    expect(words).to_contain_text("strength 0.0001:")
    lesson.page.keyboard.press("End")
    expect(words).to_contain_text("strength 1:")
    shot(domains, "domain-lab")
    domains.get_by_role("button", name="shown").press("Enter")
    expect(words).to_contain_text("the gap is")
    domains.get_by_role("button", name="CORAL").press("Enter")
    domains.get_by_role("button", name="editorials").press("Enter")
    expect(words).to_contain_text("From movie to editorials, CORAL, strength 1:")
    shot(domains, "domain-lab-shown")


def test_the_quiz_explains_an_answer(lesson):
    quiz = lesson.page.locator(".tlkit-quiz").last
    quiz.get_by_role("button", name="Align hotels to dentists with CORAL").press("Enter")
    expect(quiz.get_by_role("status")).to_contain_text("Not first")
