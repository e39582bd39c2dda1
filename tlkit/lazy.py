"""Names that a package offers and loads when they are first used, so that importing it costs nothing."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping


def exports(package: str, homes: Mapping[str, str]) -> tuple[list[str], Callable[[str], object]]:
    """``__all__`` and ``__getattr__`` of a package, from each name's module (PEP 562).

    A home is a module and, behind a colon, what it is called there: ``"experiments.results:Results"``. Without a colon
    the name is the module itself.
    """

    def __getattr__(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, _, what = homes[name].partition(":")
        found = importlib.import_module(f"tlkit.{module}")
        return getattr(found, what) if what else found

    return sorted(homes), __getattr__
