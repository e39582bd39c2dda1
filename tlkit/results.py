"""What runs found: a result, many results, and an estimate with its interval."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import statistics
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tlkit.errors import TlkitError, unknown
from tlkit.tasks.base import UNEVEN

FORMAT = 1
CONFIDENCE = 0.95
FROM_NOTHING = ("scratch", "random_head", "random_lora", "tf_idf")  # strategies in which the source has no part


@dataclass(frozen=True)
class Result:
    """One run.

    ``accuracy`` is the share of test examples named right; ``seconds`` is what the learning took, without the test;
    ``labels`` is how many labelled examples it used; ``history`` holds the training steps and ``model`` the network,
    neither of which a comparison keeps. ``by_class`` says of each class how many test examples were named right, of how
    many; runs that were saved before there was such a count have none.
    """

    source: str
    target: str
    strategy: str
    shots: int
    seed: int
    labels: int
    accuracy: float
    seconds: float
    trainable_params: int
    total_params: int
    key: str = field(default="", repr=False)
    history: tuple = field(default=(), repr=False, compare=False)
    model: object = field(default=None, repr=False, compare=False)
    by_class: tuple[tuple[str, int, int], ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self):
        object.__setattr__(self, "by_class", tuple((name, right, of) for name, right, of in self.by_class))

    @property
    def balanced_accuracy(self) -> float:
        """The mean over classes of the share that is named right, in which a rare class counts as much as any."""
        shares = [right / of for _, right, of in self.by_class if of]
        return statistics.fmean(shares) if shares else float("nan")

    @property
    def majority(self) -> tuple[str, float] | None:
        """The largest class of the test and its share, which is the accuracy of always naming it, if it is uneven."""
        total = sum(of for *_, of in self.by_class)
        if not total:
            return None
        name, _, most = max(self.by_class, key=lambda each: each[2])
        return (name, most / total) if most * len(self.by_class) > UNEVEN * total else None

    def row(self) -> dict:
        """What can be written down: all but the history and the network."""
        row = {name: getattr(self, name) for name in _ROW}
        return row | {"by_class": [list(each) for each in self.by_class]} if self.by_class else row


@dataclass(frozen=True)
class Estimate:
    """A figure for each seed, with their mean and its 95% interval (Student's t).

    Estimates subtract seed by seed: ``a - b`` is the paired difference. Compared with a margin they give a
    :class:`~tlkit.claims.Check`, which holds if the whole interval is on the right side of it. Where there is no seed,
    other luck may take its place: ``of`` says what the figures are of, such as "wordings".
    """

    by_seed: Mapping[int, float]
    what: str
    of: str = "seeds"

    @property
    def values(self) -> list[float]:
        """The figure of each seed."""
        return list(self.by_seed.values())

    @property
    def mean(self) -> float:
        """The mean over seeds."""
        return statistics.fmean(self.values)

    @property
    def half_width(self) -> float:
        """Half the width of the interval; infinite for a single seed, which says nothing of the spread."""
        n = len(self.values)
        if n < 2:
            return float("inf")
        from scipy.stats import t

        return float(t.ppf((1 + CONFIDENCE) / 2, n - 1)) * statistics.stdev(self.values) / n**0.5

    @property
    def low(self) -> float:
        """The lower end of the interval."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """The upper end of the interval."""
        return self.mean + self.half_width

    def __sub__(self, other: Estimate) -> Estimate:
        seeds = [seed for seed in self.by_seed if seed in other.by_seed]
        if not seeds:
            raise TlkitError(
                f"{self.what} and {other.what} share no seed, so they can't be paired: compare them on the same ones."
            )
        gaps = {seed: self.by_seed[seed] - other.by_seed[seed] for seed in seeds}
        return Estimate(gaps, f"{self.what} - {other.what}", self.of)

    def __gt__(self, margin: float):
        from tlkit.claims import Check

        return Check(self, ">", margin, self.low > margin)

    def __lt__(self, margin: float):
        from tlkit.claims import Check

        return Check(self, "<", margin, self.high < margin)

    def __str__(self) -> str:
        return f"{self.mean:.3f} ({self.low:.3f} to {self.high:.3f})"


class Results:
    """Many runs, in the order in which they were asked for.

    ``reused`` of them were not made for this; ``missing`` more were asked for, and are not there because the comparison
    was stopped.
    """

    def __init__(self, runs: Iterable[Result], *, reused: int = 0, missing: int = 0):
        self.runs, self.reused, self.missing = tuple(runs), reused, missing

    def __iter__(self) -> Iterator[Result]:
        return iter(self.runs)

    def __len__(self) -> int:
        return len(self.runs)

    def __add__(self, other: Results) -> Results:
        return Results([*self, *other], reused=self.reused + other.reused, missing=self.missing + other.missing)

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
            if name not in _ROW:
                raise unknown("column", name, _ROW)
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

        columns = [name for name in _ROW if name != "key"]
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
        origin = "" if re.split("[:@]", strategy)[0] in FROM_NOTHING else f" from {runs.sources[0]}"
        what = f"{strategy} at {shots} shot{'s' * (shots > 1)}{origin}"
        return Estimate({run.seed: run.accuracy for run in runs}, what)

    def balanced_accuracy(self, strategy: str, *, shots: int) -> Estimate:
        """The same with each class counting alike, however many test examples it has."""
        found = self.accuracy(strategy, shots=shots)
        runs = self.where(strategy=strategy).where(shots=shots)
        return Estimate({run.seed: run.balanced_accuracy for run in runs}, f"{found.what}, balanced")

    def gain(self, strategy: str, *, over: str, shots: int) -> Estimate:
        """By how much ``strategy`` beats ``over`` at that many shots, paired by seed."""
        difference = self.accuracy(strategy, shots=shots) - self.accuracy(over, shots=shots)
        return dataclasses.replace(difference, what=f"{strategy} over {over} at {shots} shot{'s' * (shots > 1)}")

    def ratio(self, value: str, strategy: str, *, to: str, shots: int) -> Estimate:
        """What ``strategy`` takes of a cost, as a share of what ``to`` takes, paired by seed.

        ``value`` is a column, such as "seconds" or "trainable_params".
        """
        if value not in _ROW:
            raise unknown("column", value, _ROW)
        runs = self.where(strategy=strategy).where(shots=shots)
        whole = {run.seed: getattr(run, value) for run in self.where(strategy=to).where(shots=shots)}
        shares = {run.seed: getattr(run, value) / whole[run.seed] for run in runs if run.seed in whole}
        return Estimate(shares, f"{value.replace('_params', ' weights')} of {strategy} as a share of {to}'s")

    def plot(self, ax=None, *, strategies: Iterable[str] | None = None):
        """Accuracy against shots, mean and spread over seeds; the Axes that it drew on."""
        from tlkit.plots import label_curve

        return label_curve(self, ax=ax, strategies=strategies)

    def picture(self, title: str = "", *, strategies: Iterable[str] | None = None):
        """The plot with its numbers in words, as a notebook shows it."""
        from tlkit.plots import curve_picture

        return curve_picture(self, title, strategies=strategies)

    def save(self, path: str | os.PathLike) -> Path:
        """Write the runs down as JSON, whole or not at all; :func:`load_results` reads them again."""
        path = Path(path)
        rows = ",\n".join(json.dumps(run.row()) for run in self)
        draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(f'{{"format": {FORMAT}, "rows": [\n{rows}\n]}}\n', encoding="utf-8")
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


_ROW = tuple(f.name for f in dataclasses.fields(Result) if f.name not in ("history", "model", "by_class"))


def load_results(path: str | os.PathLike) -> Results:
    """Results that :meth:`Results.save` wrote, or ``compare(save=...)``."""
    from tlkit.journal import SUFFIX, place_of

    path = Path(path)
    if path.suffix == SUFFIX or (not path.is_file() and place_of(path).is_file()):
        return Results(read_rows(place_of(path)))
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
        version, rows = int(saved["format"]), saved["rows"]
    except OSError as error:
        raise TlkitError(f"There are no results to read at {path} ({error.strerror}).") from error
    except (ValueError, KeyError, TypeError) as error:
        raise TlkitError(
            f"{path} does not hold results that tlkit saved, or was cut short: save them again."
        ) from error
    if version > FORMAT:
        raise TlkitError(
            f"{path} was saved by a newer tlkit (format {version}; this one reads up to {FORMAT}): "
            "upgrade with `pip install --upgrade tlkit`."
        )
    try:
        return Results(Result(**row) for row in rows)
    except TypeError as error:
        raise TlkitError(f"{path} has rows that are no results ({error}): save them again.") from error


def read_rows(path: Path) -> list[Result]:
    """The runs of a file that holds one a line; a last line without its end, which may be cut short, does not count."""
    *lines, _ = path.read_text(encoding="utf-8").split("\n")
    try:
        return [Result(**json.loads(line)) for line in lines]
    except (ValueError, TypeError) as error:
        raise TlkitError(
            f"{path} has a line that is no run ({error}): take the line out, or choose another file."
        ) from error
