"""Drive a real JupyterLab in headless Chromium, on this machine alone."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil
from nbformat.v4 import new_code_cell, new_notebook

from tlkit.exercises.parsons import DIVIDER, Parsons

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
PLACES = {"jupyterlab": "doc/tree", "notebook": "notebooks"}  # where each front end shows a notebook
FRONT = os.environ.get("TLKIT_FRONT", "jupyterlab")
ITS_OWN = {
    "notebook": "Cannot read properties of undefined (reading 'schema')"
}  # of 7.6, over any notebook, `1 + 1` too
AT_HOME = re.compile(r"(http|ws)://127\.0\.0\.1[:/]|(data|blob|about):")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no other machine has an address
]
LAB_SETTINGS = {
    # the news would cover the buttons
    "config/labconfig/page_config.json": {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}},
    # every cell in the page, also those out of sight
    "settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none"},
    "settings/@jupyterlab/docmanager-extension/plugin.jupyterlab-settings": {"autosave": False},
}
NO_PLAYWRIGHT = "The browser tests need playwright: pip install 'tlkit[test]'."
NO_CHROMIUM = (
    "The browser tests need Chromium: install it (Debian: apt install chromium; elsewhere: playwright install "
    "chromium), or name one in the environment variable CHROMIUM."
)


class NoBrowser(RuntimeError):
    """There is nothing to drive; the message says what to install."""


def find_chromium(playwright) -> str:
    """The path of a Chromium: the one that CHROMIUM names, one on the PATH, or playwright's own."""
    named = os.environ.get("CHROMIUM")
    found = [named] if named else [*map(shutil.which, BROWSERS), playwright.chromium.executable_path]
    for path in found:
        if path and Path(path).exists():
            return path
    raise NoBrowser(NO_CHROMIUM)


@contextlib.contextmanager
def open_browser() -> Iterator:
    """A headless Chromium (a playwright `Browser`)."""
    try:
        from playwright.sync_api import expect, sync_playwright
    except ModuleNotFoundError:
        raise NoBrowser(NO_PLAYWRIGHT) from None
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(playwright), args=BROWSER_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True)
class Watch:
    """What a page did that it should not have done."""

    outside: list[str] = field(default_factory=list)  # addresses off this machine that it asked for
    problems: list[str] = field(default_factory=list)  # errors in its console

    def check(self) -> None:
        """Fail if there is anything of the kind."""
        assert self.outside == [], "The page asked for something that is not on this machine."
        assert self.problems == [], "There are errors in the page's console."


def watch_over(page) -> Watch:
    """Keep a record of what `page` asks for and of its console's errors (`BROWSER_FLAGS` let it reach nothing)."""
    watch = Watch()

    def note(request) -> None:
        if not AT_HOME.match(request.url):
            watch.outside.append(request.url)

    page.on("request", note)
    page.on("websocket", note)
    page.on("console", lambda message: message.type == "error" and watch.problems.append(message.text))
    page.on("pageerror", lambda error: str(error) == ITS_OWN.get(FRONT) or watch.problems.append(str(error)))
    return watch


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address, its token and the folder that it shows."""

    url: str
    token: str
    root: Path

    def ask(self, path: str, method: str = "GET") -> bytes:
        """The server's answer to a request to its REST API."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}/{path}", method=method, headers=headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            return answer.read()

    def end_kernels(self) -> None:
        """End every session and its kernel."""
        for session in json.loads(self.ask("api/sessions")):
            self.ask(f"api/sessions/{session['id']}", method="DELETE")

    def put(self, notebook: str | Path | nbformat.NotebookNode) -> str:
        """Copy a notebook (a file of `notebooks/`, any path, or a node) into the folder; its name there."""
        if isinstance(notebook, nbformat.NotebookNode):
            name = f"{secrets.token_hex(4)}.ipynb"
            nbformat.write(notebook, self.root / name)
            return name
        shutil.copytree(NOTEBOOKS / "results", self.root / "results", dirs_exist_ok=True)  # lessons read them
        return Path(shutil.copy(NOTEBOOKS / notebook, self.root)).name


@contextlib.contextmanager
def serve_lab(root: Path) -> Iterator[Lab]:
    """This Python's JupyterLab over `root` (it writes there: give it copies), with settings and data of its own."""
    lab = Lab(f"http://127.0.0.1:{_free_port()}", secrets.token_hex(16), root)
    home = Path(tempfile.mkdtemp(prefix="tlkit-lab-"))
    for name, setting in LAB_SETTINGS.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(setting), encoding="utf-8")
    log = home / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen(_command(lab), env=_environment(home), stdout=out, stderr=out, cwd=root)
    try:
        _wait_until_up(lab, server, log)
        yield lab
    finally:
        _stop(lab, server)
        shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def _command(lab: Lab) -> list[str]:
    return [
        *(sys.executable, "-m", FRONT, "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        f"--port={lab.url.rpartition(':')[2]}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={lab.token}",
        f"--ServerApp.root_dir={lab.root}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        "--LabApp.expose_app_in_browser=True",  # so that tests can call Lab's commands
        "--JupyterNotebookApp.expose_app_in_browser=True",
    ]


def _environment(home: Path) -> dict[str, str]:
    own = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    inherited = {k: v for k, v in os.environ.items() if k not in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH")}
    quiet = {"TLKIT_ANSWERS": "off"}  # else one test's answers would be there in the next
    return inherited | quiet | {name: str(home / folder) for name, folder in own.items()}


def _wait_until_up(lab: Lab, server: subprocess.Popen, log: Path, seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            lab.ask("api/status")
            return
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-4000:]}") from None
            time.sleep(0.1)


def _stop(lab: Lab, server: subprocess.Popen) -> None:
    """Ask the server to end its kernels and itself; end by force what is left after that."""
    family = [server]
    with contextlib.suppress(psutil.NoSuchProcess):
        family += psutil.Process(server.pid).children(recursive=True)
    with contextlib.suppress(OSError):
        lab.ask("api/shutdown", method="POST")
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(15)
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    server.wait()


READY = """() => {
  const session = window.jupyterapp?.shell?.currentWidget?.sessionContext;
  const kernel = session?.isReady && session.session?.kernel;
  return Boolean(kernel) && kernel.status === 'idle' && kernel.connectionStatus === 'connected';
}"""
RUN = """async ([command, milliseconds]) => {
  const late = new Promise((_, fail) => setTimeout(() => fail(new Error(command + ' took too long')), milliseconds));
  await Promise.race([window.jupyterapp.commands.execute(command), late]);
}"""
OUTPUTS = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .filter(cell => cell.model.type === 'code').map(cell => cell.model.outputs.toJSON())"""
SELECT = """index => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = index;
  notebook.deselectAll();
}"""


class Notebook:
    """A notebook that is open in JupyterLab's single-document view, with a kernel that waits for work."""

    def __init__(self, page, watch: Watch, lab: Lab, name: str) -> None:
        self.page, self.watch = page, watch
        page.goto(f"{lab.url}/{PLACES[FRONT]}/{name}?token={lab.token}", timeout=180_000)
        page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=180_000)
        page.wait_for_function(READY, timeout=180_000)

    def run_all(self, seconds: float = 120) -> None:
        """Run every cell; an error in one of them is an AssertionError here."""
        self._run("notebook:run-all-cells", seconds)

    def run_cell(self, index: int, seconds: float = 120) -> None:
        """Run the cell at `index`, counted over cells of every kind."""
        self.page.evaluate(SELECT, index)
        self._run("notebook:run-cell", seconds)

    def restart(self) -> None:
        """Another kernel, which knows nothing of what ran before."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
        self.page.wait_for_function(READY, timeout=120_000)

    def clear(self) -> None:
        """Forget what every cell put out; the kernel and its variables stay."""
        self._run("notebook:clear-all-cell-outputs", seconds=15)

    def outputs(self) -> list[list[dict]]:
        """The outputs of every code cell."""
        return self.page.evaluate(OUTPUTS)

    def text(self, index: int) -> str:
        """What the code cell at `index` (counted over code cells) printed."""
        return "".join("".join(o["text"]) for o in self.outputs()[index] if o.get("name") == "stdout")

    def use_theme(self, name: str) -> None:
        """Change Lab's theme: 'JupyterLab Dark' or 'JupyterLab Light'."""
        self.page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
        dark = "false" if "Dark" in name else "true"
        self.page.wait_for_selector(f"body[data-jp-theme-light={dark}]", state="attached")
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")

    def _run(self, command: str, seconds: float) -> None:
        self.page.evaluate(RUN, [command, 1000 * seconds])
        self.page.wait_for_function(READY, timeout=1000 * seconds)
        errors = self._errors()
        if errors:
            raise AssertionError("\n".join(errors))

    def _errors(self) -> list[str]:
        outputs = [(i, o) for i, cell in enumerate(self.outputs()) for o in cell]
        errors = [f"code cell {i}: {o['ename']}: {o['evalue']}" for i, o in outputs if o["output_type"] == "error"]
        return errors + [f"code cell {i}: {o['text']}" for i, o in outputs if o.get("name") == "stderr"]


def stop(lab, words, ended: str) -> None:
    """Stop a lab's training once the button can be pressed; ``words`` then say that it ``ended``, so or by itself."""
    from playwright.sync_api import expect

    there = re.compile(ended)
    under_way_or_over = lab.locator("button:enabled", has_text="Stop").or_(words.filter(has_text=there))
    expect(under_way_or_over.first).to_be_visible(timeout=120_000)
    lab.get_by_role("button", name="Stop").press("Enter")
    expect(words).to_contain_text(there, timeout=120_000)


def notebook_of(*cells: str) -> nbformat.NotebookNode:
    """A notebook with these code cells, for a Python kernel."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata={"kernelspec": kernel})


def lines_in_order(card) -> list[str]:
    """The lines of a Parsons problem that stand above the divider, from top to bottom."""
    return card.locator("li:not(.out) code").all_inner_texts()


def put_in_order(page, card, problem: Parsons) -> list[str]:
    """Solve a Parsons problem, by mouse what is to be left out, by keyboard the rest; the lines that remain."""
    from playwright.sync_api import expect

    for trap in (line for before, line, _ in problem.rules if before == DIVIDER):
        down = card.get_by_role("button", name=f"Move down: {problem.lines[trap].strip()}", exact=True)
        while problem.lines[trap] in lines_in_order(card):
            down.click()
        expect(down).to_be_focused()
    right = [problem.lines[line] for line, after, _ in problem.rules if after == DIVIDER]
    for place, line in enumerate(right):
        up = card.get_by_role("button", name=f"Move up: {line.strip()}", exact=True)
        up.focus()
        while lines_in_order(card).index(line) > place:
            page.keyboard.press("ArrowUp")
            expect(up).to_be_focused()
    return right


LISTEN = """() => {
  const known = Boolean(window.heard);
  window.heard = [];
  if (known) return;
  const set = AudioParam.prototype.setTargetAtTime;
  AudioParam.prototype.setTargetAtTime = function (value, ...when) {
    if (this.maxValue < 1e6) window.heard.push(value); // a pitch; a volume has no such limit
    return set.call(this, value, ...when);
  };
}"""


def listen(page, host, count: int) -> list[float]:
    """The first pitches that a button plays, in hertz; then it is stopped."""
    from playwright.sync_api import expect

    page.evaluate(LISTEN)
    host.get_by_role("button", name="Hear the curves").press("Enter")
    page.wait_for_function("count => window.heard.length >= count", arg=count)
    host.get_by_role("button", name="Stop").press("Enter")
    expect(host.get_by_text("A low tone is 0%, a high one 100%.")).to_be_visible()
    return page.evaluate("() => window.heard")[:count]


def shot(target, name: str) -> None:
    """Save a picture of a page or of an element, if the environment variable TLKIT_SCREENSHOTS names a folder."""
    folder = os.environ.get("TLKIT_SCREENSHOTS")
    if folder:
        target.screenshot(path=Path(folder) / f"{name}.png")
