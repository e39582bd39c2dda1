"""What a reader answered and predicted, in a small file beside the notebook, so that a lost kernel loses none of it.

The file holds no name unless :func:`sign` was given one, and nothing leaves the machine. ``TLKIT_ANSWERS`` names
another file, or ``off``. Outside a notebook nothing is kept.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from tlkit.arguments import a_name
from tlkit.errors import TlkitError

FILE = "tlkit-answers.json"
FORMAT = 1
MIME = "application/vnd.tlkit.answers+json"  # a notebook that was run again holds its answers in its outputs, too
KINDS = ("quizzes", "puzzles", "predictions", "before", "after")
PATIENCE = 5  # seconds to wait for another notebook of the same folder


def place() -> Path | None:
    """The file of this reader; none outside a notebook."""
    chosen = os.environ.get("TLKIT_ANSWERS")
    if chosen == "off":
        return None
    if chosen:
        return Path(chosen).expanduser().absolute()
    return Path.cwd() / FILE if _in_a_notebook() else None


def recall(kind: str, name: str) -> dict | None:
    """What was answered to a question, if it was; a file that can't be read has no answers."""
    path = place()
    if path is None or not path.exists():
        return None
    try:
        return read(path)[kind].get(name)
    except TlkitError:
        return None  # the next answer moves the file aside, and says so


def keep(kind: str, name: str, record: Mapping | Callable[[dict | None], Mapping]) -> str:
    """Keep an answer, or what a function makes of the one before; returns a sentence for the reader if it can't be."""

    def put(known: dict) -> None:
        answers = known[kind]
        answers[name] = dict(record(answers.get(name)) if callable(record) else record)

    return _change(put)


def sign(name: str) -> str:
    """Put your name on your answers, for a teacher; returns a sentence that says where."""
    name = a_name(name, "a reader", "Ann")
    problem = _change(lambda known: known.update(name=name))
    return problem or f"Your answers are signed {name!r}." + (f" They are in {FILE}." if place() else "")


def forget() -> None:
    """Delete all answers of this folder."""
    path = place()
    if path is not None:
        path.unlink(missing_ok=True)


def read(path: Path) -> dict:
    """The answers in a file, checked; :class:`TlkitError` says in a sentence what is wrong with it."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TlkitError(f"{path.name} can't be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise TlkitError(f"{path.name} is damaged: it is no JSON. Ask for it again.") from error
    return checked(known, path.name)


def checked(known: object, file: str) -> dict:
    """Answers as they were read, with a place for each kind."""
    if not isinstance(known, dict) or not isinstance(known.get("format", FORMAT), int):
        raise TlkitError(f"{file} is damaged: it holds no answers. Ask for it again.")
    if known.get("format", FORMAT) > FORMAT:
        raise TlkitError(f"{file} is of a newer tlkit: update this one to read it.")
    answers = {kind: known.get(kind, {}) for kind in KINDS}
    if not all(isinstance(by, dict) and all(isinstance(one, dict) for one in by.values()) for by in answers.values()):
        raise TlkitError(f"{file} is damaged: its answers are not what tlkit writes. Ask for it again.")
    named = {key: str(known[key]) for key in ("name", "reader") if known.get(key)}
    return {"format": FORMAT, **named, **answers}


def bundle(shown: dict | tuple | None, names: Mapping[str, Iterable[str]]) -> dict | tuple | None:
    """What a notebook shows of a widget, with the answers of each kind that are known when it is shown."""
    path = place()
    if path is None or not path.exists():
        return shown
    try:
        known = read(path)
    except TlkitError:
        return shown  # as for recall
    found = {kind: {name: known[kind][name] for name in of if name in known[kind]} for kind, of in names.items()}
    return with_answers(shown, known | found, names) if any(found.values()) else shown


def with_answers(shown: dict | tuple, known: Mapping, kinds: Iterable[str]) -> dict | tuple:
    """What a notebook shows, with answers of some kinds in a form that :func:`checked` reads."""
    told = {key: known[key] for key in ("format", "name", "reader", *kinds) if key in known}
    if isinstance(shown, tuple):
        return ({**shown[0], MIME: told}, *shown[1:])
    return {**shown, MIME: told}


def _change(change: Callable[[dict], None]) -> str:
    """Change what is kept, whole or not at all."""
    path = place()
    if path is None:
        return ""
    try:
        with _locked(path):
            known, moved = _known(path)
            change(known)
            draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
            draft.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            os.replace(draft, path)
            return moved
    except (OSError, Timeout) as error:
        reason = getattr(error, "strerror", None) or "another notebook holds it"
        return f"This could not be kept in {path.name} ({reason}): it is lost when the kernel ends."


def _known(path: Path) -> tuple[dict, str]:
    """What is kept already, and a sentence if it was damaged and had to be moved aside."""
    if not path.exists():
        return checked({"reader": secrets.token_hex(4)}, path.name), ""
    try:
        return read(path), ""
    except TlkitError as error:
        aside = path.with_name(f"{path.stem}.damaged{path.suffix}")
        os.replace(path, aside)
        return checked({"reader": secrets.token_hex(4)}, path.name), f"{error} It is now {aside.name}."


@contextmanager
def _locked(path: Path):
    """One writer at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_name(f".{path.name}.lock"), timeout=PATIENCE):
        yield


def _in_a_notebook() -> bool:
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return shell is not None and hasattr(shell, "kernel")
