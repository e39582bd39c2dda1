"""Lesson 02 as a reader meets it: run all, then move the lab's controls by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .harness import shot

pytestmark = [pytest.mark.browser, pytest.mark.weights]
NOTEBOOK = "02-what-the-layers-know.ipynb"


def test_the_lab_answers_the_keyboard(lesson):
    lab = lesson.page.locator(".tlkit-lab").first
    lab.scroll_into_view_if_needed()
    words, picture = lab.get_by_role("status"), lab.get_by_role("img")
    expect(words).to_contain_text("cut after stage 4 of 4 (dense)")
    expect(picture).to_have_attribute("alt", re.compile("cut after stage 4 of 4"))
    shot(lab, "depth-4")

    before = picture.get_attribute("src")
    cut = lab.get_by_role("slider").first
    cut.focus()
    lesson.page.keyboard.press("Home")
    expect(words).to_contain_text("cut after stage 1 of 4 (conv1)")
    expect(picture).not_to_have_attribute("src", before)
    lab.get_by_role("slider").nth(1).focus()
    lesson.page.keyboard.press("End")
    expect(words).to_contain_text("20 labelled pictures of each class")

    lab.get_by_role("button", name="random, the control").press("Enter")
    expect(words).to_contain_text("with random weights", timeout=60_000)
    lab.get_by_role("button", name="photographer, brick").press("Enter")
    expect(words).to_contain_text("photographer, brick, with random weights, cut after stage 9 of 9", timeout=120_000)
    lab.get_by_role("button", name="as they were taught").press("Enter")
    expect(words).to_contain_text("photographer, brick, cut after stage 9 of 9", timeout=120_000)
    lab.get_by_role("slider").first.focus()
    lesson.page.keyboard.press("ArrowLeft")
    expect(words).to_contain_text("cut after stage 8 of 9 (block7)")
    shot(lab, "depth-brick")


def test_the_quiz_explains_an_answer(lesson):
    quiz = lesson.page.locator(".tlkit-quiz").last
    quiz.get_by_role("button", name="On the last stage").press("Enter")
    expect(quiz.get_by_role("status")).to_contain_text("Not here")
