"""Pages from disk and lesson 01 in JupyterLab, in Firefox: asked for by `FIREFOX=firefox-esr pytest tests/browser/...`.

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
from .harness import AT_HOME, READY, RUN, SELECT, serve_lab
from .pages import walk

NAMED = os.environ.get("FIREFOX", "")
pytestmark = pytest.mark.skipif(not NAMED, reason="No Firefox is named in the environment variable FIREFOX.")
PAGE = "01-piano-to-guitar"
SITE = os.environ.get("TLKIT_SITE", "")
PAGES = sorted(path.stem for path in Path(SITE).glob("*.html")) if SITE else [PAGE]
TRUTH = 30  # the cell that shows what was measured, over the reader's curve
SHOW = ".tlkit-lab [role=status]"
SAYS = """(selector, text) => [...document.querySelectorAll(selector)].at(-1)?.textContent.includes(text)"""
FOCUS = """(selector, text, place) => {
  const found = [...document.querySelectorAll(selector)].filter(each => each.textContent.includes(text)).at(place);
  found?.focus();
  return Boolean(found) && document.activeElement === found;
}"""


@pytest.fixture(scope="module")
def firefox() -> Iterator[Firefox]:
    with open_firefox(shutil.which(NAMED) or NAMED) as opened:
        yield opened


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The folder with the pages."""
    if SITE:
        return Path(SITE).resolve()
    lessons, made = list(jupyter.lessons().values()), tmp_path_factory.mktemp("site")
    number = [each.stem for each in lessons].index(PAGE)
    (made / f"{PAGE}.html").write_text(site.page(lessons, number).html, encoding="utf-8")
    return made


def keep(firefox: Firefox, name: str) -> None:
    """Save a picture of the window, if the environment variable TLKIT_SCREENSHOTS names a folder."""
    if folder := os.environ.get("TLKIT_SCREENSHOTS"):
        (Path(folder) / f"firefox-{name}.png").write_bytes(base64.b64decode(firefox.picture()))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_from_disk(firefox, folder, page):
    found = walk(firefox, folder / f"{page}.html")
    keep(firefox, page)
    assert found.faults == []


@pytest.fixture
def lesson(firefox, tmp_path) -> Iterator[Firefox]:
    """Lesson 01 in JupyterLab, run up to where its truth is shown."""
    del firefox.asked[:], firefox.problems[:]
    firefox.resize(1280, 900)
    with serve_lab(tmp_path) as lab:
        firefox.open(f"{lab.url}/doc/tree/{lab.put(f'{PAGE}.ipynb')}?token={lab.token}")
        firefox.wait_for(READY)
        run(firefox, "notebook:run-all-above")
        yield firefox
        firefox.open("about:blank")  # it lets go of the kernel before that ends


def run(firefox: Firefox, command: str) -> None:
    """Run cells, on this side of where the truth is shown, and return when the kernel is done with them."""
    firefox.ask(SELECT, TRUTH)
    firefox.ask(RUN, [command, 300_000])
    firefox.wait_for(READY, seconds=300)


def test_lesson_01_in_jupyterlab(lesson):
    def use(selector: str, keys: list[str], heard: str, words: str, *, text: str = "", place: int = 0) -> None:
        lesson.wait_for(FOCUS, selector, text, place)
        lesson.press(*keys)
        lesson.wait_for(SAYS, heard, words)

    for key, notes in (("End", "50 notes"), ("Home", "1 note"), ("ArrowRight", "2 notes")):
        use(".tlkit-lab [role=slider]", [key], SHOW, f"{notes} of each name")
    use(".tlkit-lab button", ["Enter"], SHOW, "of the accordion notes", text="accordion")
    keep(lesson, "lab")
    use(".tlkit-predict [role=slider]", ["PageUp", "ArrowUp"], ".tlkit-predict", "61% after 1 note")
    run(lesson, "notebook:run-all-below")
    lesson.wait_for(SAYS, ".tlkit-predict", "off on average")
    answer = "Fine-tune everything at once"
    use(".tlkit-quiz button", ["Enter"], ".tlkit-quiz [role=status]", "Not first", text=answer, place=-1)
    assert lesson.problems == []
    assert [address for address in lesson.asked if not AT_HOME.match(address)] == []
