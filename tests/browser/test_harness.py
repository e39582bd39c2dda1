"""The harness itself: it can fail."""

from __future__ import annotations

import shutil
import sys
from types import SimpleNamespace

import pytest

from . import harness

pytestmark = pytest.mark.browser


def test_kernel_is_this_python(open_notebook):
    notebook = open_notebook(harness.notebook_of("import sys", "print(sys.executable)"))
    notebook.run_all()
    assert notebook.text(1).strip() == sys.executable


def test_error_in_a_cell_is_seen(open_notebook):
    notebook = open_notebook(harness.notebook_of("1 / 0"))
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        notebook.run_all()


def test_reach_for_another_machine_is_stopped_and_noted(page):
    watch = harness.watch_over(page)
    page.evaluate("fetch('https://example.org/').catch(() => console.error('no way'))")
    assert watch.outside == ["https://example.org/"]
    assert "no way" in watch.problems


def test_missing_browser_says_what_to_install(monkeypatch):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    nothing = SimpleNamespace(chromium=SimpleNamespace(executable_path="/nowhere/chrome"))
    with pytest.raises(harness.NoBrowser, match="playwright install chromium"):
        harness.find_chromium(nothing)
