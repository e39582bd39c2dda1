"""What each stage knows: accuracy by depth, what its units answer to, and how two networks agree, in pictures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tlkit.analysis.similarity import cka, cka_matrix
from tlkit.arguments import whole
from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Task, check_shots
from tlkit.errors import TlkitError, shown
from tlkit.estimate import Estimate
from tlkit.experiments.measured import measured
from tlkit.experiments.results import Results
from tlkit.experiments.source import Source, as_source, check_backbone
from tlkit.methods.cut_texts import tell_cut
from tlkit.methods.linear_probe import HEAD_STRENGTH
from tlkit.models.backbone import Backbone
from tlkit.plots.by_depth import plot_depth
from tlkit.plots.heatmap import plot_heatmap
from tlkit.plots.items import show_items
from tlkit.plots.picture import Picture

__all__ = [
    "by_choice", "by_depth", "choose_cut", "cka", "cka_matrix", "class_selectivity", "plot_cka", "plot_depth",
    "stagewise_cka", "stagewise_selectivity", "strongest", "top_activations",
]  # fmt: skip
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
    told = backbone.stage_features(lesson.items)
    scores = [cross_val_score(head, features, lesson.labels, cv=parts).mean() for features in told]
    return max(range(len(scores)), key=lambda stage: (round(scores[stage], 6), stage)) + 1


def by_choice(
    results: Results, source: Source | Backbone, target: Task, *, shots: int, reuse: Results | None = None
) -> Estimate:
    """The accuracies of ``head@k`` where each seed's own labels chose the k: all that a reader can choose by.

    ``reuse`` are results that may hold the choices.
    """
    source, target = as_source(source), as_task(target)

    def choice(seed: int) -> list[int]:
        return [choose_cut(source.reseed(seed), target, shots=shots, seed=seed)]

    about = ["choose_cut", source.recipe(), target.digest, shots]
    chosen = measured(choice, about, seeds=results.seeds, reuse=reuse)
    scores = {s: results.accuracy(f"head@{int(k)}", shots=shots).by_seed[s] for s, (k,) in chosen.items()}
    return Estimate(scores, f"head at the stage that {shots} shots chose")


def stagewise_cka(
    first: Source | Backbone, second: Source | Backbone, task: Task, *, seeds=None, reuse: Results | None = None
) -> list[Estimate]:
    """CKA of two networks' answers to the test of ``task``, stage by stage: seed by seed, each schooled anew.

    ``reuse`` are results that may hold the figures.
    """
    task = as_task(task)

    def figure(one: Backbone, other: Backbone) -> list[float]:
        pairs = zip(one.stage_features(task.test.items), other.stage_features(task.test.items), strict=True)
        return [cka(*pair) for pair in pairs]

    return _stagewise(figure, "agreement", (first, second), task, seeds, reuse)


def stagewise_selectivity(
    source: Source | Backbone, task: Task, *, seeds=None, reuse: Results | None = None
) -> list[Estimate]:
    """How much the units care for the classes of ``task``, stage by stage: :func:`class_selectivity`, seed by seed.

    ``reuse`` are results that may hold the figures.
    """
    task = as_task(task)

    def figure(backbone: Backbone) -> list[float]:
        return [class_selectivity(told, task.test.labels) for told in backbone.stage_features(task.test.items)]

    return _stagewise(figure, "purity of the units", (source,), task, seeds, reuse)


def _stagewise(figure: Callable, what: str, sources: tuple, task: Task, seeds, reuse) -> list[Estimate]:
    """A figure a stage of the sources' bodies, seed by seed."""
    sources = [as_source(source) for source in sources]

    def measure(seed: int) -> list[float]:
        return figure(*(source.reseed(seed).backbone for source in sources))

    about = [what, *(source.recipe() for source in sources), task.digest]
    told = measured(measure, about, seeds=seeds, reuse=reuse)
    names = sources[0].backbone.stage_names
    whose = " and ".join(source.name for source in sources)
    return [
        Estimate({seed: values[stage] for seed, values in told.items()}, f"{what} after {name}, {whose}")
        for stage, name in enumerate(names)
    ]


def strongest(features: np.ndarray, count: int = TOP) -> np.ndarray:
    """The rows of the items to which each unit answers most: (count, units), from features (n, units)."""
    return np.argsort(-features, axis=0, kind="stable")[:count]


def class_selectivity(features: np.ndarray, labels: np.ndarray, count: int = TOP) -> float:
    """How much a unit cares for the class: of its ``count`` strongest items, the share of the commonest class.

    The mean over all units (n, units) that answer to anything at all.
    """
    alive = np.ptp(features, axis=0) > 0
    named = labels[strongest(features[:, alive], count)]
    return float(np.mean([np.bincount(unit).max() / count for unit in named.T])) if alive.any() else 0.0


def top_activations(backbone: Backbone, task: Task, *, stage: int, unit: int, count: int = TOP) -> Picture:
    """The test pictures of ``task`` to which a unit, one of the numbers that the stage says, answers most."""
    task, count = as_task(task), whole(count, f"count={shown(count)} is no number of pictures", most=100)
    stage = whole(stage, f"stage={shown(stage)} is no stage", most=len(check_backbone(backbone).stages))
    features = backbone.features(task.test.items, stage=stage)
    unit = whole(unit, f"unit={shown(unit)} is no unit", least=0)
    if not 0 <= unit < features.shape[1]:
        raise TlkitError(f"Stage {stage} of {backbone.name} has the units 0 to {features.shape[1] - 1}, not {unit!r}.")
    rows = strongest(features[:, [unit]], count)[:, 0]
    names = [task.classes[label] for label in task.test.labels[rows]]
    fig = show_items(task.test.items[rows], names, sound=task.modality == "spectrogram")
    commonest = max(dict.fromkeys(names), key=names.count)
    where = f"unit {unit} of stage {stage} ({backbone.stage_names[stage - 1]})"
    words = (
        f"The {count} pictures of {task.name} that {where} answers to most, strongest first: {', '.join(names)}. "
        f"{names.count(commonest)} of {count} are {commonest}."
    )
    return Picture(fig, f"what excites {where}", words)


def plot_cka(first: Backbone, second: Backbone, items: np.ndarray, names: tuple[str, str]) -> Picture:
    """CKA of every stage of one network with every stage of another, on the same items."""
    matrix = cka_matrix(first.stage_features(items), second.stage_features(items))
    rows, columns = first.stage_names, second.stage_names
    lines = [f"{name} {', '.join(f'{v:.2f}' for v in values)}" for name, values in zip(rows, matrix, strict=True)]
    words = (
        f"CKA of every stage of {names[0]}, down, with {', '.join(columns)} of {names[1]}, across: {'; '.join(lines)}."
    )
    return Picture(plot_heatmap(matrix, rows, columns, names), f"CKA between {names[0]} and {names[1]}", words)
