"""The browser's tests in other front ends: ``python -m tests.browser.fronts [oldest|newest|notebook ...]``.

Each is installed into an environment of its own in the system's temporary folder, which is used again if it is still
there; all else (torch, the kit, the tests) comes from the environment that runs this.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = [f"tests/browser/test_{name}.py" for name in ("lesson_01", "predict", "parsons")]
VERSIONS = "import sys; from importlib.metadata import version; print(*[f'{p} {version(p)}' for p in sys.argv[1:]])"
PARTS = ("jupyterlab", "ipykernel", "ipywidgets", "anywidget")


def ranges() -> dict[str, str]:
    """The versions of its front end that the kit declares."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    found = [re.match(r"([a-z]+)(>=.+)", each) for each in declared]
    return {each[1]: each[2] for each in found if each and each[1] in PARTS}


def oldest() -> list[str]:
    """The lowest version of each."""
    return [f"{name}=={versions.split(',')[0].removeprefix('>=')}" for name, versions in ranges().items()]


def newest() -> list[str]:
    """The highest."""
    return [f"{name}{versions}" for name, versions in ranges().items()]


FRONTS = {"oldest": oldest, "newest": newest, "notebook": lambda: [*newest(), "notebook>=7,<8"]}


def make(folder: Path, wanted: list[str]) -> Path:
    """An environment with ``wanted`` and, behind it, all that this one has; its Python."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    paths = {"base": str(folder), "platbase": str(folder)}
    behind = Path(sysconfig.get_path("purelib", vars=paths)) / "behind.pth"
    if behind.exists():
        return python
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    subprocess.run([sys.executable, "-m", "pip", "--python", python, "install", "-q", *wanted], check=True)
    behind.write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return python


def main(names: list[str]) -> int:
    """Test each of the front ends; how many failed."""
    failed = 0
    for name in names or FRONTS:
        python = make(Path(tempfile.gettempdir()) / f"tlkit-front-{name}", FRONTS[name]())
        subprocess.run([python, "-c", VERSIONS, *PARTS, *(["notebook"] if name == "notebook" else [])], check=True)
        environment = os.environ | {"TLKIT_FRONT": "notebook" if name == "notebook" else "jupyterlab"}
        command = [python, "-m", "pytest", "-p", "no:cacheprovider", "-n", "0", "-q", *TESTS]
        failed += subprocess.run(command, cwd=ROOT, env=environment).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
