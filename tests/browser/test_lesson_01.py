"""Lesson 01 as a reader meets it: run all, then move the lab's sliders by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .access import COVERED, MOVING, UNSEEN, ZOOMED
from .harness import shot, stop

pytestmark = pytest.mark.browser
NOTEBOOK = "01-piano-to-guitar.ipynb"
OURS = ".tlkit-lab, .tlkit-quiz, .tlkit-predict, .tlkit-parsons"


def test_the_lab_answers_the_keyboard(lesson):
    lab = lesson.page.locator(".tlkit-lab").first
    lab.scroll_into_view_if_needed()
    words, picture = lab.get_by_role("status"), lab.get_by_role("img")
    expect(words).to_contain_text("5 notes of each name")
    expect(picture).to_have_attribute("alt", re.compile("5 notes of each name"))
    shot(lab, "lab-5")

    before = picture.get_attribute("src")
    shots = lab.get_by_role("slider").first
    shots.focus()
    lesson.page.keyboard.press("ArrowRight")
    expect(words).to_contain_text("10 notes of each name")
    expect(picture).not_to_have_attribute("src", before)
    lesson.page.keyboard.press("Home")
    expect(words).to_contain_text("1 note of each name")
    lesson.page.keyboard.press("End")
    expect(words).to_contain_text("50 notes of each name")

    sound = lab.locator("audio").get_attribute("src")
    lab.get_by_role("slider").nth(1).focus()
    lesson.page.keyboard.press("Home")
    expect(lab.locator("audio")).not_to_have_attribute("src", sound)
    expect(lab.locator("audio")).to_have_attribute("aria-label", re.compile("^C on the"))

    lab.get_by_role("button", name="accordion").press("Enter")
    expect(words).to_contain_text("of the accordion notes")
    lab.get_by_role("button", name="tune all (full)").press("Enter")
    expect(words).to_contain_text("tune all (full), 50 notes of each name", timeout=60_000)
    stop(lab, words, "Stopped after|5 draws")
    shot(lab, "lab-full")


def test_at_twice_the_size_nothing_is_cut_off_or_covered(lesson):
    before = lesson.page.viewport_size
    lesson.page.set_viewport_size(ZOOMED)
    shot(lesson.page, "lab-zoomed")
    assert lesson.page.evaluate(COVERED, [OURS, ".jp-OutputArea-output"]) == []
    lesson.page.set_viewport_size(before)


def test_the_focus_is_seen_and_nothing_moves_by_itself(lesson):
    assert lesson.page.evaluate(UNSEEN, OURS) == []
    assert lesson.page.evaluate(MOVING, OURS) == []


def test_the_quiz_explains_an_answer(lesson):
    quiz = lesson.page.locator(".tlkit-quiz").last
    quiz.get_by_role("button", name="Fine-tune everything at once").press("Enter")
    expect(quiz.get_by_role("status")).to_contain_text("Not first")
