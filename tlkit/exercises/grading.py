"""What a class answered, read from saved notebooks and files of answers without running anything."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tlkit.errors import TlkitError
from tlkit.estimate import Estimate, t_quantile
from tlkit.exercises import answers
from tlkit.exercises.check import MIME
from tlkit.exercises.ten_questions import TEN

FEWEST = 8  # of the ten questions that must be answered, before and after, to count
OLDER = re.compile(r"Exercise (\d\d\.\d): (passed|not yet)")  # in words only, as notebooks of other tools keep it
CAUTION = (
    "The same questions were asked twice, and no class without lessons stands beside yours: some of the gain may come "
    "from the asking."
)


@dataclass
class Sheet:
    """What one file says: whose it is, each exercise, quiz and problem that was answered, and what is wrong with it."""

    file: str
    reader: str = ""
    key: str = ""  # the same for all files of a reader
    lesson: str = ""
    passed: dict[str, bool] = field(default_factory=dict)
    known: dict = field(default_factory=lambda: answers.checked({}, ""))
    problem: str = ""


def read_folder(folder: Path) -> list[Sheet]:
    """The sheets of all notebooks and answer files in a folder and those below it; each fault is a sentence."""
    if not folder.is_dir():
        raise TlkitError(f"There is no folder {folder}: name the one that holds the notebooks of your class.")
    found = sorted(path for path in folder.rglob("*") if _is_meant(path.relative_to(folder)) and path.is_file())
    if not found:
        raise TlkitError(
            f"{folder} holds no notebook and no {answers.FILE}: collect them there, each reader's in a folder."
        )
    return [read_sheet(path, path.relative_to(folder).as_posix()) for path in found]


def read_sheet(path: Path, file: str) -> Sheet:
    """One file, read as far as it can be."""
    sheet = Sheet(file, key=file, reader=Path(file).parent.name or path.stem)
    try:
        if path.suffix == ".json":
            _take(sheet, answers.read(path))
            sheet.key = sheet.known.get("reader", file)
        else:
            _read_notebook(sheet, path)
    except TlkitError as error:
        sheet.problem = str(error)
    return sheet


def grades(sheets: Iterable[Sheet]) -> list[dict[str, object]]:
    """A row for each file, alike for all: its items are 1, 0, or nothing where none was answered."""
    sheets = list(sheets)
    items = sorted({name for sheet in sheets for name in _items(sheet)})
    rows = []
    for sheet in sheets:
        mine = _items(sheet)
        row = {"file": sheet.file, "reader": sheet.reader, "lesson": sheet.lesson}
        rows.append({**row, **{item: mine.get(item, "") for item in items}, "problem": sheet.problem})
    return rows


@dataclass(frozen=True)
class Gain:
    """What a class gained from before to after, in questions of ten and in standard deviations."""

    before: Estimate
    after: Estimate
    left_out: int = 0

    @property
    def questions(self) -> Estimate:
        """The gain of each reader, in questions, with Student's 95% interval of its mean."""
        return self.after - self.before

    @property
    def size(self) -> tuple[float, float, float]:
        """The gain in standard deviations of the scores, and its 95% interval (Bonett, 2008, for the same readers)."""
        n = len(self.before.values)
        s1, s2, s_gain = (_deviation(each.values) for each in (self.before, self.after, self.questions))
        pooled = math.sqrt((s1**2 + s2**2) / 2)
        if not pooled:
            return (math.nan, -math.inf, math.inf)
        d = self.questions.mean / pooled
        shared = (s1**2 + s2**2 - s_gain**2) / 2  # the covariance
        uncertain = d**2 * (s1**4 + s2**4 + 2 * shared**2) / (8 * pooled**4) + s_gain**2 / pooled**2
        half = t_quantile(n) * math.sqrt(uncertain / (n - 1))
        return d, d - half, d + half

    def __str__(self) -> str:
        gain, (d, low, high) = self.questions, self.size
        left = f" {self.left_out} who answered too few of them are left out." if self.left_out else ""
        return (
            f"{len(gain.values)} readers answered before and after: {self.before.mean:.1f} of {len(TEN)} right before, "
            f"{self.after.mean:.1f} after. The gain is {gain.mean:+.2f} questions (95% interval {gain.low:+.2f} to "
            f"{gain.high:+.2f}), which is {d:+.2f} standard deviations ({low:+.2f} to {high:+.2f}).{left} {CAUTION}"
        )


def gain(sheets: Iterable[Sheet]) -> Gain | None:
    """The gain of all who answered the ten questions before and after; none, where fewer than two did."""
    by_reader = readers(sheets)
    asked = {key: known for key, known in by_reader.items() if known["before"] or known["after"]}
    full = {key: known for key, known in asked.items() if min(len(known["before"]), len(known["after"])) >= FEWEST}
    if len(full) < 2:
        return None
    scores = {kind: {key: float(_score(known[kind])) for key, known in full.items()} for kind in ("before", "after")}
    before, after = (Estimate(scores[kind], kind, "readers") for kind in ("before", "after"))
    return Gain(before, after, len(asked) - len(full))


def readers(sheets: Iterable[Sheet]) -> dict[str, dict]:
    """The answers of each reader, from all of their files."""
    found: dict[str, dict] = {}
    for sheet in sheets:
        mine = found.setdefault(sheet.key, answers.checked({}, ""))
        for kind in answers.KINDS:
            mine[kind] |= sheet.known[kind]
    return found


def _is_meant(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    return not hidden and (path.suffix == ".ipynb" or (path.suffix == ".json" and "answers" in path.name))


def _read_notebook(sheet: Sheet, path: Path) -> None:
    """The verdicts and answers in the outputs of a notebook."""
    for source, data in _outputs(path):
        if isinstance(verdict := data.get(MIME), dict) and "exercise" in verdict:
            sheet.passed[str(verdict["exercise"])] = verdict.get("passed") is True
        elif "check(" in source and (told := OLDER.match("".join(data.get("text/plain", "")))):
            sheet.passed[told[1]] = told[2] == "passed"
        if answers.MIME in data:
            _take(sheet, answers.checked(data[answers.MIME], path.name))
    named = re.match(r"\d\d", path.name) or re.match(r"\d\d", next(iter(sheet.passed), ""))
    sheet.lesson = named[0] if named else ""
    if not sheet.passed and not any(sheet.known[kind] for kind in answers.KINDS):
        sheet.problem = "No exercise and no quiz of it was answered, or it was saved before its cells had run."


def _outputs(path: Path) -> list[tuple[str, Mapping]]:
    """The source of each cell with each of its outputs."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TlkitError(f"{path.name} can't be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise TlkitError(f"{path.name} is damaged: it breaks off, or is no notebook. Ask for it again.") from error
    if isinstance(notebook, dict) and ("worksheets" in notebook or notebook.get("nbformat") in (1, 2, 3)):
        raise TlkitError(f"{path.name} has the form of notebooks before 2015: open it in JupyterLab and save it again.")
    try:
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        outputs = [("".join(cell["source"]), out) for cell in cells for out in cell["outputs"]]
        return [(source, dict(out["data"])) for source, out in outputs if "data" in out]
    except (KeyError, TypeError, ValueError) as error:
        raise TlkitError(f"{path.name} is damaged: its cells are not those of a notebook. Ask for it again.") from error


def _take(sheet: Sheet, known: Mapping) -> None:
    """Add answers to those that the sheet has."""
    for kind in answers.KINDS:
        sheet.known[kind] |= known[kind]
    sheet.reader = known.get("name", sheet.reader)
    sheet.key = known.get("reader", sheet.key)
    if "reader" in known:
        sheet.known["reader"] = known["reader"]


def _items(sheet: Sheet) -> dict[str, int]:
    """All that was answered, by the name of its column."""
    items = {f"exercise {name}": int(passed) for name, passed in sheet.passed.items()}
    for kind, word in (("quizzes", "quiz"), ("puzzles", "lines")):
        items |= {f"{word} {name}": int(record.get("right") is True) for name, record in sheet.known[kind].items()}
    for kind in ("before", "after"):
        if sheet.known[kind]:
            items[f"ten {kind}"] = _score(sheet.known[kind])
    return items


def _score(answered: Mapping[str, Mapping]) -> int:
    return sum(record.get("right") is True for record in answered.values())


def _deviation(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))
