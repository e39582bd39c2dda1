"""The files of ``data/``, read only once their bytes are found to be those that were shipped."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from pathlib import Path

import numpy as np

from tlkit.errors import TlkitError
from tlkit.runtime.checksums import SHEET, read_sheet


def verified(path: Path) -> bytes:
    """The bytes of a shipped data file, held against the ``SHA256SUMS`` of its folder."""
    name = f"data/{path.parent.name}/{path.name}"
    remedy = f"Restore it with `git checkout {name}`, or install tlkit again."
    try:
        known, found = read_sheet(path.parent).get(path.name), path.read_bytes()
    except OSError as error:
        raise TlkitError(f"The data file {error.filename} can't be read ({error.strerror}). {remedy}") from error
    if known != hashlib.sha256(found).hexdigest():
        raise TlkitError(f"The data file {path} is damaged: its checksum is not the one in {SHEET}. {remedy}")
    return found


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of an ``.npz`` file, each under its name."""
    with np.load(io.BytesIO(verified(path)), allow_pickle=False) as data:
        return dict(data)


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a ``.csv.gz`` file (UTF-8, with a header), as one dictionary each."""
    text = gzip.decompress(verified(path)).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))
