"""The reader draws a prediction, by keyboard, mouse and finger, and sees the truth drawn over it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from .harness import Notebook, listen, notebook_of, shot

pytestmark = pytest.mark.browser

MAKE = """\
import tlkit as tl
predict = tl.Predict(reference=("from scratch", [0.24, 0.35, 0.56, 0.78, 0.93, 0.98]))
predict"""
TELL = "print(predict.touched, *(round(100 * v) for v in predict.values))"
REVEAL = """\
mean = [0.83, 0.88, 0.93, 0.95, 0.97, 0.98]
predict.reveal("a pianist", mean, [m - 0.04 for m in mean], [min(1, m + 0.02) for m in mean])"""
TOLD = 1  # the code cell that prints
NOTEBOOK = notebook_of(MAKE, TELL, REVEAL)


@pytest.fixture
def notebook(opened) -> Iterator[Notebook]:
    """A new card, of which nothing is drawn or revealed yet."""
    opened.clear()
    opened.run_cell(0)
    yield opened
    opened.watch.check()


@pytest.fixture
def card(notebook):
    return notebook.page.locator(".tlkit-predict").first


def told(notebook: Notebook) -> list[int]:
    """The reader's curve, in points, as the kernel has it once it has caught up with the page."""
    card = notebook.page.locator(".tlkit-predict").first
    for handle, shots in zip(card.get_by_role("slider").all(), (1, 2, 5, 10, 20, 50), strict=True):
        expect(card.locator(".numbers")).to_contain_text(f"{handle.get_attribute('aria-valuenow')}% after {shots}")
    notebook.run_cell(TOLD)
    touched, *points = notebook.text(TOLD).split()
    assert touched == "True"
    return [int(point) for point in points]


def places(card) -> list[tuple[float, float]]:
    """The middle of each of the reader's points on the screen."""
    boxes = [handle.bounding_box() for handle in card.get_by_role("slider").all()]
    return [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes]


def test_every_point_has_a_name_a_value_and_room_for_a_finger(notebook, card):
    shot(card, "predict-untouched")
    expect(card.get_by_role("group", name="How many of 100 guitar notes will the network name right?")).to_be_visible()
    for handle, unit in zip(
        card.get_by_role("slider").all(), ["1 note", *(f"{n} notes" for n in (2, 5, 10, 20, 50))], strict=True
    ):
        expect(handle).to_have_accessible_name(f"after {unit} of each name")
        expect(handle).to_have_attribute("aria-valuenow", "50")
        expect(handle).to_have_attribute("aria-valuetext", "50%")
        expect(handle).to_have_attribute("data-lm-suppress-shortcuts", "true")
        box = handle.bounding_box()
        assert min(box["width"], box["height"]) >= 24
    expect(card.get_by_text("Not drawn yet")).to_be_visible()
    expect(card.get_by_text("Drag the points, or paint a curve")).to_be_visible()


def test_keyboard_draws(notebook, card):
    keyboard = notebook.page.keyboard
    card.get_by_role("slider").first.focus()
    for key in ["ArrowUp"] * 3 + ["PageUp", "ArrowRight", "PageDown", "ArrowDown", "ArrowRight", "End", "ArrowUp"]:
        keyboard.press(key)
    expect(card.get_by_role("slider", name="after 5 notes of each name")).to_be_focused()
    shot(card, "predict-keyboard")
    for key in ("ArrowRight", "Home", "ArrowDown", "Tab", "ArrowUp"):
        keyboard.press(key)
    assert told(notebook) == [63, 39, 100, 0, 51, 50]
    expect(
        card.get_by_text("Your prediction for a pianist: 63% after 1 note of each name, 39% after 2")
    ).to_be_visible()
    expect(card.get_by_text("Not drawn yet")).to_be_hidden()


def test_mouse_drags_one_point_and_then_the_keyboard_moves_it_on(notebook, card):
    mouse, (x, y) = notebook.page.mouse, places(card)[2]
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 20, y - 100, steps=10)  # an unsteady hand
    mouse.up()
    notebook.page.keyboard.press("ArrowUp")
    assert told(notebook) == [50, 50, 85, 50, 50, 50]


def test_mouse_paints_a_curve(notebook, card):
    mouse, points = notebook.page.mouse, places(card)
    (left, y), (right, _) = points[0], points[-1]
    mouse.move(left, y + 100)
    mouse.down()
    mouse.move(right, y - 100, steps=25)  # straight, from lower left to upper right
    shot(card, "predict-painting")
    mouse.up()
    slope = [50 + (200 * (x - left) / (right - left) - 100) / 2.92 for x, _ in points]
    assert told(notebook) == pytest.approx(slope, abs=3)


def test_truth_is_drawn_over_it_in_every_view(notebook, card):
    card.get_by_role("slider").first.press("ArrowUp")
    expect(card.locator(".truth .band")).to_be_hidden()
    notebook.run_cell(2)
    shot(card, "predict-revealed")
    for view in notebook.page.locator(".tlkit-predict").all():
        expect(view.locator(".truth .band")).to_be_visible()
        expect(view.locator(".truth .marker")).to_have_count(6)
        expect(view.get_by_text("most after 50 notes of each name: 48 points too low")).to_be_visible()
        expect(view.get_by_role("slider").first).to_have_attribute("aria-valuetext", "51%, measured 83%")
    notebook.use_theme("JupyterLab Dark")
    shot(card, "predict-revealed-dark")
    notebook.use_theme("JupyterLab Light")


def test_curves_are_heard_the_given_one_first(notebook, card):
    assert listen(notebook.page, card, 3) == pytest.approx([220 * 4**value for value in (0.24, 0.35, 0.56)])
    card.get_by_role("slider").first.press("Home")
    curves = listen(notebook.page, card, 7)
    assert curves[5:] == pytest.approx([220 * 4**0.98, 220])  # after the given curve comes the one that is drawn


def test_prediction_is_shut_once_the_truth_is_known(notebook, card):
    first = card.get_by_role("slider").first
    first.press("ArrowUp")
    notebook.run_cell(2)
    first.press("PageUp")
    x, y = places(card)[3]
    notebook.page.mouse.click(x, y - 50)
    expect(first).to_have_attribute("aria-readonly", "true")
    assert told(notebook) == [51, 50, 50, 50, 50, 50]


def test_truth_without_a_drawing_leaves_nothing_to_compare(notebook, card):
    notebook.run_cell(2)
    expect(card.get_by_text("You drew nothing this time, which is fine")).to_be_visible()
    expect(card.locator(".truth .band")).to_be_visible()
    expect(card.get_by_role("slider")).to_have_count(0)


def test_finger_drags(notebook, card):
    x, y = places(card)[1]
    touch = notebook.page.context.new_cdp_session(notebook.page)
    for kind, point in [
        ("touchStart", [{"x": x, "y": y}]),
        ("touchMove", [{"x": x + 2, "y": y - 40}]),
        ("touchMove", [{"x": x + 4, "y": y - 73}]),
        ("touchEnd", []),
    ]:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": point})
    assert told(notebook) == [50, 75, 50, 50, 50, 50]
