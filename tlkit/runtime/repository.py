"""Where this kit lives: the one place that says whose repository Binder and the pages link to."""

from __future__ import annotations

import os
from urllib.parse import quote

HOME = "tlkit/tlkit"  # owner and name
BRANCH = "main"


def repository() -> str:
    """Owner and name: what GitHub says where it builds a copy of the kit, else the kit's own home."""
    return os.environ.get("GITHUB_REPOSITORY") or HOME


def home() -> str:
    """The address of the repository."""
    return f"https://github.com/{repository()}"


def pages() -> str:
    """The address at which GitHub serves the lessons as pages."""
    owner, name = repository().split("/")
    return f"https://{owner.lower()}.github.io/{name}/"


def source(path: str) -> str:
    """The address of a file of the repository."""
    return f"{home()}/blob/{BRANCH}/{quote(path)}"


def binder(notebook: str) -> str:
    """The address that opens a notebook of ``notebooks/`` on Binder."""
    return f"https://mybinder.org/v2/gh/{repository()}/{BRANCH}?urlpath=lab/tree/notebooks/{quote(notebook)}"
