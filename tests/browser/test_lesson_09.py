"""Lesson 09 as a reader meets it: run all, then ask the bench by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from .harness import shot

pytestmark = [pytest.mark.browser, pytest.mark.weights]
NOTEBOOK = "09-prompting.ipynb"
PATIENCE = 60_000  # milliseconds: the network reads on one core, and other tests may use it, too


def changes(lab: Locator, act: Callable[[], None]) -> None:
    """Do something, and wait until picture and words answer."""
    words, picture = lab.get_by_role("status"), lab.get_by_role("img")
    said, drawn = picture.get_attribute("alt"), picture.get_attribute("src")
    act()
    expect(picture).not_to_have_attribute("src", drawn, timeout=PATIENCE)
    expect(picture).not_to_have_attribute("alt", said, timeout=PATIENCE)
    expect(words).to_contain_text("It says", timeout=PATIENCE)


def test_the_bench_answers_the_keyboard(lesson):
    lab = lesson.page.locator(".tlkit-lab").first
    lab.scroll_into_view_if_needed()
    words, reads, keys = lab.get_by_role("status"), lab.locator("pre"), lesson.page.keyboard
    expect(words).to_contain_text("It says")
    shot(lab, "prompt")

    for number in range(3):  # sentence, examples, their order
        lab.get_by_role("slider").nth(number).focus()
        changes(lab, lambda: keys.press("End"))
        changes(lab, lambda: keys.press("Home"))
        if number == 1:
            changes(lab, lambda: keys.press("End"))
    expect(reads).to_have_text(re.compile(r"(Answer \(negative or positive\):.*){5}", re.DOTALL), timeout=PATIENCE)
    lab.get_by_role("slider").nth(1).focus()
    changes(lab, lambda: keys.press("Home"))

    for name in ("review", "A / B", "yes"):
        changes(lab, lambda name=name: lab.get_by_role("button", name=name, exact=True).press("Enter"))
    for name in ("no", "negative / positive", "question"):
        changes(lab, lambda name=name: lab.get_by_role("button", name=name, exact=True).press("Enter"))

    own = lab.get_by_role("textbox")
    own.fill("What a wonderful day")
    changes(lab, lambda: own.press("Enter"))
    expect(reads).to_contain_text("What a wonderful day")
    lab.get_by_role("button", name="Ask about").press("Enter")
    expect(words).to_contain_text("20 test texts", timeout=120_000)
    shot(lab, "prompt-asked")
