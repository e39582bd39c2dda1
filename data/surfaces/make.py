"""Copies the surfaces: three photographs of scikit-image, grey, as one file.

You need this script only to rebuild the data; the file it makes is shipped beside it::

    pip install --no-deps scikit-image==0.25.2
    pip install pillow numpy
    python make.py

The patches and their faults are made of these photographs by ``tlkit/tasks/surfaces.py``, when a task is loaded.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import io
import zipfile
from pathlib import Path

import numpy as np

MATERIALS = ("brick", "grass", "gravel")


def photographs(folder: Path) -> dict[str, np.ndarray]:
    """Each material's photograph, (512, 512)."""
    from PIL import Image

    return {material: np.asarray(Image.open(folder / f"{material}.png").convert("L")) for material in MATERIALS}


def installed() -> Path:
    """The folder of scikit-image's own pictures."""
    return Path(importlib.util.find_spec("skimage").origin).parent / "data"


def save_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Like ``np.savez_compressed``, but the same arrays always give the same bytes: the zip holds no clock time."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, content.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)


def main() -> None:
    """Copy everything."""
    parser = argparse.ArgumentParser(description="Copy the photographs of the surfaces.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where to; beside this script if unset")
    options = parser.parse_args()
    save_npz(options.out / "surfaces.npz", photographs(installed()))
    total = hashlib.sha256((options.out / "surfaces.npz").read_bytes()).hexdigest()
    (options.out / "SHA256SUMS").write_text(f"{total}  surfaces.npz\n", newline="\n")


if __name__ == "__main__":
    main()
