"""The lab of freezing: choose from which stage on a network learns, and see what that brings and what it costs."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.path import Path
from matplotlib.ticker import PercentFormatter

from tlkit.datasets.task import Task
from tlkit.events import Listener
from tlkit.experiments.compare import transfer
from tlkit.experiments.question import keys, steps_of
from tlkit.experiments.result import Result
from tlkit.experiments.results import Results, as_results
from tlkit.experiments.source import Source
from tlkit.methods.strategy import as_strategy
from tlkit.models.backbone import Backbone, count_parameters
from tlkit.widgets.asking import AskingLab
from tlkit.widgets.base import buttons, count, given_pairs, given_shots, given_story, refill, shots_slider
from tlkit.widgets.bench import Bench, Benches, spread
from tlkit.widgets.screen import Screen as LabScreen
from tlkit.widgets.screen import line

DRAWS = 3  # trainings of a question that nobody saved: enough to see a spread, few enough to wait for


SNOW, FIRE = "#0072b2", "#d55e00"


SNOWFLAKE = (6, 2, 0)  # matplotlib's star of six lines
FLAME = Path(
    [(0, -1), (-0.9, -0.9), (-0.8, 0.1), (-0.5, 0.4), (-0.4, 0), (-0.3, 0.7), (0.1, 1.2), (0.1, 0.5), (0.45, 0.1),
     (0.5, 0.5), (0.95, -0.2), (0.8, -0.9), (0, -1)],
    [Path.MOVETO, *[Path.CURVE4] * 12],
)  # fmt: skip


@dataclass(frozen=True)
class View:
    """What the lab shows of one question: the stack, the runs, and what is known of other depths.

    ``weights`` are those of each stage, with the head's last; ``known`` has the runs by how many stages learn.
    """

    story: str
    stages: tuple[str, ...]
    weights: tuple[int, ...]
    learning: int
    shots: int
    runs: Sequence[Result]
    known: Mapping[int, Sequence[Result]]

    @property
    def accuracy(self) -> float:
        """The mean over draws."""
        return float(np.mean([run.accuracy for run in self.runs]))

    @property
    def seconds(self) -> float:
        """The median over draws: one hiccup of the machine should not count."""
        return float(np.median([run.seconds for run in self.runs]))

    def words(self) -> str:
        """The view as a few sentences."""
        found = [run.accuracy for run in self.runs]
        cut = len(self.stages) - self.learning
        frozen = ", ".join(self.stages[:cut]) or "nothing"
        return (
            f"{self.story}, {count(self.shots, 'label')} of each class, {self.learning} of "
            f"{len(self.stages)} stages learn: {self.accuracy:.0%} of the test named right "
            f"({spread(found, 0)}), {self.seconds:.1f} s of training, "
            f"{self.runs[0].trainable_params:,} of {self.runs[0].total_params:,} weights learn. "
            f"Snow lies on {frozen}; fire is in {', '.join([*self.stages[cut:], 'the head'])}."
        )


class Ledger(Bench):
    """The lab's compute: what is known of one source and target at every depth, saved or trained here."""

    def __init__(self, source: Source, target: Task, steps: int | None, saved: Results | None):
        super().__init__(DRAWS)
        self.source, self.target, self.steps = source, target, steps_of(source, steps)
        self._key = keys(source, target, self.steps)
        self._saved = {run.key: run for run in saved or ()}
        self._seeds = sorted({run.seed for run in saved or ()})

    @property
    def backbone(self) -> Backbone:
        """The source's network."""
        return self.source.backbone

    def strategy(self, learning: int) -> str:
        """What it is called when the last so many stages learn."""
        every = len(self.backbone.stages)
        return "head" if learning == 0 else "full" if learning == every else f"partial:{learning}"

    def saved(self, learning: int, shots: int) -> list[Result]:
        """The saved runs of exactly this question."""
        name = self.strategy(learning)
        asked = (self._key(as_strategy(name), shots, seed) for seed in self._seeds)
        return [self._saved[key] for key in asked if key in self._saved]

    def found(self, learning: int, shots: int) -> list[Result]:
        """The runs that are known: as many as were saved, if they are enough; else those that were made here."""
        saved = self.saved(learning, shots)
        return saved if len(saved) >= self.draws else super().found(learning, shots)

    def make(self, learning: int, shots: int, draw: int, *, on_event: Listener | None = None) -> Result:
        """One run."""
        options = {"strategy": self.strategy(learning), "shots": shots, "seed": draw, "steps": self.steps}
        return transfer(self.source, self.target, **options, on_event=on_event)

    def only_fits_heads(self, learning: int, _shots: int) -> bool:
        """Where no stage learns."""
        return learning == 0

    def screen(self, shots: Sequence[int]) -> Screen:
        """A picture of this network, with room for what is known of each of ``shots``."""
        known = [run for k in shots for runs in self.known(k).values() for run in runs]
        return Screen(self.backbone.stage_names, self.weights(), known)

    def known(self, shots: int) -> dict[int, list[Result]]:
        """The runs of every depth of which there are any."""
        depths = range(len(self.backbone.stages) + 1)
        found = {learning: self.found(learning, shots) or self.saved(learning, shots) for learning in depths}
        return {learning: runs for learning, runs in found.items() if runs}

    def weights(self) -> tuple[int, ...]:
        """How many there are in each stage, and in the head."""
        head = (self.backbone.width + 1) * len(self.target.classes)
        return (*(count_parameters(stage) for stage in self.backbone.stages), head)


FIGURES = {  # what the charts show of a run, and its middle over draws
    "test examples named right": (lambda run: run.accuracy, np.mean),
    "seconds of training": (lambda run: run.seconds, np.median),
    "weights that learn, in thousands": (lambda run: run.trainable_params / 1000, np.mean),
}
ABOVE = 1.08  # of the largest figure: the height of a chart


class Screen(LabScreen):
    """The lab's picture of one network: the stack with its snow and fire; accuracy, seconds and weights by depth below.

    ``known`` are all runs of which the charts must have room.
    """

    def __init__(self, stages: Sequence[str], weights: Sequence[int], known: Sequence[Result]):
        super().__init__(Figure(figsize=(10.4, 4.6), dpi=100))
        grid = self.figure.add_gridspec(
            2, 3, left=0.06, right=0.985, bottom=0.12, top=0.98, wspace=0.28, hspace=0.35, height_ratios=[1, 2]
        )
        self._stack = Stack(self.figure.add_subplot(grid[0, :]), [*stages, "head"], weights)
        axes = [self.figure.add_subplot(grid[1, column]) for column in range(3)]
        charts = zip(axes, FIGURES.items(), strict=True)
        self._charts = [Chart(ax, title, *middle, len(stages), known) for ax, (title, middle) in charts]
        axes[0].set_ylim(0, 1)
        axes[0].yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        self.behind = [artist for chart in self._charts for artist in chart.behind]
        self.changing = [*self._stack.artists, *(chart.here for chart in self._charts)]

    def depends_on(self, view: View) -> Hashable:
        """All runs of that many labels that are known stand behind those of the question."""
        return view.shots, *((place, len(runs)) for place, runs in view.known.items())

    def update_behind(self, view: View) -> None:
        """What is known of every depth."""
        for chart in self._charts:
            chart.update_known(view)

    def update(self, view: View) -> None:
        """The stack, and the runs of the question on each chart."""
        self._stack.update(len(view.stages) - view.learning)
        for chart in self._charts:
            chart.update_here(view)


class Stack:
    """A box for every stage and for the head: snow on the frozen, fire in those that learn."""

    def __init__(self, ax: Axes, names: Sequence[str], weights: Sequence[int]):
        self._boxes = [
            FancyBboxPatch((place + 0.08, 0), 0.8, 1, boxstyle="round,pad=0.02,rounding_size=0.08", alpha=0.16)
            for place in range(len(names))
        ]
        for place, (name, number) in enumerate(zip(names, weights, strict=True)):
            ax.add_patch(self._boxes[place])
            ax.text(place + 0.48, 0.2, name, ha="center", va="center")
            ax.text(place + 0.48, -0.16, f"{number:,}", ha="center", va="top", fontsize=8, alpha=0.75)
        look = {"markersize": 19, "markeredgewidth": 1.8, "linestyle": ""}
        self._snow = line(ax, marker=SNOWFLAKE, color=SNOW, **look)
        self._fire = line(ax, marker=FLAME, color=FIRE, **look)
        self.artists = [*self._boxes, self._snow, self._fire]
        ax.set(xlim=(-0.05, len(names)), ylim=(-0.5, 1.1))
        ax.axis("off")

    def update(self, cut: int) -> None:
        """The first ``cut`` of them are frozen."""
        for place, box in enumerate(self._boxes):
            box.set_color(FIRE if place >= cut else SNOW)
        for marks, places in ((self._snow, range(cut)), (self._fire, range(cut, len(self._boxes)))):
            marks.set_data([place + 0.48 for place in places], [0.66] * len(places))


class Chart:
    """One figure of all runs that are known, by how many stages learn; those of the question stand out."""

    def __init__(self, ax: Axes, title: str, figure: Callable, middle: Callable, stages: int, known: Sequence[Result]):
        self._ax, self._figure, self._middle = ax, figure, middle
        self._band = ax.add_collection(PolyCollection([], color="#8c8c8c", alpha=0.2, linewidth=0), autolim=False)
        self._known = line(ax, color="#8c8c8c", marker="o", markersize=4)
        self.behind = [self._band, self._known]
        self.here = line(ax, color=FIRE, marker="D", markersize=6, markeredgecolor="white", linestyle="")
        ax.set_xticks(range(stages + 1))
        ax.set(xlim=(-0.5, stages + 0.5), ylim=(0, ABOVE * max(map(figure, known), default=0) or 1))
        ax.set_xlabel("stages that learn")
        ax.set_title(title, loc="left", fontsize=10, fontweight="bold")
        ax.grid(alpha=0.25)
        ax.spines[["top", "right"]].set_visible(False)

    def update_known(self, view: View) -> None:
        """The band from the lowest to the highest draw, and the middle."""
        places = sorted(view.known)
        values = [[self._figure(run) for run in view.known[place]] for place in places]
        lows, highs = ([(place, end(v)) for place, v in zip(places, values, strict=True)] for end in (min, max))
        self._band.set_verts([[*lows, *reversed(highs)]])
        self._known.set_data(places, [self._middle(v) for v in values])
        self._make_room(max(high for _, high in highs))

    def update_here(self, view: View) -> None:
        """The draws of the question."""
        values = [self._figure(run) for run in view.runs]
        self.here.set_data([view.learning] * len(values), values)

    def _make_room(self, highest: float) -> None:
        if highest > self._ax.get_ylim()[1]:
            self._ax.set_ylim(0, ABOVE * highest)


EXAMPLE = "{'piano to guitar': (source, 'notes/guitar', None)}"


class StackLab(AskingLab):
    """A network as a row of stages, the first that learns, and a number of labels; accuracy and costs answer.

    ``stories`` names triples of a source, a task and a number of training steps (None: the network's own). What is
    ``saved`` answers at once; the rest is trained in the background, draw by draw, and can be stopped.
    """

    def __init__(
        self,
        stories: Mapping[str, tuple[Source | Backbone, str | Task, int | None]],
        *,
        shots: Sequence[int] = (5, 20),
        saved: Results | None = None,
    ):
        super().__init__()
        shots, saved, stories = given_shots(shots), as_results(saved), given_pairs(stories, "stories", EXAMPLE)
        told = {name: given_story(story, EXAMPLE, parts=3) for name, story in stories.items()}
        self.bench = Benches({name: Ledger(*story, saved) for name, story in told.items()})
        self._screen_of = functools.cache(lambda story: self.bench[story].screen(shots))
        for _, target, _ in told.values():
            target.draw(max(shots))
        self.story = buttons("Network and target", list(stories))
        self.thaw = buttons("Learning begins at", self._options(), 0)
        self.shots = shots_slider("Labels of each class", shots, 5)
        self.story.observe(self._retell, "value")
        for control in (self.thaw, self.shots):
            control.observe(self.ask, "value")
        choices = [self.story] if len(stories) > 1 else []
        self.children = [*choices, self.thaw, self.shots, self.stop, self.picture, self.words]
        self.ask()

    @property
    def question(self) -> tuple[str, int, int]:
        """Story, how many stages learn, and shots."""
        return self.story.value, self.thaw.value, self.shots.value

    @property
    def questions(self) -> Iterator[tuple[str, int, int]]:
        """Every story, depth and number of shots."""
        for story, ledger in self.bench.benches.items():
            depths = range(len(ledger.backbone.stages) + 1)
            yield from itertools.product([story], depths, self.shots.options)

    @property
    def answer(self) -> View:
        """What the lab shows; there must be a run."""
        story, learning, shots = self._asked
        ledger = self.bench[story]
        return View(
            story=story,
            stages=ledger.backbone.stage_names,
            weights=ledger.weights(),
            learning=learning,
            shots=shots,
            runs=self.outcomes,
            known=ledger.known(shots),
        )

    @property
    def _screen(self) -> Screen:
        return self._screen_of(self._asked[0])

    def _options(self) -> list[tuple[str, int]]:
        """Each stage with how many learn if it is the first that does."""
        names = self.bench[self.story.value].backbone.stage_names
        return [(name, len(names) - place) for place, name in enumerate(names)] + [("the head alone", 0)]

    def _retell(self, _change: dict) -> None:
        """Another story has other stages; it begins with the head alone."""
        self.halt()
        refill(self.thaw, self._options(), 0, self.ask)
        self.ask()
