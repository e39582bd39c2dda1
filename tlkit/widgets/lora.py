"""The lab of LoRA: how thick the adapters are and how many blocks have one, what learns then, and what it brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ipywidgets as W
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Task, check_shots
from tlkit.events import Listener
from tlkit.experiments.compare import transfer
from tlkit.experiments.results import Results, as_results
from tlkit.experiments.source import Source, as_source
from tlkit.methods import lora
from tlkit.methods.classifier import check_modality
from tlkit.models.backbone import Backbone, count_parameters
from tlkit.plots import style
from tlkit.widgets.base import Lab, count, slider
from tlkit.widgets.bench import Bench as LabBench
from tlkit.widgets.bench import spread
from tlkit.widgets.screen import Screen as LabScreen
from tlkit.widgets.screen import line, title_of

DRAWS = 3  # trainings at the push of the button; the saved runs have ten
BYTES = 4  # of a weight in float32
RANKS = (1, 2, 4, 8, 16, 32, 64)
BESIDE = ("head", "full")  # what the adapters are compared with


@dataclass(frozen=True)
class Plan:
    """Adapters of one rank in the last ``blocks`` blocks: what learns, and how well, draw by draw, as far as known."""

    rank: int
    blocks: int
    of: int
    adapters: int
    head: int
    total: int
    accuracies: tuple[float, ...]

    @property
    def strategy(self) -> str:
        """By its name: ``lora:8`` or ``lora:8@2``."""
        return f"lora:{self.rank}" + (f"@{self.blocks}" if self.blocks < self.of else "")

    @property
    def learning(self) -> int:
        """The weights that learn: adapters and head."""
        return self.adapters + self.head

    def words(self) -> str:
        """The plan as a sentence or two."""
        where = f"the last {self.blocks} of {self.of} blocks" if self.blocks < self.of else f"all {self.of} blocks"
        return (
            f"Rank {self.rank} in {where}: {self.adapters:,} weights of adapters and {self.head:,} of the head learn, "
            f"{self.learning / self.total:.2%} of {self.total / 1e6:.1f} million. To keep: {_size(self.learning)} "
            f"instead of {_size(self.total)}. {self._found()}"
        )

    def _found(self) -> str:
        if not self.accuracies:
            return "What it brings is not known yet: press Train."
        return f"{np.mean(self.accuracies):.1%} named right ({spread(self.accuracies)})."


class Bench(LabBench):
    """The lab's compute: what each plan costs, and what is known of it, from saved runs or from runs made here."""

    def __init__(self, source: Source, target: Task, shots: int, saved: Results | None):
        super().__init__(DRAWS)
        self.source, self.target, self.shots = source, target, shots
        asked = (source.name, target.name, shots)
        runs = [run for run in saved or () if (run.source, run.target, run.shots) == asked]
        self._made = {(run.strategy, run.seed): run.accuracy for run in runs}

    @property
    def blocks(self) -> int:
        """How many stages have a layer that an adapter fits beside."""
        return len(_adapted(self.source.backbone))

    def plan(self, rank: int, blocks: int) -> Plan:
        """What such adapters cost and bring."""
        body = self.source.backbone
        adapters = lora.weigh(body, rank=rank, last=blocks if blocks < self.blocks else None)
        head = (body.width + 1) * len(self.target.classes)
        sizes = {"adapters": adapters, "head": head, "total": count_parameters(body)}
        plan = Plan(rank, blocks, self.blocks, **sizes, accuracies=())
        return Plan(rank, blocks, self.blocks, **sizes, accuracies=tuple(self.found(plan.strategy)))

    def found(self, strategy: str) -> list[float]:
        """The accuracies of a strategy so far, of more seeds than are drawn here where more were saved."""
        return [accuracy for (name, _), accuracy in self._made.items() if name == strategy]

    def make(self, strategy: str, draw: int, *, on_event: Listener | None = None) -> float:
        """The accuracy of one training."""
        options = {"strategy": strategy, "shots": self.shots, "seed": draw, "on_event": on_event}
        return transfer(self.source, self.target, **options).accuracy


def _adapted(backbone: Backbone) -> list[str]:
    """The names of the stages that adapters are put into."""
    numbers = sorted({int(name.split(".")[1]) for name in lora.targets(backbone)})
    return [backbone.stage_names[number] for number in numbers]


def _size(weights: int) -> str:
    """What so many weights take on disk."""
    size = weights * BYTES
    return f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


class Screen(LabScreen):
    """The lab's picture: the network with its adapters, to scale, and accuracy against weights that learn."""

    def __init__(self, bench: Bench):
        super().__init__(Figure(figsize=(10.4, 3.8), dpi=100))
        spaces = {"left": 0.09, "right": 0.98, "bottom": 0.16, "top": 0.88, "wspace": 0.25}
        self._net, self._map = self.figure.subplots(1, 2, width_ratios=[1, 1.5], gridspec_kw=spaces)
        self._bench = bench
        self._width = bench.source.backbone.width
        names, (colour, marker, _) = _adapted(bench.source.backbone), style.style("lora")
        self._draw_network(names)
        self._draw_map()
        self._titles = [title_of(self._net), title_of(self._map)]
        self._bars = self._net.barh(range(len(names)), 0, 0.7, left=self._width + 12, color=colour).patches
        self._mark = self._map.axvline(1, color=colour, linewidth=1.2, alpha=0.6)
        self._draws = line(self._map, marker=marker, color=colour, linestyle="", markersize=11, markeredgecolor="white")
        self.changing = [*self._bars, self._mark, self._draws, *self._titles]

    def update(self, plan: Plan) -> None:
        """The plan on its panels."""
        for row, bar in enumerate(self._bars):
            bar.set(width=plan.rank, visible=row >= plan.of - plan.blocks)
        self._mark.set_xdata([plan.learning, plan.learning])
        self._draws.set_data([plan.learning] * len(plan.accuracies), plan.accuracies)
        found = f"{np.mean(plan.accuracies):.0%} right" if plan.accuracies else "not trained yet"
        titles = f"rank {plan.rank}, {count(plan.blocks, 'block')}", f"{plan.learning / plan.total:.2%} learn: {found}"
        for title, text in zip(self._titles, titles, strict=True):
            title.set_text(text)

    def _draw_network(self, names: Sequence[str]) -> None:
        """The blocks as they are, grey because frozen, and the head, which always learns."""
        self._net.barh(range(len(names)), self._width, height=0.7, color="#d9d9d9")
        self._net.barh(len(names), self._width, height=0.25, color=style.style("head")[0])
        self._net.set_yticks(range(len(names) + 1), [*names, "head"])
        self._net.set_xlim(0, self._width + 12 + max(RANKS) + 4)
        self._net.set_xticks([0, self._width])
        self._net.set_xlabel("width; beside it the rank, to the same scale")
        self._net.spines[["top", "right", "left"]].set_visible(False)

    def _draw_map(self) -> None:
        body = self._bench.source.backbone
        most = self._bench.plan(max(RANKS), self._bench.blocks)
        sizes = {"head": most.head, "full": most.total + most.head}
        for name in BESIDE:
            colour, marker, _ = style.style(name)
            known = self._bench.found(name)
            look = {"marker": marker, "color": colour, "linestyle": "", "alpha": 0.7, "label": style.label(name)}
            self._map.plot([sizes[name]] * len(known), known, **look)
        self._map.set_xscale("log")
        self._map.set_xlim(most.head / 2, count_parameters(body) * 2.5)
        self._map.set_ylim(0.45, 1.0)
        self._map.axhline(1 / len(self._bench.target.classes), color="#8c8c8c", linewidth=1, linestyle=":")
        self._map.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        self._map.set(xlabel="weights that learn", ylabel="test examples named right")
        self._map.grid(alpha=0.25)
        self._map.spines[["top", "right"]].set_visible(False)
        if any(self._bench.found(name) for name in BESIDE):
            self._map.legend(loc="lower right", frameon=False, fontsize=8)


class AdapterLab(Lab):
    """Rank and blocks with adapters; what learns is drawn at once, and what it brings where it is known.

    A plan of which nothing is known is trained at the push of a button, in the background, and can be stopped.
    ``saved`` is a comparison from which accuracies are taken.
    """

    beyond = "training plans of which nothing is known yet."

    def __init__(self, source: Source | Backbone, target: Task | str, *, shots: int, saved: Results | None = None):
        super().__init__()
        source, target, shots = as_source(source), as_task(target), check_shots(shots)
        check_modality(source.backbone, target)
        target.draw(shots)
        self.bench = Bench(source, target, shots, as_results(saved))
        self._screen = Screen(self.bench)
        self.rank = slider("Rank", list(RANKS), 8)
        self.blocks = slider("Last blocks", list(range(1, self.bench.blocks + 1)), self.bench.blocks)
        self.train = W.Button(description="Train", icon="play", tooltip="Train these adapters, three draws")
        self.train.on_click(lambda _: self.go())
        for control in (self.rank, self.blocks):
            control.observe(self.ask, "value")
        self.children = [self.rank, self.blocks, W.HBox([self.train, self.stop]), self.picture, self.words]
        self.ask()

    def __repr__(self) -> str:
        return f"AdapterLab: {self.plan.words()}"

    @property
    def plan(self) -> Plan:
        """What the sliders ask for."""
        return self.bench.plan(self.rank.value, self.blocks.value)

    def ask(self, _change: dict | None = None) -> None:
        """Show the plan that the sliders ask for, and what is known of it."""
        with self._lock:
            self.present(self._screen, self.plan)

    def go(self) -> None:
        """Train what the sliders ask for, in the background."""
        strategy = self.plan.strategy
        self.start(lambda: self._train(strategy), lambda: f"Stopped. {self.plan.words()}")

    def _train(self, strategy: str) -> None:
        for draw in range(DRAWS):
            follow = self.follow(f"Training {strategy}, draw {draw + 1} of {DRAWS}")
            self.bench.run(strategy, draw, on_event=follow)
            self.ask()
