"""Lesson 03 as a reader meets it: run all, then thaw and freeze by keyboard, and stop a training."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .harness import shot, stop

pytestmark = [pytest.mark.browser, pytest.mark.weights]
NOTEBOOK = "03-freeze-or-fine-tune.ipynb"


def test_the_lab_answers_the_keyboard(lesson):
    lab = lesson.page.locator(".tlkit-lab").first
    lab.scroll_into_view_if_needed()
    words, picture = lab.get_by_role("status"), lab.get_by_role("img")
    expect(words).to_contain_text("0 of 9 stages learn")
    expect(picture).to_have_attribute("alt", re.compile("0 of 9 stages learn"))

    before = picture.get_attribute("src")
    lab.get_by_role("button", name="block3", exact=True).press("Enter")
    expect(words).to_contain_text("6 of 9 stages learn")
    expect(words).to_contain_text("Snow lies on stem, block1, block2;")
    expect(picture).not_to_have_attribute("src", before)
    lab.get_by_role("button", name="stem", exact=True).press("Enter")
    expect(words).to_contain_text("9 of 9 stages learn")
    expect(words).to_contain_text("Snow lies on nothing")
    shot(lab, "stack-9")

    lab.get_by_role("button", name="block7", exact=True).press("Enter")
    expect(words).to_contain_text("2 of 9 stages learn")
    lab.get_by_role("slider").first.focus()
    lesson.page.keyboard.press("End")  # eight labels: nobody saved that
    expect(words).to_contain_text(re.compile("Training|looking"), timeout=60_000)
    stop(lab, words, "Stopped after|over 3 draws")
    lesson.page.keyboard.press("Tab")
    lab.get_by_role("slider").first.focus()
    lesson.page.keyboard.press("ArrowLeft")
    expect(words).to_contain_text("5 labels of each class, 2 of 9 stages learn")

    lab.get_by_role("button", name="the head alone").press("Enter")
    expect(words).to_contain_text("5 labels of each class, 0 of 9 stages learn")

    lab.get_by_role("button", name="Latin, Greek letters").press("Enter")
    expect(words).to_contain_text("Latin, Greek letters, 5 labels of each class", timeout=120_000)
    before = picture.get_attribute("src")
    lab.get_by_role("slider").first.focus()
    lesson.page.keyboard.press("Home")
    expect(words).to_contain_text("2 labels of each class, 0 of 4 stages learn")
    expect(picture).not_to_have_attribute("src", before)
    lab.get_by_role("button", name="conv1", exact=True).press("Enter")
    expect(words).to_contain_text("2 labels of each class, 4 of 4 stages learn")
    lab.get_by_role("button", name="ImageNet, photographs").press("Enter")
    expect(words).to_contain_text(re.compile("Training|looking|2 labels of each class, 0 of 9"), timeout=60_000)
    lab.get_by_role("button", name="Latin, Greek letters").press("Enter")
    expect(words).to_contain_text("2 labels of each class, 0 of 4 stages learn", timeout=60_000)
    shot(lab, "stack-greek")


def test_the_quiz_explains_an_answer(lesson):
    quiz = lesson.page.locator(".tlkit-quiz").last
    quiz.get_by_role("button", name="The optimiser moved").press("Enter")
    expect(quiz.get_by_role("status")).to_contain_text("No: without a gradient")
