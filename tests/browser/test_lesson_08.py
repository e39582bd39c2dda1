"""Lesson 08 as a reader meets it: run all, then move the lab's sliders by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .harness import shot, stop

pytestmark = [pytest.mark.browser, pytest.mark.weights]
NOTEBOOK = "08-lora.ipynb"


def test_the_lab_answers_the_keyboard(lesson):
    lab = lesson.page.locator(".tlkit-lab").first
    lab.scroll_into_view_if_needed()
    words, picture = lab.get_by_role("status"), lab.get_by_role("img")
    expect(words).to_contain_text("Rank 8 in all 6 blocks")
    shot(lab, "lora-8")

    before = picture.get_attribute("src")
    lab.get_by_role("slider").first.focus()
    lesson.page.keyboard.press("Home")
    expect(words).to_contain_text("Rank 1 in all 6 blocks")
    expect(picture).to_have_attribute("alt", re.compile("Rank 1 "))
    expect(picture).not_to_have_attribute("src", before)
    lesson.page.keyboard.press("End")
    expect(words).to_contain_text("Rank 64")
    before = picture.get_attribute("src")
    lab.get_by_role("slider").nth(1).focus()
    lesson.page.keyboard.press("Home")
    expect(words).to_contain_text("in the last 1 of 6 blocks")
    expect(picture).not_to_have_attribute("src", before)
    lesson.page.keyboard.press("End")
    expect(words).to_contain_text("Rank 64 in all 6 blocks")
    lesson.page.keyboard.press("Home")
    expect(words).to_contain_text("press Train")

    lab.get_by_role("button", name="Train").press("Enter")
    expect(words).to_contain_text("3 draws", timeout=120_000)
    shot(lab, "lora-trained")
    lab.get_by_role("slider").first.focus()
    lesson.page.keyboard.press("ArrowLeft")
    expect(words).to_contain_text("press Train")
    lab.get_by_role("button", name="Train").press("Enter")
    stop(lab, words, "Stopped|draws")
