"""Binder without Binder: its steps in a fresh environment, and lessons on one core with 2 GB.

``python -m tests.tries.binder`` (with ``--plain-torchvision`` where PyTorch's own index of builds without CUDA can't be
reached, and torch's is at hand) clones what is committed, makes an environment from ``binder/`` as repo2docker would,
runs ``postBuild``, and through ``start`` a JupyterLab and, beside it, lessons 00, 01, 03 and 07 from top to bottom. It
takes some ten minutes and three gigabytes of disk, needs the package index and a Python of ``runtime.txt``, and ends
with an error where a goal is missed.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .limit import Taken, under_limit

ROOT = Path(__file__).parents[2]
LESSONS = ("00", "01", "03", "07")
MEMORY, BUILD, IMAGE = 2000, 600, 2500  # MB, seconds, MB
RUN = """
"$PYTHON" -m jupyterlab --no-browser --allow-root --ip=127.0.0.1 --port=0 --ServerApp.port_retries=50 &
trap "kill $!" EXIT
"$PYTHON" -m jupyter nbconvert --to notebook --execute --stdout --ExecutePreprocessor.timeout=900 "$1" > /dev/null
"""  # a server waits beside the kernel, as it does for a reader


@contextmanager
def home(keep: Path | None) -> Iterator[Path]:
    """A folder for all of it, which goes with the try unless it is to be kept."""
    folder = keep or Path(tempfile.mkdtemp(prefix="tlkit-binder-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def build(folder: Path, plain: bool) -> tuple[dict[str, str], float]:
    """What repo2docker does with ``binder/``: the environment of its processes, and the seconds that it took."""
    begin, repository = time.monotonic(), folder / "repository"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", ROOT.as_uri(), repository], check=True)
    version = (repository / "binder" / "runtime.txt").read_text(encoding="utf-8").strip().replace("-", "")
    python = shutil.which(version) or sys.exit(f"There is no {version} here, and Binder would take that one.")
    subprocess.run([python, "-m", "venv", folder / "environment"], check=True)
    own = {"HOME": str(folder / "home"), "TLKIT_CACHE": str(folder / "home" / "weights"), "PIP_RETRIES": "0"}
    own |= {"PATH": f"{folder / 'environment' / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    own |= {"PYTHON": str(folder / "environment" / "bin" / "python"), "PYTHONPATH": ""}
    environment = {**os.environ, **own}
    (folder / "home").mkdir()
    pip = [environment["PYTHON"], "-m", "pip"]
    wanted = repository / "binder" / "requirements.txt"
    if plain:  # pip would ask that index about each package anew, and wait for it
        pinned = wanted.read_text(encoding="utf-8")
        without = re.sub(r"^--extra-index-url .*\n", "", pinned, flags=re.MULTILINE)
        wanted.write_text(re.sub(r"(torchvision==[\d.]+)\+cpu", r"\1", without), encoding="utf-8")
    subprocess.run([*pip, "install", "--quiet", "--no-cache-dir", "-r", wanted], check=True, env=environment)
    subprocess.run([repository / "binder" / "postBuild"], check=True, env=environment, cwd=repository)
    subprocess.run([*pip, "check"], check=True, env=environment)
    return environment, time.monotonic() - begin


def megabytes(folder: Path) -> float:
    """What the files of a folder take."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()) / 1e6


def lesson(number: str, folder: Path, environment: dict[str, str]) -> Taken:
    """One lesson, from top to bottom, on one core, with the memory that Binder gives."""
    repository = folder / "repository"
    (path,) = (repository / "notebooks").glob(f"{number}-*.ipynb")
    command = [str(repository / "binder" / "start"), "bash", "-ec", RUN, "run", path.name]
    return under_limit(command, MEMORY, cwd=path.parent, env=environment, log=folder / f"{number}.log")


def main(arguments: Sequence[str]) -> int:
    """All of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.tries.binder")
    parser.add_argument("folder", nargs="?", type=Path, help="where all of it is kept (default: nowhere)")
    parser.add_argument("--plain-torchvision", action="store_true", help="the package index's instead of PyTorch's own")
    asked, missed = parser.parse_args(arguments), []
    with home(asked.folder and asked.folder.absolute()) as folder:
        environment, seconds = build(folder, asked.plain_torchvision)
        image = megabytes(folder)
        print(f"built in {seconds:.0f} s; {image:.0f} MB on the disk", flush=True)
        print(f"  of them {megabytes(folder / 'environment'):.0f} MB the environment", flush=True)
        missed += ["the build takes too long"] * (seconds > BUILD) + ["the image is too large"] * (image > IMAGE)
        for number in LESSONS:
            taken = lesson(number, folder, environment)
            print(
                f"lesson {number}: {taken.seconds:.0f} s, {taken.peak_mb:.0f} MB at most, under {taken.by}", flush=True
            )
            if taken.code or taken.ended:
                missed.append(f"lesson {number} {'took too much' if taken.ended else 'failed'}")
                print((folder / f"{number}.log").read_text(errors="replace")[-2000:])
    print("missed: " + "; ".join(missed) if missed else "every goal is met")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
