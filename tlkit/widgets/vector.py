"""A lab's picture as SVG, panel by panel, in parts that many pictures share."""

from __future__ import annotations

import io
import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.transforms import Bbox

from tlkit.plots import picture
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
        self._limits: list | None = None
        self._behind: dict[Hashable, list[tuple[Axes, str]]] = {}

    def close(self) -> None:
        """Leave the screen to pixels again."""
        self.figure.dpi = self._dpi
        self.screen.renew()

    def panels(self, shown: object) -> list[Panel]:
        """What is shown, panel by panel, in the order in which they were made."""
        with mpl.rc_context(_LOOKS), picture.missing_letters_told_once():
            self.screen.arrange(shown)
            self._draw_grounds()
            drawn = self._drawn_behind(shown) + self._drawn(self.screen.changing)
        return [
            Panel((ground, *(part for of, part in drawn if of is ax and part)), self._box(ax))
            for ax, ground in self._grounds.items()
        ]

    def _draw_grounds(self) -> None:
        """What stays, unless limits are as they were."""
        limits = [ax.viewLim.bounds for ax in self.figure.axes]
        if limits == self._limits:
            return
        for artist in [*self.screen.behind, *self.screen.changing]:
            artist.set_animated(True)  # matplotlib then leaves it out of what stays
        make_readable(self.figure)
        self.figure.draw_without_rendering()  # lays the panels out
        self._behind = {}
        for ax in self.figure.axes:
            self._grounds[ax] = self._svg(ax)
            self._boxes[ax] = ax.get_tightbbox()
        self._limits = limits

    def _drawn_behind(self, shown: object) -> list[tuple[Axes, str]]:
        asked = self.screen.depends_on(shown)
        if asked not in self._behind:
            self._behind[asked] = self._drawn(self.screen.behind)
        return self._behind[asked]

    def _drawn(self, artists: Iterable[Artist]) -> list[tuple[Axes, str]]:
        ordered = sorted(artists, key=lambda artist: artist.get_zorder())
        for axis in (each for each in ordered if isinstance(each, Axis)):  # its names may be wider than before
            self._boxes[axis.axes] = axis.axes.get_tightbbox()
        return [(artist.axes, self._svg(artist)) for artist in ordered]

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
