"""Lesson 12 as a reader meets it: run all, and move calls, known frauds and who looks by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .harness import shot

pytestmark = pytest.mark.browser
NOTEBOOK = "12-fraud.ipynb"


@pytest.fixture
def alarms(lesson):
    alarms = lesson.page.locator(".tlkit-lab").first
    alarms.scroll_into_view_if_needed()
    return alarms


def test_every_control_answers_the_keyboard_to_its_ends(lesson, alarms):
    words = alarms.get_by_role("status")
    expect(words).to_contain_text("no known fraud needed, 50 calls a day")
    alarms.get_by_role("button", name="head, then all (lp_ft)").press("Enter")
    expect(words).to_contain_text("20 known frauds, 50 calls a day")
    shot(alarms, "alarm-lab")
    for place, ends in enumerate((("5 known frauds", "100 known frauds"), ("2 calls a day", "100 calls a day"))):
        alarms.get_by_role("slider").nth(place).focus()
        for key, end in zip(("Home", "End"), ends, strict=True):
            lesson.page.keyboard.press(key)
            expect(words).to_contain_text(end)
    alarms.get_by_role("button", name="by hand and surprise (trees)").press("Enter")
    expect(words).to_contain_text("by hand and surprise (trees), 100 known frauds, 100 calls a day")
    shot(alarms, "alarm-lab-both")


def test_the_quiz_explains_an_answer(lesson):
    quiz = lesson.page.locator(".tlkit-quiz").filter(has_text="savings bank").first
    quiz.get_by_role("button", name="Buy the network").press("Enter")
    expect(quiz.get_by_role("status")).to_contain_text("Whoever never says fraud")
