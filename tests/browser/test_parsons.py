"""Lines are put in order by keyboard and mouse, the focus stays, and answers outlive the kernel."""

from __future__ import annotations

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tlkit.exercises.check import find_parsons, find_question
from tlkit.exercises.parsons import DIVIDER

from .harness import lines_in_order, notebook_of, put_in_order, shot

pytestmark = pytest.mark.browser

START = """\
import os
os.environ["TLKIT_ANSWERS"] = "my-answers.json"
import tlkit as tl
tl.practice("01")"""
GUESS = "tl.Predict()"
NOTEBOOK = notebook_of(START, GUESS)
GRAVE = ("serious", "critical")


def test_lines_are_put_in_order_and_all_answers_outlive_the_kernel(opened, lab):
    page, problem = opened.page, find_parsons("01")
    opened.run_all()
    card = page.locator(".tlkit-parsons")
    shot(card, "parsons-start")
    begun = [problem.lines[number] for number in problem.start if number != DIVIDER]
    assert lines_in_order(card) == begun
    down = card.get_by_role("button", name=f"Move down: {begun[0].strip()}", exact=True)
    for key, lines in (("ArrowDown", [begun[1], begun[0], *begun[2:]]), ("ArrowUp", begun)):
        down.press(key)
        expect(card.locator("li:not(.out) code")).to_have_text(lines)
        expect(down).to_be_focused()
    ask, verdict = card.get_by_role("button", name="Check the order"), card.get_by_role("status")
    ask.click()
    expect(verdict).to_contain_text("One line does not belong")

    right = put_in_order(page, card, problem)
    ask.focus()
    page.keyboard.press("Enter")
    expect(verdict).to_have_text(f"✓ Right. {problem.right}")
    shot(card, "parsons-right")

    question = find_question("01")
    page.get_by_role("button", name=question.right).click()
    expect(page.get_by_text(question.answers[question.right])).to_be_visible()
    page.locator(".tlkit-predict").get_by_role("slider").first.press("ArrowUp")
    expect(page.get_by_text("Your prediction is in")).to_be_visible()

    opened.restart()
    opened.run_all()
    assert lines_in_order(page.locator(".tlkit-parsons")) == right
    expect(page.get_by_text(question.answers[question.right])).to_be_visible()
    expect(page.locator(".tlkit-predict").get_by_role("slider").first).to_have_attribute("aria-valuenow", "51")
    kept = json.loads((lab.root / "my-answers.json").read_text(encoding="utf-8"))
    assert (kept["puzzles"]["01"]["passed"], kept["puzzles"]["01"]["tries"]) == (True, 2)

    found = Axe().run(page, context=".tlkit-parsons").response["violations"]
    assert [each["id"] for each in found if each["impact"] in GRAVE] == []
    opened.watch.check()
