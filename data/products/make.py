"""Draws the products data set: a small, balanced part of Fashion-MNIST, with nothing alike in train and test.

You need this script only to rebuild the data or to change the recipe; the file it makes is shipped beside it::

    apt install dataset-fashion-mnist
    pip install numpy
    python make.py
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np

CLASSES = 10
TRAIN, TEST = 200, 100  # images a class
SPARE = 40  # more training images drawn of each class, for those that lie too near to a test image
ALIKE = 16  # grey levels of 255, root mean square: nearer than this, two images count as one
SIDE = 28  # pixels
SEED = 0


def read(folder: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """The images (n, 28, 28) and labels (n,) of one of the original's two parts, ``train`` or ``t10k``."""
    images = gzip.decompress((folder / f"{part}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((folder / f"{part}-labels-idx1-ubyte.gz").read_bytes())
    return np.frombuffer(images, np.uint8, offset=16).reshape(-1, SIDE, SIDE), np.frombuffer(labels, np.uint8, offset=8)


def draw(labels: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """The rows of ``count`` images of each class, (classes, count), in the order in which they were drawn."""
    return np.stack([random.permutation(np.flatnonzero(labels == label))[:count] for label in range(CLASSES)])


def distances(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """How far each image lies from each of the others, in grey levels (root mean square): (some, others)."""
    some, others = (images.reshape(len(images), -1).astype(float) for images in (some, others))
    squares = (some**2).sum(1)[:, None] + (others**2).sum(1) - 2 * some @ others.T  # whole numbers: exact
    return np.sqrt(squares / SIDE**2)


def alike(images: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Whether each image, as it is or mirrored, is nearly one of the others: (images,)."""
    return np.minimum(distances(images, others), distances(images[:, :, ::-1], others)).min(1) < ALIKE


def choose(source: Path) -> dict[str, np.ndarray]:
    """The arrays of the data set: the images of both parts, in the order of the original."""
    random = np.random.default_rng(SEED)
    (images, labels), (test_images, test_labels) = read(source, "train"), read(source, "t10k")
    tested = np.sort(draw(test_labels, TEST, random).ravel())
    spare = draw(labels, TRAIN + SPARE, random)
    left_out = np.stack([alike(images[rows], test_images[tested]) for rows in spare])
    learnt = np.sort(np.concatenate([rows[~out][:TRAIN] for rows, out in zip(spare, left_out, strict=True)]))
    if len(learnt) != CLASSES * TRAIN:
        raise ValueError(f"too few training images are left: {len(learnt)} of {CLASSES * TRAIN}; raise SPARE")
    print(f"{left_out.sum()} of {left_out.size} training images left out: too near to a test image")
    return {
        "images": np.concatenate([images[learnt], test_images[tested]]),
        "labels": np.concatenate([labels[learnt], test_labels[tested]]),
        "row": np.concatenate([learnt, tested]).astype(np.uint16),
        "test": np.repeat([False, True], [len(learnt), len(tested)]),
    }


def save_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Like ``np.savez_compressed``, but the same arrays always give the same bytes: the zip holds no clock time."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, content.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)


def save_checksums(folder: Path) -> None:
    """SHA256SUMS of the data file; ``sha256sum -c SHA256SUMS`` verifies it."""
    sums = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.glob("*.npz"))}
    (folder / "SHA256SUMS").write_text("".join(f"{sums[name]}  {name}\n" for name in sums), newline="\n")


def main() -> None:
    """Draw and save."""
    parser = argparse.ArgumentParser(description="Draw the products data set.")
    parser.add_argument("--source", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where to; beside this script if unset")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    save_npz(options.out / "products.npz", choose(options.source))
    save_checksums(options.out)


if __name__ == "__main__":
    main()
