"""Results: many runs, and what can be asked of them."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from tlkit.arguments import a_path, to_write, whole
from tlkit.errors import TlkitError, shown, unknown
from tlkit.estimate import Estimate
from tlkit.experiments.journal import read_rows
from tlkit.experiments.result import COLUMNS, Result, read_row
from tlkit.methods.strategy import from_source

FORMAT = 1


class Results:
    """Many runs, in the order in which they were asked for.

    ``reused`` of them were not made for this; ``missing`` more were asked for, and are not there because the comparison
    was stopped. ``figures`` are what was measured beside the runs, by key (:mod:`tlkit.experiments.measured`).
    """

    def __init__(
        self,
        runs: Iterable[Result] = (),
        *,
        reused: int = 0,
        missing: int = 0,
        figures: Mapping[str, list[float]] | None = None,
    ):
        self.runs, self.reused, self.missing, self.figures = tuple(runs), reused, missing, dict(figures or {})

    def __iter__(self) -> Iterator[Result]:
        return iter(self.runs)

    def __len__(self) -> int:
        return len(self.runs)

    def __add__(self, other: Results) -> Results:
        counts = {"reused": self.reused + other.reused, "missing": self.missing + other.missing}
        return Results([*self, *other], **counts, figures=self.figures | other.figures)

    def __repr__(self) -> str:
        stopped = f"; stopped, {self.missing} are missing" if self.missing else ""
        return (
            f"Results({len(self)} runs: {' and '.join(self.sources)} -> {' and '.join(self.targets)}; "
            f"{', '.join(self.strategies)}; shots {', '.join(map(str, self.shots))}; {len(self.seeds)} seeds{stopped})"
        )

    @property
    def sources(self) -> list[str]:
        """The sources, each once."""
        return self._each("source")

    @property
    def targets(self) -> list[str]:
        """The targets, each once."""
        return self._each("target")

    @property
    def strategies(self) -> list[str]:
        """The strategies, each once."""
        return self._each("strategy")

    @property
    def shots(self) -> list[int]:
        """The numbers of shots, ascending."""
        return sorted(self._each("shots"))

    @property
    def seeds(self) -> list[int]:
        """The seeds, each once."""
        return self._each("seed")

    def where(self, **wanted) -> Results:
        """The runs whose fields have these values: ``results.where(strategy="head", shots=5)``."""
        for name, value in wanted.items():
            if name not in COLUMNS:
                raise unknown("column", name, COLUMNS)
            known = self._each(name)
            if value not in known:
                raise TlkitError(f"These results have no {name} {value!r}; they have {', '.join(map(str, known))}.")
        return Results(run for run in self if all(getattr(run, name) == value for name, value in wanted.items()))

    @property
    def majority(self) -> tuple[str, float] | None:
        """The largest class of an uneven test and its share: what always naming that class would be worth.

        None where the classes are about even, where the targets differ, and where the runs don't say.
        """
        found = {run.majority for run in self}
        return found.pop() if len(found) == len(self.targets) == 1 else None

    def table(self):
        """A pandas frame, one row a run; where the test is uneven, with the balanced accuracy, too."""
        import pandas as pd

        columns = [name for name in COLUMNS if name != "key"]
        frame = pd.DataFrame([run.row() for run in self], columns=columns)
        if self.majority:
            frame["balanced_accuracy"] = [run.balanced_accuracy for run in self]
        return frame

    def summary(self, value: str = "accuracy"):
        """A pandas frame of means over seeds, strategies down and shots across.

        Where the test is uneven, a last row says what always naming its largest class is worth; there is a
        "balanced_accuracy" then, too.
        """
        frame = self.table().pivot_table(index="strategy", columns="shots", values=value, sort=False)
        frame = frame[self.shots].rename_axis(index=None)
        if self.majority and value in ("accuracy", "balanced_accuracy"):
            name, share = self.majority
            even = 1 / sum(of > 0 for *_, of in self.runs[0].by_class)
            frame.loc[f"always {name!r}"] = share if value == "accuracy" else even
        return frame

    def by_class(self, *, shots: int | None = None):
        """A pandas frame of the share of each class that is named right, strategies down; a mean over seeds.

        At the largest number of shots, unless another is asked for. The last row is each class's share of the test.
        """
        import pandas as pd

        runs = self.where(shots=self.shots[-1] if shots is None else shots)
        if len(runs.targets) > 1 or not all(run.by_class for run in runs):
            raise TlkitError(
                "These results don't say of one target which classes were named right: choose one, as in "
                "results.where(target=...), and make runs anew that were saved by an older tlkit."
            )
        shares = [{name: right / of for name, right, of in run.by_class if of} for run in runs]
        frame = pd.DataFrame(shares).groupby([run.strategy for run in runs], sort=False).mean()
        total = sum(of for *_, of in runs.runs[0].by_class)
        frame.loc["share of the test"] = {name: of / total for name, _, of in runs.runs[0].by_class}
        return frame

    def cost(self):
        """A pandas frame of what each strategy costs beside what it brings, at the largest number of shots."""
        frame = self.where(shots=self.shots[-1]).table()
        columns = ["labels", "trainable_params", "seconds", "accuracy"]
        means = frame.groupby("strategy", sort=False)[columns].mean().rename_axis(index=None)
        return means.astype({"labels": int, "trainable_params": int})

    def accuracy(self, strategy: str, *, shots: int) -> Estimate:
        """The accuracy of a strategy, seed by seed."""
        runs = self.where(strategy=strategy).where(shots=shots)
        if len(runs.sources) > 1 or len(runs.targets) > 1:
            raise TlkitError("These results mix sources or targets: choose one first, as in results.where(target=...).")
        origin = f" from {runs.sources[0]}" if from_source(strategy) else ""
        what = f"{strategy} at {shots} shot{'s' * (shots > 1)}{origin}"
        return Estimate({run.seed: run.accuracy for run in runs}, what)

    def balanced_accuracy(self, strategy: str, *, shots: int) -> Estimate:
        """The same with each class counting alike, however many test examples it has."""
        found = self.accuracy(strategy, shots=shots)
        runs = self.where(strategy=strategy).where(shots=shots)
        return Estimate({run.seed: run.balanced_accuracy for run in runs}, f"{found.what}, balanced")

    def recall(self, name: str, strategy: str, *, shots: int) -> Estimate:
        """The share of the test examples of the class ``name`` that is named right, seed by seed."""
        found, runs = self.accuracy(strategy, shots=shots), self.where(strategy=strategy).where(shots=shots)
        counted = {run.seed: {each: (right, of) for each, right, of in run.by_class} for run in runs}
        if any(not classes.get(name, (0, 0))[1] for classes in counted.values()):
            raise TlkitError(
                f"These results don't say how many of {shown(name)} were named right: see results.by_class()."
            )
        shares = {seed: classes[name][0] / classes[name][1] for seed, classes in counted.items()}
        return Estimate(shares, f"{name} named right by {found.what}")

    def accuracy_if(self, weights: Mapping[str, float], strategy: str, *, shots: int) -> Estimate:
        """The accuracy on a test in which each class has the weight given (1 where none is), from each one's recall."""
        runs = self.where(strategy=strategy).where(shots=shots)
        names = [name for name, *_ in runs.runs[0].by_class]
        found, total = dict.fromkeys(runs.seeds, 0.0), sum(weights.get(name, 1.0) for name in names)
        for name in names:
            for seed, share in self.recall(name, strategy, shots=shots).by_seed.items():
                found[seed] += weights.get(name, 1.0) / total * share
        return Estimate(found, f"{self.accuracy(strategy, shots=shots).what}, weighted")

    def gain(self, strategy: str, *, over: str = "scratch", shots: int, baseline: Results | None = None) -> Estimate:
        """By how much ``strategy`` beats ``over`` at that many shots, paired by seed.

        ``baseline`` are other results in which ``over`` is to be found, such as those of another source.
        """
        if baseline is not None:
            return self.accuracy(strategy, shots=shots) - baseline.accuracy(over, shots=shots)
        difference = self.accuracy(strategy, shots=shots) - self.accuracy(over, shots=shots)
        return dataclasses.replace(difference, what=f"{strategy} over {over} at {shots} shot{'s' * (shots > 1)}")

    def ratio(self, value: str, strategy: str, *, to: str, shots: int) -> Estimate:
        """What ``strategy`` takes of a cost, as a share of what ``to`` takes, paired by seed.

        ``value`` is a column, such as "seconds" or "trainable_params".
        """
        if value not in COLUMNS:
            raise unknown("column", value, COLUMNS)
        runs = self.where(strategy=strategy).where(shots=shots)
        whole = {run.seed: getattr(run, value) for run in self.where(strategy=to).where(shots=shots)}
        shares = {run.seed: getattr(run, value) / whole[run.seed] for run in runs if run.seed in whole}
        return Estimate(shares, f"{value.replace('_params', ' weights')} of {strategy} as a share of {to}'s")

    def curves(self, strategies: Iterable[str] | None = None) -> dict[str, dict[int, Estimate]]:
        """The accuracies of each strategy by shots, as far as there are runs: what plots take."""
        return self._curves(strategies, self.accuracy)

    def plot(self, ax=None, *, strategies: Iterable[str] | None = None):
        """Accuracy against shots, mean and spread over seeds; the Axes that it drew on."""
        from tlkit.plots.label_curve import label_curve

        return label_curve(self.curves(strategies), ax=ax, majority=self._majority(strategies))

    def picture(self, title: str = "", *, strategies: Iterable[str] | None = None):
        """The plot with its numbers in words, as a notebook shows it."""
        from tlkit.plots.label_curve import curve_picture

        return curve_picture(self.curves(strategies), title, majority=self._majority(strategies))

    def describe(self, *, strategies: Iterable[str] | None = None) -> str:
        """The plot's numbers in words."""
        from tlkit.plots.label_curve import describe

        return describe(self.curves(strategies), majority=self._majority(strategies))

    def plot_parameter_cost(self, title: str = "", *, shots: int):
        """Accuracy against the weights that learn, a point a strategy, as a picture with its numbers in words."""
        from tlkit.plots.parameter_cost import plot_parameter_cost

        found = {name: self.accuracy(name, shots=shots) for name in self.strategies}
        first = {name: self.where(strategy=name, shots=shots).runs[0] for name in self.strategies}
        weights = {name: run.trainable_params for name, run in first.items()}
        return plot_parameter_cost(found, weights, title, majority=self.where(shots=shots)._majority())

    def _curves(self, strategies: Iterable[str] | None, figure: Callable[..., Estimate]) -> dict:
        wanted = self.strategies if strategies is None else strategies
        return {name: {k: figure(name, shots=k) for k in self.where(strategy=name).shots} for name in wanted}

    def _majority(self, strategies: Iterable[str] | None = None):
        from tlkit.plots.majority import Majority

        return self.majority and Majority(*self.majority, self._curves(strategies, self.balanced_accuracy))

    def save(self, path: str | os.PathLike) -> Path:
        """Write the runs down as JSON, whole or not at all; :func:`load_results` reads them again."""
        path = to_write(path, "results", "results.json")
        rows = ",\n".join(json.dumps(run.row()) for run in self)
        lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(told)}" for key, told in self.figures.items())
        figures = f', "figures": {{\n{lines}\n}}' if self.figures else ""
        draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        try:
            path.parent.mkdir(exist_ok=True)
            draft.write_text(f'{{"format": {FORMAT}, "rows": [\n{rows}\n]{figures}}}\n', encoding="utf-8")
            os.replace(draft, path)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise TlkitError(
                f"The results can't be saved as {path} ({error.strerror}): choose another place."
            ) from error
        return path

    def _each(self, name: str) -> list:
        return list(dict.fromkeys(getattr(run, name) for run in self))


def as_results(given: Results | Iterable[Result] | None) -> Results:
    """Earlier results, if that is what they are; none where there are none."""
    runs = list(given) if isinstance(given, Iterable) and not isinstance(given, (str, bytes, os.PathLike)) else None
    if given is not None and (runs is None or not all(isinstance(run, Result) for run in runs)):
        raise TlkitError(f"{shown(given)} holds no results: give what tl.compare or tl.load_results returned.")
    return Results(runs or ())


def load_results(path: str | os.PathLike) -> Results:
    """Results that :meth:`Results.save` wrote, or ``compare(save=...)``."""
    from tlkit.experiments.journal import SUFFIX, place_of

    path = a_path(path, "saved results", "results.json")
    if path.is_dir():
        raise TlkitError(f"{path} is a folder: name the file in it that holds the results.")
    if path.suffix == SUFFIX or (not path.is_file() and place_of(path).is_file()):
        return Results(read_rows(place_of(path)))
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
        version, rows = whole(saved["format"], "the format"), list(saved["rows"])
        figures = {key: list(map(float, told)) for key, told in saved.get("figures", {}).items()}
    except OSError as error:
        raise TlkitError(f"There are no results to read at {path} ({error.strerror}).") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TlkitError(
            f"{path} does not hold results that tlkit saved, or was cut short: save them again."
        ) from error
    if version > FORMAT:
        raise TlkitError(
            f"{path} was saved by a newer tlkit (format {version}; this one reads up to {FORMAT}): "
            "upgrade with `pip install --upgrade tlkit`."
        )
    try:
        return Results(map(read_row, rows), figures=figures)
    except (TypeError, ValueError) as error:
        raise TlkitError(f"{path} has rows that are no results ({error}): save them again.") from error
