"""Pages of the site, opened from disk and used by keyboard alike in Chromium and in Firefox, without a network.

``FIREFOX=firefox-esr python -m tests.browser.pages SITE`` walks all that ``tlkit site SITE`` wrote, in both browsers
(in Chromium alone where no Firefox is named), prints a row for each page, and fails where something is wrong or slow.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from axe_playwright_python.base import AXE_SCRIPT

from .firefox import open_firefox
from .harness import open_browser

LARGEST = 5_000_000  # bytes of a page
SLOWEST = 100  # milliseconds until a lab has answered
FIRST = 1000  # milliseconds until something is drawn
KINDS = ("file:", "data:", "about:")  # addresses that are on no network
CONTROLS = """() => [...document.querySelectorAll("[data-lab]")].map(lab => lab.querySelectorAll(".control").length)"""
FOCUS = """(lab, level) => {
  const control = document.querySelectorAll("[data-lab]")[lab].querySelectorAll(".control")[level];
  const inputs = [...control.querySelectorAll("input")];
  const chosen = inputs.find(input => input.type === "range" || input.checked);
  chosen.focus();
  return chosen.type === "range" ? [true, Number(chosen.value), Number(chosen.max)]
    : [false, inputs.indexOf(chosen), inputs.length - 1];
}"""
# What a lab shows, its choices, words, picture and what stands beside it, other than recorded where its controls stand.
WRONG = """number => {
  const lab = document.querySelectorAll("[data-lab]")[number];
  const made = JSON.parse(document.getElementById(`${lab.dataset.lab}-data`).textContent);
  const wrong = [];
  const hold = (what, shown, recorded) => shown === recorded || wrong.push(`${what}: ${shown}, not ${recorded}`);
  let node = made.tree;
  for (const control of lab.querySelectorAll(".control")) {
    const input = control.querySelector("input[type=range], input:checked");
    const text = made.texts[node.texts][input.value];
    hold("choice", (control.querySelector("output") ?? input.nextElementSibling).textContent, text);
    if (input.type === "range") hold("value's text", input.getAttribute("aria-valuetext"), text);
    node = node.to[input.value];
  }
  const [words, panels, beside] = made.answers[node];
  hold("words", lab.querySelector(".said").textContent, made.texts[words]);
  hold("picture", lab.querySelector(".picture").getClientRects().length > 0, Boolean(panels));
  const like = (node, inside) => {
    const other = node.cloneNode(false);
    other.innerHTML = inside;
    return other.isEqualNode(node);
  };
  for (const panel of panels ? lab.querySelectorAll("[data-panel]") : []) {
    const drawn = made.panels[panels[panel.dataset.panel]].map(part => made.parts[part]).join("");
    hold(`panel ${panel.dataset.panel} is as recorded`, like(panel, drawn), true);
  }
  lab.querySelectorAll(".beside > div").forEach((box, i) => {
    hold(`what stands beside is as recorded`, like(box, made.texts[beside[i]]), true);
  });
  return wrong;
}"""
CARDS = """() => document.querySelectorAll("[data-predict]:not([data-reveal])").length"""
REACHED = """(selector, place) => {
  const found = document.querySelectorAll(selector)[place];
  found.focus();
  return document.activeElement === found;
}"""
WORDS = """number => document.querySelector(`[data-predict="${number}"] .words`).textContent"""
ANSWERS = """() => document.querySelectorAll("[data-quiz] input").length"""
EXPLAINED = """place => {
  const input = document.querySelectorAll("[data-quiz] input")[place];
  const said = input.closest("[data-quiz]").querySelector(".said").textContent;
  return input.checked && said === `${"right" in input.dataset ? "✓" : "✗"} ${input.value}`;
}"""
WIDTH = """() => document.documentElement.scrollWidth"""
PAINTED = """() => new Promise(done => new PerformanceObserver(list => {
  const [painted] = list.getEntriesByName("first-contentful-paint");
  if (painted) done(painted.startTime);
}).observe({ type: "paint", buffered: true }))"""
# Milliseconds, the median of eight moves between its ends, of the control that takes longest; the last is undone.
ANSWERED = """() => Math.max(0, ...[...document.querySelectorAll("[data-lab] .control")].map(control => {
  const inputs = [...control.querySelectorAll("input")];
  const times = Array.from({ length: 8 }, (_, i) => {
    const input = i % 2 ? inputs.at(-1) : inputs[0];
    const began = performance.now();
    if (input.type === "range") input.value = i % 2 ? input.max : input.min;
    else input.checked = true;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    control.closest("[data-lab]").getBoundingClientRect();
    return performance.now() - began;
  });
  return times.sort((a, b) => a - b)[4];
}))"""
GRAVE = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
  .filter(each => ["serious", "critical"].includes(each.impact))
  .map(each => `${each.id}: ${each.nodes.map(node => node.html.slice(0, 120))}`)"""


class Tab(Protocol):
    """A browser's tab, as `firefox.Firefox` is one."""

    asked: list[str]
    problems: list[str]

    def open(self, address: str) -> None: ...
    def ask(self, script: str, *given: object) -> object: ...
    def press(self, *keys: str) -> None: ...
    def resize(self, width: int, height: int) -> None: ...


class Chromium:
    """A playwright page as a `Tab`."""

    def __init__(self, page):
        self.asked: list[str] = []
        self.problems: list[str] = []
        self.page = page
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda said: said.type == "error" and self.problems.append(said.text))
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    def open(self, address: str) -> None:
        self.page.goto(address)

    def ask(self, script: str, *given: object) -> object:
        return self.page.evaluate(f"given => ({script})(...given)", list(given))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def resize(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})


@dataclass
class Walk:
    """What was found on a page."""

    moves: int = 0  # of labs' controls, each to one of its ends
    paint: float = 0  # milliseconds until something was drawn
    answer: float = 0  # milliseconds until the slowest lab has answered
    faults: list[str] = field(default_factory=list)

    def hold(self, right: object, fault: str) -> None:
        """Note a fault, unless all is right."""
        if not right:
            self.faults.append(fault)


def walk(tab: Tab, page: Path) -> Walk:
    """Open a page, use all that is on it by keyboard, and look at it with axe and in a narrow window."""
    del tab.asked[:], tab.problems[:]
    found = Walk()
    tab.resize(1280, 900)
    tab.open(page.as_uri())
    found.paint = tab.ask(PAINTED)
    move_every_lab(tab, found)
    draw_every_prediction(tab, found)
    answer_every_quiz(tab, found)
    found.answer = tab.ask(ANSWERED)
    tab.ask(f"() => {{ {AXE_SCRIPT} }}")
    found.faults += tab.ask(GRAVE)
    tab.resize(360, 740)
    found.hold(tab.ask(WIDTH) <= 360, "too wide for 360 pixels")
    found.hold(page.stat().st_size <= LARGEST, "too large")
    found.faults += [f"asked for {address}" for address in tab.asked if not address.startswith(KINDS)]
    found.faults += tab.problems
    return found


def move_every_lab(tab: Tab, found: Walk) -> None:
    """Move each control of each lab to each of its ends, and hold the answer to what was recorded."""
    for lab, levels in enumerate(tab.ask(CONTROLS)):
        for level, end in [(level, end) for level in range(levels) for end in ("End", "Home")]:
            slides, place, last = tab.ask(FOCUS, lab, level)
            steps = ["ArrowRight"] * (last - place) if end == "End" else ["ArrowLeft"] * place
            tab.press(*([end] if slides else steps))
            _, place, last = tab.ask(FOCUS, lab, level)
            found.hold(place == (last if end == "End" else 0), f"lab {lab}: control {level} does not reach its {end}")
            found.faults += [f"lab {lab}, control {level} at its {end}: {each}" for each in tab.ask(WRONG, lab)]
            found.moves += 1


def draw_every_prediction(tab: Tab, found: Walk) -> None:
    """Draw, have the truth shown, and read how far off that was."""
    for number in range(tab.ask(CARDS)):
        card = f'[data-predict="{number}"]'
        found.hold(tab.ask(REACHED, f"{card} [role=slider]", 0), f"prediction {number} can't be reached")
        tab.press("PageUp", "ArrowUp")
        found.hold("Your prediction for" in tab.ask(WORDS, number), f"prediction {number} was not drawn")
        tab.ask(REACHED, f"{card}[data-reveal] button", 0)
        tab.press("Enter")
        found.hold("off on average" in tab.ask(WORDS, number), f"prediction {number} is not compared to the truth")


def answer_every_quiz(tab: Tab, found: Walk) -> None:
    """Give each answer, and read whether it is right and why."""
    for place in range(tab.ask(ANSWERS)):
        tab.ask(REACHED, "[data-quiz] input", place)
        tab.press(" ")
        found.hold(tab.ask(EXPLAINED, place), f"answer {place} of the quizzes is not explained")


@contextlib.contextmanager
def browsers() -> Iterator[dict[str, Tab]]:
    """Chromium without a network, and the Firefox that the environment variable FIREFOX names."""
    with contextlib.ExitStack() as stack:
        context = stack.enter_context(open_browser()).new_context(offline=True)
        opened: dict[str, Tab] = {"Chromium": Chromium(context.new_page())}
        if named := os.environ.get("FIREFOX"):
            opened["Firefox"] = stack.enter_context(open_firefox(shutil.which(named) or named))
        yield opened


def main(folder: str) -> int:
    """Walk every page in every browser; how many walks found a fault, or something slow."""
    failed = 0
    with browsers() as opened:
        print("| page | kB | browser | moves | first paint, ms | answer, ms | faults |\n|---|---|---|---|---|---|---|")
        for page in sorted(Path(folder).resolve().glob("*.html")):
            for name, tab in opened.items():
                found = walk(tab, page)
                found.hold(found.paint <= FIRST, "slow to be drawn")
                found.hold(found.answer <= SLOWEST, "slow to answer")
                cells = (page.stem, page.stat().st_size // 1000, name, found.moves, f"{found.paint:.0f}")
                print("|", *(f"{each} |" for each in (*cells, f"{found.answer:.0f}", "; ".join(found.faults) or 0)))
                failed += bool(found.faults)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
