"""A picture: a figure as PNG, with its numbers in words."""

from __future__ import annotations

import base64
import contextlib
import html
import io
import struct
import warnings
import zlib
from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from tlkit.plots.glyphs import make_readable

UP, RGBA = 2, 6  # PNG's numbers for the difference to the row above, and for three colours and opacity


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
    """Pixels (height, width, 4) as PNG, quickly, for a reader waits for it: three times as fast as Pillow.

    Of each row only the difference to the row above is packed, which suits a plot; Pillow tries all five filters.
    """
    height, width, _ = np.shape(pixels)
    rows = np.asarray(pixels).reshape(height, 4 * width)
    packed = np.full((height, 1 + 4 * width), UP, np.uint8)
    packed[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=packed[1:, 1:])
    header = struct.pack(">IIBBBBB", width, height, 8, RGBA, 0, 0, 0)
    parts = {b"IHDR": header, b"IDAT": zlib.compress(packed, level=1), b"IEND": b""}
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts.items())


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


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
