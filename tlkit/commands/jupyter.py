"""JupyterLab, opened on a lesson."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tlkit.errors import TlkitError, unknown
from tlkit.runtime import paths

COPY = Path("tlkit-lessons")
SETTINGS = paths.PACKAGE / "_jupyter"  # JupyterLab's question about news would lie over the lesson: it is off
_QUIET = (
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--ServerApp.answer_yes=True",  # one Ctrl-C ends it, without a question
)


def lessons() -> dict[str, Path]:
    """The lessons by their number, in reading order: ``{"00": .../00-start.ipynb, ...}``."""
    return {path.name[:2]: path for path in sorted(paths.NOTEBOOKS.glob("[0-9][0-9]-*.ipynb"))}


def find(lesson: str | int) -> Path:
    """The lesson of that number, name, word of its name or file name: ``1``, ``"01"``, ``"piano"``."""
    known = lessons()
    said = str(lesson).strip().lower().removesuffix(".ipynb")
    if said.zfill(2) in known:
        return known[said.zfill(2)]
    names = {path.stem: path for path in known.values()}
    fitting = [name for name in names if said in (name, name[3:], *name.split("-")[1:])]
    if len(fitting) > 1:
        raise TlkitError(f"{said!r} is a word of several lessons: {', '.join(fitting)}. Say the number.")
    if not fitting:
        raise unknown("lesson", lesson, names)
    return names[fitting[0]]


def workplace() -> Path:
    """The folder in which the reader works: the lessons of a checkout, or a copy of the installed ones.

    The copy is ``tlkit-lessons`` in the current folder. A newer tlkit brings it up to date, but a file that the reader
    changed is never written over.
    """
    if not paths.SHIPPED.is_dir():
        return paths.NOTEBOOKS
    try:
        copy_lessons(COPY)
    except OSError as error:
        raise TlkitError(
            f"The lessons can't be copied to {COPY.absolute()} ({error.strerror}): call tlkit lab in a folder that you "
            "may write to."
        ) from error
    return COPY.resolve()


def copy_lessons(target: Path) -> None:
    """Copy the lessons to a folder of a reader's, or bring it up to date; what the reader changed stays.

    ``.tlkit.json`` remembers each file as it was copied, to know one that was changed since.
    """
    source, record = paths.NOTEBOOKS, target / ".tlkit.json"
    copied = _remembered(record)
    for file in sorted(path for path in source.rglob("*") if path.is_file()):
        name = file.relative_to(source).as_posix()
        to = target / name
        new, now = _digest(file), _digest(to)
        if now in (None, new, copied.get(name)):
            copied[name] = new
            if now != new:
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, to)
    record.write_text(json.dumps(copied, indent=1), encoding="utf-8")


def launch(lesson: str | int = "00", extra_args: Sequence[str] = ()) -> int:
    """Open JupyterLab on a lesson and stay until it ends, by Ctrl-C or File > Shut Down; the exit code.

    ``extra_args`` go to JupyterLab as they are: ``["--no-browser", "--port=8889"]``.
    """
    arguments = _arguments(find(lesson), extra_args)
    for folder, variable in jupyter_folders().items():
        if reason := unwritable(folder):
            raise TlkitError(
                f"JupyterLab can't write to its folder {folder} ({reason}): set the environment variable {variable} to "
                "a folder that you may write to, or HOME, which moves them all."
            )
    settings = [str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, settings))
    from jupyterlab.labapp import main

    try:
        main(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def jupyter_folders() -> dict[Path, str]:
    """The folders that JupyterLab and its kernels write to, each with the environment variable that moves it."""
    from jupyter_core.paths import jupyter_data_dir, jupyter_runtime_dir

    ipython = os.environ.get("IPYTHONDIR") or "~/.ipython"
    return {
        Path(jupyter_runtime_dir()): "JUPYTER_RUNTIME_DIR",
        Path(jupyter_data_dir()): "JUPYTER_DATA_DIR",
        Path(ipython).expanduser(): "IPYTHONDIR",
    }


def unwritable(folder: Path) -> str:
    """Why nothing can be written in a folder, which may be still to be made; nothing, if all is well.

    It is tried in the nearest folder that is there, and what was tried is taken away again.
    """
    there = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            return ""
    except OSError as error:
        return error.strerror or str(error)


def _arguments(path: Path, extra_args: Sequence[str]) -> list[str]:
    place = (f"--ServerApp.root_dir={workplace()}", f"--LabApp.default_url=/lab/tree/{path.name}")
    root = ("--ServerApp.allow_root=True",) if getattr(os, "geteuid", lambda: None)() == 0 else ()  # in a container
    return [*place, *_QUIET, *root, *extra_args]


def _remembered(record: Path) -> dict[str, str]:
    """What was copied; nothing, where the record was damaged, and then no file that is there is written over."""
    try:
        copied = json.loads(record.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return copied if isinstance(copied, dict) else {}


def _digest(file: Path) -> str | None:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None
