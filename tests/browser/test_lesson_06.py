"""Lesson 06 as a reader meets it: run all, then move the lab's controls to their ends by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .harness import shot

pytestmark = [pytest.mark.browser, pytest.mark.weights]
NOTEBOOK = "06-choosing-a-teacher.ipynb"
TARGETS = ("digits", "signs", "brick", "guitar", "cells B", "photographs", "Greek")
SCORES = ("published LogME", "H-score", "published H-score", "LEEP", "NCE", "A-distance", "size", "best elsewhere")


def test_lab_and_quiz_answer_the_keyboard(lesson):
    lab = lesson.page.locator(".tlkit-lab").first
    lab.scroll_into_view_if_needed()
    words, picture = lab.get_by_role("status"), lab.get_by_role("img")
    expect(words).to_contain_text("probe, for Greek, draw 1: it puts")
    shot(lab, "scores")

    def moved(act, said: str) -> None:
        """``act`` changes the picture, whose words say so, and so does what stands below."""
        before = picture.get_attribute("src")
        act()
        expect(picture).to_have_attribute("alt", re.compile(re.escape(said)))
        expect(picture).not_to_have_attribute("src", before)
        expect(words).to_contain_text(said)

    slider = lab.get_by_role("slider")
    slider.focus()
    moved(lambda: lesson.page.keyboard.press("End"), "draw 5:")
    moved(lambda: lesson.page.keyboard.press("Home"), "draw 1:")
    for name in TARGETS:
        moved(lambda name=name: lab.get_by_role("button", name=name, exact=True).press("Enter"), f"for {name}, draw 1")
    for name in SCORES:
        moved(lambda name=name: lab.get_by_role("button", name=name, exact=True).press("Enter"), f"{name}, for Greek")
    shot(lab, "scores-habit")

    quiz = lesson.page.locator(".tlkit-quiz").last
    quiz.get_by_role("button", name="Take the largest network").press("Enter")
    expect(quiz.get_by_role("status")).to_contain_text("missed by far")
