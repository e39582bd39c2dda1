"""Measured figures: what is asked of networks seed by seed and is no run, and can be saved beside the runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tlkit.errors import TlkitError, shown
from tlkit.experiments.question import digest
from tlkit.experiments.results import Results
from tlkit.seeding import choose_seeds


def measured(
    measure: Callable[[int], Sequence[float]],
    about: list,
    *,
    seeds: int | str | Iterable[int] | None = None,
    reuse: Results | None = None,
) -> dict[int, list[float]]:
    """For each seed the figures that ``measure(seed)`` returns; what ``reuse`` holds is not measured again.

    ``about`` is all that they depend on but the seed, as JSON takes it. What had to be measured is added to
    ``reuse.figures``, and saved with the results.
    """
    if reuse is not None and not isinstance(reuse, Results):
        raise TlkitError(f"{shown(reuse)} holds no results: give what tl.compare or tl.load_results returned.")
    known = {} if reuse is None else reuse.figures
    found = {}
    for seed in choose_seeds(seeds):
        key = digest([*about, seed])
        if key not in known:
            known[key] = [float(figure) for figure in measure(seed)]
        found[seed] = known[key]
    return found
