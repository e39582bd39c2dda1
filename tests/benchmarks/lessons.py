"""What every lesson takes, from top to bottom on one core: processor and wall seconds, and the most memory."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from tlkit.seeding import VARIABLE

from .side_by_side import Row, busy, peak_mb, processor, timed

ONE_CORE = "import os; hasattr(os, 'sched_setaffinity') and os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])"
TELL = "from tlkit.commands.bench import load; load('lessons').tell()"


def lessons(quick: bool = False) -> Iterator[Row]:
    """Each in a kernel of its own, as shipped or by the seeds of ``--seeds``; ``--quick`` stops after the first."""
    from tlkit.commands.jupyter import lessons

    for path in list(lessons().values())[: 1 if quick else None]:
        yield lesson(path)


def lesson(path: Path) -> Row:
    """One notebook; what fails in it, such as a claim on other seeds, is counted and stops nothing."""
    import nbclient
    import nbformat
    from nbformat.v4 import new_code_cell

    notebook = nbformat.read(path, 4)
    notebook.cells = [new_code_cell(ONE_CORE), *notebook.cells, new_code_cell(TELL)]
    client = nbclient.NotebookClient(
        notebook, timeout=None, allow_errors=True, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    )
    wall = timed(lambda: client.execute(env={**os.environ, "OMP_NUM_THREADS": "1"}) and None).seconds
    outputs = [output for cell in notebook.cells[:-1] for output in cell.get("outputs", [])]
    failed = [output.evalue for output in outputs if output.output_type == "error"]
    told = json.loads("".join(output.text for output in notebook.cells[-1].outputs))
    extra = {**told, "seeds": os.environ.get(VARIABLE, ""), "failed": failed, "processor": processor()}
    return Row(f"lesson-{path.stem[:2]}", path.stem, wall, note=_words(extra), extra=extra)


def tell() -> None:
    """Print, as JSON, what this process and those that it started have taken so far; for the end of a kernel."""
    print(json.dumps({"processor_s": busy(), "peak_mb": peak_mb()}))


def _words(told: dict) -> str:
    asked = f"on seeds {told['seeds']}" if told["seeds"] else "as shipped"
    failed = f"; failed: {'; '.join(told['failed'])}" if told["failed"] else ""
    return f"{asked}: {told['processor_s']:.1f} s of {told['processor']}, {told['peak_mb']:.0f} MB at most{failed}"
