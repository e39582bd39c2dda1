"""``import tlkit`` in a new process, against ``import torch`` and against a Python that imports nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from .side_by_side import SMALL, Row, row, take_turns, timed

ROUNDS = 7  # short, so there can be more of them
SIDES = {"ours": "import tlkit", "peer": "import torch", "floor": "pass"}


def imports(quick: bool = False) -> Iterator[Row]:
    """Three kinds of new process."""
    sides = {side: lambda code=code: timed(lambda: _python(code)) for side, code in SIDES.items()}
    if quick:
        take_turns(sides, SMALL)  # the files come from the disk once
    told = take_turns(sides, SMALL if quick else ROUNDS)
    yield row("import", "import tlkit in a new process", told, peer="import torch", note="the floor imports nothing")


def _python(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)
