"""Draw your prediction: the reader's curve of accuracy against labelled examples, before any number is shown."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import anywidget
import traitlets

from tlkit.errors import TlkitError
from tlkit.exercises import answers

HERE = Path(__file__).parent
TONES = (HERE / "tone.js").read_text(encoding="utf-8")  # how a view plays a curve
KIND = "predictions"
REVEALED: set[str] = set()  # the predictions whose truth this kernel has shown
NEUTRAL = 0.5  # where the curve lies before anybody has touched it

EMPTY = "Not drawn yet: drag the points, or Tab to one and use the arrow keys."
EXACT = "You were right to the point, everywhere."
DRAWN = "Your prediction is in; you can still change it."
SKIPPED = (
    "You drew nothing this time, which is fine; "
    "next time try a guess first: right or wrong, it makes the answer easier to remember."
)


class Predict(anywidget.AnyWidget):
    """A curve that the reader drags into place, and over which `reveal` later draws what was measured.

    `shots` are the numbers of labelled examples, `unit` what they count, `label` whose accuracy it is. `reference` is a
    (name, values) pair drawn in grey as a given, `chance` the accuracy of guessing (None: no line). Accuracies,
    or whatever `measure` says, are fractions from 0 to 1. The view takes no more drawing once the truth is shown;
    from Python, `values = [...]` draws. In a notebook the curve is kept beside it, and is there again after a restart
    of the kernel; what was drawn before the truth was shown counts.
    """

    _esm = f"{TONES}\n{(HERE / 'predict.js').read_text(encoding='utf-8')}"
    _css = HERE / "predict.css"
    _problem = ""  # why the curve could not be kept
    _late = False  # whether it was drawn when the truth was known

    question = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    unit = traitlets.Unicode().tag(sync=True)
    shots = traitlets.List(traitlets.Int()).tag(sync=True)
    steps = traitlets.List(traitlets.Unicode(), help="Each of `shots` with its unit, in words.").tag(sync=True)
    measure = traitlets.Unicode("accuracy", help="What the percents are of.").tag(sync=True)
    chance = traitlets.Float(allow_none=True).tag(sync=True)
    reference = traitlets.Instance(dict, allow_none=True, help='None, or {"name", "values"}.').tag(sync=True)
    values = traitlets.List(traitlets.Float(), help="The reader's curve.").tag(sync=True)
    touched = traitlets.Bool(False, help="Has anybody drawn yet?").tag(sync=True)
    truth = traitlets.Instance(dict, allow_none=True, help='None, or {"name", "mean", "low", "high"}.').tag(sync=True)
    headline = traitlets.Unicode(help="What to do, or how it went.").tag(sync=True)
    numbers = traitlets.Unicode(help="The curves, in words.").tag(sync=True)

    def __init__(
        self,
        shots: Iterable[int] = (1, 2, 5, 10, 20, 50),
        *,
        label: str = "a pianist",
        question: str = "How many of 100 guitar notes will the network name right?",
        chance: float | None = 1 / 12,
        reference: tuple[str, Sequence[float]] | None = None,
        unit: str = "notes of each name",
        measure: str = "accuracy",
    ) -> None:
        shots = _shots(shots)
        if chance is not None:
            (chance,) = _fractions("chance", [chance], 1)
        if reference is not None:
            name, values = reference
            reference = {"name": str(name), "values": _fractions("the reference", values, len(shots))}
        steps = [f"{n} {_counted(unit, n)}" for n in shots]
        super().__init__(
            shots=shots, steps=steps, label=label, question=question, chance=chance, reference=reference, unit=unit,
            measure=measure,
        )  # fmt: skip
        self._restore()

    def reveal(self, name: str, mean: Iterable[float], low: Iterable[float], high: Iterable[float]) -> Predict:
        """Draw the measured curve over the prediction: its mean, and a band from `low` to `high`."""
        self.truth = {"name": name, "mean": mean, "low": low, "high": high}
        return self

    def score(self) -> float | None:
        """How far the prediction lies from the truth, in points on average; None until both are there."""
        if not (self.touched and self.truth):
            return None
        gaps = self._gaps()
        return sum(map(abs, gaps)) / len(gaps)

    def words(self) -> str:
        """The picture in one paragraph, with all of its numbers."""
        return f"{self.headline} {self.numbers}".rstrip()

    def __repr__(self) -> str:
        return f"{self.question} {self.words()}"

    @property
    def name(self) -> str:
        """Under which it is kept: what was asked, and about whom."""
        return f"{self.question} ({self.label}; {self.shots[0]} to {self.shots[-1]} {self.unit})"

    def record(self) -> dict:
        """All that is kept of it."""
        told = ("question", "label", "unit", "measure", "shots", "chance", "truth")
        return {"values": list(self.values) if self.touched else None, **{each: getattr(self, each) for each in told}}

    def _repr_mimebundle_(self, **options) -> tuple[dict, dict] | None:
        shown = super()._repr_mimebundle_(**options)
        kept = answers.bundle(shown, {KIND: [self.name]})
        if kept is shown and self.truth:
            return answers.with_answers(shown, {"format": answers.FORMAT, KIND: {self.name: self.record()}}, [KIND])
        return kept

    def _restore(self) -> None:
        """What was drawn before the kernel was lost."""
        known = answers.recall(KIND, self.name) or {}
        self._late = bool(known.get("late"))
        with contextlib.suppress(TlkitError):  # of an older lesson, with other shots
            if known.get("values"):
                self.values = known["values"]

    def _keep(self) -> str:
        """Keep the curve. One drawn before the truth was known is not replaced, one drawn after is marked as late.

        Where nobody has drawn nothing is kept: a page that is merely run leaves no file.
        """

        def record(before: dict | None) -> dict:
            known = (before or {}).get("truth")
            if known and before.get("values") and not before.get("late"):
                return before | {"truth": self.truth or known}
            return self.record() | ({"late": True} if self._late else {})

        if not self.touched:
            return ""
        return answers.keep(KIND, self.name, record)

    def _gaps(self) -> list[float]:
        """Prediction minus truth, in points."""
        return [100 * (mine - mean) for mine, mean in zip(self.values, self.truth["mean"], strict=True)]

    def _say_headline(self) -> str:
        if self.truth:
            return self._verdict() if self.touched else SKIPPED
        return DRAWN if self.touched else EMPTY

    def _say_numbers(self) -> str:
        sentences = []
        if self.touched:
            sentences.append(f"Your prediction for {self.label}: {self._listed(self.values)}.")
        if self.truth:
            band = list(zip(self.truth["low"], self.truth["high"], strict=True))
            sentences.append(f"Measured, {self.truth['name']}: {self._listed(self.truth['mean'], band)}.")
        if self.reference:
            sentences.append(f"Given, {self.reference['name']}: {self._listed(self.reference['values'])}.")
        if self.chance is not None:
            sentences.append(f"Guessing: {_percent(self.chance)}.")
        sentences += [self._problem] if self._problem else []
        return " ".join(sentences)

    def _verdict(self) -> str:
        """How far off the reader was, and where most."""
        gaps = self._gaps()
        worst = max(range(len(gaps)), key=lambda i: abs(gaps[i]))
        if round(abs(gaps[worst])) == 0:
            return EXACT
        side = "too high" if gaps[worst] > 0 else "too low"
        return (
            f"You were {_points(self.score())} off on average, and most after {self.steps[worst]}: "
            f"{_points(abs(gaps[worst]))} {side}."
        )

    def _listed(self, values: Sequence[float], band: Sequence[tuple[float, float]] = ()) -> str:
        """'24% after 1 note of each name, 31% after 2 and 50% after 5', with ranges where there is a band."""
        after = [self.steps[0], *map(str, self.shots[1:])]
        ranges = [f" ({100 * low:.0f} to {100 * high:.0f})" for low, high in band] or [""] * len(values)
        parts = [f"{_percent(v)}{r} after {a}" for v, r, a in zip(values, ranges, after, strict=True)]
        return f"{', '.join(parts[:-1])} and {parts[-1]}"

    @traitlets.default("values")
    def _neutral(self) -> list[float]:
        return [NEUTRAL] * len(self.shots)

    @traitlets.default("headline")
    def _first_headline(self) -> str:
        return self._say_headline()

    @traitlets.default("numbers")
    def _first_numbers(self) -> str:
        return self._say_numbers()

    @traitlets.validate("values")
    def _check_values(self, proposal: dict) -> list[float]:
        return _fractions("values", proposal["value"], len(self.shots))

    @traitlets.validate("truth")
    def _check_truth(self, proposal: dict) -> dict | None:
        return proposal["value"] and _truth(proposal["value"], len(self.shots))

    @traitlets.observe("values")
    def _touch(self, _change: dict) -> None:
        self._late |= self.name in REVEALED
        self.touched = True
        self._problem = self._keep()
        self.numbers = self._say_numbers()

    @traitlets.observe("values", "touched", "truth")
    def _summarise(self, _change: dict) -> None:
        self.headline, self.numbers = self._say_headline(), self._say_numbers()

    @traitlets.observe("truth")
    def _keep_truth(self, _change: dict) -> None:
        self._problem = self._keep()
        REVEALED.add(self.name)


def _shots(shots: Iterable[int]) -> list[int]:
    """`shots` as a list of two or more whole numbers that grow."""
    shots = list(shots)
    whole = all(n >= 0 and n == int(n) for n in shots)
    if len(shots) < 2 or not whole or any(b <= a for a, b in pairwise(shots)):
        raise TlkitError(f"shots must be two or more whole numbers in growing order, such as (1, 2, 5), not {shots}.")
    return [int(n) for n in shots]


def _fractions(what: str, values: Iterable[float], count: int) -> list[float]:
    """`values` as a list of `count` plain floats from 0 to 1."""
    try:
        values = [float(v) for v in values]
    except (TypeError, ValueError):
        raise TlkitError(f"{what} must be a list of numbers from 0 to 1, not {values!r}.") from None
    if len(values) != count:
        raise TlkitError(f"{what} must have {count} values, one for each of the shots, not {len(values)}.")
    outside = [v for v in values if not 0 <= v <= 1]
    if outside:
        raise TlkitError(f"{what} must be accuracies from 0 to 1, and {outside[0]:g} is not.")
    return values


def _truth(given: dict, count: int) -> dict:
    """`given` with its three curves checked: each complete, and low <= mean <= high."""
    truth = {key: _fractions(f"the {key} of the truth", given[key], count) for key in ("mean", "low", "high")}
    rows = zip(truth["low"], truth["mean"], truth["high"], strict=True)
    if any(not low <= mean <= high for low, mean, high in rows):
        raise TlkitError("The truth must have low <= mean <= high after each number of shots.")
    return {"name": str(given["name"]), **truth}


def _counted(unit: str, n: int) -> str:
    """`unit` after the number `n`: 'notes of each name' is 'note of each name' after a 1."""
    first, *rest = unit.split(" ")
    return " ".join([first.removesuffix("s") if n == 1 else first, *rest])


def _percent(value: float) -> str:
    return f"{100 * value:.0f}%"


def _points(gap: float) -> str:
    """A gap in words: '1 point', '12 points'."""
    return f"{gap:.0f} point{'' if round(gap) == 1 else 's'}"
