"""The domain gap: how far a model that learnt in one domain is, in another, behind one that learnt there.

It is measured against the model that learnt on the target's own labels, and never against what the source's model is
worth at home: the two domains may be easy and hard.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tlkit.datasets.catalogue import as_task
from tlkit.datasets.task import Examples, Task, accuracy_of, check_shots
from tlkit.errors import TlkitError, unknown
from tlkit.estimate import Estimate
from tlkit.experiments.compare import transfer
from tlkit.experiments.measured import measured
from tlkit.experiments.question import steps_of
from tlkit.experiments.results import Results
from tlkit.experiments.source import Source, as_source
from tlkit.methods import domain_adaptation as adaptation
from tlkit.methods.domain_adaptation import ALIGNMENTS, STRENGTHS, fitted, out_of_fold
from tlkit.methods.frozen_features import FrozenFeatures
from tlkit.methods.method import Strategy
from tlkit.methods.strategy import as_strategy
from tlkit.models.backbone import Backbone
from tlkit.plots.bands import plot_bands
from tlkit.plots.picture import Picture
from tlkit.plots.style import short

TRUTH = "target labels"
SCORERS = ("source accuracy", "weighted accuracy", "certainty", "neighbourhood")
LISTED = (TRUTH, *SCORERS)  # what is written down of each head
GRID = tuple((alignment, strength) for alignment in ALIGNMENTS for strength in STRENGTHS)
PLAIN = tuple(("as they are", strength) for strength in STRENGTHS)
USUAL = STRENGTHS[-1]
DIGITS = 4

Head = tuple[str, float]


@dataclass(frozen=True)
class Gap:
    """What heads on one frozen body are worth in a target domain, seed by seed.

    ``grid`` has for each seed an array (heads, figures): rows are those of ``GRID``, every alignment at every strength,
    and columns those of ``LISTED``, the accuracy in the target domain first. ``own`` are heads that learnt the
    target's own labels (strengths, 2): accuracy on rows that they did not learn, and on the test. ``sure`` are
    self-trained heads, one for each strength, and ``hidden`` small networks without and with gradient reversal.
    """

    source: str
    target: str
    grid: Mapping[int, np.ndarray] = field(repr=False)
    own: Mapping[int, np.ndarray] = field(repr=False)
    sure: Mapping[int, np.ndarray] = field(repr=False)
    hidden: Mapping[int, np.ndarray] = field(repr=False)

    def accuracy(self, strength: float = USUAL, alignment: str = "as they are") -> Estimate:
        """In the target domain, of a head that learnt in the source domain."""
        return self.figure(TRUTH, strength, alignment)

    def figure(self, name: str, strength: float = USUAL, alignment: str = "as they are") -> Estimate:
        """One of ``LISTED``, of a head that learnt in the source domain."""
        row, column = _row(alignment, strength), _column(name)
        told = {seed: float(rows[row, column]) for seed, rows in self.grid.items()}
        where = f"from {self.source} in {self.target}" if name == TRUTH else f"on {self.source} itself"
        what = "head" if name == TRUTH else f"{name} of a head"
        return Estimate(told, f"{what} ({called((alignment, strength))}) {where}")

    def chosen(self, by: str, *, among: Sequence[Head] = GRID) -> Estimate:
        """The accuracy in the target domain of the head that ``by``, one of ``LISTED``, finds best, seed by seed."""
        heads = self.choices(by, among=among)
        told = {seed: float(self.grid[seed][GRID.index(head), 0]) for seed, head in heads.items()}
        alignments = {alignment for alignment, _ in among}
        kind = "any" if len(alignments) > 1 else f"{alignments.pop()}, any"
        return Estimate(told, f"head ({kind}, chosen by {by}) from {self.source} in {self.target}")

    def choices(self, by: str, *, among: Sequence[Head] = GRID) -> dict[int, Head]:
        """The alignment and strength that ``by`` finds best, for each seed."""
        column, rows = _column(by), [_row(*head) for head in among]
        return {seed: GRID[max(rows, key=lambda row: grid[row, column])] for seed, grid in self.grid.items()}

    def target_trained(self, strength: float | None = None) -> Estimate:
        """A head that learnt as many labels of the target itself; held-out ones choose its strength, unless given."""
        told = {}
        for seed, own in self.own.items():
            row = int(own[:, 0].argmax()) if strength is None else STRENGTHS.index(strength)
            told[seed] = float(own[row, 1])
        which = "careful head" if strength is None else f"head of strength {strength:g}"
        return Estimate(told, f"{which} that learnt {self.target} itself")

    def self_trained(self, strength: float) -> Estimate:
        """A self-trained head of that strength, in the target domain."""
        row = STRENGTHS.index(strength)
        told = {seed: float(sure[row]) for seed, sure in self.sure.items()}
        return Estimate(told, f"self-trained head of strength {strength:g} in {self.target}")

    def adversarial(self, *, reversed: bool = True) -> Estimate:
        """A small network that hides the domain by gradient reversal, in the target domain; or its control."""
        told = {seed: float(each[int(reversed)]) for seed, each in self.hidden.items()}
        return Estimate(told, f"small network {'with' if reversed else 'without'} gradient reversal in {self.target}")

    def table(self, by: Sequence[str] = LISTED):
        """A pandas frame: what each scorer chose on most seeds, and the accuracy in the target domain."""
        import pandas as pd

        rows = {}
        for name in by:
            heads = list(self.choices(name).values())
            usual = max(set(heads), key=heads.count)
            share = f"{called(usual)} ({heads.count(usual)} of {len(heads)})"
            rows[name] = {"most often": share, self.target: round(self.chosen(name).mean, 3)}
        return pd.DataFrame(rows).T


def plot(gaps: Mapping[str, Gap], title: str, *, alignment: str = "as they are") -> Picture:
    """A panel for each target: what heads of each strength are worth there, at home, and if they learnt the target.

    ``gaps`` are what :func:`heads` returned, by what their targets are called.
    """
    panels = {name: _lines(gap, alignment) for name, gap in gaps.items()}
    figure = plot_bands(panels, range(len(STRENGTHS)), "strength of the head")
    for ax in figure.axes:
        ax.set_xticks(range(len(STRENGTHS)), [f"{strength:g}" for strength in STRENGTHS])
        ax.set_ylim(0.55, 0.95)
    parts = [
        f"{name}: {'; '.join(_told(line, found) for line, found in lines.items())}" for name, lines in panels.items()
    ]
    strengths = ", ".join(f"{strength:g}" for strength in STRENGTHS)
    return Picture(figure, title, f"{title}. Named right at strengths {strengths}. {'. '.join(parts)}.")


def _lines(gap: Gap, alignment: str) -> dict[str, list[Estimate]]:
    return {
        f"learnt {short(gap.source)}, asked there": [gap.accuracy(each, alignment) for each in STRENGTHS],
        f"the same, at home ({short(gap.source)})": [gap.figure(SCORERS[0], each, alignment) for each in STRENGTHS],
        "learnt there": [gap.target_trained(each) for each in STRENGTHS],
    }


def _told(line: str, found: Sequence[Estimate]) -> str:
    return f"{line} {', '.join(f'{each.mean:.0%}' for each in found)}"


def called(head: Head) -> str:
    """A head in words: ``as they are, 0.001``."""
    return f"{head[0]}, {head[1]:g}"


def heads(
    body: Source | Backbone,
    source: str | Task,
    target: str | Task,
    *,
    shots: int,
    seeds: int | str | Iterable[int] | None = None,
    reuse: Results | None = None,
) -> Gap:
    """Heads that learn ``shots`` examples of each class of ``source`` and are asked about ``target``, on a frozen body.

    Each alignment at each strength, with what scorers say of it that know no label of the target; beside them heads
    that learnt as many labels of the target. The target's examples without labels are those that these learnt from.
    ``reuse`` are results that may hold the figures.
    """
    body, source, target = as_source(body), as_task(source), as_task(target)
    _check(source, target, shots)

    def measure(seed: int) -> list[float]:
        network = body.reseed(seed).backbone
        learnt = [read(network, task.shots(shots, seed=seed)) for task in (source, target)]
        return np.round(np.concatenate(_all_heads(*learnt, read(network, target.test), seed)), DIGITS).tolist()

    about = ["domain gap", adaptation.RECIPE, body.recipe(), source.digest, target.digest, shots]
    found = {seed: np.array(told) for seed, told in measured(measure, about, seeds=seeds, reuse=reuse).items()}
    sizes = np.cumsum([len(GRID) * len(LISTED), 2 * len(STRENGTHS), len(STRENGTHS)])
    parts = {seed: np.split(told, sizes) for seed, told in found.items()}
    grid = {seed: each[0].reshape(len(GRID), -1) for seed, each in parts.items()}
    own = {seed: each[1].reshape(len(STRENGTHS), -1) for seed, each in parts.items()}
    sure, hidden = ({seed: each[place] for seed, each in parts.items()} for place in (2, 3))
    return Gap(source.name, target.name, grid, own, sure, hidden)


def read(network: Backbone, examples: Examples) -> Examples:
    """The examples as a frozen network sees them: features (n, width) in the place of the items."""
    return Examples(FrozenFeatures(network, examples.items).features().astype(float), examples.labels)


def tuned(
    body: Source | Backbone,
    source: str | Task,
    targets: Sequence[str | Task] = (),
    *,
    strategy: str | Strategy,
    shots: int,
    steps: int | None = None,
    seeds: int | str | Iterable[int] | None = None,
    reuse: Results | None = None,
) -> dict[str, Estimate]:
    """Intermediate fine-tuning: the body learns ``source``, and is asked about it and the targets as it then is.

    The accuracies by the names of the tasks, the source's first. ``reuse`` are results that may hold the figures.
    """
    body, source, targets = as_source(body), as_task(source), [as_task(each) for each in targets]
    strategy, steps = as_strategy(strategy), steps_of(body, steps)
    for target in targets:
        _check(source, target, shots)
    same = min(strategy.frozen_depths(len(body.backbone.stages)), default=0)  # so many stages never learn

    def measure(seed: int) -> list[float]:
        run = transfer(body.reseed(seed), source, strategy=strategy, shots=shots, seed=seed, steps=steps)
        head, found = run.model.head, [run.accuracy]
        for target in targets:
            read = FrozenFeatures(body.reseed(seed).backbone, target.test.items).features_of(
                run.model.backbone, start=same
            )
            learnt = adaptation.LinearHead(head.weight.detach().numpy(), head.bias.detach().numpy())
            found.append(accuracy_of(learnt.probabilities(read), target.test.labels))
        return found

    tasks = [source, *targets]
    about = ["tuned", body.recipe(), [task.digest for task in tasks], strategy.recipe(), shots, steps]
    found = measured(measure, about, seeds=seeds, reuse=reuse)
    return {
        task.name: Estimate(
            {seed: told[at] for seed, told in found.items()}, f"body tuned on {source.name} in {task.name}"
        )
        for at, task in enumerate(tasks)
    }


def _all_heads(source: Examples, target: Examples, test: Examples, seed: int) -> list[np.ndarray]:
    """All figures of a seed, part by part, flat; the labels of ``target`` serve the heads that learn them alone."""
    given, labels, other = source.items, source.labels, target.items
    weights = adaptation.likeness(given, other, seed=seed)
    grid = [
        _judged(ALIGNMENTS[alignment](given, other), strength, source, other, test, weights, seed)
        for alignment, strength in GRID
    ]
    own = [
        (
            adaptation.at_home(out_of_fold(other, target.labels, strength, seed=seed), target.labels),
            accuracy_of(fitted(other, target.labels, strength).probabilities(test.items), test.labels),
        )
        for strength in STRENGTHS
    ]
    sure = [
        accuracy_of(adaptation.self_trained(given, labels, other, strength).probabilities(test.items), test.labels)
        for strength in STRENGTHS
    ]
    hidden = [
        accuracy_of(adaptation.adversarial(given, labels, other, weight=weight, seed=seed)(test.items), test.labels)
        for weight in (0.0, 1.0)
    ]
    return [np.ravel(part) for part in (grid, own, sure, hidden)]


def _judged(
    movers: tuple, strength: float, source: Examples, other: np.ndarray, test: Examples, weights: np.ndarray, seed: int
) -> tuple[float, ...]:
    """What one head is worth in the target domain, and what each scorer says of it."""
    move, move_target = movers
    moved, labels = move(source.items), source.labels
    head, held_out = fitted(moved, labels, strength), out_of_fold(moved, labels, strength, seed=seed)
    chances = head.probabilities(move_target(other))
    return (
        accuracy_of(head.probabilities(move_target(test.items)), test.labels),
        adaptation.at_home(held_out, labels),
        adaptation.at_home(held_out, labels, weights),
        adaptation.certainty(chances),
        adaptation.neighbourhood(chances),
    )


def _row(alignment: str, strength: float) -> int:
    if alignment not in ALIGNMENTS:
        raise unknown("alignment", alignment, ALIGNMENTS)
    if strength not in STRENGTHS:
        raise unknown("strength", f"{strength:g}", [f"{each:g}" for each in STRENGTHS])
    return GRID.index((alignment, strength))


def _column(name: str) -> int:
    if name not in LISTED:
        raise unknown("scorer", name, LISTED)
    return LISTED.index(name)


def _check(source: Task, target: Task, shots: int) -> None:
    check_shots(shots)
    if source.classes != target.classes:
        raise TlkitError(
            f"{source.name} and {target.name} do not name the same classes, so a head that learnt the one says nothing "
            "of the other: take two domains of one task, such as reviews/movie and reviews/tweets."
        )
