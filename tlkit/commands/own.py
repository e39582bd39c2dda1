"""``tlkit try`` and ``tlkit predict``: a person's own data, from the terminal."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tlkit.datasets.own.data import read_data
from tlkit.datasets.own.split import Skipped, listed
from tlkit.datasets.own.tables import KINDS, read_table
from tlkit.datasets.own.texts import guess_text
from tlkit.errors import TlkitError, unknown

TOLD = 5  # suspicious labels that are named in words


def try_command(options: argparse.Namespace) -> int:
    """Read, compare, tell, and export if that was asked for."""
    from tqdm import tqdm

    from tlkit.analysis.suspicious import suspicious_labels
    from tlkit.arguments import a_path
    from tlkit.experiments.exported.graph import check_offered
    from tlkit.experiments.exported.write import free_place
    from tlkit.experiments.trial import try_out

    if (options.onnx or options.html) and not options.export:
        raise TlkitError("--onnx and --html say what else is written to a folder: name it with --export DIR.")
    if options.export:
        free_place(a_path(options.export, "a folder for a model", "my_model"), overwrite=False)
    data = read_data(options.path, text=options.text, label=options.label, encoding=options.encoding)
    if options.onnx or options.html:
        check_offered(data.modality == "image")
    with tqdm(desc="splits", file=sys.stderr, disable=True if options.json else None) as bar:
        trial = try_out(data, splits=options.splits, on_event=lambda event: _move(bar, event))
    suspects = suspicious_labels(data, trial.source.backbone)
    if options.json:
        print(json.dumps(as_json(trial, suspects)))
    else:
        _tell(trial, suspects)
    if options.export:
        run = trial.result()
        place = run.export(options.export, onnx=options.onnx, html=options.html, evidence=trial.evidence(run.strategy))
        print(f"The model is in {place}; its card is README.md there.", file=sys.stderr if options.json else sys.stdout)
    return 0


def _move(bar, event) -> None:
    bar.total, bar.n = event.total, event.done
    bar.refresh()


def as_json(trial, suspects: list) -> dict:
    """What the trial found, as plain values."""
    read = trial.data.report.as_json()
    read["suspicious"] = [vars(suspect) for suspect in suspects]
    return {"read": read, "results": [answer.as_json() for answer in trial.answers], "advice": trial.advice}


def _tell(trial, suspects: list) -> None:
    print(f"{trial.data.report}\n")
    if suspects:
        print(f"Labels to look at, {len(suspects)}: {listed([str(each) for each in suspects], TOLD)}.\n")
    print(f"{'source':<22}{'strategy':<12}{'right':>7}   90% interval")
    for answer in sorted(trial.answers, key=lambda each: -each.estimate.mean):
        e = answer.estimate
        print(f"{answer.source:<22}{answer.strategy:<12}{e.mean:>7.2f}   {e.low:.2f} to {e.high:.2f}")
    print(f"\n{trial.advice}")


def predict_command(folder: str, files: list[str], *, column: str | None = None, as_json: bool = False) -> int:
    """Name each file, or each row of a table; 1 if one of them could not be named."""
    from tlkit.experiments.exported.load import load_model

    model = load_model(folder)
    named, skipped = [], []
    for file in files:
        try:
            names, items = _items(model, Path(file), column)
            chances = model.probabilities(items)
        except TlkitError as error:
            skipped.append(Skipped(file, str(error)))
            continue
        named += [
            (name, model.labels[row.argmax()], float(row.max())) for name, row in zip(names, chances, strict=True)
        ]
    if as_json:
        found = [{"name": name, "label": label, "chance": chance} for name, label, chance in named]
        print(json.dumps({"named": found, "skipped": [{"name": each.name, "why": each.why} for each in skipped]}))
    else:
        for name, label, chance in named:
            print(f"{name}: {label} ({chance:.0%})")
    for each in skipped:
        print(f"tlkit: {each.why}", file=sys.stderr)
    return 1 if skipped else 0


def _items(model, file: Path, column: str | None) -> tuple[list[str], list]:
    """What is in a file, with a name for each: a picture, a text, or the rows of a table."""
    if model.modality != "text":
        return [str(file)], [file]
    if not file.is_file():
        raise TlkitError(f"There is no file {file}: check the spelling.")
    if file.suffix.lower() not in KINDS or (file.suffix.lower() == ".txt" and column is None):
        return [str(file)], [_text(file)]
    table = read_table(file)
    if column is not None and column not in table.columns:
        raise unknown("column", column, table.columns)
    texts = table.columns[column or guess_text(table, set())]
    return [f"{file} row {number}" for number in table.numbers], texts


def _text(file: Path) -> str:
    from tlkit.datasets.own.encoding import decode

    try:
        raw = file.read_bytes()
    except OSError as error:
        raise TlkitError(f"{file} can't be read ({error.strerror}): allow it, or save it again.") from error
    return decode(file, raw).text
