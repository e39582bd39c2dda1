"""A training as it happens: a listener that draws its curve."""

from __future__ import annotations

import html
import time

import ipywidgets as W

from tlkit.events import Step
from tlkit.widgets.box import WordyBox

WIDTH, HEIGHT, LEFT, BOTTOM, MARGIN = 460, 170, 44, 26, 8  # pixels


PAUSE = 0.08  # seconds between two drawings: as fast as an eye follows


class LiveCurve(WordyBox):
    """Give it to ``on_event=`` and show it: accuracy on each batch, drawn while the network learns.

    ``measure`` is what the percents are of: "right", or of an environment "of the greatest return".
    """

    def __init__(self, title: str = "Training", *, measure: str = "right"):
        self.title, self.measure, self.steps = title, measure, []
        self._drawn = 0.0
        self._screen = W.HTML()
        super().__init__([self._screen])
        self._draw()

    def __call__(self, event: object) -> None:
        """Take in one event of a training; others than steps are passed over."""
        if not isinstance(event, Step):
            return
        if event.step == 1:
            self.steps = []
        self.steps.append(event)
        if event.step == event.steps or time.monotonic() - self._drawn > PAUSE:
            self._drawn = time.monotonic()
            self._draw()

    def __repr__(self) -> str:
        coming = "" if self.steps else " Where widgets are shown, it grows here while the network learns."
        return f"LiveCurve: {self.words()}{coming}"

    def words(self) -> str:
        """How far the training is, in words."""
        if not self.steps:
            return f"{self.title}: not begun."
        last = self.steps[-1]
        recent = self.steps[-10:]
        accuracy = sum(step.accuracy for step in recent) / len(recent)
        return (
            f"{self.title}: step {last.step} of {last.steps}, {accuracy:.0%} {self.measure} over the last "
            f"{len(recent)} batches."
        )

    def _draw(self) -> None:
        self._screen.value = curve_svg(self.steps, self.words())


def curve_svg(steps: list[Step], words: str) -> str:
    """Batch accuracy against steps as SVG, smoothed over some steps, with its words below."""
    total = steps[-1].steps if steps else 1
    points = " ".join(
        f"{_x(step.step / total):.1f},{_y(value):.1f}" for step, value in zip(steps, _smooth(steps), strict=True)
    )
    ink = "var(--jp-ui-font-color1, #333)"
    return (
        f'<div><svg role="img" aria-label="{html.escape(words)}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'style="width:100%;max-width:{WIDTH}px" font-size="11" fill="{ink}">'
        f"{''.join(_gridline(level, ink) for level in (0, 0.5, 1))}"
        f'<polyline fill="none" stroke="#0072b2" stroke-width="2" points="{points}"/>'
        f'<text x="{_x(0.5):.0f}" y="{HEIGHT - 6}" text-anchor="middle">training steps (of {total})</text></svg>'
        f'<div role="status" style="max-width:{WIDTH}px">{html.escape(words)}</div></div>'
    )


def _smooth(steps: list[Step], keep: float = 0.8) -> list[float]:
    values: list[float] = []
    for step in steps:
        values.append(keep * values[-1] + (1 - keep) * step.accuracy if values else step.accuracy)
    return values


def _gridline(level: float, ink: str) -> str:
    y = _y(level)
    return (
        f'<line x1="{LEFT}" x2="{WIDTH - MARGIN}" y1="{y:.1f}" y2="{y:.1f}" stroke="{ink}" opacity=".15"/>'
        f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{level:.0%}</text>'
    )


def _x(share: float) -> float:
    return LEFT + (WIDTH - LEFT - MARGIN) * share


def _y(level: float) -> float:
    return MARGIN + (HEIGHT - BOTTOM - MARGIN) * (1 - level)
