"""Where data, lessons and benchmarks lie: beside the package in a checkout, inside it in an installed wheel."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

PACKAGE = Path(__file__).resolve().parents[1]
SHIPPED = PACKAGE / "_shipped"
ROOT = SHIPPED if SHIPPED.is_dir() else PACKAGE.parent
DATA = ROOT / "data"
NOTEBOOKS = ROOT / "notebooks"
BENCHMARKS = ROOT / ("benchmarks" if ROOT == SHIPPED else "tests/benchmarks")


def cache_folder() -> Path:
    """Where the weights are kept: ``TLKIT_CACHE``, or the place that the system has for such things."""
    chosen = os.environ.get("TLKIT_CACHE") or platformdirs.user_cache_dir("tlkit", appauthor=False)
    return Path(chosen).expanduser().absolute()
