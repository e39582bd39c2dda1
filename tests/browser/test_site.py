"""The lessons as pages, opened from disk with the network off: labs, predictions, quizzes, and access to them."""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tlkit.commands import jupyter
from tlkit.exercises.check import find_parsons
from tlkit.pages import site
from tlkit.pages.camera import TRAINS, Recording
from tlkit.pages.lesson import Page
from tlkit.widgets.base import Lab

from .access import COVERED, MOVING, UNSEEN, ZOOMED
from .harness import Watch, listen, put_in_order, shot, watch_over
from .pages import LARGEST, SLOWEST, Chromium, Walk, move_every_lab, walk

pytestmark = pytest.mark.browser

LESSONS = jupyter.lessons()
OPENED = list(LESSONS) if os.environ.get("TLKIT_ALL_PAGES") else ["00", "01", "08"]  # all of them take some minutes
GRAVE = ("serious", "critical")
ANSWER = """lab => {
  const input = lab.querySelector("input[type=range]");
  const places = Array.from({ length: 8 }, (_, i) => (i % 2 ? input.max : input.min));
  return Math.min(...places.map(place => {
    const began = performance.now();
    input.value = place;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    lab.getBoundingClientRect();
    return performance.now() - began;
  }));
}"""

MISPLACED = """(lab, boxes) => [...lab.querySelectorAll("[data-panel]")].filter(panel => {
  const { x, y, width, height } = panel.getBBox();
  const [left, top, right, bottom] = boxes[panel.dataset.panel];
  const [across, down] = [x + width / 2, y + height / 2];
  return width > 0 && !(left < across && across < right && top < down && down < bottom);
}).map(panel => panel.dataset.panel)"""


@dataclass(frozen=True)
class Opened:
    """A page in the browser, and what Python knows of it."""

    made: Page
    path: Path
    view: object
    watch: Watch

    def labs(self) -> Iterator[tuple]:
        """Each lab: in the browser, in Python, and its recording."""
        for number, (lab, made) in enumerate(self.made.labs):
            yield self.view.locator(f'[data-lab="lab-{number}"]'), lab, made


@pytest.fixture(scope="module")
def offline(browser):
    """A browser without a network."""
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture(scope="module", params=OPENED)
def opened(request, offline, tmp_path_factory) -> Iterator[Opened]:
    lessons = list(LESSONS.values())
    made = site.page(lessons, list(LESSONS).index(request.param))
    path = tmp_path_factory.mktemp("site") / f"{made.path.stem}.html"
    path.write_text(made.html, encoding="utf-8")
    view = offline.new_page()
    watch = watch_over(view)
    view.goto(path.as_uri())
    yield Opened(made, path, view, watch)
    view.close()


def python_says(lab: Lab, made: Recording, places: list[int]) -> str:
    """What the lab itself says with its controls at ``places``, without a training."""
    node = made.tree
    lab.launch = lambda work, stopped: None if lab.must_train else work()
    for control, place in zip(lab.controls, places, strict=True):
        choices = getattr(control, "options", None) or made.texts[node["texts"]]
        control.value = choices[place][1] if isinstance(choices[place], tuple) else choices[place]
        node = node["to"][place]
    if not lab.must_train:
        lab.ask()
        return html.unescape(re.sub("<[^>]+>", "", lab.words.value))
    remembered = lab.recall()
    return TRAINS if remembered is None else remembered.words()


def push(view, control, end: str) -> int:
    """Move a control of the page to one of its ends by keyboard; which of its positions that is."""
    inputs = control.locator("input")
    if control.locator("input[type=range]").count():
        inputs.focus()
        view.keyboard.press(end)
        return int(inputs.input_value())
    chosen = control.locator("input:checked")
    chosen.focus()
    start, last = int(chosen.input_value()), inputs.count() - 1
    for _ in range(last - start if end == "End" else start):
        view.keyboard.press("ArrowRight" if end == "End" else "ArrowLeft")
    return int(control.locator("input:checked").input_value())


def test_every_lab_answers_at_each_of_its_ends_as_python_does(opened):
    for section, lab, made in opened.labs():
        said, controls = section.locator(".said"), section.locator(".control").all()
        places = made.start
        expect(said).to_have_text(made.texts[made.at(places)[0]])
        for level, end in [(level, end) for level in range(len(controls)) for end in ("Home", "End")]:
            places[level] = push(opened.view, controls[level], end)
            places = [int(each.locator("input[type=range], input:checked").input_value()) for each in controls]
            assert said.inner_text() == " ".join(python_says(lab, made, places).split())
            drawn = made.at(places)[1]
            assert section.locator(".picture").is_visible() == (drawn is not None)
        assert section.evaluate(MISPLACED, made.boxes) == []


def test_it_is_small_asks_for_nothing_and_answers_at_once(opened):
    assert len(opened.made.html.encode()) <= LARGEST
    assert set(opened.watch.outside) == {opened.path.as_uri()}
    assert opened.watch.problems == []
    for section, _, made in opened.labs():
        if any(control["kind"] == "slider" for control in made.controls):
            assert section.evaluate(ANSWER) <= SLOWEST


def test_predictions_say_what_the_widget_says(opened):
    cards = opened.view.locator("[data-predict]:not([data-reveal])")
    assert cards.count() == len(opened.made.predictions)
    for number, widget in enumerate(opened.made.predictions):
        card = cards.nth(number)
        truth, widget.truth = widget.truth, None
        for place, handle in enumerate(card.get_by_role("slider").all()):
            handle.press("PageUp" if place % 2 else "ArrowDown")
        widget.values = [int(h.get_attribute("aria-valuenow")) / 100 for h in card.get_by_role("slider").all()]
        expect(card.locator(".words")).to_have_text(f"{widget.headline}{widget.numbers}")
        opened.view.locator(f'[data-reveal][data-predict="{number}"]').get_by_role("button").click()
        widget.truth = truth
        expect(card.locator(".words")).to_have_text(f"{widget.headline}{widget.numbers}")
        assert "off on average" in widget.headline


def test_a_curve_is_heard_as_it_rises(opened):
    figures = opened.view.locator("[data-curves]")
    expect(figures.get_by_role("button", name="Hear the curves")).to_have_count(figures.count())
    for figure in figures.all()[:1]:
        first, *_ = json.loads(figure.get_attribute("data-curves"))
        values = first["values"][:3]
        assert listen(opened.view, figure, len(values)) == pytest.approx([220 * 4**value for value in values])


def test_every_answer_of_the_quiz_is_explained(opened):
    for quiz in opened.view.locator("[data-quiz]").all():
        marks = []
        for answer in quiz.get_by_role("radio").all():
            answer.check()
            said = quiz.get_by_role("status").inner_text()
            assert said[2:] == answer.get_attribute("value")
            marks.append(said[0])
        assert sorted(marks) == ["✓", *"✗" * (len(marks) - 1)]


def test_lines_are_put_in_order(opened):
    for card in opened.view.locator(".tlkit-parsons").all():
        problem = find_parsons(opened.made.path.name[:2])
        ask, verdict = card.get_by_role("button", name="Check the order"), card.get_by_role("status")
        ask.click()
        expect(verdict).to_have_text(f"✗ Not yet. {problem.broken(problem.start)}")
        put_in_order(opened.view, card, problem)
        ask.click()
        expect(verdict).to_have_text(f"✓ Right. {problem.right}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_grave(opened, scheme):
    opened.view.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    shot(opened.view, f"site-{opened.made.path.stem}-{scheme}")
    found = Axe().run(opened.view).response["violations"]
    grave = {each["id"]: [node["html"][:200] for node in each["nodes"]] for each in found if each["impact"] in GRAVE}
    assert grave == {}


def test_it_fits_a_narrow_window(opened):
    opened.view.set_viewport_size({"width": 360, "height": 740})
    shot(opened.view, f"site-{opened.made.path.stem}-narrow")
    assert opened.view.evaluate("document.documentElement.scrollWidth") <= 360
    opened.view.set_viewport_size({"width": 1280, "height": 900})


def test_at_twice_the_size_nothing_is_cut_off_or_covered(opened):
    opened.view.set_viewport_size(ZOOMED)
    shot(opened.view, f"site-{opened.made.path.stem}-zoomed")
    assert opened.view.evaluate("document.documentElement.scrollWidth") <= ZOOMED["width"]
    assert opened.view.evaluate(COVERED, ["main, nav", "main, nav"]) == []
    opened.view.set_viewport_size({"width": 1280, "height": 900})


def test_the_focus_is_seen_and_nothing_moves_by_itself(opened):
    assert opened.view.evaluate(UNSEEN, "main, nav") == []
    assert opened.view.evaluate(MOVING, "body") == []


@pytest.fixture
def tab(offline) -> Iterator[Chromium]:
    view = offline.new_page()
    yield Chromium(view)
    view.close()


def test_it_is_used_by_keyboard_as_in_every_browser(opened, tab):
    found = walk(tab, opened.path)
    assert found.faults == []
    assert found.moves == 2 * sum(len(made.controls) for _, made in opened.made.labs)


FORGE = """() => document.querySelectorAll("[data-lab] script").forEach(made => {
  made.textContent = made.textContent.replaceAll(/\\d%/g, "x%");
})"""


def test_an_answer_other_than_recorded_is_noticed(opened, tab):
    tab.open(opened.path.as_uri())
    tab.ask(FORGE)
    move_every_lab(tab, found := Walk())
    assert bool(found.faults) == bool(found.moves)


def test_on_paper_nothing_is_pressed_and_what_was_measured_is_told(opened, tab):
    tab.open(opened.path.as_uri())
    tab.page.emulate_media(media="print")
    expect(tab.page.get_by_role("button")).to_have_count(0)
    expect(tab.page.locator(".tlkit-predict .stage:visible")).to_have_count(0)
    told = tab.page.locator("[data-reveal]").filter(has_text="Measured, ").filter(visible=True)
    expect(told).to_have_count(tab.page.locator("[data-reveal]").count())


def test_the_index_leads_to_every_lesson(offline, tmp_path):
    path = next(site.write(tmp_path, LESSONS.values()))
    view = offline.new_page()
    view.goto(path.as_uri())
    assert view.locator(".lessons a").count() == len(LESSONS)
    assert [each for each in Axe().run(view).response["violations"] if each["impact"] in GRAVE] == []
    view.close()
