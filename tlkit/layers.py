"""What each stage knows: accuracy by depth, what its units answer to, and how two networks agree, in pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from tlkit import plots
from tlkit.arguments import whole
from tlkit.backbones import Backbone
from tlkit.backbones.base import threads
from tlkit.errors import TlkitError, shown
from tlkit.results import Estimate, Results
from tlkit.seeding import choose_seeds
from tlkit.similarity import cka, cka_matrix
from tlkit.source import Source, as_source, check_backbone
from tlkit.tasks import Task, as_task
from tlkit.tasks.base import check_shots
from tlkit.training import HEAD_STRENGTH

FOLDS = 5  # parts of the shots, each of which the others are tried on
ACCURACY = "test examples named right"
TOP = 8  # pictures that a unit is judged by


def by_depth(results: Results, strategy: str = "head", *, shots: int) -> list[Estimate]:
    """The accuracies of ``strategy@1``, ``strategy@2`` and so on, as far as there are runs of them."""
    cuts = sorted(int(name.split("@")[1]) for name in results.strategies if name.startswith(f"{strategy}@"))
    if not cuts:
        raise TlkitError(f"These results have no {strategy}@1, {strategy}@2 ...; they have {results.strategies}.")
    return [results.accuracy(f"{strategy}@{cut}", shots=shots) for cut in cuts]


def choose_cut(source: Source | Backbone, target: Task, *, shots: int, seed: int = 0) -> int:
    """The stage at which to cut, chosen by the labelled examples alone, as ``Head(cut=...)`` takes it.

    At each stage heads are fitted on four fifths of the shots and tried on the rest, in turn (cross-validation, by
    scikit-learn; with fewer than five shots, in as many parts). Of equals the latest is taken. Needs two shots.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    target, shots = as_task(target), check_shots(shots)
    if shots < 2:
        raise TlkitError("One label of each class can't be both learnt from and tried on: give choose_cut 2 shots.")
    lesson = target.shots(shots, seed=seed)
    parts = StratifiedKFold(min(FOLDS, shots), shuffle=True, random_state=0)
    head = make_pipeline(StandardScaler(), LogisticRegression(C=HEAD_STRENGTH, max_iter=1000))
    backbone = as_source(source).backbone
    with threads(backbone.threads):
        told = backbone.stage_features(lesson.items)
    scores = [cross_val_score(head, features, lesson.labels, cv=parts).mean() for features in told]
    return max(range(len(scores)), key=lambda stage: (round(scores[stage], 6), stage)) + 1


def by_choice(results: Results, source: Source | Backbone, target: Task, *, shots: int) -> Estimate:
    """The accuracies of ``head@k`` where each seed's own labels chose the k: all that a reader can choose by."""
    source, scores = as_source(source), {}
    for seed in results.seeds:
        cut = choose_cut(source.reseed(seed), target, shots=shots, seed=seed)
        scores[seed] = results.accuracy(f"head@{cut}", shots=shots).by_seed[seed]
    return Estimate(scores, f"head at the stage that {shots} shots chose")


def agreement(first: Source | Backbone, second: Source | Backbone, task: Task, *, seeds=None) -> list[Estimate]:
    """CKA of two networks' answers to the test of ``task``, stage by stage: seed by seed, each schooled anew."""

    task = as_task(task)

    def figure(one: Backbone, other: Backbone) -> list[float]:
        pairs = zip(one.stage_features(task.test.items), other.stage_features(task.test.items), strict=True)
        return [cka(*pair) for pair in pairs]

    return _stagewise(figure, "agreement", (first, second), seeds)


def specialists(source: Source | Backbone, task: Task, *, seeds=None) -> list[Estimate]:
    """How much the units care for the classes of ``task``, stage by stage: :func:`purity`, seed by seed."""

    task = as_task(task)

    def figure(backbone: Backbone) -> list[float]:
        return [purity(told, task.test.labels) for told in backbone.stage_features(task.test.items)]

    return _stagewise(figure, "purity of the units", (source,), seeds)


def _stagewise(figure: Callable[..., list[float]], what: str, sources: tuple, seeds) -> list[Estimate]:
    """A figure a stage of the sources' bodies, seed by seed."""
    sources = [as_source(source) for source in sources]
    told = {seed: figure(*(source.reseed(seed).backbone for source in sources)) for seed in choose_seeds(seeds)}
    names = sources[0].backbone.stage_names
    whose = " and ".join(source.name for source in sources)
    return [
        Estimate({seed: values[stage] for seed, values in told.items()}, f"{what} after {name}, {whose}")
        for stage, name in enumerate(names)
    ]


def see_depth(
    curves: Mapping[str, Sequence[Estimate]],
    stages: Sequence[str],
    title: str,
    *,
    level: tuple[str, Estimate] | None = None,
    what: str = ACCURACY,
    across: str = "the last stage that is kept",
) -> plots.Picture:
    """Accuracy, or ``what`` else there is a figure of, stage by stage; ``level`` is a line across."""
    fig, ax = plots.figure()
    looks = cycle(plots.STYLES[name] for name in ("head", "full", "lp_ft", "partial", "keep"))
    for name, values in curves.items():
        draw_depth(ax, values, name, plots.STYLES["random_head"] if "random" in name else next(looks))
    if level:
        ax.axhline(level[1].mean, color="#56b4e9", linestyle=(0, (1, 2)), linewidth=2, label=level[0])
    label_depth(ax, stages, what, across)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False, labelcolor="linecolor", handlelength=3)
    ax.set_title(title, loc="left", fontweight="bold")
    return plots.Picture(fig, title, _depth_words(curves, stages, title, level, what, across))


def draw_depth(ax: Axes, values: Sequence[Estimate], name: str, look: tuple) -> None:
    """One curve of :func:`see_depth`: the mean over seeds, and a band from the lowest to the highest."""
    colour, marker, dash = look
    places, means = range(1, len(values) + 1), [value.mean for value in values]
    lowest, highest = [min(value.values) for value in values], [max(value.values) for value in values]
    ax.fill_between(places, lowest, highest, color=colour, alpha=0.13, linewidth=0)
    ax.plot(places, means, color=colour, marker=marker, linestyle=dash, markersize=6, linewidth=1.8, label=name)


def label_depth(
    ax: Axes, stages: Sequence[str], what: str = ACCURACY, across: str = "the last stage that is kept"
) -> None:
    """Stages across, early to late; accuracy upwards in percent, or what else goes from 0 to 1."""
    ax.set_xticks(range(1, len(stages) + 1), stages)
    ax.set_ylim(0, 1.02)
    if what == ACCURACY:
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xlabel(across)
    ax.set_ylabel(what)
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)


def _depth_words(
    curves: Mapping, stages: Sequence[str], title: str, level: tuple | None, what: str, across: str
) -> str:
    parts = []
    for name, values in [*curves.items(), *([(level[0], [level[1]])] if level else [])]:
        points = [f"{value.mean:.0%}" if what == ACCURACY else f"{value.mean:.2f}" for value in values]
        places = [f" at {stage}" for stage in stages] if len(values) > 1 else [""]
        parts.append(f"{name} {', '.join(map(''.join, zip(points, places, strict=False)))}")
    return f"{title}. {what[0].upper()}{what[1:]}, by {across}: {'; '.join(parts)}."


def strongest(features: np.ndarray, count: int = TOP) -> np.ndarray:
    """The rows of the items to which each unit answers most: (count, units), from features (n, units)."""
    return np.argsort(-features, axis=0, kind="stable")[:count]


def purity(features: np.ndarray, labels: np.ndarray, count: int = TOP) -> float:
    """How much a unit cares for the class: of its ``count`` strongest items, the share of the commonest class.

    The mean over all units (n, units) that answer to anything at all.
    """
    alive = np.ptp(features, axis=0) > 0
    named = labels[strongest(features[:, alive], count)]
    return float(np.mean([np.bincount(unit).max() / count for unit in named.T])) if alive.any() else 0.0


def excites(backbone: Backbone, task: Task, *, stage: int, unit: int, count: int = TOP) -> plots.Picture:
    """The test pictures of ``task`` to which a unit, one of the numbers that the stage says, answers most."""
    task, count = as_task(task), whole(count, f"count={shown(count)} is no number of pictures", most=100)
    stage = whole(stage, f"stage={shown(stage)} is no stage", most=len(check_backbone(backbone).stages))
    features = backbone.features(task.test.items, stage=stage)
    unit = whole(unit, f"unit={shown(unit)} is no unit", least=0)
    if not 0 <= unit < features.shape[1]:
        raise TlkitError(f"Stage {stage} of {backbone.name} has the units 0 to {features.shape[1] - 1}, not {unit!r}.")
    rows = strongest(features[:, [unit]], count)[:, 0]
    names = [task.classes[label] for label in task.test.labels[rows]]
    fig = plots.Figure(figsize=(1.1 * count, 1.5), dpi=100, layout="constrained")
    for ax, row, name in zip(fig.subplots(1, count), rows, names, strict=True):
        show_item(ax, task.test.items[row], sound=task.modality == "picture")
        ax.set_title(name, fontsize=9)
    commonest = max(dict.fromkeys(names), key=names.count)
    where = f"unit {unit} of stage {stage} ({backbone.stage_names[stage - 1]})"
    words = (
        f"The {count} pictures of {task.name} that {where} answers to most, strongest first: {', '.join(names)}. "
        f"{names.count(commonest)} of {count} are {commonest}."
    )
    return plots.Picture(fig, f"what excites {where}", words)


def show_item(ax: Axes, item: np.ndarray, *, sound: bool) -> None:
    """A grey or coloured image, or a picture of a sound, with low notes below."""
    ax.imshow(item, origin="lower" if sound else "upper", cmap="cividis" if sound else "gray")
    ax.set(xticks=[], yticks=[])


def see_agreement(first: Backbone, second: Backbone, items: np.ndarray, names: tuple[str, str]) -> plots.Picture:
    """CKA of every stage of one network with every stage of another, on the same items."""
    matrix = cka_matrix(first.stage_features(items), second.stage_features(items))
    rows, columns = first.stage_names, second.stage_names
    fig, ax = plots.figure(1.9 + 0.62 * len(columns), 1.3 + 0.5 * len(rows))
    ax.imshow(matrix, vmin=0, vmax=1, cmap="cividis", aspect="auto")
    ax.set_xticks(range(len(columns)), columns, rotation=45 if len(columns) > 5 else 0)
    ax.set_yticks(range(len(rows)), rows)
    for (row, column), value in np.ndenumerate(matrix):
        ink = "black" if value > 0.5 else "white"
        ax.text(column, row, f"{value:.2f}", ha="center", va="center", color=ink, fontsize=9)
    ax.set(xlabel=names[1], ylabel=names[0])
    ax.set_title(f"{names[0]} and {names[1]}" if names[0] != names[1] else names[0], loc="left", fontweight="bold")
    lines = [f"{name} {', '.join(f'{v:.2f}' for v in values)}" for name, values in zip(rows, matrix, strict=True)]
    words = (
        f"CKA of every stage of {names[0]}, down, with {', '.join(columns)} of {names[1]}, across: {'; '.join(lines)}."
    )
    return plots.Picture(fig, f"CKA between {names[0]} and {names[1]}", words)
