"""A comparison on disk, run by run as they come, so that nothing done is lost whatever ends it."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from tlkit.arguments import to_write
from tlkit.errors import TlkitError
from tlkit.experiments.result import Result, read_row

SUFFIX = ".jsonl"


class Journal:
    """Runs in a file, one JSON object a line.

    A line is written at once or, if the process is killed in the middle, not at all: what follows the last line end is
    cut off when the file is opened again. One process at a time writes.
    """

    def __init__(self, path: str | os.PathLike):
        self.path = place_of(to_write(path, "runs", "runs/x"))
        self._lock = FileLock(f"{self.path}.lock")
        self._results: dict[str, Result] = {}

    @classmethod
    def at(cls, path: str | os.PathLike | None) -> contextlib.AbstractContextManager:
        """The journal at ``path``; without one, a stand-in that keeps nothing."""
        return contextlib.nullcontext(_Nowhere()) if path is None else cls(path)

    def __enter__(self) -> Journal:
        try:
            self.path.parent.mkdir(exist_ok=True)
            self._lock.acquire(timeout=0)
            known = (
                read_rows(self.path) if self.path.exists() else []
            )  # first: what holds something else stays as it is
            self._mend()
            self._file = self.path.open("a", encoding="utf-8", newline="\n")
        except TlkitError:
            self._lock.release()
            raise
        except Timeout as error:
            raise TlkitError(
                f"Another comparison is being saved in {self.path}: wait for it, or choose another place."
            ) from error
        except OSError as error:
            self._lock.release()
            raise TlkitError(f"Runs can't be saved in {self.path} ({error.strerror}): choose another place.") from error
        self._results = {result.key: result for result in known}
        return self

    def __exit__(self, *error) -> None:
        self._file.close()
        self._lock.release()

    def __iter__(self) -> Iterator[Result]:
        """What was saved."""
        return iter(self._results.values())

    def add(self, result: Result) -> None:
        """Save a run, unless it is saved."""
        if result.key in self._results:
            return
        try:
            self._file.write(json.dumps(result.row()) + "\n")
            self._file.flush()
        except OSError as error:
            raise TlkitError(
                f"The run can't be saved in {self.path} ({error.strerror}): make room, and ask again. What was "
                "saved before is there."
            ) from error
        self._results[result.key] = result

    def _mend(self) -> None:
        """Cut off what a killed process wrote of a line that it did not end."""
        if not self.path.exists():
            return
        with self.path.open("r+b") as file:
            content = file.read()
            file.truncate(content.rfind(b"\n") + 1)


class _Nowhere:
    """Stands in where nothing is saved."""

    def __iter__(self) -> Iterator[Result]:
        return iter(())

    def add(self, result: Result) -> None:
        """Keep nothing."""


def place_of(path: str | os.PathLike) -> Path:
    """``runs/x.jsonl`` for ``runs/x``."""
    path = Path(path)
    return path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)


def read_rows(path: Path) -> list[Result]:
    """The runs of a file that holds one a line; a last line without its end, which may be cut short, does not count."""
    try:
        *lines, _ = path.read_text(encoding="utf-8").split("\n")
        return [read_row(json.loads(line)) for line in lines]
    except OSError as error:
        raise TlkitError(f"The results in {path} can't be read ({error.strerror}): choose another file.") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise TlkitError(
            f"{path} has a line that is no run ({error}): take the line out, or choose another file."
        ) from error
