"""A language with little text: how well it is foretold, with its relatives' text and without.

All is in bits per character on test articles that were held out of every language. A *seed* draws which text of its
own a language has.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from tlkit.arguments import listed
from tlkit.datasets.languages import Language, language
from tlkit.errors import TlkitError
from tlkit.estimate import Estimate
from tlkit.experiments.measured import measured
from tlkit.experiments.results import Results
from tlkit.methods.next_character import (
    BATCH,
    ORDER,
    RATE,
    STEPS,
    Counts,
    bits_of,
    mixing_weights,
    network,
    network_bits,
    out_of_fold,
    teach,
)
from tlkit.models.characters import LetterNet
from tlkit.plots.bits_curve import bits_curve
from tlkit.plots.picture import Picture
from tlkit.runtime.torch_state import seeded
from tlkit.seeding import stream

RECIPE = 1  # raise it when a change to the code changes what is measured
OWN = "its own"
SCHOOLING = 1000  # steps in which a network learns the relatives
DIGITS = 4

Named = str | Language
Seeds = int | str | Iterable[int] | None


@dataclass(frozen=True)
class Foretold:
    """How well a language is foretold: ``bits`` per character, and to whom the mixture listens, as ``weights``."""

    target: str
    chars: int
    bits: Estimate
    weights: Mapping[str, Estimate] = field(repr=False)

    def share(self, names: Iterable[str]) -> Estimate:
        """How much of all the listening several relatives get together."""
        names = list(names)
        chosen = [self.weights[name] for name in names]
        total = {seed: sum(each.by_seed[seed] for each in chosen) for seed in self.bits.by_seed}
        return Estimate(total, f"weight of {' and '.join(names)}, for {self.target}")


def foretold(
    target: Named, relatives: Sequence[Named] = (), *, chars: int, seeds: Seeds = None, reuse: Results | None = None
) -> Foretold:
    """A language with ``chars`` characters of its own, mixed with all that there is of its relatives, by counting."""
    target, relatives = _given(target, relatives)

    def measure(seed: int) -> list[float]:
        return np.round(listened(target, relatives, chars=chars, seed=seed), DIGITS).tolist()

    about = ["foretold", RECIPE, ORDER, digest(target), [digest(each) for each in relatives], chars]
    found = measured(measure, about, seeds=seeds, reuse=reuse)
    names = [OWN, *(each.name for each in relatives)]
    return Foretold(
        target.name,
        chars,
        _estimate(found, 0, f"bits of {_called(target, chars, relatives)}"),
        {name: _estimate(found, place, f"weight of {name}") for place, name in enumerate(names, start=1)},
    )


def curve(target: Named, relatives: Sequence[Named] = (), *, chars: Iterable[int], **asked) -> dict[int, Estimate]:
    """Bits per character for several numbers of characters, as :func:`foretold` finds them."""
    return {each: foretold(target, relatives, chars=each, **asked).bits for each in chars}


def by_network(
    target: Named, relatives: Sequence[Named] = (), *, chars: int, seeds: Seeds = None, reuse: Results | None = None
) -> Estimate:
    """The same by a small network, which learns the relatives first, if there are any, and then the language's own."""
    target, relatives = _given(target, relatives)

    def measure(seed: int) -> list[float]:
        pupil = copy.deepcopy(_schooled(relatives, seed))
        teach(pupil, target.draw(chars, seed=seed), seed=stream(seed, "tune", target.name))
        return [round(network_bits(pupil, target.test), DIGITS)]

    about = ["network", RECIPE, SCHOOLING, STEPS, RATE, BATCH, digest(target), [digest(r) for r in relatives], chars]
    found = measured(measure, about, seeds=seeds, reuse=reuse)
    return _estimate(found, 0, f"bits of a network of {_called(target, chars, relatives)}")


def worth(alone: Mapping[int, Estimate], helped: Estimate) -> Estimate:
    """How many characters of its own a language would need, to be foretold as well as with help.

    ``alone`` is its curve without help; between its points the characters are read off on a log scale, seed by seed,
    and beyond its ends they count as the end.
    """
    sizes = sorted(alone)
    seeds = [seed for seed in helped.by_seed if all(seed in alone[size].by_seed for size in sizes)]
    if not seeds:
        raise TlkitError("The curve and what it is compared with share no seed: measure both on the same ones.")
    found = {
        seed: float(2 ** np.interp(-helped.by_seed[seed], [-alone[s].by_seed[seed] for s in sizes], np.log2(sizes)))
        for seed in seeds
    }
    return Estimate(found, f"{helped.what.removeprefix('bits of ')}, in characters of its own")


def plot(curves: Mapping[str, Mapping[int, Estimate]], title: str = "") -> Picture:
    """Bits per character by characters of one's own text; the numbers in words."""
    return bits_curve(curves, title)


def listened(target: Language, relatives: Sequence[Language], *, chars: int, seed: int) -> np.ndarray:
    """Bits per character of a mixture, and its weights: of the language's own counts, then of each relative."""
    rows = target.rows(chars, seed=seed)
    own, tested = _own(target, chars, seed)
    learnt = [[told(each, target)[row][:length] for row, length in rows] for each in relatives]
    weights = mixing_weights(np.array([own, *map(np.concatenate, learnt)]))
    test = np.array([tested, *(np.concatenate(told(each, target)[len(target.learn) :]) for each in relatives)])
    return np.array([bits_of(weights @ test), *weights])


@cache
def told(relative: Language, target: Language) -> list[np.ndarray]:
    """How likely each character of each article of a language is to a relative; those of the test come last."""
    counts = Counts(relative.learn)
    return [counts.likelihoods([article]) for article in (*target.learn, *target.test)]


@cache
def _own(target: Language, chars: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    pieces = target.draw(chars, seed=seed)
    return out_of_fold(pieces), Counts(pieces).likelihoods(target.test)


@cache
def _schooled(relatives: tuple[Language, ...], seed: int) -> LetterNet:
    with seeded(stream(seed, "letter net")):
        pupil = network()
    text = [article for each in relatives for article in each.learn]
    return teach(pupil, text, steps=SCHOOLING, seed=stream(seed, "school")) if text else pupil


def as_language(given: Named) -> Language:
    """A language by its name, or as it is."""
    return given if isinstance(given, Language) else language(given)


def digest(language: Language) -> str:
    """A hash of all that a language says."""
    return hashlib.blake2b("\0".join((*language.learn, *language.test)).encode(), digest_size=8).hexdigest()


def _given(target: Named, relatives: Named | Sequence[Named]) -> tuple[Language, tuple[Language, ...]]:
    nobody = isinstance(relatives, (list, tuple)) and not relatives
    some = () if nobody else listed(relatives, "relatives", "['Spanish']", single=(str, Language))
    target, relatives = as_language(target), tuple(map(as_language, some))
    names = [each.name for each in relatives]
    if target.name in names or len(set(names)) < len(names):
        raise TlkitError(f"{target.name} with {', '.join(names)}: name others than itself, and each once.")
    return target, relatives


def _called(target: Language, chars: int, relatives: Sequence[Language]) -> str:
    names = [each.name for each in relatives]
    beside = "" if not names else f" beside {' and '.join(names)}" if len(names) < 3 else f" beside {len(names)} others"
    return f"{chars:,} characters of {target.name}{beside}"


def _estimate(found: Mapping[int, Sequence[float]], place: int, what: str) -> Estimate:
    return Estimate({seed: figures[place] for seed, figures in found.items()}, what)
