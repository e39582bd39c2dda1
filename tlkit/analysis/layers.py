"""What each stage knows: accuracy by depth, what its units answer to, and how two networks agree, in pictures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure

from tlkit.analysis.similarity import cka, cka_matrix
from tlkit.arguments import whole
from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Task, check_shots
from tlkit.errors import TlkitError, shown
from tlkit.estimate import Estimate
from tlkit.experiments.results import Results
from tlkit.experiments.source import Source, as_source, check_backbone
from tlkit.methods.cut_texts import tell_cut
from tlkit.methods.linear_probe import HEAD_STRENGTH
from tlkit.models.backbone import Backbone
from tlkit.plots import picture
from tlkit.plots.items import show_item
from tlkit.runtime.torch_state import threads
from tlkit.seeding import choose_seeds

FOLDS = 5  # parts of the shots, each of which the others are tried on
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
    tell_cut(backbone, target)
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


def excites(backbone: Backbone, task: Task, *, stage: int, unit: int, count: int = TOP) -> picture.Picture:
    """The test pictures of ``task`` to which a unit, one of the numbers that the stage says, answers most."""
    task, count = as_task(task), whole(count, f"count={shown(count)} is no number of pictures", most=100)
    stage = whole(stage, f"stage={shown(stage)} is no stage", most=len(check_backbone(backbone).stages))
    features = backbone.features(task.test.items, stage=stage)
    unit = whole(unit, f"unit={shown(unit)} is no unit", least=0)
    if not 0 <= unit < features.shape[1]:
        raise TlkitError(f"Stage {stage} of {backbone.name} has the units 0 to {features.shape[1] - 1}, not {unit!r}.")
    rows = strongest(features[:, [unit]], count)[:, 0]
    names = [task.classes[label] for label in task.test.labels[rows]]
    fig = Figure(figsize=(1.1 * count, 1.5), dpi=100, layout="constrained")
    for ax, row, name in zip(fig.subplots(1, count), rows, names, strict=True):
        show_item(ax, task.test.items[row], sound=task.modality == "picture")
        ax.set_title(name, fontsize=9)
    commonest = max(dict.fromkeys(names), key=names.count)
    where = f"unit {unit} of stage {stage} ({backbone.stage_names[stage - 1]})"
    words = (
        f"The {count} pictures of {task.name} that {where} answers to most, strongest first: {', '.join(names)}. "
        f"{names.count(commonest)} of {count} are {commonest}."
    )
    return picture.Picture(fig, f"what excites {where}", words)


def see_agreement(first: Backbone, second: Backbone, items: np.ndarray, names: tuple[str, str]) -> picture.Picture:
    """CKA of every stage of one network with every stage of another, on the same items."""
    matrix = cka_matrix(first.stage_features(items), second.stage_features(items))
    rows, columns = first.stage_names, second.stage_names
    fig, ax = picture.figure(1.9 + 0.62 * len(columns), 1.3 + 0.5 * len(rows))
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
    return picture.Picture(fig, f"CKA between {names[0]} and {names[1]}", words)
