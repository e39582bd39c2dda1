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


TRAINS = """<div class="lab"><button disabled>Stop</button><p role="status">Looking</p></div><script>
const [button, words] = [document.querySelector("button"), document.querySelector("p")];
button.onclick = () => { button.disabled = true; words.textContent = "Stopped after 1 of 3 draws."; };
setTimeout(() => %s, 300);
</script>"""


@pytest.mark.parametrize(
    ("later", "told"),
    [("button.disabled = false", "Stopped after 1"), ("words.textContent = 'A mean of 3 draws.'", "A mean of 3 draws")],
    ids=["stopped", "over before"],
)
def test_stop_waits_until_there_is_something_to_stop_or_it_is_over(page, later, told):
    page.set_content(TRAINS % later)
    lab = page.locator(".lab")
    harness.stop(lab, lab.get_by_role("status"), "Stopped after|of 3 draws")
    assert told in lab.get_by_role("status").inner_text()
