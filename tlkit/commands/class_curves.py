"""tlkit class: all curves that a class predicted, over the truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from tlkit.errors import TlkitError
from tlkit.exercises import grading
from tlkit.plots.class_curves import ClassPrediction, class_picture
from tlkit.runtime import paths

KIND = "predictions"


def class_command(folder: str, out: str, about: str | None, hide: bool) -> int:
    """What ``tlkit class`` does: one picture, and the same in words."""
    sheets = grading.read_folder(Path(folder))
    found = collect(grading.readers(sheets).values(), truths())
    asked = [each for each in found if about is None or about.lower() in f"{each.question} {each.label}".lower()]
    if not asked:
        known = "; ".join(each.question for each in found) or "none at all"
        raise TlkitError(
            f"There is no prediction{f' about {about!r}' if about else ''} in {folder}. There is: {known}."
        )
    picture = class_picture(asked, truth=not hide)
    try:
        picture.figure.savefig(out, metadata=_told(out, "hidden" if hide else picture.words))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise TlkitError(
            f"The picture can't be written to {out} ({reason}): name another, such as class.svg."
        ) from error
    if not hide:
        print("\n".join(each.words() for each in asked))
    for sheet in sheets:
        if sheet.problem and sheet.file.endswith(".json"):
            print(f"{sheet.file}: {sheet.problem}")
    print(f"The picture is in {out}.")
    return 0


def collect(readers: Iterable[Mapping], truths: Mapping[str, Mapping]) -> list[ClassPrediction]:
    """The predictions of a class, by what was asked; a truth that nobody there has revealed is the lesson's own."""
    by_name: dict[str, list[Mapping]] = {}
    for known in readers:
        for name, record in known[KIND].items():
            if _usable(record):
                by_name.setdefault(name, []).append(record)
    found = [_together(records, truths.get(name)) for name, records in by_name.items()]
    return [each for each in found if each.curves]


def truths() -> dict[str, Mapping]:
    """What the lessons themselves measured, from their stored outputs."""
    found = {}
    for path in sorted(paths.NOTEBOOKS.glob("*.ipynb")):
        records = grading.read_sheet(path, path.name).known[KIND]
        found |= {name: record["truth"] for name, record in records.items() if record.get("truth")}
    return found


def _usable(record: Mapping) -> bool:
    """Whether a record is whole: it comes from a file that anybody may have edited."""
    values, shots = record.get("values"), record.get("shots")
    numbers = isinstance(shots, list) and all(isinstance(k, int) for k in shots)
    if not numbers or not all(isinstance(record.get(key), str) for key in ("question", "label", "unit")):
        return False
    return values is None or _curve(values, len(shots))


def _curve(values: object, count: int) -> bool:
    fractions = isinstance(values, list) and all(isinstance(v, (int, float)) and 0 <= v <= 1 for v in values)
    return fractions and len(values) == count


def _together(records: list[Mapping], truth: Mapping | None) -> ClassPrediction:
    first = records[0]
    drawn = [record for record in records if record.get("values")]
    late = [record for record in drawn if record.get("late")]
    curves = tuple(tuple(record["values"]) for record in drawn if not record.get("late"))
    revealed = [told for told in (*(record.get("truth") for record in records), truth) if _is_truth(told, first)]
    return ClassPrediction(
        first["question"], first["label"], first["unit"], tuple(first["shots"]), curves, next(iter(revealed), None),
        len(late),
    )  # fmt: skip


def _is_truth(told: object, record: Mapping) -> bool:
    return isinstance(told, dict) and all(
        _curve(told.get(key), len(record["shots"])) for key in ("mean", "low", "high")
    )


def _told(out: str, words: str) -> dict[str, str] | None:
    """The picture in words, in the file, where its form has a place for them."""
    return (
        {"Title": "What the class predicted", "Description": words} if out.lower().endswith((".svg", ".png")) else None
    )
