"""Gathers the functions data set: what functions of Python's standard library do, and their code without saying so.

You need this script only to rebuild the data or to change the recipe; the file it makes is shipped beside it::

    python3.11 make.py

It reads the library of the Python that runs it: another version has other functions.
"""

from __future__ import annotations

import ast
import csv
import gzip
import hashlib
import io
import random
import sysconfig
from collections.abc import Iterator
from pathlib import Path

SEED = 0
COUNT = 600
LEFT_OUT = {"test", "tests", "idle_test", "site-packages", "dist-packages", "idlelib", "lib2to3", "turtledemo"}
COLUMNS = ("module", "name", "says", "code")


def functions(library: Path) -> Iterator[dict[str, str]]:
    """Every function with a docstring: its first paragraph, and the code without it and without the function's name."""
    for file in sorted(library.rglob("*.py")):
        inside = file.relative_to(library)
        if LEFT_OUT & set(inside.parts):
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("__") and len(node.body) > 2:
                said = " ".join((ast.get_docstring(node) or "").split("\n\n")[0].split())
                code = "\n".join(text.splitlines()[node.body[1].lineno - 1 : node.end_lineno])
                yield dict(zip(COLUMNS, (inside.as_posix(), node.name, said, code), strict=True))


def main() -> None:
    """Write the file and its checksum."""
    found = [
        row
        for row in functions(Path(sysconfig.get_paths()["stdlib"]))
        if 30 <= len(row["says"]) <= 120 and 80 <= len(row["code"]) <= 500
    ]
    once = list({row["says"]: row for row in {row["code"]: row for row in found}.values()}.values())
    rows = sorted(random.Random(SEED).sample(once, COUNT), key=lambda row: (row["module"], row["name"]))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    packed = gzip.compress(text.getvalue().encode("utf-8"), mtime=0)
    here = Path(__file__).parent
    (here / "functions.csv.gz").write_bytes(packed)
    (here / "SHA256SUMS").write_text(f"{hashlib.sha256(packed).hexdigest()}  functions.csv.gz\n", encoding="utf-8")
    print(f"{len(found)} functions, {len(once)} of them once, {len(rows)} drawn; {len(packed):,} bytes")


if __name__ == "__main__":
    main()
