import io

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from tlkit.experiments.results import Results
from tlkit.widgets.bench import Draws
from tlkit.widgets.screen import Bars, CurveScreen, Screen, line, title_of


class Heights(Screen):
    """Up to three bars of any height on a line that depends on how many there are, with the highest in the title."""

    def __init__(self):
        super().__init__(Figure(figsize=(3, 2), dpi=50))
        self.ax = self.figure.subplots()
        self.bars = Bars(self.ax, range(3))
        self.line = line(self.ax, color="#d55e00")
        self.ax.set(xlim=(-1, 3), ylim=(0, 5))
        self.behind = [self.line]
        self.changing = [title_of(self.ax), *self.bars.artists]
        self.drawn_behind = 0

    def depends_on(self, heights):
        return len(heights)

    def update_behind(self, heights):
        self.line.set_data([-1, 3], [len(heights)] * 2)
        self.drawn_behind += 1

    def update(self, heights):
        self.changing[0].set_text(f"{max(heights)} bar")
        self.bars.update(heights, ["#0072b2"] * 3, [height > 2 for height in heights])


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)))[..., :3]


def test_it_draws_what_matplotlib_draws():
    screen = Heights()
    screen.show([1, 2])
    shown = pixels(screen.show([3, 1, 2]))
    for artist in screen.figure.findobj():
        artist.set_animated(False)
    screen._canvas.draw()
    whole = np.asarray(screen._canvas.buffer_rgba())[..., :3]
    assert shown.shape == whole.shape
    assert np.abs(shown.astype(int) - whole).mean() < 1  # bars lie over the frame instead of under it


def test_what_stays_is_drawn_once_and_anew_when_an_axis_moves(full_draws):
    screen = Heights()
    pictures = [screen.show(heights) for heights in ([1, 2], [2, 3], [1, 2, 3], [1, 2])]
    assert len(full_draws) == 1
    assert pictures[0] == pictures[3]
    assert len(set(pictures)) == 3
    screen.ax.set_ylim(0, 9)
    screen.show([1, 2])
    assert len(full_draws) == 2


def test_what_stands_behind_is_drawn_when_it_depends_on_something_new():
    screen = Heights()
    for heights in ([1, 2], [2, 3], [1, 3]):
        screen.show(heights)
    assert screen.drawn_behind == 1
    screen.show([1, 2, 3])
    assert screen.drawn_behind == 2
    assert list(screen.line.get_ydata()) == [3, 3]


def test_artists_stay_and_those_left_over_are_not_seen():
    screen = Heights()
    screen.show([1, 2, 3])
    there = screen.ax.get_children()
    screen.show([1, 4])
    assert screen.ax.get_children() == there
    assert [bar.get_visible() for bar in screen.bars.artists[:3]] == [True, True, False]
    assert [bar.get_hatch() for bar in screen.bars.artists[:2]] == ["", "////"]


@pytest.fixture
def saved():
    from tests.experiments.test_results import result

    return Results(result(s, k, 0, 0.5) for s in ("scratch", "head") for k in (1, 5))


def test_the_curve_has_the_draws_and_the_saved_curves_behind_them(saved):
    class Curve(CurveScreen):
        def saved(self, shown):
            return {"scratch": saved, shown.strategy: saved}

        def update(self, shown):
            self.update_curve(shown, "title")

    screen = Curve([1, 5], [1])
    answer = {"source": "s", "target": "t", "shots": 5, "accuracies": (0.4, 0.6)}
    screen.show(Draws(strategy="head", **answer))
    lines = {line.get_label(): line.get_ydata() for line in screen.curve.lines}
    assert list(lines["from scratch, saved"]) == list(lines["frozen (head), saved"]) == [0.5, 0.5]
    assert any(list(values) == [0.4, 0.6] for values in lines.values())
    assert screen.title.get_text() == "title"
    screen.show(Draws(strategy="full", **answer))
    assert [text.get_text() for text in screen.curve.get_legend().get_texts()] == ["from scratch, saved"]
