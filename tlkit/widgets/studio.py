"""The lab of lesson 16: bring your own data, see what labels are worth on it, and look at the mistakes."""

from __future__ import annotations

import html
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import ipywidgets as W
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter
from torch import nn

from tlkit.datasets.own.data import OwnData, read_data
from tlkit.datasets.own.images import read_picture
from tlkit.datasets.own.tables import KINDS
from tlkit.datasets.task import Task, accuracy_of
from tlkit.errors import TlkitError, shown
from tlkit.estimate import SplitEstimate
from tlkit.events import Listener, ignore
from tlkit.experiments.reliability import Reliability, reliability
from tlkit.experiments.text_baseline import count_words
from tlkit.experiments.trial import Answer, advise
from tlkit.methods.classifier import new_head, probabilities
from tlkit.methods.fingerprint import unchanging
from tlkit.methods.frozen_features import FrozenFeatures
from tlkit.methods.linear_probe import fit_head
from tlkit.models.backbone import Backbone
from tlkit.models.catalogue import backbone
from tlkit.plots import style
from tlkit.widgets.base import Lab, refill, shots_slider
from tlkit.widgets.neighbours import shortened
from tlkit.widgets.screen import Screen as LabScreen
from tlkit.widgets.screen import line, title_of
from tlkit.widgets.webcam import Webcam

SPLITS = 5
BUDGETS = (1, 2, 4, 8, 16, 32, 64, 128)  # labels of each class, as far as there are so many
MISTAKES = 6  # that are shown, the surest first
NETWORKS = {"image": "efficientnet-lite0", "text": "minilm"}
ACCEPTED = (".zip", *KINDS)
BASELINES = {"image": ("pixels", "head"), "text": ("words", "tf_idf")}


@dataclass(frozen=True)
class Mistake:
    """A test example that was named wrong: the item, its own name, what it was called, and how surely."""

    item: object
    label: str
    called: str
    chance: float

    def __str__(self) -> str:
        return f"{self.label} called {self.called} ({self.chance:.0%})"


@dataclass(frozen=True)
class Found:
    """What the lab shows of one number of labels: both answers, the step before, how reliable, the surest mistakes."""

    data: OwnData
    shots: int
    labels: int
    answers: tuple[Answer, Answer]
    before: tuple[int, int, float] | None
    reliability: Reliability
    mistakes: tuple[Mistake, ...]
    wrong: int

    def words(self) -> str:
        """The answer in sentences."""
        few = f"{self.shots} of each class. {advise(self.data, self.answers)} {self._step()}"
        tested = self.answers[0].estimate.tested
        surest = "; ".join(map(str, self.mistakes))
        wrong = f"Of the {tested} that the first split tests, {self.wrong} were named wrong"
        return f"{few}{wrong}{f', the surest: {surest}' if surest else ''}. {self.reliability}"

    def _step(self) -> str:
        if self.before is None:
            return ""
        shots, labels, mean = self.before
        points, more = round(100 * (self.answers[0].estimate.mean - mean)), self.labels - labels
        return f"From {shots} to {self.shots} of each, {more} more labels, it gained {points:+d} points. "


class Studio:
    """The lab's compute: heads on a frozen network, and what needs no transfer, for each split and number of labels."""

    def __init__(self, data: OwnData, network: Backbone, on_event: Listener = ignore):
        self.data, self.network = data, network
        self.tasks = [data.task(seed=seed) for seed in range(1 if data.has_split else SPLITS)]
        most = min(task.most_shots for task in self.tasks)
        self.shots = [k for k in BUDGETS if k <= most]
        self.plain = backbone("pixels") if data.modality == "image" else None
        self.mistakes: dict[int, tuple[list[Mistake], int]] = {}
        self.heads: dict[int, nn.Linear] = {}  # of the first split
        self.reliable: dict[int, Reliability] = {}
        with unchanging(network):
            FrozenFeatures(network, data.items, on_event=on_event).features()
            self.found = {k: self._answers(k, on_event) for k in self.shots}

    def at(self, shots: int) -> Found:
        """What there is to see at one number of labels."""
        place = self.shots.index(shots)
        before = self.shots[place - 1] if place else None
        mistakes, wrong = self.mistakes[shots]
        step = before and (before, self._labels(before), self.found[before][0].estimate.mean)
        known = (self.found[shots], step, self.reliable[shots], tuple(mistakes), wrong)
        return Found(self.data, shots, self._labels(shots), *known)

    def name(self, item: np.ndarray, shots: int) -> str:
        """What one more item is called by the head of the first split, and what else it might be."""
        (chances,) = probabilities(self.heads[shots], FrozenFeatures(self.network, item[None]).features())
        first, second = np.argsort(-chances, kind="stable")[:2]
        classes = self.tasks[0].classes
        return f"{classes[first]} ({chances[first]:.0%}), or else {classes[second]} ({chances[second]:.0%})"

    def _labels(self, shots: int) -> int:
        return len(self.tasks[0].draw(shots, seed=0))

    def _answers(self, shots: int, on_event: Listener) -> tuple[Answer, Answer]:
        asked, plain = [], []
        for seed, task in enumerate(self.tasks):
            on_event(None)
            head = _head(self.network, task, shots, seed)
            asked.append(_chances(head, self.network, task))
            plain.append(self._without(task, shots, seed))
            self.heads.setdefault(shots, head)
        labels = [task.test.labels for task in self.tasks]
        ours = [accuracy_of(chances, right) for chances, right in zip(asked, labels, strict=True)]
        self.mistakes[shots] = _mistakes(self.tasks[0], asked[0])
        self.reliable[shots] = reliability(np.concatenate(asked), np.concatenate(labels))
        size = (self._labels(shots), len(self.tasks[0].test), len(self.data.items))
        other, way = BASELINES[self.data.modality]
        transferred = Answer(self.network.name, "head", SplitEstimate(tuple(ours), *size))
        return transferred, Answer(other, way, SplitEstimate(tuple(plain), *size), beside=True)

    def _without(self, task: Task, shots: int, seed: int) -> float:
        if self.plain is None:
            return count_words(task, shots=shots, seed=seed).accuracy
        head = _head(self.plain, task, shots, seed)
        return accuracy_of(_chances(head, self.plain, task), task.test.labels)


def _head(network: Backbone, task: Task, shots: int, seed: int) -> nn.Linear:
    """A head on the frozen network."""
    rows = task.draw(shots, seed=seed)
    learnt = FrozenFeatures(network, task.train.items).features(rows)
    head = new_head(learnt.shape[1], len(task.classes), seed=0)  # every weight is solved for: the seed is none
    fit_head(head, learnt, task.train.labels[rows])
    return head


def _chances(head: nn.Linear, network: Backbone, task: Task) -> np.ndarray:
    """How likely it finds each class of each test example (n, classes)."""
    return probabilities(head, FrozenFeatures(network, task.test.items).features())


def _mistakes(task: Task, chances: np.ndarray) -> tuple[list[Mistake], int]:
    """The surest mistakes, and how many there are."""
    called, sure, classes = chances.argmax(axis=1), chances.max(axis=1), task.classes
    wrong = np.flatnonzero(called != task.test.labels)
    surest = wrong[np.argsort(-sure[wrong], kind="stable")][:MISTAKES]
    told = [
        Mistake(task.test.items[i], classes[task.test.labels[i]], classes[called[i]], float(sure[i])) for i in surest
    ]
    return told, len(wrong)


class Screen(LabScreen):
    """The lab's picture: both curves with their intervals and where the slider stands, reliability, and mistakes."""

    def __init__(self, studio: Studio):
        pictures = studio.data.modality == "image"
        super().__init__(Figure(figsize=(12.8 if pictures else 8.8, 3.6), dpi=100))
        edges = {"left": 0.06, "right": 0.98, "bottom": 0.14, "top": 0.9, "hspace": 0.3, "wspace": 0.5}
        grid = self.figure.add_gridspec(2, 8 if pictures else 5, **edges)
        curve = self.figure.add_subplot(grid[:, :3])
        self._reliable = _reliable_axes(self.figure.add_subplot(grid[:, 3:5]))
        for place in (0, 1):
            _draw(curve, studio, place)
        curve.legend(loc="lower right", frameon=False, fontsize=8)
        self._mark, self._title = (
            curve.axvline(studio.shots[0], color="#d55e00", linewidth=8, alpha=0.25),
            title_of(curve),
        )
        places = [(row, column) for row in (0, 1) for column in (5, 6, 7)] if pictures else []
        self._frames = [self.figure.add_subplot(grid[place]) for place in places]
        self._images = [ax.imshow(np.zeros((1, 1, 3)), extent=(0, 1, 0, 1)) for ax in self._frames]
        self._names = [ax.set_title("", fontsize=7.5) for ax in self._frames]
        for ax in self._frames:
            ax.set_axis_off()
        self.changing = [self._mark, self._title, self._reliable, *self._images, *self._names]

    def update(self, shown: Found) -> None:
        """The answer on its panels."""
        self._mark.set_xdata([shown.shots, shown.shots])
        self._title.set_text(f"{shown.answers[0].estimate.mean:.0%} right with {shown.shots} of each class")
        self._reliable.set_data(shown.reliability.confidence, shown.reliability.accuracy)
        for place, (image, name) in enumerate(zip(self._images, self._names, strict=True)):
            there = place < len(shown.mistakes)
            image.set_visible(there)
            name.set_text("")
            if there:
                mistake = shown.mistakes[place]
                image.set_data(mistake.item)
                name.set_text(f"{mistake.label}, called\n{mistake.called} ({mistake.chance:.0%})")


def _reliable_axes(ax: Axes) -> Line2D:
    """Confidence against accuracy: on the dotted line it would be right as often as it is sure."""
    ax.plot([0, 1], [0, 1], color="0.5", linestyle=":")
    ax.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="how sure it was", title="Sure, and right")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)
    return line(ax, color=style.style("head")[0], marker="o")


def _draw(ax: Axes, studio: Studio, place: int) -> None:
    """One curve: the mean over splits, and the interval."""
    answers = [studio.found[k][place] for k in studio.shots]
    colour, marker, dash = style.style(("head", "tf_idf")[place])
    name = f"{answers[0].source}, {style.label(answers[0].strategy)}"
    low, high = ([getattr(each.estimate, end) for each in answers] for end in ("low", "high"))
    ax.fill_between(studio.shots, low, high, color=colour, alpha=0.13, linewidth=0)
    line(
        ax,
        studio.shots,
        [each.estimate.mean for each in answers],
        color=colour,
        marker=marker,
        linestyle=dash,
        label=name,
    )
    ax.set(xscale="log", ylim=(0, 1.02), xlabel="labels of each class (band: 90% interval)", ylabel="named right")
    ax.set_xlim(studio.shots[0] / 1.25, studio.shots[-1] * 1.25)
    ax.set_xticks(studio.shots, map(str, studio.shots))
    ax.minorticks_off()
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)


class StudioLab(Lab):
    """Bring a zip or a table, or name a folder; read what was read, move the labels, and look at the mistakes.

    Where it knows pictures, the camera can show it one more.

    ``data`` is what stands there at first. ``networks`` are those to transfer from, by modality ("image", "text"); what
    is missing is EfficientNet-Lite0 or MiniLM. What is brought is written to a folder of its own while it is read, and
    nothing of it leaves this machine.
    """

    beyond = "your own data: a page without a kernel can't read it."

    def __init__(self, data: OwnData, *, networks: Mapping[str, Backbone] | None = None):
        super().__init__()
        if not isinstance(data, OwnData):
            raise TlkitError(f"{shown(data)} is no data that was read: give what tl.read_data returned.")
        self._networks = dict(networks or {})
        self.upload = W.FileUpload(accept=",".join(ACCEPTED), description="Bring a zip or a table")
        self.upload.layout.width = "auto"
        wide = {"width": "38em", "max_width": "100%"}
        place = "a folder of class folders, a zip or a table on this machine"
        self.place = W.Text(description="Or its path", placeholder=place, layout=wide)
        self.text = W.Text(description="Text column", placeholder="of a table, where it is not plain")
        self.label = W.Text(description="Label column", placeholder="of a table, where it is not plain")
        self.read = W.Button(description="Read it", icon="folder-open")
        self.report, self.list = W.HTML(), W.HTML()
        self.shots = shots_slider("Labels of each class", [1], 1)
        self.camera = Webcam()
        self.camera.observe(lambda _: self.take_frame(), "frame")
        self.upload.observe(lambda _: self.take_upload(), "value")
        self.read.on_click(lambda _: self.take_path())
        self.shots.observe(self.ask, "value")
        bring = [self.upload, W.HBox([self.place, self.read]), W.HBox([self.text, self.label])]
        answer = [self.shots, self.stop, self.picture, self.words, self.list]
        self.children = [*bring, self.report, self.camera, *answer]
        self._tell_report(data)
        self._use(data)

    def __repr__(self) -> str:
        return f"StudioLab: {self.studio.data.report.source}, {self.found.words()}"

    @property
    def found(self) -> Found:
        """What the lab shows."""
        return self.studio.at(self.shots.value)

    @property
    def screen(self) -> Screen:
        """The lab's picture."""
        return self._screen

    def ask(self, _change: dict | None = None) -> None:
        """Show what the slider asks; it was made when the data was read."""
        with self._lock:
            found = self.found
            self.list.value = "" if found.data.modality == "image" else _listed(found.mistakes)
            self.present(self._screen, found)

    def take_upload(self) -> None:
        """Read the file that was brought; it is written to a folder of its own, and taken away again."""
        if not self.upload.value:
            return
        (file,) = self.upload.value
        name = PurePosixPath(file["name"].replace("\\", "/")).name or "upload"
        with tempfile.TemporaryDirectory(prefix="tlkit-", ignore_cleanup_errors=True) as folder:
            place = Path(folder) / name
            place.write_bytes(file["content"])
            self.bring(place)
        self.upload.value = ()

    def take_frame(self) -> None:
        """Name the picture that the camera took; it is written to a folder of its own, and taken away again."""
        height, width = self.studio.data.items.shape[1:3]
        with tempfile.TemporaryDirectory(prefix="tlkit-", ignore_cleanup_errors=True) as folder:
            place = Path(folder) / "frame.jpg"
            place.write_bytes(self.camera.frame)
            try:
                item = read_picture(place, (width, height), grey=False)
            except TlkitError:
                self.camera.said = "The camera gave no picture that can be read: take another."
                return
        with self._lock:
            self.camera.said = f"That is {self.studio.name(item, self.shots.value)}."

    def take_path(self) -> None:
        """Read what the path names."""
        self.bring(self.place.value)

    def bring(self, place: str | os.PathLike) -> None:
        """Read data, tell what was read, and compare in the background; what can't be read is told in a sentence."""
        columns = {"text": self.text.value.strip() or None, "label": self.label.value.strip() or None}
        try:
            data = read_data(place, **columns)
        except TlkitError as error:
            folder = f"{Path(place).parent}{os.sep}" if str(place) else ""
            self._tell("alert", str(error).replace(folder, "") if "tlkit-" in folder else str(error))
            return
        self._tell_report(data)
        self.start(lambda: self._use(data, self.follow("Reading")), lambda: "Stopped: the picture is that of before.")

    def _use(self, data: OwnData, on_event: Listener = ignore) -> None:
        if data.modality not in self._networks:
            self._networks[data.modality] = backbone(NETWORKS[data.modality])
        self.studio = Studio(data, self._networks[data.modality], on_event)
        self._screen = Screen(self.studio)
        self.camera.hidden = data.modality != "image"
        shots = self.studio.shots
        refill(self.shots, shots, shots[-1], self.ask)
        self.ask()

    def _tell_report(self, data: OwnData) -> None:
        self._tell("status", *data.report.sentences())

    def _tell(self, role: str, *sentences: str) -> None:
        lines = "".join(f"<li>{html.escape(each)}</li>" for each in sentences)
        self.report.value = f'<div role="{role}" style="max-width:60em;line-height:1.4"><ul>{lines}</ul></div>'


def _listed(mistakes: Sequence[Mistake]) -> str:
    """The mistakes of texts, to be read."""
    lines = (f"<li><b>{html.escape(str(each))}</b>: {html.escape(shortened(str(each.item)))}</li>" for each in mistakes)
    return f'<ol style="max-width:60em;line-height:1.4">{"".join(lines)}</ol>'
