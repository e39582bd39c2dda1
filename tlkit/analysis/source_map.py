"""Source maps: a figure for every source and target, and how well one such map foretells another.

The truth is a map of accuracies; a score of :mod:`tlkit.analysis.transferability` is one, too. What a score is worth is
asked in two ways: does it rank the sources as the truth does, and how many points does it cost to take its first?
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from tlkit.analysis import transferability as scores_of
from tlkit.datasets.task import Task, check_shots
from tlkit.errors import TlkitError, unknown
from tlkit.estimate import Estimate
from tlkit.experiments.measured import measured
from tlkit.experiments.results import Results
from tlkit.experiments.source import PretrainedSource, Source, as_source
from tlkit.methods.classifier import Classifier, probabilities
from tlkit.methods.frozen_features import FrozenFeatures
from tlkit.models.backbone import Backbone, count_parameters
from tlkit.plots.estimates import plot_estimates
from tlkit.plots.heatmap import plot_heatmap
from tlkit.plots.picture import Picture
from tlkit.seeding import stream

BY_FEATURES = {  # what needs the labelled examples as the source sees them, and nothing else
    "probe": scores_of.probe_accuracy,
    "LogME": scores_of.logme,
    "published LogME": scores_of.published_logme,
    "H-score": scores_of.h_score,
    "published H-score": lambda features, labels: scores_of.h_score(features, labels, shrinkage=0),
}
BY_ANSWERS = ("LEEP", "NCE")  # what needs the source's own head
BY_ITEMS = ("A-distance",)  # what needs the source's own examples
DECIMALS = 6  # to which scores are told: of those that are alike so far, none is the better


@dataclass(frozen=True, eq=False)
class SourceMap:
    """A figure for each source and target, seed by seed: arrays (sources, targets), the higher the better.

    It is NaN where there is none, as the score can't be asked of that source.
    """

    what: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    by_seed: Mapping[int, np.ndarray]

    def __repr__(self) -> str:
        size = f"{len(self.sources)} sources, {len(self.targets)} targets, {len(self.by_seed)} seeds"
        return f"SourceMap({self.what}: {size})"

    @property
    def mean(self) -> np.ndarray:
        """The mean over seeds (sources, targets)."""
        return np.mean(list(self.by_seed.values()), axis=0)

    def at(self, source: str, target: str) -> Estimate:
        """One cell, seed by seed."""
        row, column = _place(source, self.sources, "source"), _place(target, self.targets, "target")
        return Estimate(
            {seed: float(each[row, column]) for seed, each in self.by_seed.items()},
            f"{self.what}, {source} to {target}",
        )

    def on(self, *targets: str) -> SourceMap:
        """The same for some of the targets."""
        columns = [_place(target, self.targets, "target") for target in targets]
        return self.mapped(lambda told: told[:, columns], targets=targets)

    def only(self, *seeds: int) -> SourceMap:
        """The same on some of the seeds."""
        return dataclasses.replace(self, by_seed={seed: self.by_seed[seed] for seed in seeds})

    def mapped(self, change: Callable[[np.ndarray], np.ndarray], **fields) -> SourceMap:
        """A map of which each seed's array is what ``change`` makes of it, and some other fields are given anew."""
        return dataclasses.replace(self, by_seed={s: change(told) for s, told in self.by_seed.items()}, **fields)


def truth(runs: Results, sources: Mapping[str, Source | Backbone], targets: Mapping[str, Task]) -> SourceMap:
    """What each source turned out to be worth to each target: the accuracies of ``runs``, of one strategy and shots."""
    if len(runs.strategies) != 1 or len(runs.shots) != 1:
        raise TlkitError("A map has one figure a cell: give runs of one strategy and one number of shots.")
    origins, into = [as_source(each).name for each in sources.values()], [task.name for task in targets.values()]
    found = {(run.seed, run.source, run.target): run.accuracy for run in runs}
    by_seed = {seed: np.array([[found[seed, s, t] for t in into] for s in origins]) for seed in runs.seeds}
    return SourceMap("accuracy", tuple(sources), tuple(targets), by_seed)


def scores(
    sources: Mapping[str, Source | Backbone],
    targets: Mapping[str, Task],
    *,
    shots: int,
    seeds: int | str | Iterable[int] | None = None,
    shuffled: bool = False,
    reuse: Results | None = None,
) -> dict[str, SourceMap]:
    """What every score says of each source and target, given ``shots`` labelled examples of each class, by its name.

    They are the ones that ``head`` learns from by the same seed. ``shuffled`` is the control: their labels are dealt
    out anew among them. A score that can be asked of none of the sources is left out. ``reuse`` are results that may
    hold the figures.
    """
    told = {
        (source, target): score(
            sources[source], targets[target], shots=shots, seeds=seeds, shuffled=shuffled, reuse=reuse
        )
        for source in sources
        for target in targets
    }
    drawn = next(iter(told.values()))
    asked = {name for by_seed in told.values() for values in by_seed.values() for name in values}
    maps = {}
    for name in filter(asked.__contains__, (*BY_FEATURES, *BY_ANSWERS, *BY_ITEMS, "size")):
        cells = {seed: [[told[s, t][seed].get(name, np.nan) for t in targets] for s in sources] for seed in drawn}
        what = f"{name} of shuffled labels" if shuffled else name
        maps[name] = SourceMap(what, tuple(sources), tuple(targets), {s: np.array(c) for s, c in cells.items()})
    return maps


def score(
    source: Source | Backbone,
    target: Task,
    *,
    shots: int,
    seeds: int | str | Iterable[int] | None = None,
    shuffled: bool = False,
    reuse: Results | None = None,
) -> dict[int, dict[str, float]]:
    """What every score that can be asked of one source says of one target: by seed, by name."""
    source, shots = as_source(source), check_shots(shots)
    names = _names(source)

    def measure(seed: int) -> list[float]:
        rows = target.draw(shots, seed=seed)
        labels = target.train.labels[rows]
        if shuffled:
            labels = np.random.default_rng(stream(seed, "shuffled", target.name)).permutation(labels)
        return _told(source.reseed(seed), target, rows, labels, seed)

    about = ["transferability", names, source.recipe(), target.digest, target.name, shots, shuffled]
    found = measured(measure, about, seeds=seeds, reuse=reuse)
    size = {"size": float(count_parameters(source.network))}
    return {seed: dict(zip(names, values, strict=True)) | size for seed, values in found.items()}


def _names(source: Source) -> list[str]:
    """The scores that can be asked of a source and are measured."""
    answers = BY_ANSWERS if source.classes else ()
    return [*BY_FEATURES, *answers, *(BY_ITEMS if isinstance(source, PretrainedSource) else ())]


def _told(source: Source, target: Task, rows: np.ndarray, labels: np.ndarray, seed: int) -> list[float]:
    features = FrozenFeatures(source.backbone, target.train.items).features(rows)
    told = [score(features, labels) for score in BY_FEATURES.values()]
    if source.classes:
        chances = probabilities(source.model.head, features)
        told += [scores_of.leep(chances, labels), scores_of.nce(chances.argmax(axis=1), labels)]
    if isinstance(source, PretrainedSource):
        own = np.random.default_rng(stream(seed, "own", source.name)).permutation(len(source.task.train))[: len(rows)]
        there = FrozenFeatures(source.backbone, source.task.train.items).features(own)
        told.append(-scores_of.proxy_a_distance(there, features))
    return np.round(told, DECIMALS).tolist()


def with_imagenet_head(backbone: Backbone, *, name: str = "efficientnet-lite0") -> Source:
    """EfficientNet-Lite0 as a source that still has the head it was taught with, which names ImageNet's classes."""
    from tlkit.models import pretrained_vision, weights

    (file,) = weights.folder("efficientnet-lite0").glob("*.pth")
    head = pretrained_vision.efficientnet_lite0_head(file)
    return Source(Classifier(backbone, head), name, tuple(f"ImageNet {n}" for n in range(head.out_features)))


def first_stages(source: Source, stages: int, *, like: np.ndarray) -> Source:
    """The first stages of a source as a source of their own; ``like`` is an item or more of the kind it will see."""
    return Source(Classifier(source.backbone.cut(stages, like=like), None), f"{source.name}, first {stages} stages", ())


def elsewhere(truth: SourceMap) -> SourceMap:
    """The habit: each source is held for as good as it turned out on the mean of all *other* targets."""
    others = (1 - np.eye(len(truth.targets))) / (len(truth.targets) - 1)
    return truth.mapped(lambda accuracies: accuracies @ others, what="best elsewhere")


def by_lot(truth: SourceMap) -> SourceMap:
    """A score that says the same of all sources: who takes its first, draws lots."""
    return truth.mapped(np.zeros_like, what="lot")


def best(truth: SourceMap) -> Estimate:
    """The accuracy of the best source of each target, a mean over targets: what only the test can tell."""
    found = {seed: float(each.max(axis=0).mean()) for seed, each in truth.by_seed.items()}
    return Estimate(found, "the best source of each target")


def agreement(score: SourceMap, truth: SourceMap) -> Estimate:
    """Kendall's tau-b between a score's ranking of the sources and the true one: 1 alike, 0 unrelated, -1 reversed.

    Among the sources that the score can be asked of, and a mean over targets; of two sources that a score holds for
    alike none is ranked, and one that holds all for alike has 0.
    """
    return _over_targets(_tau, score, truth, f"agreement of {score.what} with the truth")


def regret(score: SourceMap, truth: SourceMap) -> Estimate:
    """What it costs to take the source that a score holds for the best: how much less accurate than the best there is.

    A mean over targets; among sources that a score holds for equally good, lots are drawn.
    """
    where = f" on {score.targets[0]}" if len(score.targets) == 1 else ""
    return _over_targets(_lost, score, truth, f"lost by choosing by {score.what}{where}")


def _over_targets(figure, score: SourceMap, truth: SourceMap, what: str) -> Estimate:
    if (score.sources, score.targets) != (truth.sources, truth.targets):
        raise TlkitError(f"{score!r} and {truth!r} are of other sources or targets: make both for the same.")
    return Estimate(
        {
            seed: float(np.mean([figure(*pair) for pair in zip(told.T, truth.by_seed[seed].T, strict=True)]))
            for seed, told in score.by_seed.items()
        },
        what,
    )


def _tau(told: np.ndarray, true: np.ndarray) -> float:
    from scipy.stats import kendalltau

    asked = ~np.isnan(told)
    if len(np.unique(told[asked])) < 2:
        return 0.0
    return float(kendalltau(told[asked], true[asked]).statistic)


def _lost(told: np.ndarray, true: np.ndarray) -> float:
    return float(true.max() - true[first_of(told)].mean())


def first_of(told: np.ndarray) -> np.ndarray:
    """Which of the sources a score (sources,) holds for the best: a mask, of more than one where it can't decide."""
    return told == np.nanmax(told)


def picture(truth: SourceMap, title: str = "What each source is worth to each target") -> Picture:
    """The map as a picture, with the best source of each target framed, and all of its numbers in words."""
    means, sources = truth.mean, truth.sources
    best = {target: int(row) for target, row in zip(truth.targets, means.argmax(axis=0), strict=True)}
    framed = [(row, column) for column, row in enumerate(best.values())]
    rows = [f"{name} {', '.join(f'{v:.2f}' for v in row)}" for name, row in zip(sources, means, strict=True)]
    winners = [f"{sources[row]} for {target}" for target, row in best.items()]
    words = (
        f"{title}: {truth.what}, mean of {len(truth.by_seed)} seeds, for {', '.join(truth.targets)}. "
        f"{'; '.join(rows)}. The best: {', '.join(winners)}."
    )
    names = ("source", "target")
    return Picture(plot_heatmap(means, sources, truth.targets, names, framed=framed, title=title), title, words)


def plot_scores(maps: Iterable[SourceMap], truth: SourceMap, title: str = "How well each score foretells") -> Picture:
    """Agreement and regret of several scores side by side, those that cost least first, with 95% intervals."""
    ranked = sorted(maps, key=lambda each: regret(each, truth).mean)
    panels = {
        "agreement with the truth (Kendall's tau)": {each.what: agreement(each, truth) for each in ranked},
        "accuracy lost by its choice": {each.what: regret(each, truth) for each in ranked},
    }
    return plot_estimates(panels, title)


def _place(name: str, names: tuple[str, ...], kind: str) -> int:
    if name not in names:
        raise unknown(kind, name, names)
    return names.index(name)
