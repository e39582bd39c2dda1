"""Lesson 17 as a reader meets it: run all, change the cart by keyboard, and let an episode play, stop and step."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .harness import shot

pytestmark = pytest.mark.browser
NOTEBOOK = "17-a-robot.ipynb"
ENDS = {  # each slider's first and last words
    "a pole of 0.25 m": "a pole of 6 m",
    "and 0.05 kg": "and 2 kg",
    "gravity 1.6": "gravity 24.8",
    "friction 0,": "friction 10",
    "pushes at once": "pushes 0.16 s late",
}


@pytest.fixture
def robot(lesson):
    robot = lesson.page.locator(".tlkit-lab").first
    robot.scroll_into_view_if_needed()
    return robot


def test_every_slider_answers_the_keyboard_to_its_ends(lesson, robot):
    words = robot.get_by_role("status")
    expect(words).to_contain_text("taught one cart; a pole of 1 m and 0.1 kg")
    shot(robot, "robot-lab")
    for place, (first, last) in enumerate(ENDS.items()):
        robot.get_by_role("slider").nth(place).focus()
        lesson.page.keyboard.press("Home")
        expect(words).to_contain_text(first)
        lesson.page.keyboard.press("End")
        expect(words).to_contain_text(last)
    robot.get_by_role("button", name="taught many").press("Enter")
    expect(words).to_contain_text("taught many;")
    robot.get_by_role("button", name="reversed").press("Enter")
    expect(words).to_contain_text("wired in reverse")
    shot(robot, "robot-lab-reversed")


def test_an_episode_steps_plays_and_stops(lesson, robot):
    cart = robot.locator(".tlkit-cart")
    moment, picture = cart.get_by_role("slider", name="Moment of the episode"), cart.locator("svg")
    expect(picture).to_have_attribute("aria-label", re.compile(r"^0\.00 s: cart (in|0)"))
    cart.get_by_role("button", name="One step on").press("Enter")
    expect(moment).to_have_attribute("aria-valuetext", re.compile(r"^0\.02 s"))
    cart.get_by_role("button", name="One step back").press("Enter")
    expect(moment).to_have_attribute("aria-valuetext", re.compile(r"^0\.00 s"))
    moment.focus()
    lesson.page.keyboard.press("ArrowRight")
    expect(moment).to_have_attribute("aria-valuetext", re.compile(r"^0\.02 s"))
    lesson.page.keyboard.press("End")
    expect(cart.locator(".moment")).to_contain_text(re.compile("The pole falls|The cart leaves|It still stands"))
    cart.get_by_role("button", name="Play").press("Enter")
    cart.get_by_role("button", name=re.compile("Pause|Play")).press("Enter")
    expect(cart.get_by_role("button", name="Play")).to_be_visible()


def test_the_quiz_explains_an_answer(lesson):
    quiz = lesson.page.locator(".tlkit-quiz").last
    quiz.get_by_role("button", name="Start from scratch").press("Enter")
    expect(quiz.get_by_role("status")).to_contain_text("Safe")
