import json
import re

import pytest
from matplotlib.figure import Figure

import tlkit as tl
from tlkit.pages import lesson
from tlkit.plots.picture import Picture
from tlkit.runtime import repository
from tlkit.widgets.parsons import ParsonsProblem


@pytest.mark.parametrize(
    ("markdown", "link"),
    [
        ("[next](02-layers.ipynb)", 'href="02-layers.html"'),
        (
            "[solved](solutions/01-x.ipynb)",
            'href="https://github.com/tlkit/tlkit/blob/main/notebooks/solutions/01-x.ipynb"',
        ),
        ("[card](../data/notes/README.md)", 'href="https://github.com/tlkit/tlkit/blob/main/data/notes/README.md"'),
        (
            "[term](teaching/glossary.md#lp-ft)",
            'href="https://github.com/tlkit/tlkit/blob/main/notebooks/teaching/glossary.md#lp-ft"',
        ),
        ("[paper](https://example.org/a)", 'href="https://example.org/a"'),
    ],
    ids=["a lesson", "a solution", "a file beside the notebooks", "a term", "elsewhere"],
)
def test_links_lead_to_pages_or_to_the_repository(markdown, link, monkeypatch):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    assert link in lesson._text(markdown)


def test_json_cannot_end_its_script():
    thing = {"a": "</script><!-- b"}
    text = lesson.as_json(thing)
    assert "</" not in text
    assert "<!--" not in text
    assert json.loads(text) == thing


def test_panels_stand_in_rows():
    above, left, right = (0, 0, 100, 20), (0, 30, 40, 90), (50, 28, 100, 92)
    assert lesson.rows_of([right, above, left]) == [[[1]], [[2], [0]]]


def test_small_pictures_beside_a_plot_stay_together():
    plot = (0, 0, 50, 80)
    grid = [(left, top, left + 10, top + 20) for top in (0, 30, 60) for left in (60, 75)]
    assert lesson.rows_of([plot, *grid]) == [[[0], [1, 3, 5, 2, 4, 6]]]


def test_tables_can_be_scrolled():
    assert lesson._text("| a |\n|---|\n| b |").count('<div class="scroll"><table') == 1


def test_figures_can_be_scrolled_and_heard():
    words = "Accuracy, mean: head 50% at 1, 60% at 2."
    data = {"text/html": Picture(Figure(), "A", words)._repr_html_()}
    shown = lesson._output({"output_type": "display_data", "data": data})
    assert '<div class="scroll"><img alt="Plot: A' in shown["html"]
    assert "data-curves" in shown["html"]


def test_an_exercise_says_that_it_needs_a_kernel():
    stored = {"output_type": "execute_result", "data": {lesson.MIME: {"exercise": "01.2", "passed": False}}}
    assert lesson._output(stored)["text"] == lesson.EXERCISE.format("01.2")


def test_a_copy_of_the_kit_links_to_itself(monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "ann/lessons")
    assert (
        repository.binder("01.ipynb")
        == "https://mybinder.org/v2/gh/ann/lessons/main?urlpath=lab/tree/notebooks/01.ipynb"
    )


def test_lines_to_be_put_in_order_and_several_questions_stand_on_a_page(tmp_path):
    builder = lesson.Builder(_notebook(tmp_path))
    order, asked = builder._widget(tl.practice("01")), builder._widget(tl.earlier("02"))
    text = lesson.render(
        title="x", binder="", links=[], predictions=[], script=lesson._script(), footer="",
        cells=[{"kind": "code", "html": "", "outputs": [order, asked]}],
    )  # fmt: skip
    assert text.count("data-quiz>") == 3
    assert "Before you begin" in text
    state = json.loads(text.partition('data-parsons><script type="application/json">')[2].partition("</script>")[0])
    assert state["lines"] == list(ParsonsProblem("01").lines)
    assert state["checks"] == 0
    assert "export default" not in text


def test_a_page_loads_nothing():
    """Whatever a browser would fetch by itself is in the page; only what a reader clicks leads elsewhere."""
    text = lesson.render(title="x", links=[], cells=[], predictions=[], script=lesson._script(), footer="")
    text = re.sub(r"<!--.*?-->|xmlns=\S+|https?://www\.w3\.org/\S+", "", text, flags=re.S)
    loaded = re.findall(r"<(?:script|img|iframe|audio|source)\b[^>]*\bsrc=[\"']?([^\"'> ]+)", text)
    loaded += re.findall(r"<link\b[^>]*\bhref=[\"']?([^\"'> ]+)", text) + re.findall(r"url\(([^)]+)\)", text)
    assert [each for each in loaded if not each.strip("\"'").startswith(("data:", "#"))] == []
    assert not re.search(r"@import|\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|\bimport\(", text)


def _notebook(folder):
    path = folder / "01-x.ipynb"
    path.write_text('{"cells": []}', encoding="utf-8")
    return path
