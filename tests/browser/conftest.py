"""Fixtures of the browser tests: a JupyterLab, a Chromium, and notebooks opened in the one by the other."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator

import pytest

from .harness import Lab, NoBrowser, Notebook, open_browser, serve_lab, watch_over


@pytest.fixture(scope="package")
def browser() -> Iterator:
    """A headless Chromium; without one the tests skip, or fail where TLKIT_REQUIRE_BROWSER=1."""
    try:
        with open_browser() as chromium:
            yield chromium
    except NoBrowser as missing:
        give_up = pytest.fail if os.environ.get("TLKIT_REQUIRE_BROWSER") == "1" else pytest.skip
        give_up(str(missing))


@pytest.fixture(scope="package")
def lab(browser, tmp_path_factory) -> Iterator[Lab]:
    """A JupyterLab over an empty folder, which `open_notebook` fills with copies."""
    with serve_lab(tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture(scope="package")
def context(browser):
    """One browser context for all pages, so that JupyterLab is read from the browser's cache after the first."""
    return browser.new_context(viewport={"width": 1280, "height": 1400}, reduced_motion="reduce", has_touch=True)


@pytest.fixture
def page(context) -> Iterator:
    """A new page."""
    page = context.new_page()
    yield page
    page.close()


@pytest.fixture
def open_notebook(lab, page) -> Iterator[Callable[..., Notebook]]:
    """Open a copy of a notebook (a file name or a node); whatever it asks for off this machine fails the test."""
    watch = watch_over(page)
    yield lambda notebook: Notebook(page, watch, lab, lab.put(notebook))
    lab.end_kernels()
    assert watch.outside == [], "The page asked for something that is not on this machine."


@pytest.fixture(scope="module")
def opened(request, lab, context) -> Iterator[Notebook]:
    """The notebook that the module calls NOTEBOOK, on a page for all of its tests."""
    with contextlib.closing(context.new_page()) as page:
        try:
            yield Notebook(page, watch_over(page), lab, lab.put(request.module.NOTEBOOK))
        finally:
            lab.end_kernels()


@pytest.fixture(scope="module")
def as_it_ran(opened) -> Notebook:
    """The same, run from top to bottom, once."""
    opened.run_all(seconds=500)
    return opened


@pytest.fixture
def lesson(as_it_ran) -> Iterator[Notebook]:
    """The same, in one test: what it asks for off this machine and every error in its console fail that test."""
    yield as_it_ran
    as_it_ran.watch.check()
