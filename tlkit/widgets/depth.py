"""The lab of depth: cut a network after any of its stages, and see its pictures of the target spread or mingle."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from tlkit.datasets.task import Task
from tlkit.estimate import Estimate
from tlkit.events import Listener, ignore
from tlkit.experiments.source import Source
from tlkit.methods.linear_probe import linear_probe
from tlkit.models.backbone import Backbone
from tlkit.plots import style
from tlkit.plots.by_depth import draw_depth, label_depth
from tlkit.seeding import stream
from tlkit.widgets.base import Lab, buttons, count, given_pairs, given_shots, given_story, refill, shots_slider, slider
from tlkit.widgets.screen import Screen as LabScreen
from tlkit.widgets.screen import line, title_of

DRAWS = 3  # different sets of labelled pictures, for the spread
ROOM = 0.08  # around the points
POINTS = 400  # test pictures that are drawn: more only cover one another
COLOURS = ("#000000", "#e69f00", "#56b4e9", "#009e73", "#0072b2", "#d55e00", "#cc79a7", "#8c8c8c")
MARKERS = "os^DvP"
EXAMPLE = "{'piano to guitar': (source, 'notes/guitar')}"


@dataclass(frozen=True)
class View:
    """What the lab shows: the test pictures as points (n, 2), and how well a head names them, stage by stage."""

    network: str
    target: Task
    stages: tuple[str, ...]
    cut: int
    shots: int
    points: np.ndarray
    labels: np.ndarray
    neighbours: float
    probes: tuple[Estimate, ...]

    def words(self) -> str:
        """The view as a sentence or two."""
        means = [probe.mean for probe in self.probes]
        best = int(np.argmax(means))
        here = "here" if best + 1 == self.cut else f"after {self.stages[best]}, {means[best]:.0%}"
        return (
            f"{self.network}, cut after stage {self.cut} of {len(self.stages)} ({self.stages[self.cut - 1]}): "
            f"a head on {count(self.shots, 'labelled picture')} of each class names {means[self.cut - 1]:.0%} of the "
            f"{style.short(self.target.name)} test right. It is best {here}. "
            f"Of {len(self.points)} points, {self.neighbours:.0%} lie next to one of their own class."
        )


class Cuts:
    """The lab's compute: one network that looked at one target once, and what follows for each cut."""

    def __init__(
        self,
        network: str,
        backbone: Backbone,
        target: Task,
        shots: Sequence[int],
        on_event: Listener = ignore,
    ):
        self.network, self.target, self.stages = network, target, backbone.stage_names
        draws = [target.draw(max(shots), seed=seed) for seed in range(DRAWS)]
        self._rows = np.unique(np.concatenate(draws))
        chosen = np.random.default_rng(stream(0, "shown", target.name)).permutation(len(target.test))[:POINTS]
        self.labels = target.test.labels[chosen]
        self._learnt = backbone.stage_features(target.train.items[self._rows], on_event=on_event)
        self._tested = backbone.stage_features(target.test.items[chosen], on_event=on_event)
        self._views = {}
        for k in shots:
            probes = tuple(self._probe(stage, k, on_event) for stage in range(len(self.stages)))
            self._views |= {(cut, k): probes for cut in range(1, len(self.stages) + 1)}
        self._points = [self._project(stage, on_event) for stage in range(len(self.stages))]

    def view(self, cut: int, shots: int) -> View:
        """What is to be seen of one cut."""
        points, neighbours = self._points[cut - 1]
        return View(
            network=self.network,
            target=self.target,
            stages=self.stages,
            cut=cut,
            shots=shots,
            points=points,
            labels=self.labels,
            neighbours=neighbours,
            probes=self._views[cut, shots],
        )

    def _probe(self, stage: int, shots: int, on_event: Listener) -> Estimate:
        """The accuracy of a head on what ``stage`` says, draw by draw."""
        scores = {}
        for seed in range(DRAWS):
            on_event(None)
            rows = self.target.draw(shots, seed=seed)
            features = self._learnt[stage][np.searchsorted(self._rows, rows)]
            weight, bias = linear_probe(features, self.target.train.labels[rows], classes=len(self.target.classes))
            named = (self._tested[stage] @ weight.T + bias).argmax(axis=1)
            scores[seed] = float((named == self.labels).mean())
        return Estimate(scores, f"head@{stage + 1} at {shots}")

    def _project(self, stage: int, on_event: Listener) -> tuple[np.ndarray, float]:
        """The test pictures (n, 2) along the two directions in which they differ most; labels play no part in it.

        And the share of them whose nearest neighbour there is of their own class.
        """
        from sklearn.decomposition import PCA
        from sklearn.neighbors import NearestNeighbors
        from sklearn.preprocessing import StandardScaler

        on_event(None)
        points = PCA(2, random_state=0).fit_transform(StandardScaler().fit_transform(self._tested[stage]))
        nearest = NearestNeighbors(n_neighbors=1).fit(points).kneighbors(return_distance=False)[:, 0]
        return points, float((self.labels[nearest] == self.labels).mean())


class Screen(LabScreen):
    """The lab's picture of one network and target: the points at one cut, and the accuracy at every cut."""

    def __init__(self, classes: Sequence[str], stages: Sequence[str]):
        super().__init__(Figure(figsize=(10.4, 4.2), dpi=100))
        spaces = {"left": 0.02, "right": 0.98, "bottom": 0.2, "top": 0.9, "wspace": 0.42}
        cloud, curve = self.figure.subplots(1, 2, width_ratios=[1.2, 1], gridspec_kw=spaces)
        self._crowds = [_crowd(cloud, number, name) for number, name in enumerate(classes)]
        cloud.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False, fontsize=8, handletextpad=0.2)
        cloud.set(xticks=[], yticks=[], xlim=(-ROOM, 1 + ROOM), ylim=(-ROOM, 1 + ROOM))
        label_depth(curve, stages)
        curve.set_xlim(0.5, len(stages) + 0.5)
        curve.tick_params(axis="x", rotation=45 if len(stages) > 5 else 0, labelsize=9)
        self._curve = curve
        self._mark = curve.axvline(1, color="#d55e00", linewidth=8, alpha=0.25)
        self._titles = [title_of(cloud), title_of(curve)]
        self.changing = [*self._crowds, self._mark, *self._titles]

    def depends_on(self, view: View) -> tuple[str, int]:
        """The curve is one network's, at one number of labels."""
        return view.network, view.shots

    def update_behind(self, view: View) -> None:
        """The curve by depth."""
        for artist in self.behind:
            artist.remove()
        self.behind = draw_depth(self._curve, view.probes, view.network, style.STYLES["head"])

    def update(self, view: View) -> None:
        """The view on its panels."""
        low, high = np.percentile(view.points, [1, 99], axis=0)  # a stray point does not make all others small
        places = (view.points - low) / np.where(high > low, high - low, 1)
        for label, crowd in enumerate(self._crowds):
            crowd.set_data(*places[view.labels == label].T)
        self._mark.set_xdata([view.cut, view.cut])
        self._titles[0].set_text(f"cut after {view.stages[view.cut - 1]}")
        right = f"{view.probes[view.cut - 1].mean:.0%} right with {count(view.shots, 'label')} of each class"
        self._titles[1].set_text(right)


def _crowd(ax: Axes, number: int, name: str) -> Line2D:
    """The points of one class, none yet."""
    look = {"color": COLOURS[number % len(COLOURS)], "marker": MARKERS[number % len(MARKERS)], "linestyle": ""}
    return line(ax, **look, markersize=4.7, alpha=0.75, markeredgewidth=0, label=name)


class DepthLab(Lab):
    """A target and its network, taught or random, a cut and a number of labels; points, accuracy and words answer.

    ``stories`` names pairs of a source and a task. A network that has not looked at its target yet does so in the
    background, and can be stopped; after that every cut answers at once.
    """

    def __init__(
        self, stories: Mapping[str, tuple[Source | Backbone, str | Task]], *, shots: Sequence[int] = (1, 5, 20)
    ):
        super().__init__()
        shots = given_shots(shots)
        stories = given_pairs(stories, "stories", EXAMPLE)
        told = {name: given_story(story, EXAMPLE) for name, story in stories.items()}
        self._stories = {name: (source.backbone, target) for name, (source, target) in told.items()}
        self._cuts: dict[tuple[str, str], Cuts] = {}
        self._awaited: tuple[str, str] | None = None
        self._screen_of, self._shown = functools.cache(self._screen), None
        self.story = buttons("Network and target", list(self._stories))
        self.body = buttons("Its weights", [("as they were taught", "taught"), ("random, the control", "random")])
        self.cut = slider("Cut after", self._options(), self._depth())
        self.shots = shots_slider("Labels of each class", shots, 5)
        self.story.observe(self._retell, "value")
        for control in (self.body, self.cut, self.shots):
            control.observe(self.ask, "value")
        choices = [self.story] if len(self._stories) > 1 else []
        self.children = [*choices, self.body, self.cut, self.shots, self.stop, self.picture, self.words]
        self._cuts[self.story.value, self.body.value] = self._look(self.story.value, self.body.value)
        self._show()

    def __repr__(self) -> str:
        return f"DepthLab: {self._shown.words() if self._shown else 'nothing is shown yet.'}"

    @property
    def view(self) -> View:
        """What the lab shows."""
        return self._shown

    def ask(self, _change: dict | None = None) -> None:
        """Answer what the controls ask, after a look at the pictures where nobody has looked yet."""
        asked = self.story.value, self.body.value
        if asked in self._cuts:
            self.halt()
            self._show()
        elif not self.training or asked != self._awaited:
            self._awaited = asked
            self.start(lambda: self._prepare(*asked), lambda: "Stopped. The picture is still that of before.")

    def _options(self) -> list[tuple[str, int]]:
        names = self._stories[self.story.value][0].stage_names
        return [(f"{number} {name}", number) for number, name in enumerate(names, start=1)]

    def _depth(self) -> int:
        return len(self._stories[self.story.value][0].stages)

    def _retell(self, _change: dict) -> None:
        """Another story may have another number of stages; the slider then begins at the last."""
        self.halt()
        refill(self.cut, self._options(), self._depth(), self.ask)
        self.ask()

    def _prepare(self, story: str, body: str) -> None:
        what = style.short(self._stories[story][1].name)
        self.tell(f"The network looks at the pictures ({what}), once; after that it answers at once ...")
        self._cuts[story, body] = self._look(story, body, self.follow(what))
        self._show()

    def _look(self, story: str, body: str, on_event: Listener = ignore) -> Cuts:
        backbone, target = self._stories[story]
        if body == "random":
            backbone = backbone.fresh(stream(0, "target", backbone.name, target.name))
        name = story if body == "taught" else f"{story}, with random weights"
        return Cuts(name, backbone, target, self.shots.options, on_event)

    def _show(self) -> None:
        with self._lock:
            known = self._cuts[self.story.value, self.body.value]
            self._shown = known.view(self.cut.value, self.shots.value)
            self.present(self._screen_of(self.story.value), self._shown)

    def _screen(self, story: str) -> Screen:
        backbone, target = self._stories[story]
        return Screen(target.classes, backbone.stage_names)
