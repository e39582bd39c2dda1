import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

from tlkit.commands import jupyter
from tlkit.errors import TlkitError
from tlkit.runtime import paths

NAMES = ("00-start-here", "01-piano-to-guitar", "02-what-the-layers-know", "10-new-domain", "11-new-language")

LAUNCH = (
    sys.executable,
    "-c",
    "import pathlib, sys; from tlkit.commands import jupyter; from tlkit.runtime import paths\n"
    "paths.NOTEBOOKS = pathlib.Path(sys.argv[1])\n"
    "sys.exit(jupyter.launch('piano', sys.argv[2:]))",
)


@pytest.fixture
def notebooks(monkeypatch, tmp_path) -> Path:
    """Lessons of these names, and some files that are no lessons."""
    folder = tmp_path / "notebooks"
    (folder / "solutions").mkdir(parents=True)
    for name in (*NAMES, "solutions/01-solution", "scratch"):
        nbformat.write(nbformat.v4.new_notebook(), folder / f"{name}.ipynb")
    monkeypatch.setattr(paths, "NOTEBOOKS", folder)
    return folder


def test_lessons_are_the_numbered_notebooks_in_order(notebooks):
    assert list(jupyter.lessons()) == ["00", "01", "02", "10", "11"]
    assert jupyter.lessons()["01"] == notebooks / "01-piano-to-guitar.ipynb"


@pytest.mark.parametrize(
    "said", [1, "1", "01", "piano", "Piano", "piano-to-guitar", "01-piano-to-guitar", "01-piano-to-guitar.ipynb"]
)
def test_a_lesson_is_found_by(said, notebooks):
    assert jupyter.find(said) == notebooks / "01-piano-to-guitar.ipynb"


def test_a_number_is_not_the_beginning_of_another(notebooks):
    assert jupyter.find("10").stem == "10-new-domain"


def test_a_lesson_that_nobody_knows(notebooks):
    with pytest.raises(TlkitError, match=r"no lesson '01-piano-to-gitar'\. Did you mean '01-piano-to-guitar'\?"):
        jupyter.find("01-piano-to-gitar")
    with pytest.raises(TlkitError, match="Known: 00-start-here, 01-"):
        jupyter.find("99")


def test_a_word_of_several_lessons(notebooks):
    with pytest.raises(TlkitError, match="several lessons: 10-new-domain, 11-new-language"):
        jupyter.find("new")


# --- where the reader works ---


def test_a_checkout_is_worked_in_itself(notebooks):
    assert jupyter.workplace() == notebooks


@pytest.fixture
def shipped(notebooks, monkeypatch, tmp_path) -> Path:
    """The lessons as an installed wheel has them; the reader is in an empty folder."""
    monkeypatch.setattr(paths, "SHIPPED", notebooks.parent)
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "home")
    return notebooks


def test_installed_lessons_are_copied(shipped, tmp_path):
    place = jupyter.workplace()
    assert place == (tmp_path / "home" / "tlkit-lessons").resolve()
    copied = {path.relative_to(place).as_posix() for path in place.rglob("*.ipynb")}
    assert copied == {path.relative_to(shipped).as_posix() for path in shipped.rglob("*.ipynb")}


def test_a_copy_follows_a_newer_tlkit_but_never_over_the_readers_work(shipped):
    place = jupyter.workplace()
    mine, theirs, lost = (place / f"{name}.ipynb" for name in NAMES[:3])
    mine.write_text("my notes")
    lost.unlink()
    for name in NAMES:
        (shipped / f"{name}.ipynb").write_text("newer")
    for _ in range(2):
        jupyter.workplace()
        assert mine.read_text() == "my notes"
        assert theirs.read_text() == lost.read_text() == "newer"


def test_what_the_reader_had_before_the_first_copy_stays(shipped):
    mine = Path("tlkit-lessons", f"{NAMES[0]}.ipynb")
    mine.parent.mkdir()
    mine.write_text("mine")
    jupyter.workplace()
    assert mine.read_text() == "mine"


def test_a_copy_that_is_up_to_date_is_not_written(shipped):
    file = jupyter.workplace() / f"{NAMES[0]}.ipynb"
    os.utime(file, (1, 1))
    jupyter.workplace()
    assert file.stat().st_mtime == 1


# --- JupyterLab ---


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def page(url: str, server: subprocess.Popen) -> str:
    """The page, as soon as the server answers."""
    end = time.monotonic() + 180
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return answer.read().decode()
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"JupyterLab does not answer (it ended with {server.poll()}).")


@pytest.fixture
def terminal():
    """What a reader types into; JupyterLab looks for it before it listens for Ctrl-C."""
    if os.name == "nt":
        yield subprocess.DEVNULL
        return
    ends = os.openpty()
    yield ends[1]
    for end in ends:
        os.close(end)


@pytest.fixture
def server(notebooks, terminal, tmp_path):
    """`tlkit lab piano`, on the way up; its address and its process."""
    port = free_port()
    asked = ["--no-browser", f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=secret"]
    env = {**os.environ, **{f"JUPYTER_{room}_DIR": str(tmp_path / room) for room in ("CONFIG", "DATA", "RUNTIME")}}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [*LAUNCH, str(notebooks), *asked],
            env=env,
            cwd=tmp_path,
            stdin=terminal,
            stdout=log,
            stderr=log,
        )
    yield f"http://127.0.0.1:{port}", process
    process.kill()
    process.wait()


def test_launch_serves_the_lesson_until_ctrl_c(server):
    address, process = server
    lesson = page(f"{address}/?token=secret", process)
    assert '"treePath": "01-piano-to-guitar.ipynb"' in lesson
    assert re.search(r'"disabledExtensions": \[[^]]*"@jupyterlab/apputils-extension:announcements"', lesson)
    assert "01-piano-to-guitar.ipynb" in page(f"{address}/api/contents?token=secret", process)
    if os.name != "nt":  # there, Ctrl-C can't be sent to one process alone
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=180) == 0


def test_launch_passes_on_the_exit_code_of_a_jupyterlab_that_cannot_start(notebooks):
    run = subprocess.run([*LAUNCH, str(notebooks), "--port=none"], capture_output=True, text=True, timeout=120)
    assert run.returncode == 1
    assert "port" in run.stderr
