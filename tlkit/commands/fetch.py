"""tlkit fetch: pre-trained weights, beforehand."""

from __future__ import annotations

from tlkit.models import weights
from tlkit.models.download import megabytes
from tlkit.runtime.paths import cache_folder


def fetch_command(names: list[str], all_: bool, list_: bool) -> int:
    """What ``tlkit fetch`` does: bring weights and say where they are, or list what there is."""
    wanted = list(weights.PARCELS) if all_ else [weights.parcel_of(name).name for name in names]
    if list_ or not wanted:
        print(_listed())
        return 0
    for name in wanted:
        with weights.Bar() as bar:
            place = weights.fetch(name, on_event=bar)
        print(f"{name} is in {place}")
    return 0


def _listed() -> str:
    width = max(map(len, weights.PARCELS))
    lines = [
        f"{name:<{width}}  {about}; {f'in {weights.place_of(name)}' if weights.cached(name) else 'not here yet'}"
        for name, about in weights.sources().items()
    ]
    kept = f"The cache is {cache_folder()}, with {megabytes(weights.size())} of weights."
    return "\n".join([*lines, "", kept, "To fetch some: tlkit fetch NAME ...; to fetch all: tlkit fetch --all"])
