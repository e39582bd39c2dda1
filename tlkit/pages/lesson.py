"""One lesson as one page: its text, code and outputs as they are stored, and its widgets brought to life."""

from __future__ import annotations

import contextlib
import html
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import jinja2
from nbconvert.filters import markdown2html
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from tlkit.exercises.check import MIME
from tlkit.pages import tones
from tlkit.pages.camera import Box, Camera, Recording, around
from tlkit.pages.cells import values
from tlkit.runtime import repository
from tlkit.widgets import predict
from tlkit.widgets.ahead import quiet
from tlkit.widgets.base import Lab
from tlkit.widgets.live_curve import LiveCurve
from tlkit.widgets.parsons import ParsonsProblem, Practice
from tlkit.widgets.predict import Predict
from tlkit.widgets.quiz import Questions, Quiz

HERE = Path(__file__).parent
VIEWS = ("predict", "parsons")  # of widgets/, which work on a page as they do in JupyterLab
WIDGET = "application/vnd.jupyter.widget-view+json"
SAYINGS = {"empty": predict.EMPTY, "drawn": predict.DRAWN, "skipped": predict.SKIPPED, "exact": predict.EXACT}
STATE = ("question", "label", "unit", "shots", "steps", "measure", "chance", "reference", "values", "touched")
ORDER = ("text", "how", "lines", "order", "rules", "right", "verdict", "checks", "not_yet", "well_done")
RECORDED = ("tree", "answers", "texts", "parts", "panels", "start")  # what a lab on a page needs
CURVE = "Here a curve grows while the network learns: that takes a kernel."
EXERCISE = "An answer to exercise {} is checked, with a hint that fits the mistake, where there is a kernel."
BANNER = (
    "<b>This page runs no code.</b> What it shows was computed beforehand, on the lesson's own seeds. You can draw "
    "predictions, hear sounds and curves, answer the quizzes, put lines in order and move the labs: they answer from "
    "saved runs and recorded positions, "
    'and say where that ends. To change the code, <a href="{binder}">open the lesson on Binder</a>, which needs '
    "nothing but a browser, or <code>tlkit lab {number}</code> on your own machine."
)


@dataclass
class Page:
    """A lesson as a page, with the labs that were recorded for it and the predictions that it asks for."""

    path: Path
    title: str
    html: str
    labs: list[tuple[Lab, Recording]] = field(default_factory=list)
    predictions: list[Predict] = field(default_factory=list)


class Builder:
    """Turns the cells of one notebook into what the template shows."""

    def __init__(self, path: Path):
        self.path, self.cells = path, cells_of(path)
        self.labs: list[tuple[Lab, Recording]] = []
        self.predictions: list[Predict] = []
        self.binder = repository.binder(path.name)

    def build(self, links: Sequence[tuple[str, str]]) -> Page:
        """The page, with its links to others."""
        outputs = self._widgets()
        cells = [self._cell(cell, outputs.get(number, [])) for number, cell in enumerate(self.cells)]
        title = re.search(r"^# (.+)$", source_of(self.cells[0]), re.M)[1]
        banner = BANNER.format(binder=self.binder, number=self.path.name[:2])
        text = render(
            title=title,
            binder=self.binder,
            links=links,
            cells=[cells[0], {"kind": "banner", "html": banner}, *cells[1:]],
            predictions=[as_json(_state(each)) for each in self.predictions],
            script=_script(),
            footer=f'The notebook, its code and its data are on <a href="{repository.source("")}">GitHub</a>.',
        )
        return Page(self.path, title, text, self.labs, self.predictions)

    def _widgets(self) -> dict[int, list[dict]]:
        """What stands in place of the widgets, by cell."""
        wanted = [number for number, cell in enumerate(self.cells) if _has(cell, WIDGET)]
        sources = [source_of(cell) if cell["cell_type"] == "code" else "" for cell in self.cells]
        with quiet().asked(), contextlib.redirect_stdout(io.StringIO()):
            found = list(values(sources, wanted, self.path.parent))
            return {number: [self._widget(widget)] for number, widget in found}

    def _widget(self, widget: object) -> dict:
        if isinstance(widget, Lab):
            return self._lab(widget)
        if isinstance(widget, Predict):
            reveal = widget in self.predictions
            self.predictions += [] if reveal else [widget]
            number = self.predictions.index(widget)
            return {"kind": "predict", "id": number, "reveal": reveal, "words": "" if reveal else widget.question}
        if isinstance(widget, Quiz):
            return {"kind": "quiz", "id": f"quiz-{id(widget)}", **asdict(widget.question)}
        if isinstance(widget, Questions):
            return {"kind": "quizzes", "heading": widget.heading, "quizzes": [self._widget(q) for q in widget.quizzes]}
        if isinstance(widget, Practice):
            return {"kind": "practice", "parts": [self._widget(widget.parsons), self._widget(widget.quiz)]}
        if isinstance(widget, ParsonsProblem):
            return {"kind": "parsons", "data": as_json({name: getattr(widget, name) for name in ORDER})}
        if isinstance(widget, LiveCurve) and not widget.steps:
            return {"kind": "note", "text": CURVE}
        return {"kind": "html", "html": "".join(child.value for child in widget.children)}

    def _lab(self, lab: Lab) -> dict:
        made = Camera(lab).record()
        self.labs.append((lab, made))
        words, panels, beside = made.at(made.start)
        controls, node = [], made.tree
        for control, place in zip(made.controls, made.start, strict=True):
            controls.append({**control, "texts": made.texts[node["texts"]], "start": place})
            node = node["to"][place]
        return {
            "kind": "lab",
            "id": f"lab-{len(self.labs) - 1}",
            "controls": controls,
            "beside": [made.texts[number] for number in beside],
            "rows": [[_block(made, panels, block) for block in row] for row in rows_of(made.boxes)],
            "words": made.texts[words],
            "note": _note(made),
            "why": f" for {made.beyond}" if made.beyond else ".",
            "data": as_json({name: getattr(made, name) for name in RECORDED}),
        }

    def _cell(self, cell: dict, widgets: list[dict]) -> dict:
        if cell["cell_type"] == "markdown":
            return {"kind": "text", "html": _text(source_of(cell))}
        stored = [_output(output) for output in cell["outputs"] if WIDGET not in output.get("data", {})]
        return {"kind": "code", "html": _code(source_of(cell)), "outputs": [*stored, *widgets]}


def cells_of(path: Path) -> list[dict]:
    """The cells of a notebook."""
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def source_of(cell: dict) -> str:
    """The text of a cell."""
    return "".join(cell["source"])


def question_of(cell: dict) -> str:
    """The first bold words of a cell."""
    return re.search(r"\*\*(.+?)\*\*", source_of(cell), re.S)[1].replace("\n", " ")


def render(**parts: object) -> str:
    """The template, filled in."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE), autoescape=True)
    paths = (HERE / "page.css", *(predict.HERE / f"{view}.css" for view in VIEWS))
    css = [path.read_text(encoding="utf-8") for path in paths]
    return environment.get_template("page.html").render(css="\n".join(css), **parts)


def as_json(thing: object) -> str:
    """JSON that can stand in a page."""
    text = json.dumps(thing, ensure_ascii=False, separators=(",", ":"))
    return text.replace("</", "<\\/").replace("<!--", "<\\u0021--")


def rows_of(boxes: Sequence[Box]) -> list[list[list[int]]]:
    """The numbers of panels, from top to bottom in rows and from left to right in blocks, which stay as they are.

    Panels above one another in a row, such as small pictures beside a plot, are one block.
    """
    rows: list[list[int]] = []
    tallest_first = sorted(range(len(boxes)), key=lambda number: boxes[number][1] - boxes[number][3])
    for number in tallest_first:
        beside = [row for row in rows if _inside(boxes[number], boxes[row[0]], axis=1)]
        if beside:
            beside[0].append(number)
        else:
            rows.append([number])
    rows.sort(key=lambda row: boxes[row[0]][1])
    return [_blocks(sorted(row, key=lambda number: boxes[number]), boxes) for row in rows]


def _blocks(row: Sequence[int], boxes: Sequence[Box]) -> list[list[int]]:
    stacked = {one for one in row for two in row if one != two and _share(boxes[one], boxes[two], axis=0)}
    blocks: list[list[int]] = []
    for number in row:
        if number in stacked and blocks and blocks[-1][0] in stacked:
            blocks[-1].append(number)
        else:
            blocks.append([number])
    return blocks


def _share(one: Box, two: Box, axis: int) -> bool:
    """Whether two boxes have about the same place from left to right (axis 0) or from top to bottom (axis 1)."""
    return _inside(one, two, axis) or _inside(two, one, axis)


def _inside(one: Box, two: Box, axis: int) -> bool:
    """Whether the middle of one box is within another."""
    return two[axis] < (one[axis] + one[axis + 2]) / 2 < two[axis + 2]


def _block(made: Recording, panels: Sequence[int] | None, numbers: Sequence[int]) -> dict:
    """Panels that are drawn in one piece, each under its own number."""
    left, top, right, bottom = around(*(made.boxes[number] for number in numbers))
    box = " ".join(f"{side:.1f}" for side in (left, top, right - left, bottom - top))
    parts = {number: made.panels[panels[number]] if panels else () for number in numbers}
    drawn = {number: "".join(made.parts[part] for part in of) for number, of in parts.items()}
    return {"box": box, "width": round(right - left), "panels": drawn}


def _note(made: Recording) -> str:
    """What was computed beforehand, in words."""
    live = made.positions - made.recalled - made.unanswered
    counts = [
        (live, "were computed beforehand, as a kernel would"),
        (made.recalled, "are answered by saved runs, without the network itself"),
        (made.unanswered, "would take a training, and say so"),
    ]
    said = [f"{count:,} {what}" if count < made.positions else what for count, what in counts if count]
    opening = f"{'All' if len(said) == 1 else 'Of the'} {made.positions:,} positions of this lab"
    return f"{opening} {'; '.join(said)}."


def _state(widget: Predict) -> dict:
    """All that a prediction's view needs, untouched; the truth is shown when the reader asks for it."""
    first = {"headline": predict.EMPTY, "numbers": "", "sayings": SAYINGS, "truth": widget.truth}
    return {name: getattr(widget, name) for name in STATE} | first


def _script() -> str:
    """The page's own script, after what plays curves and the views of the widgets, each under its own name."""
    parts = [predict.TONES]
    for name in VIEWS:
        view = (predict.HERE / f"{name}.js").read_text(encoding="utf-8")
        inside = view.replace("export default { render };", "return { render };")
        parts.append(f"const {name} = (() => {{\n{inside}\n}})();")
    return "\n".join([*parts, (HERE / "page.js").read_text(encoding="utf-8")])


def _text(markdown: str) -> str:
    shown = markdown2html(markdown)
    shown = re.sub(r'href="([\w-]+)\.ipynb"', r'href="\1.html"', shown)
    shown = re.sub(r'href="(?!https?:|#|[\w-]+\.html")([^"]+)"', _to_repository, shown)
    return _scrolling(shown)


def _to_repository(link: re.Match) -> str:
    file, mark, place = html.unescape(link[1]).partition("#")
    path = Path("notebooks") / file
    return f'href="{repository.source("/".join(_straight(path.parts)))}{mark}{place}"'


def _straight(parts: Iterable[str]) -> list[str]:
    """A path without its steps back."""
    straight: list[str] = []
    for part in parts:
        straight = straight[:-1] if part == ".." else [*straight, part]
    return straight


def _scrolling(shown: str) -> str:
    """Tables and figures' pictures in boxes of their own, which a narrow page can scroll."""
    found = r"<table.*?</table>|(?<=<figure style=\"margin:0\">)<img [^>]*>"
    return re.sub(found, lambda wide: f'<div class="scroll">{wide[0]}</div>', shown, flags=re.S)


def _code(source: str) -> str:
    return highlight(source, PythonLexer(), HtmlFormatter(nowrap=True)).rstrip("\n")


def _has(cell: dict, mime: str) -> bool:
    return any(mime in output.get("data", {}) for output in cell.get("outputs", ()))


def _output(output: dict) -> dict:
    """A stored output."""
    if output["output_type"] == "stream":
        return {"kind": "text", "text": "".join(output["text"]).rstrip("\n")}
    data = output["data"]
    if MIME in data:
        return {"kind": "note", "text": EXERCISE.format(data[MIME]["exercise"])}
    if "text/html" in data:
        return {"kind": "html", "html": tones.hearable(_scrolling("".join(data["text/html"])))}
    return {"kind": "text", "text": "".join(data["text/plain"])}
