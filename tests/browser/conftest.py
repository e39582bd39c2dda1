"""Fixtures of the browser tests: a JupyterLab, a Chromium, and notebooks opened in the one by the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from .harness import Lab, NoBrowser, Notebook, guard, open_browser, serve_lab


@pytest.fixture(scope="package")
def browser() -> Iterator:
    """A headless Chromium; without one the tests skip, or fail where TLKIT_REQUIRE_BROWSER=1."""
    try:
        with open_browser() as chromium:
            yield chromium
    except (NoBrowser, ModuleNotFoundError) as missing:
        give_up = pytest.fail if os.environ.get("TLKIT_REQUIRE_BROWSER") == "1" else pytest.skip
        give_up(str(missing))


@pytest.fixture(scope="package")
def lab(browser, tmp_path_factory) -> Iterator[Lab]:
    """A JupyterLab over an empty folder, which `open_notebook` fills with copies."""
    with serve_lab(tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture
def page(browser) -> Iterator:
    """A new page, in a browser context of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 1400}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture
def open_notebook(lab, page) -> Iterator[Callable[..., Notebook]]:
    """Open a copy of a notebook (a file name or a node); whatever it asks for off this machine fails the test."""
    watch = guard(page)
    yield lambda notebook: Notebook(page, watch, lab, lab.put(notebook))
    assert watch.outside == [], "The page asked for something that is not on this machine."
