"""What the pictures of the labs share: what stays is drawn once, and an answer draws only what it changes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from tlkit.experiments.results import Results
from tlkit.plots import label_curve, picture, style
from tlkit.plots.glyphs import make_readable
from tlkit.widgets.bench import Draws

MARGIN = 1.25  # of the number of shots, left and right of the curve


class Screen:
    """A lab's picture, in three layers, each of which is drawn on a copy of the one below.

    What stays is drawn once: a subclass draws it up where it is made. The artists of ``behind`` are set by
    :meth:`update_behind`, and drawn when :meth:`depends_on` says something new. Those of ``changing`` are set by
    :meth:`update`, and drawn for every answer. Axes whose limits changed are drawn anew by themselves.
    """

    def __init__(self, figure: Figure):
        self.figure, self._canvas = figure, FigureCanvasAgg(figure)
        self.behind: list[Artist] = []
        self.changing: list[Artist] = []
        self._ground, self._limits, self._backdrop, self._dependence = None, None, None, None

    def update(self, shown: object) -> None:
        """Set the artists that change with every answer."""
        raise NotImplementedError

    def update_behind(self, shown: object) -> None:
        """Set the artists that stand behind an answer."""

    def depends_on(self, shown: object) -> Hashable:
        """What the artists behind an answer depend on."""
        return ()

    def show(self, shown: object) -> bytes:
        """What is shown, as PNG."""
        self.arrange(shown)
        with picture.missing_letters_told_once():
            self._canvas.restore_region(self._drawn_behind())
            self._draw(self.changing)
        return picture.encode(self._canvas.buffer_rgba())

    def arrange(self, shown: object) -> None:
        """Set all artists to what is shown."""
        if (dependence := self.depends_on(shown)) != self._dependence:
            self.update_behind(shown)
            self._dependence, self._backdrop = dependence, None
        self.update(shown)

    def renew(self) -> None:
        """Draw everything anew next time."""
        self._ground = None

    def _drawn_behind(self) -> object:
        ground = self._drawn_ground()
        if self._backdrop is None:
            self._canvas.restore_region(ground)
            self._draw(self.behind)
            self._backdrop = self._canvas.copy_from_bbox(self.figure.bbox)
        return self._backdrop

    def _drawn_ground(self) -> object:
        limits = [ax.viewLim.bounds for ax in self.figure.axes]
        if self._ground is None or limits != self._limits:
            for artist in [*self.behind, *self.changing]:
                artist.set_animated(True)  # matplotlib then leaves it out of what stays
            make_readable(self.figure)
            self._canvas.draw()
            self._ground, self._limits = self._canvas.copy_from_bbox(self.figure.bbox), limits
            self._backdrop = None
        return self._ground

    def _draw(self, artists: Iterable[Artist]) -> None:
        for artist in sorted(artists, key=lambda artist: artist.get_zorder()):
            make_readable(artist)
            self.figure.draw_artist(artist)


class CurveScreen(Screen):
    """A picture that begins with a label curve: the draws of an answer, on the curves of saved runs.

    Its panels stand side by side, as wide as ``widths`` says; ``panels`` are those after the curve.
    """

    def __init__(self, shots: Sequence[int], widths: Sequence[float], *, width: float = 9.6, **spaces: float):
        figure = Figure(figsize=(width, 3.5), dpi=100)
        places = {"bottom": 0.15, "top": 0.9} | spaces
        axes = figure.subplots(1, len(widths), width_ratios=widths, gridspec_kw=places, squeeze=False)
        super().__init__(figure)
        self.curve, *self.panels = axes[0]
        label_curve.label_axes(self.curve, list(shots))
        self.curve.set_xlim(min(shots) / MARGIN, max(shots) * MARGIN)  # whatever the saved curves span
        self.title = title_of(self.curve)
        self._draws = line(self.curve, markersize=7, markeredgecolor="white", linestyle="")
        self._mean = line(self.curve, marker="_", markersize=30, markeredgewidth=2, zorder=1.5)
        self.changing += [self.title, self._draws, self._mean]

    def saved(self, shown: Draws) -> Mapping[str, Results]:
        """The saved runs that stand behind an answer, by strategy; those of others than that strategy are ignored."""
        raise NotImplementedError

    def update_curve(self, shown: Draws, title: str) -> None:
        """The panel of the curve."""
        self.title.set_text(title)
        colour, marker, _ = style.style(shown.strategy)
        self._draws.set(color=colour, marker=marker or "o")
        self._draws.set_data([shown.shots] * len(shown.accuracies), shown.accuracies)
        self._mean.set_color(colour)
        self._mean.set_data([shown.shots], [shown.mean])

    def depends_on(self, shown: Draws) -> tuple[str, str, str]:
        """The saved curves are those of a source, a target and a strategy."""
        return shown.source, shown.target, shown.strategy

    def update_behind(self, shown: Draws) -> None:
        """The saved curves, and their legend."""
        for artist in self.behind:
            artist.remove()
        known = {name: runs for name, runs in self.saved(shown).items() if name in runs.strategies}
        self.behind = [self._saved_line(name, runs.where(strategy=name)) for name, runs in known.items()]
        if self.behind:
            self.behind.append(self.curve.legend(handles=self.behind, loc="lower right", frameon=False, fontsize=8))

    def _saved_line(self, strategy: str, runs: Results) -> Line2D:
        colour, marker, dash = style.style(strategy)
        look = {"color": colour, "marker": marker, "linestyle": dash, "alpha": 0.45}
        means = [runs.accuracy(strategy, shots=k).mean for k in runs.shots]
        return line(self.curve, runs.shots, means, **look, label=f"{style.label(strategy)}, saved")


class Bars:
    """Bars that stay, and whose lengths, colours and hatches change with the answer; ``lying`` ones go to the right."""

    def __init__(self, ax: Axes, places: Sequence[int], *, lying: bool = False, **look):
        draw = ax.barh if lying else ax.bar
        self._bars = draw(places, [0] * len(places), edgecolor="white", **look).patches
        spine = ax.spines["left" if lying else "bottom"]
        self.artists = [*self._bars, spine]  # the frame lies over the bars
        self._set_length = "set_width" if lying else "set_height"

    def update(self, lengths: Sequence[float], colours: Sequence[str], hatched: Sequence[bool]) -> None:
        """The first of them say something; those that are left over are not seen."""
        for place, bar in enumerate(self._bars):
            bar.set_visible(place < len(lengths))
        for bar, length, colour, hatch in zip(self._bars, lengths, colours, hatched, strict=False):
            getattr(bar, self._set_length)(length)
            bar.set(facecolor=colour, hatch="////" if hatch else "")


class Likelihoods(Bars):
    """How likely each class is, as bars, of which there are at most ``rows``; the true one is hatched."""

    def __init__(self, ax: Axes, rows: int):
        super().__init__(ax, range(rows), lying=True, alpha=0.75)
        ax.set(title="what it says (hatched: true)", xlim=(0, 1))
        ax.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
        ax.spines[["top", "right"]].set_visible(False)
        place = {"ha": "center", "va": "center", "transform": ax.transAxes, "fontsize": 9}
        self._silence = ax.text(0.5, 0.5, "not saved:\ntakes the training", **place)
        self.artists.append(self._silence)

    def tell(self, probabilities: Sequence[float] | None, truth: int | None, colour: str) -> None:
        """What it says, if there is a network; ``truth`` is the row of the true class, if that is known and shown."""
        self._silence.set_visible(probabilities is None)
        probabilities = () if probabilities is None else probabilities
        rows = range(len(probabilities))
        self.update(probabilities, [colour] * len(rows), [row == truth for row in rows])


def line(ax: Axes, x: Sequence[float] = (), y: Sequence[float] = (), **look) -> Line2D:
    """A line or points that change; the limits of the axes are set by who draws what stays."""
    return ax.add_line(Line2D(x, y, **look))


def title_of(ax: Axes) -> Text:
    """The title of a panel, which changes with the answer."""
    return ax.set_title("", loc="left", fontweight="bold")
