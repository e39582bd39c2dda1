import io

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from tlkit.experiments.results import Results
from tlkit.widgets.bench import Draws
from tlkit.widgets.screen import CurveScreen, Screen, title_of


class Bars(Screen):
    """Bars of any height, with the highest in the title."""

    def __init__(self):
        super().__init__(Figure(figsize=(3, 2), dpi=50))
        self.ax = self.figure.subplots()
        self.changing = [title_of(self.ax)]
        self.grounds = 0

    def draw(self, heights):
        self.changing[0].set_text(f"{max(heights)} bar")
        return [self.ax.bar(range(len(heights)), heights, color="#0072b2")]

    def _restore_ground(self):
        before = self._ground
        super()._restore_ground()
        self.grounds += self._ground is not before


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)))


def test_it_draws_what_matplotlib_draws():
    screen = Bars()
    screen.show([1, 2])
    shown = pixels(screen.show([3, 1, 2]))
    for artist in screen.figure.findobj():
        artist.set_animated(False)
    screen._canvas.draw()
    whole = np.asarray(screen._canvas.buffer_rgba())[..., :3]
    assert shown.shape == whole.shape
    assert np.abs(shown.astype(int) - whole).mean() < 1  # bars lie over the frame instead of under it


def test_what_stays_is_drawn_once_and_anew_when_an_axis_moves():
    screen = Bars()
    screen.ax.set(xlim=(-1, 3), ylim=(0, 5))
    pictures = [screen.show(heights) for heights in ([1, 2], [2, 3], [1, 2])]
    assert screen.grounds == 1
    assert pictures[0] == pictures[2] != pictures[1]
    screen.ax.set_ylim(0, 9)
    screen.show([1, 2])
    assert screen.grounds == 2


def test_what_belongs_to_an_answer_goes_with_the_next():
    screen = Bars()
    for _ in range(3):
        screen.show([1, 2])
    assert len(screen.ax.patches) == 2
    assert len(screen.ax.containers) == 1


@pytest.fixture
def saved():
    from tests.experiments.test_results import result

    return Results(result(s, k, 0, 0.5) for s in ("scratch", "head") for k in (1, 5))


def test_the_curve_has_the_draws_and_the_saved_curves_behind_them(saved):
    class Curve(CurveScreen):
        def saved(self, shown):
            return {"scratch": saved, shown.strategy: saved}

        def draw(self, shown):
            return self.draw_curve(shown, "title")

    screen = Curve([1, 5], [1])
    answer = {"source": "s", "target": "t", "shots": 5, "accuracies": (0.4, 0.6)}
    screen.show(Draws(strategy="head", **answer))
    lines = {line.get_label(): line.get_ydata() for line in screen.curve.lines}
    assert list(lines["from scratch, saved"]) == list(lines["frozen (head), saved"]) == [0.5, 0.5]
    assert any(list(values) == [0.4, 0.6] for values in lines.values())
    assert screen.title.get_text() == "title"
    screen.show(Draws(strategy="full", **answer))
    assert [text.get_text() for text in screen.curve.get_legend().get_texts()] == ["from scratch, saved"]
