"""Plant each mistake in a copy of the kit, run the tests that should notice it, and write the table.

``python -m tests.mutations`` plants those of the code, in half an hour of one core; ``--kind pages`` those of lessons
and pages, in some minutes. Words after it choose mistakes by name.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .faults import FAULTS
from .planted import MISTAKES, Mistake

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).with_name("README.md")
LIMIT = 1800  # seconds, after which whatever hangs is noticed, too
PYTEST = ("-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--no-header")
COPIED, LINKED = ("tlkit", "tests", "notebooks"), ("data", "pyproject.toml", "README.md", "LICENSE")

ABOUT = (
    "`python -m tests.mutations` plants mistakes of the code one by one in a copy of the kit, runs the tests that",
    "should notice, and writes this page; for some it asks lesson 01's chief claims, too. `--kind pages` plants faults",
    "of lessons and pages, and runs for each the one test, or the notebook, that should notice.",
)


@dataclass(frozen=True)
class Kind:
    """Mistakes of one kind, the tests that all of them meet, and where what came of them is kept."""

    title: str
    mistakes: list[Mistake]
    everywhere: tuple[str, ...]
    file: str

    @property
    def found(self) -> dict[str, dict[str, str]]:
        """What is known of those that are still among them."""
        path = TABLE.with_name(self.file)
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return {mistake.name: known[mistake.name] for mistake in self.mistakes if mistake.name in known}

    def keep(self, name: str, told: dict[str, str]) -> None:
        """Keep what came of one."""
        text = json.dumps({**self.found, name: told}, indent=1, ensure_ascii=False)
        TABLE.with_name(self.file).write_text(f"{text}\n", encoding="utf-8")


KINDS = {
    "code": Kind(
        "In the code", MISTAKES, ("methods/test_finetuning.py", "experiments/test_compare.py"), "found-code.json"
    ),
    "pages": Kind("In lessons and pages", FAULTS, (), "found-pages.json"),
}


@contextmanager
def planted(mistake: Mistake) -> Iterator[Path]:
    """A copy of the kit, its lessons and tests with the mistake in it; the data are the same ones."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in COPIED:
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        for part in LINKED:
            (copy / part).symlink_to(ROOT / part)
        file = copy / mistake.path
        file.write_text(file.read_text(encoding="utf-8").replace(mistake.right, mistake.wrong), encoding="utf-8")
        yield copy


def noticed(mistake: Mistake, everywhere: tuple[str, ...]) -> dict[str, str]:
    """Which test failed first, and which claim; empty words where none did."""
    with planted(mistake) as copy:
        told = {"test": _first_failure(_run(copy, *PYTEST, *_tests(mistake, everywhere)))}
        if mistake.claims:
            told["claim"] = _first_claim(_run(copy, "-m", "tests.mutations.claims"))
    return told


def _tests(mistake: Mistake, everywhere: tuple[str, ...]) -> list[str]:
    """Its own first, then those that every mistake of its kind meets."""
    return [f"tests/{test}" for test in dict.fromkeys((*mistake.tests, *everywhere))]


def _run(copy: Path, *command: str) -> subprocess.CompletedProcess | None:
    """The command in the copy; None where it took too long."""
    own = {"PYTHONPATH": str(copy), "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    environment = {name: value for name, value in os.environ.items() if name != "TLKIT_SEEDS"} | own
    try:
        return subprocess.run(
            [sys.executable, *command], cwd=copy, env=environment, capture_output=True, text=True, timeout=LIMIT
        )
    except subprocess.TimeoutExpired:
        return None


def _first_failure(done: subprocess.CompletedProcess | None) -> str:
    if done is None:
        return "hangs"
    found = re.search(r"^(?:FAILED|ERROR) (?:tests/)?(\S+)", done.stdout, re.MULTILINE)
    if done.returncode and not found:
        raise SystemExit(f"The tests could not be run:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return found[1] if found else ""


def _first_claim(done: subprocess.CompletedProcess | None) -> str:
    if done is None:
        return "hangs"
    found = re.search(r"ClaimFailed: (.+)", done.stderr)
    return found[1] if found else "an error" if done.returncode else ""


def table() -> str:
    """The table of what noticed each mistake, in Markdown."""
    lines = ["# Planted mistakes", "", *ABOUT]
    for kind in KINDS.values():
        lines += ["", f"## {kind.title}", "", *_rows(kind)]
    return "\n".join([*lines, ""])


def _rows(kind: Kind) -> list[str]:
    found, mistakes = kind.found, {mistake.name: mistake for mistake in kind.mistakes}
    caught = [name for name, told in found.items() if any(told.values())]
    lines = [
        f"{len(caught)} of {len(found)} ({len(caught) / max(1, len(found)):.0%}) were noticed; "
        f"{len(mistakes) - len(found)} more wait to be planted.",
        "",
        "| mistake | where | the first test to notice | the claims say |",
        "|---|---|---|---|",
    ]
    for name, told in found.items():
        test = f"`{told['test']}`" if told["test"] else "**none**"
        claim = told["claim"] or "nothing" if "claim" in told else ""
        lines.append(f"| {name} | `{mistakes[name].path}` | {test} | {claim} |")
    return lines


def main(arguments: list[str] | None = None) -> None:
    """Plant those of a kind whose names hold one of the words; all, where there are none."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("words", nargs="*", help="parts of names (default: all)")
    parser.add_argument("--kind", choices=KINDS, default="code")
    asked = parser.parse_args(arguments)
    kind = KINDS[asked.kind]
    for mistake in kind.mistakes:
        if not asked.words or any(word in mistake.name for word in asked.words):
            told = noticed(mistake, kind.everywhere)
            print(f"{mistake.name}: {told}", flush=True)
            kind.keep(mistake.name, told)
    TABLE.write_text(table(), encoding="utf-8")


if __name__ == "__main__":
    main()
