"""Lesson 16 as a reader meets it: run all, move the labels by keyboard, bring a table, and name a path."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tlkit.runtime.paths import DATA

from .harness import shot

pytestmark = [pytest.mark.browser, pytest.mark.weights]
NOTEBOOK = "16-your-own.ipynb"


@pytest.fixture
def studio(lesson):
    studio = lesson.page.locator(".tlkit-lab").first
    studio.scroll_into_view_if_needed()
    return studio


def test_the_labels_answer_the_keyboard_to_both_ends(lesson, studio):
    words = studio.get_by_role("status").last
    expect(words).to_contain_text("16 of each class")
    studio.get_by_role("slider").focus()
    lesson.page.keyboard.press("Home")
    expect(words).to_contain_text("1 of each class")
    expect(studio.get_by_role("img")).to_have_attribute("alt", re.compile("^1 of each class"))
    lesson.page.keyboard.press("End")
    expect(words).to_contain_text("it gained")
    shot(studio, "studio-stamps")


def test_a_table_is_brought_by_the_button_and_a_zip_by_its_path(lesson, studio):
    report = studio.get_by_role("status").first
    studio.get_by_role("textbox", name="Text column").fill("definition")
    studio.get_by_role("textbox", name="Label column").fill("kind")
    with lesson.page.expect_file_chooser() as chooser:
        studio.get_by_role("button", name="Bring a zip or a table").press("Enter")
    chooser.value.set_files(DATA / "glossary" / "cards.csv")
    expect(report).to_contain_text("1200 texts in 8 classes", timeout=60_000)
    expect(studio.get_by_role("status").last).to_contain_text("64 of each class", timeout=120_000)
    shot(studio, "studio-cards")
    studio.get_by_role("textbox", name="Text column").fill("")
    studio.get_by_role("textbox", name="Label column").fill("")
    studio.get_by_role("textbox", name="Or its path").fill(str(DATA / "stamps" / "stamps.zip"))
    studio.get_by_role("button", name="Read it").press("Enter")
    expect(report).to_contain_text("138 pictures", timeout=60_000)
    expect(studio.get_by_role("status").last).to_contain_text("16 of each class", timeout=60_000)


def test_what_is_not_there_is_told(lesson, studio):
    studio.get_by_role("textbox", name="Or its path").fill("nowhere/at/all")
    studio.get_by_role("button", name="Read it").press("Enter")
    expect(studio.get_by_role("alert")).to_contain_text("There is nothing at", timeout=60_000)
