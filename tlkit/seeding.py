"""Seeds: which ones a comparison uses, and how one seed becomes many that do not touch each other."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable

from tlkit.arguments import MOST, listed, whole
from tlkit.errors import TlkitError, shown

VARIABLE = "TLKIT_SEEDS"
DEFAULT_COUNT = 5


def stream(seed: int, *purpose: object) -> int:
    """A seed of its own for each purpose, so that no two draws share their luck by accident.

    ``stream(0, "head", "notes/guitar")`` has nothing to do with ``stream(0, "source", "notes/piano")``. With one
    seed for both, a "fresh" head would *be* the initial state of the source's head, and fine-tuning would look twice
    as good as it is.
    """
    text = "\0".join([str(seed), *map(str, purpose)])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def check_seed(seed: object) -> int:
    """``seed`` as an int, or a sentence that says why it is none."""
    if isinstance(seed, str) and seed.strip().isascii() and seed.strip().isdigit() and len(seed) < 20:
        seed = int(seed)
    return whole(seed, f"{shown(seed)} is no seed", least=0, such="3", ask="name")


def parse_seeds(text: str) -> tuple[int, ...]:
    """Seeds as people write them: ``"10-14"``, ``"3"``, ``"1,2,5"`` or ``"0-4,10"``."""
    seeds: dict[int, None] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        first, dash, last = part.partition("-")
        begin, end = check_seed(first.strip()), check_seed(last.strip() if dash else first.strip())
        if end < begin:
            raise TlkitError(f"The seeds {shown(part)} run backwards: write {end}-{begin}.")
        _refuse_many(end - begin + 1)
        seeds |= dict.fromkeys(range(begin, end + 1))
        _refuse_many(len(seeds))
    if not seeds:
        raise TlkitError(f"{shown(text)} names no seeds: write them as in 10-14 or 1,2,5.")
    return tuple(seeds)


def _refuse_many(count: int) -> None:
    if count > MOST:
        raise TlkitError(f"{count:,} seeds are more than anybody waits for: name {MOST:,} or fewer, as in 10-14.")


def fresh_seeds() -> str:
    """The seeds of ``TLKIT_SEEDS``, on which a lesson is asked afresh, as they were written; "" where none are set."""
    return os.environ.get(VARIABLE, "").strip()


def asked(everything: Iterable, *, claims: Iterable) -> list:
    """What a lesson asks: ``everything`` on the seeds whose runs are saved with it, on others what its ``claims`` need.

    Others are those of ``TLKIT_SEEDS``, on which every run is computed afresh, and what is left out is said.
    """
    everything, claims, chosen = list(everything), list(claims), fresh_seeds()
    if not chosen or len(claims) == len(everything):
        return everything
    left_out = ", ".join(getattr(each, "name", str(each)) for each in everything if each not in claims)
    print(f"Not asked on the seeds {chosen}, as no claim needs it: {left_out}")
    return claims


def choose_seeds(seeds: int | str | Iterable[int] | None = None) -> tuple[int, ...]:
    """The seeds of a comparison.

    Seeds that are *named* (``"10-14"``, ``[1, 2]``) are used as they are. A *number* of seeds (5, or None for the
    default) leaves open which: 0 to 4, or those in the environment variable ``TLKIT_SEEDS``, with which anyone can ask
    a lesson whether its claims hold on other seeds.
    """
    if isinstance(seeds, str):
        return parse_seeds(seeds)
    if isinstance(seeds, Iterable):
        return tuple(dict.fromkeys(check_seed(seed) for seed in listed(seeds, "seeds", "[1, 2, 5] or '10-14'")))
    count = whole(
        DEFAULT_COUNT if seeds is None else seeds,
        f"seeds={shown(seeds)} is no number of seeds",
        most=MOST,
        instead="name them, as in '10-14'",
    )
    return parse_seeds(fresh_seeds()) if fresh_seeds() else tuple(range(count))
