"""The lab of views: distort letters, and see which networks know them again. No label plays a part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tlkit.analysis.invariance import nearest
from tlkit.datasets.task import Task
from tlkit.errors import TlkitError
from tlkit.experiments.source import Source, as_source
from tlkit.methods.augmentation import placed, stroked, turned
from tlkit.methods.classifier import check_modality
from tlkit.models.backbone import Backbone, inference
from tlkit.widgets.base import Lab, buttons, given_pairs, given_tasks, slider
from tlkit.widgets.screen import Bars, title_of
from tlkit.widgets.screen import Screen as LabScreen

PICTURES = 130  # among which one is to be found again
SHOWN = 5
ANGLES = tuple(range(-45, 50, 15))  # degrees
SHIFTS = tuple(range(-30, 31, 15))  # percent of half a side
STROKES = (("fine", -0.9), ("as it is", 0.0), ("bold", 0.9))
MIRRORS = (("as it is", False), ("mirrored", True))
COLOURS = ("#0072b2", "#e69f00", "#8c8c8c", "#cc79a7", "#009e73", "#d55e00")


@dataclass(frozen=True)
class Distortion:
    """What is done to a picture: degrees, percent of half a side to the right, stroke from -1 to 1, mirrored or not."""

    angle: int = 0
    shift: int = 0
    stroke: float = 0.0
    mirrored: bool = False

    def apply(self, inputs: torch.Tensor) -> torch.Tensor:
        """Inputs (n, channels, height, width), all of them distorted alike."""
        inputs = inputs.flip(3) if self.mirrored else inputs
        inputs = stroked(inputs, torch.tensor([self.stroke]))
        inputs = turned(inputs, torch.tensor([np.radians(self.angle)]).float(), torch.zeros(1))
        return placed(inputs, torch.tensor([-self.shift / 100]), torch.zeros(1), torch.ones(1))

    def words(self) -> str:
        """``turned by 30 degrees, bolder``."""
        stroke = next(name for name, amount in STROKES if amount == self.stroke)
        parts = [
            f"turned by {self.angle} degrees" if self.angle else "",
            f"moved by {self.shift}% of half a side" if self.shift else "",
            stroke if self.stroke else "",
            "mirrored" if self.mirrored else "",
        ]
        return ", ".join(filter(None, parts)) or "as they are"


@dataclass(frozen=True)
class Sight:
    """What the lab shows: the share that each network finds again, and for the first pictures which one it takes."""

    task: str
    distortion: Distortion
    found: dict[str, float]
    views: np.ndarray
    taken: np.ndarray

    def words(self) -> str:
        """The sight as a sentence or two."""
        shares = ", ".join(f"{name} {share:.0%}" for name, share in self.found.items())
        return f"{PICTURES} pictures of {self.task}, {self.distortion.words()}. Found again: {shares}."


class Screen(LabScreen):
    """Pictures as they were, distorted, and what the first network takes them for; a bar for each network."""

    def __init__(self, names: list[str], plain: np.ndarray):
        super().__init__(Figure(figsize=(9.6, 3.6), dpi=100))
        widths = [1] * SHOWN + [1.3, 3.2]  # pictures, room for the names, bars
        grid = self.figure.add_gridspec(3, SHOWN + 2, width_ratios=widths, left=0.12, right=0.97, top=0.88)
        rows = ("as it was", "distorted", f"{names[0]}:\ntaken for")
        axes = [[self.figure.add_subplot(grid[row, column]) for column in range(SHOWN)] for row in range(3)]
        for (first, *_), label in zip(axes, rows, strict=True):
            first.set_ylabel(label, rotation=0, ha="right", va="center")
        for ax, image in zip(axes[0], plain, strict=False):
            _image(ax).set_data(image)
        self._views, self._taken = ([_image(ax) for ax in row] for row in axes[1:])
        panel = self.figure.add_subplot(grid[:, SHOWN + 1])
        panel.set(xlim=(0, 1), yticks=range(len(names)), yticklabels=names)
        panel.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
        panel.invert_yaxis()
        panel.spines[["top", "right"]].set_visible(False)
        title_of(panel).set_text(f"found again among {PICTURES}")
        self._bars = Bars(panel, range(len(names)), lying=True)
        self.changing = [*self._views, *self._taken, *self._bars.artists]

    def update(self, shown: Sight) -> None:
        """Another distortion."""
        for artists, images in ((self._views, shown.views), (self._taken, shown.taken)):
            for artist, image in zip(artists, images, strict=True):
                artist.set_data(image)
        shares = [*shown.found.values()]
        self._bars.update(shares, COLOURS[: len(shares)], [False] * len(shares))


class ViewsLab(Lab):
    """Distort pictures by sliders, and see which of several networks know them again among all others.

    ``networks`` are sources of pictures by the names that stand beside their bars; they all see the same size.
    """

    def __init__(self, networks: Mapping[str, Source], task: str | Task = "glyphs/latin"):
        super().__init__()
        named = given_pairs(networks, "networks", "{'self-taught': source}")
        (self.task,) = given_tasks([task], "glyphs/latin")
        self.networks = {name: _body(as_source(source), self.task) for name, source in named.items()}
        items = self.task.test.items
        items = items[:: max(1, len(items) // PICTURES)][:PICTURES]
        first = next(iter(self.networks.values()))
        self._inputs = first.prepare(items)
        self._plain = {name: _Known(body, self._inputs) for name, body in self.networks.items()}
        self._images = _images(self._inputs)
        self._screen = Screen(list(self.networks), self._images)
        self.angle = slider("Turn", [(f"{angle}°", angle) for angle in ANGLES], 15)
        self.shift = slider("Move", [(f"{shift}%", shift) for shift in SHIFTS], 0)
        self.stroke = slider("Stroke", STROKES, 0.0)
        self.mirrored = buttons("Mirror", MIRRORS)
        controls = [self.angle, self.shift, self.stroke, self.mirrored]
        for control in controls:
            control.observe(self.ask, "value")
        self.children = [*controls, self.picture, self.words]
        self.ask()

    def __repr__(self) -> str:
        return f"ViewsLab: {self.sight.words()}"

    @property
    def screen(self) -> Screen:
        """The lab's picture."""
        return self._screen

    @property
    def distortion(self) -> Distortion:
        """What the controls ask for."""
        return Distortion(self.angle.value, self.shift.value, self.stroke.value, self.mirrored.value)

    def ask(self, _change: dict | None = None) -> None:
        """Distort the pictures, and let every network look for them."""
        views = self.distortion.apply(self._inputs)
        taken = {name: known.likest(views) for name, known in self._plain.items()}
        own = np.arange(len(views))
        found = {name: float((rows == own).mean()) for name, rows in taken.items()}
        first = next(iter(taken.values()))[:SHOWN]
        self.sight = Sight(self.task.name, self.distortion, found, _images(views[:SHOWN]), self._images[first])
        self.present(self._screen, self.sight)


class _Known:
    """A network, and what it says of the pictures as they are."""

    def __init__(self, body: Backbone, inputs: torch.Tensor):
        self.body = body
        self.plain = self._says(inputs)

    def likest(self, views: torch.Tensor) -> np.ndarray:
        """For each view the row of the picture that it is most like."""
        return nearest(self._says(views), self.plain)

    @torch.no_grad()
    def _says(self, inputs: torch.Tensor) -> np.ndarray:
        with inference(self.body):
            return self.body(inputs.to(self.body.device)).float().cpu().numpy()


def _body(source: Source, task: Task) -> Backbone:
    check_modality(source.backbone, task)
    if task.modality != "image":
        raise TlkitError(f"{task.name} has {task.modality}s, and this lab distorts pictures: try 'glyphs/latin'.")
    return source.backbone


def _images(inputs: torch.Tensor) -> np.ndarray:
    """Inputs as grey images (n, height, width)."""
    return inputs.mean(dim=1).numpy()


def _image(ax: Axes):
    ax.set(xticks=[], yticks=[])
    return ax.imshow(np.zeros((2, 2)), cmap="gray", vmin=-1, vmax=1, extent=(0, 1, 0, 1))
