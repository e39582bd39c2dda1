"""Plant each mistake in a copy of the kit, run the tests that should notice it, and write the table.

``python -m tests.mutations`` takes about half an hour of one core; words after it choose mistakes by name.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .planted import MISTAKES, Mistake

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).with_name("README.md")
FOUND = Path(__file__).with_name("found.json")
EVERYWHERE = ("methods/test_finetuning.py", "experiments/test_compare.py")
LIMIT = 1800  # seconds, after which whatever hangs is noticed, too
PYTEST = ("-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-m", "not browser", "--no-header")


@contextmanager
def planted(mistake: Mistake) -> Iterator[Path]:
    """A copy of the kit and its tests with the mistake in it; data and lessons are the same ones."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in ("tlkit", "tests"):
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        for part in ("data", "notebooks", "pyproject.toml", "README.md"):
            (copy / part).symlink_to(ROOT / part)
        file = copy / "tlkit" / mistake.file
        file.write_text(file.read_text(encoding="utf-8").replace(mistake.right, mistake.wrong), encoding="utf-8")
        yield copy


def noticed(mistake: Mistake) -> dict[str, str]:
    """Which test failed first, and which claim; empty words where none did."""
    with planted(mistake) as copy:
        told = {"test": _first_failure(_run(copy, *PYTEST, *_tests(mistake)))}
        if mistake.claims:
            told["claim"] = _first_claim(_run(copy, "-m", "tests.mutations.claims"))
    return told


def _tests(mistake: Mistake) -> list[str]:
    """Its own first, then those that every mistake meets."""
    return [f"tests/{test}" for test in dict.fromkeys((*mistake.tests, *EVERYWHERE))]


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
    found = re.search(r"^(?:FAILED|ERROR) tests/(\S+)", done.stdout, re.MULTILINE)
    if done.returncode and not found:
        raise SystemExit(f"The tests could not be run:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return found[1] if found else ""


def _first_claim(done: subprocess.CompletedProcess | None) -> str:
    if done is None:
        return "hangs"
    found = re.search(r"ClaimFailed: (.+)", done.stderr)
    return found[1] if found else "an error" if done.returncode else ""


def table(found: dict[str, dict[str, str]]) -> str:
    """The table of what noticed each mistake, in Markdown."""
    caught = [name for name, told in found.items() if any(told.values())]
    lines = [
        "# Planted mistakes",
        "",
        f"{len(caught)} of {len(found)} mistakes ({len(caught) / len(found):.0%}) were noticed by a test or a claim; "
        f"{len(MISTAKES) - len(found)} more wait to be planted. "
        "`python -m tests.mutations` plants them one by one in a copy of the kit,",
        "runs the tests that should notice, and writes this page; for some it asks lesson 01's chief claims, too.",
        "",
        "| mistake | where | the first test to notice | the claims say |",
        "|---|---|---|---|",
    ]
    where = {mistake.name: mistake.file for mistake in MISTAKES}
    for name, told in found.items():
        test = f"`{told['test']}`" if told["test"] else "**none**"
        claim = told["claim"] or "nothing" if "claim" in told else ""
        lines.append(f"| {name} | `{where[name]}` | {test} | {claim} |")
    return "\n".join([*lines, ""])


def main(words: list[str]) -> None:
    """Plant those whose names hold one of the words; all, where there are none."""
    known = json.loads(FOUND.read_text(encoding="utf-8")) if FOUND.exists() else {}
    for mistake in MISTAKES:
        if not words or any(word in mistake.name for word in words):
            known[mistake.name] = told = noticed(mistake)
            print(f"{mistake.name}: {told}", flush=True)
            FOUND.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    there = {mistake.name: known[mistake.name] for mistake in MISTAKES if mistake.name in known}
    TABLE.write_text(table(there), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
