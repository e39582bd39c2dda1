"""A lesson as slides: where they begin, and that a file needs no other."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import tlkit as tl
from tlkit.commands import jupyter
from tlkit.models import weights
from tlkit.pages import slides

WIDGET = {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}, "text/plain": "Lab: 83% right"}


@pytest.fixture
def reveal(tmp_path):
    """A folder with what stands for reveal.js."""
    folder = tmp_path / "reveal"
    folder.mkdir()
    (folder / "reveal.js").write_text("var Reveal = 'here';", encoding="utf-8")
    (folder / "reveal.css").write_text(".reveal { color: red }", encoding="utf-8")
    return folder


@pytest.fixture
def lesson(tmp_path):
    """A notebook of two sections, with a quiz and a lab."""
    cells = [
        new_markdown_cell("# Title\n\nwords"),
        new_code_cell("tl.earlier('01')", metadata={"tags": ["opening"]}),
        new_markdown_cell("## Section"),
        new_markdown_cell("A sentence with a [link](02-layers.ipynb)."),
        new_code_cell("lab", outputs=[new_output("display_data", data=WIDGET)]),
        new_markdown_cell("### No slide of its own column"),
    ]
    nbformat.write(new_notebook(cells=cells, metadata={"widgets": {}}), tmp_path / "01-small.ipynb")
    return tmp_path / "01-small.ipynb"


def test_headings_begin_slides_and_code_follows_its_sentence(lesson):
    made = slides.by_headings(nbformat.read(lesson, 4))
    kinds = [cell.metadata["slideshow"]["slide_type"] for cell in made.cells]
    assert kinds == ["slide", "slide", "subslide", "-", "subslide"]
    assert "widgets" not in made.metadata


def test_a_file_holds_all_that_it_needs(lesson, reveal):
    text = slides.slides(lesson, reveal)
    assert "var Reveal = 'here';" in text
    assert ".reveal { color: red }" in text
    assert re.findall(r'<(?:script|img|iframe)\b[^>]*\bsrc="(?!data:)([^"]*)"', text) == []
    assert [link for link in re.findall(r'<link\b[^>]*\bhref="([^"]*)"', text) if not link.startswith("data:")] == []
    assert not re.search(r"@import|\bimport\s.*\bfrom\b|unpkg|cdnjs|jsdelivr", text)


def test_a_lab_is_told_in_words_and_a_link_leads_to_the_repository(lesson, reveal, monkeypatch):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    text = slides.slides(lesson, reveal)
    assert "Lab: 83% right" in text
    assert "tl.earlier" not in text
    assert 'href="https://github.com/tlkit/tlkit/blob/main/notebooks/02-layers.ipynb"' in text


def test_every_lesson_has_some_slides():
    for path in jupyter.lessons().values():
        made = slides.by_headings(nbformat.read(path, 4))
        assert sum(cell.metadata["slideshow"]["slide_type"] == "slide" for cell in made.cells) >= 2, path.stem


def test_a_folder_that_cannot_be_written_is_said(tmp_path, lesson, reveal, monkeypatch):
    monkeypatch.setattr(weights, "folder", lambda name: reveal)
    (tmp_path / "file").write_text("")
    with pytest.raises(tl.TlkitError, match="name another folder"):
        list(slides.write(tmp_path / "file" / "slides", [lesson]))
