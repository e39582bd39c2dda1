"""What the pictures of the labs share: what stays is drawn once, and an answer draws only what it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.container import Container
from matplotlib.figure import Figure
from matplotlib.text import Text

from tlkit.experiments.results import Results
from tlkit.plots import label_curve, picture, style
from tlkit.plots.glyphs import make_readable
from tlkit.widgets.bench import Draws

MARGIN = 1.25  # of the number of shots, left and right of the curve


class Screen:
    """A lab's picture. A subclass draws up what stays, and :meth:`draw` returns what an answer puts on top of it.

    ``changing`` are artists that stay and change, such as a title. Axes whose limits changed are drawn anew by
    themselves; after any other change to what stays, :meth:`renew` is due.
    """

    def __init__(self, figure: Figure, changing: Iterable[Artist] = ()):
        self.figure, self._canvas = figure, FigureCanvasAgg(figure)
        self.changing: list[Artist] = list(changing)
        self._passing: list[Artist | Container] = []
        self._ground, self._limits, self._due = None, None, True

    def draw(self, shown: object) -> Iterable[Artist | Container]:
        """Draw what is shown; what belongs to this answer alone is returned, and goes with the next."""
        raise NotImplementedError

    def renew(self) -> None:
        """Draw everything anew next time."""
        self._due = True

    def show(self, shown: object) -> bytes:
        """What is shown, as PNG."""
        changed = self.arrange(shown)
        with picture.missing_letters_told_once():
            if self.is_due():
                make_readable(self.figure)
                self._canvas.draw()
                self._ground = self._canvas.copy_from_bbox(self.figure.bbox)
            self._canvas.restore_region(self._ground)
            for artist in changed:
                make_readable(artist)
                self.figure.draw_artist(artist)
        return picture.encode(self._canvas.buffer_rgba())

    def arrange(self, shown: object) -> list[Artist]:
        """Put an answer in the place of the one before: the artists that it puts on top, in their order."""
        for artist in self._passing:
            artist.remove()
        self._passing = list(self.draw(shown))
        changed = sorted([*self.changing, *_single(self._passing)], key=lambda artist: artist.get_zorder())
        for artist in changed:
            artist.set_animated(True)  # matplotlib then leaves it out of what stays
        return changed

    def is_due(self) -> bool:
        """Whether what stays is to be drawn anew, as it is after :meth:`renew` or when limits have changed."""
        limits = [ax.viewLim.bounds for ax in self.figure.axes]
        due = self._due or limits != self._limits
        self._limits, self._due = limits, False
        return due


def _single(artists: Iterable[Artist | Container]) -> Iterator[Artist]:
    for artist in artists:
        yield from artist if isinstance(artist, Container) else [artist]


class CurveScreen(Screen):
    """A picture that begins with a label curve: the draws of an answer, on the curves of saved runs.

    Its panels stand side by side, as wide as ``widths`` says; ``panels`` are those after the curve.
    """

    def __init__(self, shots: Sequence[int], widths: Sequence[float], *, width: float = 9.6, **spaces: float):
        figure = Figure(figsize=(width, 3.5), dpi=100)
        places = {"bottom": 0.15, "top": 0.9} | spaces
        axes = figure.subplots(1, len(widths), width_ratios=widths, gridspec_kw=places, squeeze=False)
        self.curve, *self.panels = axes[0]
        label_curve.label_axes(self.curve, list(shots))
        self.curve.set_xlim(min(shots) / MARGIN, max(shots) * MARGIN)  # whatever the saved curves span
        self.title, self._means = title_of(self.curve), {}
        super().__init__(figure, [self.title])

    def saved(self, shown: Draws) -> Mapping[str, Results]:
        """The saved runs that stand behind an answer, by strategy; those of others than that strategy are ignored."""
        raise NotImplementedError

    def draw_curve(self, shown: Draws, title: str) -> list[Artist]:
        """The panel of the curve."""
        self.title.set_text(title)
        colour, marker, _ = style.style(shown.strategy)
        at = [shown.shots] * len(shown.accuracies)
        dots = {"marker": marker or "o", "color": colour, "markersize": 7, "markeredgecolor": "white", "linestyle": ""}
        mean = {"color": colour, "markersize": 30, "markeredgewidth": 2, "zorder": 1.5}
        behind = [self._draw_saved(*curve) for curve in self._curves(shown)]
        key = [self.curve.legend(handles=behind, loc="lower right", frameon=False, fontsize=8)] if behind else []
        drawn = self.curve.plot(at, shown.accuracies, **dots) + self.curve.plot(shown.shots, shown.mean, "_", **mean)
        return [*behind, *key, *drawn]

    def _draw_saved(self, strategy: str, shots: Sequence[int], means: Sequence[float]) -> Artist:
        colour, marker, dash = style.style(strategy)
        look = {"color": colour, "marker": marker, "linestyle": dash, "alpha": 0.45}
        return self.curve.plot(shots, means, **look, label=f"{style.label(strategy)}, saved")[0]

    def _curves(self, shown: Draws) -> list[tuple[str, list[int], list[float]]]:
        """Each saved curve that there is: strategy, shots and means."""
        asked = (shown.source, shown.target, shown.strategy)
        if asked not in self._means:
            self._means[asked] = [
                (name, known.where(strategy=name).shots, _means(known.where(strategy=name)))
                for name, known in self.saved(shown).items()
                if name in known.strategies
            ]
        return self._means[asked]


def _means(runs: Results) -> list[float]:
    return [runs.accuracy(runs.strategies[0], shots=k).mean for k in runs.shots]


def title_of(ax: Axes) -> Text:
    """The title of a panel, which changes with the answer."""
    return ax.set_title("", loc="left", fontweight="bold")


def draw_likelihoods(
    ax: Axes, probabilities: Sequence[float] | None, truth: int | None, colour: str
) -> Container | Artist:
    """How likely each class is, as bars; the true one is hatched. Without a network a word says that there is none."""
    if probabilities is None:
        look = {"ha": "center", "va": "center", "transform": ax.transAxes, "fontsize": 9, "alpha": 0.75}
        return ax.text(0.5, 0.5, "not saved:\ntakes the training", **look)
    rows = range(len(probabilities))
    hatch = ["////" if row == truth else "" for row in rows]
    return ax.barh(rows, probabilities, color=colour, alpha=0.75, hatch=hatch, edgecolor="white")


def label_likelihoods(ax: Axes) -> None:
    """Percent across, and no frame."""
    ax.set(title="what it says (hatched: true)", xlim=(0, 1))
    ax.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
    ax.spines[["top", "right"]].set_visible(False)
