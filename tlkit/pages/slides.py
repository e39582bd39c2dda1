"""Slides for a projector: a lesson by nbconvert and reveal.js, as one file that asks no network for anything.

No cell need be tagged: a heading begins a column of slides, and each further text a slide below it, with the code and
the pictures that follow. What asks the reader is left to the lesson: it needs a kernel.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tlkit.errors import TlkitError
from tlkit.models import weights
from tlkit.runtime import repository

HERE = Path(__file__).parent
ASKING = {"opening", "practice"}  # the tags of cells with quizzes
ELSEWHERE = r"<link\b[^>]*/dist/[^>]*>"  # reveal.js's own style, which is in the file
SHOWN = ["text/html", "image/svg+xml", "image/png", "text/markdown", "text/plain"]  # of an output, the first it has


def write(folder: Path, lessons: Iterable[Path]) -> Iterator[Path]:
    """Write each lesson's slides as a file of its own; yields them as they are written."""
    reveal = weights.folder(weights.REVEAL.name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in lessons:
            target = folder / f"{path.stem}.slides.html"
            target.write_text(slides(path, reveal), encoding="utf-8")
            yield target
    except OSError as error:
        raise TlkitError(f"The slides can't be written to {folder} ({error.strerror}): name another folder.") from error


def slides(path: Path, reveal: Path) -> str:
    """The slides of one lesson; ``reveal`` is the folder with reveal.js."""
    import nbformat
    from nbconvert import SlidesExporter

    exporter = SlidesExporter(template_name="projector", extra_template_basedirs=[str(HERE)])
    exporter.display_data_priority = SHOWN
    parts = {f"reveal_{kind}": (reveal / f"reveal.{kind}").read_text(encoding="utf-8") for kind in ("css", "js")}
    notebook = by_headings(nbformat.read(path, 4))
    text, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": path.stem}, **parts})
    return re.sub(r'href="(?!https?:|#|data:)([^"#]+)', _to_repository, re.sub(ELSEWHERE, "", text))


def by_headings(notebook):
    """Say of every cell where it stands: headings begin slides, other texts go below, code follows its text."""
    notebook.metadata.pop("widgets", None)
    notebook.cells = [cell for cell in notebook.cells if not ASKING & set(cell.metadata.get("tags", ()))]
    for cell in notebook.cells:
        kind = "slide" if re.match(r"##? ", cell.source) else "subslide"
        cell.metadata["slideshow"] = {"slide_type": kind if cell.cell_type == "markdown" else "-"}
    return notebook


def _to_repository(link: re.Match) -> str:
    return f'href="{repository.source(f"notebooks/{link[1]}")}'
