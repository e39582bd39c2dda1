"""An exported model on its way to a folder: all of it, or nothing."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors import SafetensorError

from tlkit import __version__
from tlkit.arguments import a_path
from tlkit.errors import TlkitError, shown
from tlkit.estimate import SplitEstimate
from tlkit.experiments.exported import graph
from tlkit.experiments.exported.card import card
from tlkit.experiments.exported.page import page
from tlkit.experiments.exported.parts import parts_of

if TYPE_CHECKING:
    from tlkit.experiments.result import Result

FORMAT = 1
CONFIG, WEIGHTS, CARD, SCRIPT = "tlkit.json", "model.safetensors", "README.md", "predict.py"
ONNX, PAGE = "model.onnx", "predict.html"  # where they were asked for


def export(
    result: Result,
    folder: str | os.PathLike,
    *,
    merge: bool = False,
    rows: bool = False,
    overwrite: bool = False,
    onnx: bool = False,
    html: bool = False,
    evidence: SplitEstimate | None = None,
) -> Path:
    """Write ``result``'s model to ``folder``; see :meth:`tlkit.Result.export`."""
    for name, flag in {"merge": merge, "rows": rows, "overwrite": overwrite, "onnx": onnx, "html": html}.items():
        if not isinstance(flag, bool):
            raise TlkitError(f"{name}={shown(flag)} is neither yes nor no: give True or False.")
    if evidence is not None and not isinstance(evidence, SplitEstimate):
        raise TlkitError(f"evidence={shown(evidence)} is no accuracy over splits: give one of tl.try_out's.")
    if result.model is None or result.task is None:
        raise TlkitError(
            "This run's network was not kept, so there is nothing to export: tl.transfer keeps it, tl.compare does not."
        )
    place = free_place(folder, overwrite=overwrite)
    if onnx or html:
        graph.check(result.model)
    parts = parts_of(result.model, result.task, merge=merge, rows=rows)
    about = {"format": FORMAT, "tlkit": __version__, "labels": list(result.task.classes)}
    parts.config = about | parts.config | {"result": result.row()}
    more = _for_others(result, parts.config, onnx=onnx, html=html)
    with _all_or_nothing(place) as making:
        _write(making, parts, card(result, parts.config, evidence))
        for name, content in more.items():
            (making / name).write_bytes(content)
    return place


def _for_others(result: Result, config: dict, *, onnx: bool, html: bool) -> dict[str, bytes]:
    """The files that programs other than Python's read, by name."""
    if not (onnx or html):
        return {}
    packed = graph.as_onnx(result.model, result.task.train.items)
    files = {ONNX: packed} if onnx else {}
    return files | {PAGE: page(result, config, packed).encode()} if html else files


def _write(making: Path, parts, text: str) -> None:
    from safetensors.torch import save_file

    parts.beside(making)
    save_file(parts.tensors, making / WEIGHTS, metadata={"format": "pt"})
    (making / WEIGHTS).chmod(0o644)  # made for its owner alone
    (making / CONFIG).write_text(json.dumps(parts.config, indent=1) + "\n", encoding="utf-8", newline="\n")
    (making / SCRIPT).write_text(parts.script, encoding="utf-8", newline="\n")
    (making / CARD).write_text(text, encoding="utf-8", newline="\n")


def free_place(folder: object, *, overwrite: bool) -> Path:
    """The place for a model, if none is there or it may be replaced."""
    place = Path(os.path.abspath(a_path(folder, "a folder for a model", "my_model")))
    if not place.name:
        raise TlkitError(f"{place} is the root of all folders: name one for the model, such as 'my_model'.")
    if place.is_symlink() or (place.exists() and not place.is_dir()):
        raise TlkitError(f"{place} is no folder: choose another name for the model's.")
    if place.exists() and any(place.iterdir()):
        if not (place / CONFIG).is_file():
            raise TlkitError(f"The folder {place} holds something else: name a new one for the model.")
        if not overwrite:
            raise TlkitError(f"There is a model in {place} already: name a new folder, or say overwrite=True.")
    if not place.parent.is_dir():
        raise TlkitError(f"The model can't be written to {place}: there is no folder {place.parent}. Make it first.")
    return place


@contextlib.contextmanager
def _all_or_nothing(place: Path) -> Iterator[Path]:
    """A folder beside ``place`` that takes its name once it is whole; whatever goes wrong, nothing is left of it."""
    making = None
    try:
        making = Path(tempfile.mkdtemp(prefix=f".{place.name[:40]}-", dir=place.parent))
        yield _made(making / "new")
        if place.exists():
            os.replace(place, making / "old")
        try:
            os.replace(making / "new", place)
        except OSError:
            if (making / "old").exists():
                os.replace(making / "old", place)
            raise
    except (OSError, SafetensorError) as error:
        why = getattr(error, "strerror", None) or error
        raise TlkitError(
            f"The model can't be written to {place} ({why}): choose another place, or make room."
        ) from error
    finally:
        if making is not None:
            shutil.rmtree(making, ignore_errors=True)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
