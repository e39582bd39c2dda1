"""A lab's picture as SVG, panel by panel, in parts that many pictures share."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.transforms import Bbox

from tlkit.plots.glyphs import make_readable
from tlkit.widgets.screen import Screen

POINTS = 72  # an inch, the unit of SVG in matplotlib
PAD = 3  # points around a panel
THEMED = {"#000000": "currentColor", "#ffffff": "var(--paper)", "#0072b2": "var(--blue)"}  # they differ in the dark
_LOOKS = {"svg.fonttype": "none", "svg.hashsalt": "tlkit"}  # letters stay letters, and what is the same has one name


@dataclass(frozen=True)
class Panel:
    """One panel: what it shows, as pieces of SVG, and the box (left, top, right, bottom) that it needs, in points."""

    parts: tuple[str, ...]
    box: tuple[float, float, float, float]


class Vector:
    """A screen that draws in SVG instead of pixels. What stays is drawn once, as on the screen itself."""

    def __init__(self, screen: Screen):
        self.screen, self.figure = screen, screen.figure
        self._dpi, self.figure.dpi = self.figure.dpi, POINTS
        self._grounds: dict[Axes, str] = {}
        self._boxes: dict[Axes, Bbox] = {}
        screen.renew()

    def close(self) -> None:
        """Leave the screen to pixels again."""
        self.figure.dpi = self._dpi
        self.screen.renew()

    def panels(self, shown: object) -> list[Panel]:
        """What is shown, panel by panel, in the order in which they were made."""
        with mpl.rc_context(_LOOKS):
            changed = self.screen.arrange(shown)
            if self.screen.is_due():
                self._draw_grounds()
            for axis in (each for each in changed if isinstance(each, Axis)):  # its names have other widths
                self._boxes[axis.axes] = axis.axes.get_tightbbox()
            drawn = [(artist.axes, self._svg(artist)) for artist in changed]
        return [
            Panel((ground, *(part for of, part in drawn if of is ax and part)), self._box(ax))
            for ax, ground in self._grounds.items()
        ]

    def _draw_grounds(self) -> None:
        make_readable(self.figure)
        self.figure.draw_without_rendering()  # lays the panels out
        for ax in self.figure.axes:
            self._grounds[ax] = self._svg(ax)
            self._boxes[ax] = ax.get_tightbbox()

    def _box(self, ax: Axes) -> tuple[float, float, float, float]:
        (left, bottom), (right, top) = self._boxes[ax].padded(PAD).get_points()
        height = self.figure.bbox.height
        return tuple(round(float(edge), 1) for edge in (left, height - top, right, height - bottom))

    def _svg(self, artist: Artist) -> str:
        """One artist as a piece of SVG, with all that it refers to."""
        make_readable(artist)
        text = io.StringIO()
        renderer = RendererSVG(*self.figure.bbox.size, text, image_dpi=2 * POINTS)
        artist.draw(renderer)
        renderer.finalize()
        return _lean(text.getvalue())


def _lean(svg: str) -> str:
    """The inside of an SVG document without names that nobody refers to, in colours that follow the page's."""
    inside = svg.split("</defs>", 1)[1].rpartition("</svg>")[0]
    inside = re.sub(r"<!--.*?-->", "", inside, flags=re.DOTALL)
    inside = re.sub(r'<g id="[^"]*">', "<g>", inside)
    inside = re.sub("|".join(THEMED), lambda colour: THEMED[colour[0]], inside)
    return re.sub(r"\s*\n\s*", " ", inside).replace("> <", "><").strip()
