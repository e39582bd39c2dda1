"""A picture: a figure as PNG, with its numbers in words."""

from __future__ import annotations

import base64
import contextlib
import html
import io
import warnings
from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from PIL import Image

from tlkit.plots.glyphs import make_readable


class Picture:
    """A figure with its numbers in words, which stand below it, for those who don't see it and for plain text."""

    def __init__(self, figure: Figure, title: str, words: str):
        self.figure = figure
        self.title, self.words = (text.encode("utf-8", "replace").decode() for text in (title, words))
        make_readable(figure)

    def __repr__(self) -> str:
        return self.words

    def _repr_html_(self) -> str:
        data = base64.b64encode(png(self.figure)).decode()
        return (
            f'<figure style="margin:0"><img alt="Plot: {html.escape(self.title)}; its numbers are below." '
            f'src="data:image/png;base64,{data}" style="max-width:100%">'
            f'<figcaption style="max-width:48em">{html.escape(self.words)}</figcaption></figure>'
        )


def png(figure: Figure) -> bytes:
    """The figure as PNG."""
    make_readable(figure)
    buffer = io.BytesIO()
    with missing_letters_told_once():
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def encode(pixels: ArrayLike) -> bytes:
    """Opaque pixels (height, width, 4) as PNG, quickly: a reader waits for it."""
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(np.asarray(pixels)[..., :3])).save(buffer, "png", compress_level=1)
    return buffer.getvalue()


@contextlib.contextmanager
def missing_letters_told_once() -> Iterator[None]:
    """Matplotlib's own warning, once a drawing, is left out: :mod:`tlkit.plots.glyphs` says it once, in words."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)
        yield


def figure(width: float = 7.2, height: float = 4.2) -> tuple[Figure, Axes]:
    """A figure that belongs to no window, and its Axes."""
    fig = Figure(figsize=(width, height), dpi=110, layout="constrained")
    return fig, fig.subplots()
