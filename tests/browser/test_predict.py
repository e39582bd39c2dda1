"""The reader draws a prediction, by keyboard and by hand, and sees the truth drawn over it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .harness import notebook_of, shot

pytestmark = pytest.mark.browser

MAKE = """\
import tlkit as tl
predict = tl.Predict(reference=("from scratch", [0.24, 0.35, 0.56, 0.78, 0.93, 0.98]))
predict"""
TELL = "print([round(100 * v) for v in predict.values], predict.touched)"
REVEAL = """\
mean = [0.83, 0.88, 0.93, 0.95, 0.97, 0.98]
predict.reveal("a pianist", mean, [m - 0.04 for m in mean], [min(1, m + 0.03) for m in mean])"""


def test_x(open_notebook):
    notebook = open_notebook(notebook_of(MAKE, TELL, REVEAL))
    notebook.run_cell(0)
    card = notebook.page.locator(".tlkit-predict").first
    shot(card, "a-untouched")
    notebook.use_theme("JupyterLab Dark")
    shot(card, "b-dark")
    notebook.use_theme("JupyterLab Light")
    h = card.get_by_role("slider")
    h.first.focus()
    for _ in range(3):
        notebook.page.keyboard.press("ArrowUp")
    notebook.page.keyboard.press("PageDown")
    shot(card, "c-focus")
    box = card.locator("svg").bounding_box()
    m = notebook.page.mouse
    m.move(box["x"] + 70, box["y"] + 290)
    m.down()
    for i in range(60):
        m.move(box["x"] + 70 + 8 * i, box["y"] + 290 - 240 * (1 - (1 - i / 60) ** 2.2))
    shot(card, "d-painting")
    m.up()
    notebook.run_cell(1)
    print(notebook.text(1))
    shot(card, "e-painted")
    notebook.run_cell(2)
    shot(card, "f-revealed")
    notebook.use_theme("JupyterLab Dark")
    shot(card, "g-revealed-dark")
    shot(notebook.page, "h-page")
    print(card.aria_snapshot())
    print(notebook.watch)
    expect(card).to_be_visible()
