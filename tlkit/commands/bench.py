"""The benchmarks, which lie with the tests: in a checkout under tests/benchmarks, in a wheel inside the package."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

from tlkit.runtime import paths

_NAME = "tlkit_benchmarks"


def load(module: str = "runner") -> ModuleType:
    """A module of the benchmarks, such as ``runner`` or ``slider``."""
    if _NAME not in sys.modules:
        folder = paths.BENCHMARKS
        locations = {"submodule_search_locations": [str(folder)]}
        spec = importlib.util.spec_from_file_location(_NAME, folder / "__init__.py", **locations)
        sys.modules[_NAME] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[_NAME])
    return importlib.import_module(f"{_NAME}.{module}")
