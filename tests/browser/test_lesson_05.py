"""Lesson 05 as a reader meets it: run all, then move the lab's controls to their ends by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .harness import shot, stop

pytestmark = [pytest.mark.browser, pytest.mark.weights]
NOTEBOOK = "05-when-transfer-fails.ipynb"


def test_lab_and_quiz_answer_the_keyboard(lesson):
    lab = lesson.page.locator(".tlkit-lab").first
    lab.scroll_into_view_if_needed()
    words, picture = lab.get_by_role("status"), lab.get_by_role("img")
    expect(words).to_contain_text("piano as the teacher, frozen (head), 5 labels of each class")
    shot(lab, "teachers")

    def moved(act, said: str) -> None:
        """``act`` changes the picture, whose words say so; what stands below says the same, or how a training goes."""
        before = picture.get_attribute("src")
        act()
        expect(picture).to_have_attribute("alt", re.compile(re.escape(said)), timeout=60_000)
        expect(picture).not_to_have_attribute("src", before)
        expect(words).to_contain_text(re.compile(f"{re.escape(said)}|Training, draw"))

    slider = lab.get_by_role("slider")
    slider.focus()
    moved(lambda: lesson.page.keyboard.press("Home"), "1 label of each class")
    moved(lambda: lesson.page.keyboard.press("End"), "20 labels of each class")
    for teacher in ("drums", "clarinet", "shuffled", "tell", "piano"):
        moved(lambda name=teacher: lab.get_by_role("button", name=name).press("Enter"), f"{teacher} as the teacher")

    lab.get_by_role("button", name="shuffled").press("Enter")
    last = "keep the head, tune all (keep), 20 labels of each class"
    moved(lambda: lab.get_by_role("button", name="keep the head").press("Enter"), last)
    stop(lab, words, "Stopped after|5 draws")
    shot(lab, "teachers-keep")
    moved(lambda: lab.get_by_role("button", name="frozen (head)").press("Enter"), "shuffled as the teacher, frozen")

    quiz = lesson.page.locator(".tlkit-quiz").last
    quiz.get_by_role("button", name="Transfer does not work for pictures like yours").press("Enter")
    expect(quiz.get_by_role("status")).to_contain_text("more than one teacher can show")
