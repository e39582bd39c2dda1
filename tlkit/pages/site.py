"""All lessons as pages, with an index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tlkit.errors import TlkitError
from tlkit.pages.lesson import Builder, Page, cells_of, question_of, render, source_of
from tlkit.runtime import repository

INDEX = "index.html"
WELCOME = (
    "Lessons in which small networks learn one thing and are asked what that is worth for another, as a pianist "
    "learns the guitar. Read them here, in any browser and without a network: predictions, sounds, quizzes and labs "
    'work on the page. To run and change the code, open them <a href="{binder}">on Binder</a> or '
    '<a href="{home}">install the kit</a>.'
)


def write(folder: Path, lessons: Iterable[Path]) -> Iterator[Path]:
    """Write the index and each lesson as a file of its own; yields them as they are written."""
    lessons = list(lessons)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield _write(folder / INDEX, index(lessons))
        for number in range(len(lessons)):
            yield _write(folder / f"{lessons[number].stem}.html", page(lessons, number).html)
    except OSError as error:
        raise TlkitError(f"The pages can't be written to {folder} ({error.strerror}): name another folder.") from error


def page(lessons: list[Path], number: int) -> Page:
    """One of the lessons as a page that links to its neighbours."""
    links = [("All lessons", INDEX)]
    if number > 0:
        links.append((f"← {_titled(lessons[number - 1])}", f"{lessons[number - 1].stem}.html"))
    if number + 1 < len(lessons):
        links.append((f"{_titled(lessons[number + 1])} →", f"{lessons[number + 1].stem}.html"))
    return Builder(lessons[number]).build(links)


def index(lessons: list[Path]) -> str:
    """The page that lists the lessons."""
    rows = [
        f'<li><span>{path.name[:2]}</span><div><a href="{path.stem}.html">{_titled(path)}</a><br>'
        f"<span>{question_of(cells_of(path)[0])}</span></div></li>"
        for path in lessons
    ]
    welcome = WELCOME.format(binder=repository.binder(lessons[0].name), home=repository.source("README.md"))
    top = f'<h1>Learn transfer learning by doing it</h1><p>{welcome}</p><ul class="lessons">{"".join(rows)}</ul>'
    footer = f'MIT licence. Code, data and their cards: <a href="{repository.source("")}">GitHub</a>.'
    cells = [{"kind": "text", "html": top}]
    return render(title="Lessons", links=[], cells=cells, predictions=[], script="", footer=footer)


def _titled(path: Path) -> str:
    return source_of(cells_of(path)[0]).splitlines()[0].removeprefix("# ")


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
