"""Small grey images: things from a shop, handwritten digits, and printed letters of two alphabets.

The products are in ``data/products`` and the letters in ``data/letters``, with their cards; the digits come with
scikit-learn.
"""

from __future__ import annotations

import functools

import numpy as np

from tlkit.datasets.files import read_arrays
from tlkit.datasets.task import Examples, Task
from tlkit.runtime import paths

PRODUCTS = ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "trainer", "bag", "ankle boot")
DIGITS = tuple("0123456789")
LATIN = tuple("abcdefghijklmnopqrstuvwxyz")
GREEK = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
    "nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
)  # fmt: skip
PRODUCTS_FOLDER = paths.DATA / "products"
LETTERS_FOLDER = paths.DATA / "letters"
LEARNT_DIGITS = slice(0, 1157)  # scikit-learn's digits are fourteen sheets, in the order in which they were written:
TESTED_DIGITS = slice(1287, 1797)  # nine sheets, then one left out, then four; no writer is on both sides
SIDE = 28  # pixels, for the digits: they have 8, and every other image of this family has 28


def names() -> dict[str, str]:
    """Every task of this family, with what it is in one line."""
    return {
        "products": "name the thing in a shop's picture: T-shirt, bag, ankle boot and seven more",
        "digits": "read a handwritten digit, by people who wrote none of those with labels",
        "glyphs/latin": "name a printed letter, a to z, in a typeface that is not among those with labels",
        "glyphs/greek": "name a printed letter, alpha to omega, in a typeface that is not among those with labels",
    }


def load(name: str) -> Task:
    """The task of that name, such as ``products``, ``digits`` or ``glyphs/greek``."""
    classes, read = {
        "products": (PRODUCTS, _products),
        "digits": (DIGITS, _digits),
        "glyphs/latin": (LATIN, functools.partial(_glyphs, "latin")),
        "glyphs/greek": (GREEK, functools.partial(_glyphs, "greek")),
    }[name]
    train, test = read()
    return Task(name, "image", classes, train, test, about=names()[name])


def _products() -> tuple[Examples, Examples]:
    return _parts(read_arrays(PRODUCTS_FOLDER / "products.npz"), tags=("row",))


def _glyphs(alphabet: str) -> tuple[Examples, Examples]:
    data = read_arrays(LETTERS_FOLDER / f"{alphabet}.npz")
    data["font"], data["family"] = data["fonts"][data["face"]], data["families"][data["face"]]
    return _parts(data, tags=("font", "family"))


def _parts(data: dict[str, np.ndarray], tags: tuple[str, ...]) -> tuple[Examples, Examples]:
    """What a file holds for training, and what for the test."""
    examples = Examples(data["images"], data["labels"].astype(np.int64), {tag: data[tag] for tag in tags})
    return examples.take(~data["test"]), examples.take(data["test"])


def _digits() -> tuple[Examples, Examples]:
    from sklearn.datasets import load_digits  # takes a second, and only this task needs it

    data = load_digits()
    examples = Examples(_enlarged(data.images), data.target.astype(np.int64), {"row": np.arange(len(data.target))})
    return examples.take(LEARNT_DIGITS), examples.take(TESTED_DIGITS)


def _enlarged(images: np.ndarray) -> np.ndarray:
    """Images (n, 8, 8) of 0 to 16 as (n, 28, 28) of 0 to 255, smoothly."""
    centres = (4 * np.arange(SIDE) - 5).clip(0, 14 * 7)  # where each new pixel's centre lies, in 14ths of an old
    weights = (14 - np.abs(centres[:, None] - 14 * np.arange(8))).clip(0)  # (28, 8); each row adds up to 14
    smooth = weights @ images.astype(np.int64) @ weights.T  # whole numbers: the same on every machine
    most = 16 * 14 * 14
    return ((smooth * 255 + most // 2) // most).astype(np.uint8)
