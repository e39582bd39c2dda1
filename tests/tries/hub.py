"""Two students on a real JupyterHub and its proxy, in a browser each, from the login to an answered quiz.

``python -m tests.tries.hub`` needs jupyterhub (``pip install jupyterhub``), npm's configurable-http-proxy on the path,
and Chromium. It takes a minute, and ends with an error where something is not as the page for teachers says.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
from playwright.sync_api import expect

from tests.browser.harness import open_browser
from tlkit.commands import cli
from tlkit.exercises import answers
from tlkit.exercises.check import earlier_questions, find_question
from tlkit.runtime import paths

CONFIG = paths.NOTEBOOKS / "teaching" / "jupyterhub_config.py"
LESSON, PASSWORD, MEMORY = "01-piano-to-guitar.ipynb", "a password for the room", 1500
GREEDY = "try: held = bytearray(3_000_000_000)\nexcept MemoryError: print('refused')"
PATIENCE = 60_000  # milliseconds for a server to start


@contextlib.contextmanager
def hub(folder: Path) -> Iterator[str]:
    """A hub over a folder; its address."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{found.getsockname()[1]}"
    own = {"TLKIT_HUB": address, "TLKIT_CLASS": str(folder / "class"), "TLKIT_CLASS_PASSWORD": PASSWORD}
    own |= {"TLKIT_CACHE": str(folder / "weights"), "TLKIT_STUDENT_MB": str(MEMORY)}
    own |= {"CONFIGPROXY_AUTH_TOKEN": os.urandom(32).hex(), "JUPYTERHUB_CRYPT_KEY": os.urandom(32).hex()}
    (folder / "weights").mkdir()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(CONFIG)],
            cwd=folder, env={**os.environ, **own}, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            _wait(f"{address}/hub/health", process, folder / "log")
            yield address
        except BaseException:
            print((folder / "log").read_text(errors="replace")[-3000:], file=sys.stderr)
            raise
        finally:
            family = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            for one in (process, *family):
                with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
                    one.kill()


def _wait(address: str, process: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=5).read()
            return
        if process.poll() is not None or time.monotonic() > end:
            raise SystemExit(f"The hub did not start:\n{log.read_text(errors='replace')[-3000:]}")
        time.sleep(0.2)


def come_in(page, address: str, name: str) -> None:
    """Log in, and wait until the lesson is open and its kernel waits for work."""
    page.goto(f"{address}/hub/login?next=%2Fhub%2Fuser-redirect%2Flab%2Ftree%2F{LESSON}")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=PATIENCE)
    expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first).to_be_visible(timeout=PATIENCE)


def answer(page, question) -> None:
    """Run the first cell by keyboard, and answer the quiz that it shows."""
    page.locator(".jp-CodeCell").first.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    quiz = page.locator(".tlkit-quiz").first
    quiz.get_by_role("button", name=question.right, exact=True).click(timeout=PATIENCE)
    expect(quiz.get_by_role("status")).to_contain_text(question.answers[question.right])


def refused(folder: Path) -> bool:
    """Whether a process with a student's limit is refused what is too much for it."""
    limited = ["bash", "-c", f'ulimit -d {1000 * MEMORY}; exec "$0" -c "$1"', sys.executable, GREEDY]
    return subprocess.run(limited, capture_output=True, text=True, cwd=folder).stdout == "refused\n"


def main() -> None:
    """The whole try."""
    if not shutil.which("configurable-http-proxy"):
        raise SystemExit("There is no configurable-http-proxy on the path: npm install configurable-http-proxy.")
    question, began = find_question(earlier_questions("01")[0]), time.monotonic()
    with tempfile.TemporaryDirectory() as name, open_browser() as browser:
        folder = Path(name)
        with hub(folder) as address:
            students = {student: browser.new_context().new_page() for student in ("ann", "ben")}
            for student, page in students.items():
                come_in(page, address, student)
            for page in students.values():
                answer(page, question)
            took = [_megabytes(word) for word in ("jupyterhub", "configurable-http-proxy", "singleuser", "ipykernel")]
        for student in students:
            known = answers.read(folder / "class" / student / answers.FILE)
            assert [record["right"] for record in known["quizzes"].values()] == [True], student
            assert "name" not in known
        assert cli.main(["grade", str(folder / "class"), "--out", str(folder / "grades.csv")]) == 0
        table = (folder / "grades.csv").read_text(encoding="utf-8")
        assert {"ann", "ben"} <= {row.split(",")[1] for row in table.splitlines()}
        assert refused(folder)
    print(f"two students answered in {time.monotonic() - began:.0f} s; hub, proxy, servers, kernels: {took} MB")


def _megabytes(word: str) -> list[int]:
    """The memory of the processes below this one whose command has the word, shared pages left out."""
    family = psutil.Process().children(recursive=True)
    return [round(each.memory_full_info().uss / 1e6) for each in family if any(word in part for part in each.cmdline())]


if __name__ == "__main__":
    main()
