"""What the computes of the labs share: what comes of each question, draw by draw, each made once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tlkit.datasets.task import Task
from tlkit.events import Listener
from tlkit.experiments.compare import transfer
from tlkit.experiments.result import Result
from tlkit.experiments.source import Source
from tlkit.methods.strategy import as_strategy
from tlkit.widgets.base import count


def spread(accuracies: Sequence[float], decimals: int = 1, each: str = "draw") -> str:
    """``71.3% to 80.0% over 5 draws``."""
    low, high = min(accuracies), max(accuracies)
    return f"{low:.{decimals}%} to {high:.{decimals}%} over {count(len(accuracies), each)}"


def recalled(saved: Iterable[Result], *asked) -> dict[int, float]:
    """The accuracy by seed of the saved runs of a source, target, strategy and shots, by their names."""
    return {run.seed: run.accuracy for run in saved if (run.source, run.target, run.strategy, run.shots) == asked}


@dataclass(frozen=True)
class Outcome:
    """One draw: the accuracy, and how likely each class is (n, classes) for the items that can be looked at."""

    accuracy: float
    probabilities: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Draws:
    """What a lab shows of one question: an accuracy for each draw so far, or for each of the runs that were saved."""

    source: str
    target: str
    strategy: str
    shots: int
    accuracies: tuple[float, ...]
    recalled: bool = False

    @property
    def mean(self) -> float:
        """The mean over draws."""
        return float(np.mean(self.accuracies))

    def spread(self) -> str:
        """``71.3% to 80.0% over 5 draws``, or over so many saved runs."""
        return spread(self.accuracies, each="saved run" if self.recalled else "draw")


@dataclass(frozen=True, kw_only=True)
class NamedItem(Draws):
    """The same, and what the network of the first draw says of one item: how likely each class is, and the truth.

    Saved runs have no network, so nothing is said of the item there.
    """

    probabilities: np.ndarray | None
    truth: int
    classes: tuple[str, ...]

    def judged(self, of: str) -> str:
        """``Of the note it says C (93%) and is right.``"""
        if self.probabilities is None:
            return f"What a network says {of} is not saved: that takes the training."
        return f"{of[0].upper()}{of[1:]} it says {self.verdict()}."

    def verdict(self) -> str:
        """``C (93%) and is right``."""
        best = int(self.probabilities.argmax())
        judged = "and is right" if best == self.truth else f"and is wrong: it is {self.classes[self.truth]}"
        return f"{self.classes[best]} ({self.probabilities[best]:.0%}) {judged}"


class Bench:
    """A lab's compute: what comes of a question, in so many draws; each is made once.

    A subclass says by :meth:`make` what comes of one draw, and by :meth:`is_instant` which questions need no training.
    """

    def __init__(self, draws: int):
        self.draws = draws
        self._made: dict[tuple, object] = {}

    def make(self, *asked, on_event: Listener | None = None) -> object:
        """What comes of one draw; ``asked`` is the question, with the number of the draw at its end."""
        raise NotImplementedError

    def is_instant(self, *question) -> bool:
        """Whether the answer takes no more than a blink, even if it is not there yet."""
        return False

    def only_fits_heads(self, *question) -> bool:
        """Whether it may be made ahead: no body learns, even if items have to be read first."""
        return self.is_instant(*question)

    def run(self, *asked, on_event: Listener | None = None) -> object:
        """What :meth:`make` says, made once."""
        return self.once(_key(asked), lambda: self.make(*asked, on_event=on_event))

    def once(self, key: tuple, make: Callable[[], object]) -> object:
        """What was made under a key, or is made now."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def made(self, key: tuple) -> object | None:
        """What was made under a key, if anything."""
        return self._made.get(key)

    def found(self, *question) -> list:
        """What is there already, draw by draw."""
        keys = (_key((*question, draw)) for draw in range(self.draws))
        return [self._made[key] for key in keys if key in self._made]

    def knows(self, *question) -> bool:
        """Whether the answer needs no training: a blink's work, or draws that were made before."""
        return self.is_instant(*question) or len(self.found(*question)) >= self.draws


def _key(asked: Sequence) -> tuple:
    return tuple(part.name if isinstance(part, Task) else part for part in asked)


class Benches(Bench):
    """Several benches as one: a question begins with the name of the bench that is asked."""

    def __init__(self, benches: Mapping[str, Bench]):
        super().__init__(next(iter(benches.values())).draws)
        self.benches = benches

    def __getitem__(self, name: str) -> Bench:
        return self.benches[name]

    def run(self, name: str, *asked, on_event: Listener | None = None) -> object:
        """What comes of one draw."""
        return self.benches[name].run(*asked, on_event=on_event)

    def found(self, name: str, *question) -> list:
        """What is there already, draw by draw."""
        return self.benches[name].found(*question)

    def is_instant(self, name: str, *question) -> bool:
        """Whether the answer takes no more than a blink."""
        return self.benches[name].is_instant(*question)

    def only_fits_heads(self, name: str, *question) -> bool:
        """Whether it may be made ahead."""
        return self.benches[name].only_fits_heads(*question)


class TransferBench(Bench):
    """Transfers from one source, by target, strategy, shots and draw.

    ``rows`` gives the rows of a target's test that can be looked at.
    """

    def __init__(self, source: Source, draws: int, rows: Callable[[Task], np.ndarray] = lambda _: np.empty(0, int)):
        super().__init__(draws)
        self.source, self.rows = source, rows

    def make(self, target: Task, strategy: str, shots: int, draw: int, *, on_event: Listener | None = None) -> Outcome:
        """One run, as :func:`tlkit.transfer` makes it."""
        run = transfer(self.source, target, strategy=strategy, shots=shots, seed=draw, on_event=on_event)
        return Outcome(run.accuracy, self.look(run.model, target))

    def look(self, model: object, target: Task) -> np.ndarray:
        """What a network says of the items that can be looked at."""
        rows = self.rows(target)
        return model.probabilities(target.test.items[rows]) if len(rows) else np.empty((0, len(target.classes)))

    def is_instant(self, _target: Task, strategy: str, _shots: int) -> bool:
        """Heads only."""
        return not trains(strategy)


def trains(strategy: str) -> bool:
    """Whether it takes more than fitting a head."""
    return not as_strategy(strategy).body_is_frozen
