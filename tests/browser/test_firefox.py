"""Pages from disk and a lab in JupyterLab, in Firefox: asked for by `FIREFOX=firefox-esr pytest tests/browser/...`.

``TLKIT_SITE`` names a folder that `tlkit site` wrote: then all of its pages are opened, else that of lesson 01.
"""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tlkit.commands import jupyter
from tlkit.pages import site

from .firefox import Firefox, open_firefox
from .harness import AT_HOME, READY, RUN, notebook_of, serve_lab

NAMED = os.environ.get("FIREFOX", "")
pytestmark = pytest.mark.skipif(not NAMED, reason="No Firefox is named in the environment variable FIREFOX.")
PAGE = "01-piano-to-guitar.ipynb"
SLIDER = """\
from tlkit.widgets.base import Lab, slider

class Notes(Lab):
    def __init__(self):
        super().__init__()
        self.notes = slider("Notes", [1, 2, 5, 10, 20, 50], 5)
        self.notes.observe(lambda change: self.tell(f"at {change['new']} notes"), "value")
        self.children = [self.notes, self.words]
        self.tell("begins at 5")

Notes()"""
CONTROLS = """() => [...document.querySelectorAll("[data-lab]")].map(lab => lab.querySelectorAll(".control").length)"""
FOCUS = """(lab, level) => {
  const control = document.querySelectorAll("[data-lab]")[lab].querySelectorAll(".control")[level];
  const inputs = [...control.querySelectorAll("input")];
  const chosen = inputs.find(input => input.type === "range" || input.checked);
  chosen.focus();
  return [chosen.type, inputs.indexOf(chosen), inputs.length - 1];
}"""
SAYS = """number => {
  const lab = document.querySelectorAll("[data-lab]")[number];
  const { tree, texts, answers } = JSON.parse(document.getElementById(`${lab.dataset.lab}-data`).textContent);
  let node = tree;
  for (const control of lab.querySelectorAll(".control")) {
    node = node.to[Number(control.querySelector("input[type=range], input:checked").value)];
  }
  return [lab.querySelector(".said").textContent, texts[answers[node][0]]];
}"""
CARDS = """() => document.querySelectorAll("[data-predict]:not([data-reveal])").length"""
CARD = """(number, inside) => {
  const found = document.querySelectorAll(`[data-predict="${number}"]${inside}`)[0];
  found.focus();
  return document.activeElement === found;
}"""
REVEAL = """number => document.querySelector(`[data-predict="${number}"][data-reveal] button`).click()"""
WORDS = """number => document.querySelector(`[data-predict="${number}"] .words`).textContent"""
# A headless Firefox never has the focus by which JupyterLab knows the current notebook.
ACTIVATED = """() => {
  const shell = window.jupyterapp?.shell;
  for (const each of shell?.widgets("main") ?? []) each.node.dispatchEvent(new FocusEvent("focus"));
  return Boolean(shell?.currentWidget);
}"""
IN_LAB = """text => document.querySelector(".tlkit-lab [role=status]")?.textContent.includes(text)"""


@pytest.fixture(scope="module")
def firefox() -> Iterator[Firefox]:
    with open_firefox(shutil.which(NAMED) or NAMED) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> list[Path]:
    if folder := os.environ.get("TLKIT_SITE"):
        return sorted(Path(folder).resolve().glob("*.html"))
    path = tmp_path_factory.mktemp("site") / "01.html"
    lessons = list(jupyter.lessons().values())
    path.write_text(site.page(lessons, [each.name for each in lessons].index(PAGE)).html, encoding="utf-8")
    return [path]


def keep(firefox: Firefox, name: str) -> None:
    """Save a picture of the window, if the environment variable TLKIT_SCREENSHOTS names a folder."""
    if folder := os.environ.get("TLKIT_SCREENSHOTS"):
        (Path(folder) / f"firefox-{name}.png").write_bytes(base64.b64decode(firefox.picture()))


def push(firefox: Firefox, lab: int, level: int, end: str) -> None:
    """Move a control to one of its ends by keyboard."""
    kind, place, last = firefox.ask(FOCUS, lab, level)
    if kind == "range":
        firefox.press(end)
    elif end == "End":
        firefox.press(*["ArrowRight"] * (last - place))
    else:
        firefox.press(*["ArrowLeft"] * place)
    _, now, _ = reached = firefox.ask(FOCUS, lab, level)
    assert kind == "range" or now == (last if end == "End" else 0), reached


def move_every_lab(firefox: Firefox) -> int:
    """Move each lab to each of its ends; how many answers were as they were recorded."""
    heard = 0
    for lab, levels in enumerate(firefox.ask(CONTROLS)):
        for level, end in [(level, end) for level in range(levels) for end in ("End", "Home")]:
            push(firefox, lab, level, end)
            said, recorded = firefox.ask(SAYS, lab)
            assert said == recorded
            heard += 1
    return heard


def draw_every_prediction(firefox: Firefox) -> None:
    """Draw by keyboard, have the truth shown, and read how far off that was."""
    for number in range(firefox.ask(CARDS)):
        assert firefox.ask(CARD, number, " [role=slider]")
        firefox.press("PageUp", "ArrowUp")
        assert "Your prediction for" in firefox.ask(WORDS, number)
        firefox.ask(REVEAL, number)  # a headless Firefox has no focus, so no key presses its buttons
        assert "off on average" in firefox.ask(WORDS, number)


def test_pages_from_disk(firefox, pages):
    del firefox.asked[:], firefox.problems[:]
    heard = 0
    for page in pages:
        firefox.resize(1280, 900)
        firefox.open(page.as_uri())
        heard += move_every_lab(firefox)
        draw_every_prediction(firefox)
        keep(firefox, page.stem)
        firefox.resize(360, 740)
        assert firefox.ask("() => document.documentElement.scrollWidth") <= 360
        assert (page.name, firefox.problems) == (page.name, [])
    assert heard > 0
    assert [address for address in firefox.asked if not address.startswith(("file:", "data:"))] == []


def test_a_slider_in_jupyterlab(firefox, tmp_path):
    del firefox.asked[:], firefox.problems[:]
    firefox.resize(1280, 900)
    with serve_lab(tmp_path) as lab:
        firefox.open(f"{lab.url}/doc/tree/{lab.put(notebook_of(SLIDER))}?token={lab.token}")
        firefox.wait_for(ACTIVATED)
        firefox.wait_for(READY)
        firefox.ask(f"async (...given) => ({RUN})(given)", "notebook:run-all-cells", 120_000)
        firefox.wait_for(IN_LAB, "begins at 5")
        firefox.ask("() => document.querySelector('.tlkit-lab [role=slider]').focus()")
        for key, words in (("End", "at 50 notes"), ("Home", "at 1 notes"), ("ArrowRight", "at 2 notes")):
            firefox.press(key)
            firefox.wait_for(IN_LAB, words, seconds=120)
        keep(firefox, "lab")
        firefox.open("about:blank")  # it lets go of the kernel before that ends
    assert firefox.problems == []
    assert [address for address in firefox.asked if not AT_HOME.match(address)] == []
