"""Is transfer worth it on a person's own data? Strategies on the same random splits, with what stands beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tlkit.arguments import whole
from tlkit.datasets.own.data import OwnData
from tlkit.datasets.task import Task
from tlkit.errors import TlkitError, shown
from tlkit.estimate import SplitEstimate, corrected_half_width
from tlkit.events import Listener, Progress, ignore
from tlkit.experiments.compare import compare, transfer
from tlkit.experiments.question import Question, questions
from tlkit.experiments.reliability import Reliability, reliability
from tlkit.experiments.result import Result
from tlkit.experiments.runner import Runner
from tlkit.experiments.source import Source, as_source, random_source
from tlkit.methods.fingerprint import unchanging
from tlkit.methods.strategy import as_strategy
from tlkit.models.backbone import Backbone
from tlkit.models.catalogue import backbone

SPLITS = 10
FEW = 30  # test examples; with fewer an interval is so wide that it says little
MAJORITY = "majority"


@dataclass(frozen=True)
class Answer:
    """How good one strategy on one source is on new examples, over splits; ``beside`` marks a baseline."""

    source: str
    strategy: str
    estimate: SplitEstimate
    beside: bool = False

    def as_json(self) -> dict:
        """As plain values."""
        e = self.estimate
        figures = {"accuracy": e.mean, "low": e.low, "high": e.high}
        return {"source": self.source, "strategy": self.strategy, **figures, "splits": len(e.values)}


@dataclass(frozen=True, eq=False)
class Trial:
    """What came of :func:`try_out`: an :class:`Answer` for each strategy and baseline, and ``advice`` in words.

    ``half`` is what the best transfer was worth with half of the labels, if that was asked.
    """

    data: OwnData
    answers: tuple[Answer, ...]
    source: Source = field(repr=False)
    advice: str = ""
    half: Answer | None = None

    @property
    def best(self) -> Answer:
        """The best on the splits; of those that are as good, the first asked."""
        return max(self.answers, key=lambda each: each.estimate.mean)

    @property
    def transferred(self) -> Answer:
        """The best that is no baseline."""
        return _best(self.answers, beside=False)

    def result(self) -> Result:
        """The run of the first split by the strategy that was best there: ``trial.result().export("my_model")``.

        Where always naming the largest class was best, it is that of the best strategy which looks at anything.
        """
        asked = self._asked(0)
        return transfer(asked.source, asked.target, strategy=asked.strategy, shots=asked.shots, seed=asked.seed)

    def reliability(self) -> Reliability:
        """Whether that strategy is right as often as it is sure, on the tests of all splits together.

        Where the body learns, it is asked on the first split alone: for each other it would have to learn anew.
        """
        splits = len(self._looked.estimate.values) if as_strategy(self._looked.strategy).body_is_frozen else 1
        asked = [self._asked(seed) for seed in range(splits)]
        with unchanging(self.source.backbone):
            chances = [Runner(each.source, each.target).answers(each) for each in asked]
        return reliability(np.concatenate(chances), np.concatenate([each.target.test.labels for each in asked]))

    @property
    def _looked(self) -> Answer:
        """The best that looks at anything."""
        return max((each for each in self.answers if each.strategy != MAJORITY), key=lambda each: each.estimate.mean)

    def _asked(self, seed: int) -> Question:
        task, strategy = self.data.task(seed=seed), as_strategy(self._looked.strategy)
        source = _beside(task)[0] if strategy.name == "scratch" else self.source
        return questions(source, task, [strategy], [task.most_shots], [seed])[0]

    def evidence(self, strategy: str) -> SplitEstimate:
        """The accuracy of a strategy over the splits, for the card of an exported model."""
        return next(each.estimate for each in self.answers if each.strategy == strategy)


def try_out(
    data: OwnData,
    *,
    source: Source | Backbone | str | None = None,
    strategies: Sequence[str] = ("head",),
    splits: int = SPLITS,
    on_event: Listener = ignore,
) -> Trial:
    """Learn from most of ``data`` and be tested on the rest, on ``splits`` random splits, with all labels there are.

    The ``source`` is MiniLM for texts and EfficientNet-Lite0 for pictures unless one is given. Beside it stand what
    needs no transfer (counted words; a small network from scratch) and always naming the largest class. Where the files
    say the split, there is that one only. Intervals are of 90% (:class:`~tlkit.estimate.SplitEstimate`).
    """
    if not isinstance(data, OwnData):
        raise TlkitError(f"{shown(data)} is no data that was read: give what tl.read_data returned.")
    splits = whole(splits, f"splits={shown(splits)} is no number of splits", most=100, such="10")
    tasks = [data.task(seed=seed) for seed in range(1 if data.has_split else splits)]
    source = backbone("minilm" if data.modality == "text" else "efficientnet-lite0") if source is None else source
    source = as_source(backbone(source) if isinstance(source, str) else source)
    other, plain = _beside(tasks[0])
    asked = [(source, list(strategies), False), (other or source, [plain], True)]
    found: dict[tuple[str, str, bool], list[float]] = {}
    with unchanging(source.backbone):
        for seed, task in enumerate(tasks):
            for each, named, beside in asked:
                runs = compare(each, task, strategies=named, shots=task.most_shots, seeds=[seed], on_event=ignore)
                for run in runs:
                    name = "words" if run.strategy == "tf_idf" else run.source
                    found.setdefault((name, run.strategy, beside), []).append(run.accuracy)
            found.setdefault(("-", MAJORITY, True), []).append(_majority(task))
            on_event(Progress(seed + 1, len(tasks)))
        size = (len(tasks[0].train), len(tasks[0].test), len(data.items))
        answers = tuple(Answer(name, strategy, SplitEstimate(tuple(values), *size), beside)
                        for (name, strategy, beside), values in found.items())  # fmt: skip
        half = _with_half(tasks, source, _best(answers, beside=False).strategy, len(data.items))
    return Trial(data, answers, source, advise(data, answers, half), half)


def _best(answers: Sequence[Answer], *, beside: bool) -> Answer:
    """The best of the baselines, or of what is none; of those that are as good, the first asked."""
    return max((each for each in answers if each.beside is beside), key=lambda each: each.estimate.mean)


def _with_half(tasks: Sequence[Task], source: Source, strategy: str, items: int) -> Answer | None:
    """The same with half as many labels of each class; none where that is no label, or the body would have to learn."""
    shots = tasks[0].most_shots // 2
    if not shots or not as_strategy(strategy).body_is_frozen:
        return None
    asked = {"strategies": strategy, "shots": shots, "on_event": ignore}
    runs = [run for seed, task in enumerate(tasks) for run in compare(source, task, seeds=[seed], **asked)]
    values = tuple(run.accuracy for run in runs)
    return Answer(runs[0].source, strategy, SplitEstimate(values, runs[0].labels, len(tasks[0].test), items))


def _beside(task: Task) -> tuple[Source | None, str]:
    """The baseline that learns from the labels alone: its source, None for one that needs none, and its strategy."""
    return (None, "tf_idf") if task.modality == "text" else (random_source(backbone("small-cnn")), "scratch")


def _majority(task: Task) -> float:
    """The accuracy of always naming the class that is most frequent among the labelled examples."""
    largest = np.bincount(task.train.labels, minlength=len(task.classes)).argmax()
    return float((task.test.labels == largest).mean())


def advise(data: OwnData, answers: Sequence[Answer], half: Answer | None = None) -> str:
    """What answers on the same splits say, in sentences: how good the best is, and whether transfer is worth it.

    With what it was worth on ``half`` of the labels, also what more of them may bring.
    """
    best, plain = _best(answers, beside=False), _best(answers, beside=True)
    e, things = best.estimate, data.report.things
    said = [
        f"With {e.learnt} labelled {things}, {_named(best)} names {e.mean:.0%} of new ones right, or {e.low:.0%} to "
        f"{e.high:.0%} (90% interval).",
        _worth(best, plain),
        *([_more(best, half)] if half and len(half.estimate.values) > 1 else []),
        _how(data, e),
    ]
    return " ".join(said)


def _named(answer: Answer) -> str:
    if answer.strategy == MAJORITY:
        return "always naming the largest class"
    if answer.strategy == "tf_idf":
        return "counting words"
    if answer.strategy == "scratch":
        return "a small network from scratch"
    return f"{answer.source} with {answer.strategy!r}"


def _worth(best: Answer, plain: Answer) -> str:
    """Whether transfer beats the best of what needs none, split by split."""
    gaps = [one - other for one, other in zip(best.estimate.values, plain.estimate.values, strict=True)]
    e, gap = best.estimate, float(np.mean(gaps))
    half = corrected_half_width(gaps, e.learnt, e.tested) if len(gaps) > 1 else math.inf
    other = f"{_named(plain)} ({plain.estimate.mean:.0%})"
    if len(gaps) == 1:
        return f"That is {gap:+.0%} beside {other}; a single split does not say how much of it is luck."
    spread = f"{gap:+.0%} ({gap - half:+.0%} to {gap + half:+.0%})"
    if gap - half > 0:
        return f"Transfer is worth it here: {spread} beside {other}."
    if gap + half < 0:
        return f"Transfer is not worth it here: {spread} beside {other}. Take that."
    return f"Whether transfer is worth it is not shown: {spread} beside {other}. More labels would tell."


def _more(best: Answer, half: Answer) -> str:
    """What the last labels brought. Of the next nothing was measured, and little is said.

    A good teacher's pupil learns less from each doubling than from the one before: so it is at every step of the label
    curves that the lessons measure, while counted words and random networks do not keep to it.
    """
    gaps = [whole - part for whole, part in zip(best.estimate.values, half.estimate.values, strict=True)]
    gap, e = float(np.mean(gaps)), best.estimate
    width = corrected_half_width(gaps, e.learnt, e.tested)
    worth = f"The last {e.learnt - half.estimate.learnt} labels were worth {gap:+.0%} ({gap - width:+.0%} to "
    if gap - width <= 0:
        return f"{worth}{gap + width:+.0%}): that more of them would help is not shown."
    return f"{worth}{gap + width:+.0%}); that many more would most likely be worth less."


def _how(data: OwnData, e: SplitEstimate) -> str:
    """How the split was made, and how much the test can say."""
    few = " So few say little: take it for a first guess." if e.tested < FEW else ""
    if data.has_split:
        return f"The files say the split; the {e.tested} of its test were looked at once.{few}"
    return (
        f"That is from {len(e.values)} random splits, each tested on {e.tested} that it did not learn from; copies "
        f"stay on one side. New {data.report.things} from elsewhere may do worse.{few}"
    )
