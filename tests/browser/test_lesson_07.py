"""Lesson 07 as a reader meets it: run all, type a sentence, then move the lab's controls by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .harness import shot, stop

pytestmark = [pytest.mark.browser, pytest.mark.weights]
NOTEBOOK = "07-words.ipynb"


def test_the_labs_answer_the_keyboard(lesson):
    neighbours = lesson.page.locator(".tlkit-lab").first
    neighbours.scroll_into_view_if_needed()
    words, picture = neighbours.get_by_role("status"), neighbours.get_by_role("img")
    before = picture.get_attribute("src")
    neighbours.get_by_role("textbox").fill("My train is late again.")
    expect(words).to_contain_text("my train is late again")
    expect(picture).not_to_have_attribute("src", before)
    expect(picture).to_have_attribute("alt", re.compile("my train is late again"))
    neighbours.get_by_role("button", name="words they share").press("Enter")
    expect(words).to_contain_text("by words they share")
    neighbours.get_by_role("button", name="intents").press("Enter")
    expect(words).to_contain_text("of the 200 intents")
    shot(neighbours, "words-neighbours")

    lab = lesson.page.locator(".tlkit-lab").nth(1)
    lab.scroll_into_view_if_needed()
    words, picture = lab.get_by_role("status"), lab.get_by_role("img")
    shots = lab.get_by_role("slider").first
    shots.focus()
    lesson.page.keyboard.press("Home")
    expect(words).to_contain_text("1 label of each class")
    lesson.page.keyboard.press("End")
    expect(words).to_contain_text("64 labels of each class")
    before = picture.get_attribute("src")
    lab.get_by_role("slider").nth(1).focus()
    lesson.page.keyboard.press("End")
    expect(picture).not_to_have_attribute("src", before)

    lab.get_by_role("button", name="words counted").press("Enter")
    expect(words).to_contain_text("words counted (tf_idf), 64 labels")
    lab.get_by_role("button", name="intents").press("Enter")
    expect(words).to_contain_text("of intents named right")
    lab.get_by_role("button", name="partial:2").press("Enter")
    expect(words).to_contain_text(re.compile("draw 1 of 3|looking"), timeout=60_000)
    stop(lab, words, "Stopped after|3 draws")
    shot(lab, "words-lab")
