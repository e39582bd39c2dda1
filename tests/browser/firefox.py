"""Drive a headless Firefox over WebDriver BiDi, which it speaks by itself: a socket, and nothing else to install."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import websocket

LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
QUIET = {  # no first page, no update, no report, no guess whether there is a network
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
KEYS = {"Home": "\ue011", "End": "\ue010", "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014"}
KEYS |= {"ArrowDown": "\ue015", "PageUp": "\ue00e", "PageDown": "\ue00f", "Tab": "\ue004", "Enter": "\ue007"}


class Firefox:
    """A tab: where it goes, what its page says, which keys are pressed, and what it asked for and complained of."""

    def __init__(self, address: str):
        self.asked: list[str] = []
        self.problems: list[str] = []
        self._numbers = itertools.count(1)
        self._socket = websocket.create_connection(f"{address}/session", timeout=120, suppress_origin=True)
        self.version = self.send("session.new", capabilities={})["capabilities"]["browserVersion"]
        self.send("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        # The first tab's page never has the focus (the address bar has), and without it many keys do nothing.
        self._tab = self.send("browsingContext.create", type="tab")["context"]

    def send(self, method: str, **params: object) -> dict:
        """A command's answer."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            heard = json.loads(self._socket.recv())
            if heard["type"] == "event":
                self._note(heard["method"], heard["params"])
            elif heard["id"] == number:
                if heard["type"] == "error":
                    raise RuntimeError(f"{method}: {heard['message']}")
                return heard["result"]

    def open(self, address: str) -> None:
        """Go there, and return when the page is loaded."""
        self.send("browsingContext.navigate", context=self._tab, url=address, wait="complete")

    def ask(self, script: str, *given: object) -> object:
        """What a JavaScript function returns, or its promise; it is given JSON."""
        call = f"async () => JSON.stringify((await ({script})(...{json.dumps(given)})) ?? null)"
        target = {"context": self._tab}
        told = self.send("script.callFunction", functionDeclaration=call, target=target, awaitPromise=True)
        if told["type"] == "exception":
            raise RuntimeError(told["exceptionDetails"]["text"])
        return json.loads(told["result"]["value"])

    def wait_for(self, script: str, *given: object, seconds: float = 60) -> None:
        """Return when a JavaScript function returns something true."""
        deadline = time.monotonic() + seconds
        while not self.ask(script, *given):
            assert time.monotonic() < deadline, f"Not so after {seconds} s: {script} {given}"
            time.sleep(0.05)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        strokes = [{"type": kind, "value": KEYS.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")]
        board = {"type": "key", "id": "keyboard", "actions": strokes}
        self.send("input.performActions", context=self._tab, actions=[board])

    def resize(self, width: int, height: int) -> None:
        """Give the page that many CSS pixels."""
        self.send("browsingContext.setViewport", context=self._tab, viewport={"width": width, "height": height})

    def picture(self) -> str:
        """What is in the window, as PNG in base64."""
        return self.send("browsingContext.captureScreenshot", context=self._tab)["data"]

    def close(self) -> None:
        """End the browser."""
        self.send("browser.close")
        self._socket.close()

    def _note(self, event: str, params: dict) -> None:
        if event == "network.beforeRequestSent":
            self.asked.append(params["request"]["url"])
        elif params.get("level") == "error":
            self.problems.append(params["text"] or "an error without words")


@contextlib.contextmanager
def open_firefox(path: str) -> Iterator[Firefox]:
    """A headless Firefox with a profile of its own, which knows no network but this machine's own address."""
    with tempfile.TemporaryDirectory(prefix="tlkit-firefox-", ignore_cleanup_errors=True) as profile:
        settings = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in QUIET.items()]
        (Path(profile) / "user.js").write_text("\n".join(settings), encoding="utf-8")
        command = [path, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
        environment = os.environ | {"HOME": profile, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        log = Path(profile) / "log"
        with log.open("wb") as out:
            process = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
        try:
            firefox = Firefox(_address(process, log))
            yield firefox
            firefox.close()
        finally:
            _end(process)


def _address(process: subprocess.Popen, log: Path, seconds: float = 90) -> str:
    deadline = time.monotonic() + seconds
    while not (found := LISTENING.search(log.read_text(errors="replace"))):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"Firefox did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)
    return found[1]


def _end(process: subprocess.Popen) -> None:
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
