"""Texts of a plot as they were given: a dollar sign begins no formula, and letters of any script find a font."""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Iterator

from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

BOXES = "Last Resort"  # a font of matplotlib's that has a box for every letter
OWN_FORMULA = r"\mathdefault"  # how matplotlib itself writes the powers of a log scale
_UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f\ufe0f]")  # control characters, and the sign that asks for colour
_told: set[str] = set()


def make_readable(artist: Artist) -> None:
    """Set each text of a figure, or of a part of one, so that it can be drawn and says what it was given."""
    for text in artist.findobj(Text):
        given = text.get_text()
        shown = _UNSEEN.sub(" ", given).encode("utf-8", "replace").decode()
        if shown != given:
            text.set_text(shown)
        if "$" in shown and OWN_FORMULA not in shown:
            text.set_parse_math(False)
        if not shown.isascii():
            family = text.get_fontfamily()
            found = fonts_for(frozenset(letter for letter in shown if not letter.isascii()))
            text.set_fontfamily([*family, *(name for name in found if name not in family)])


@functools.cache
def fonts_for(letters: frozenset[str]) -> tuple[str, ...]:
    """The names of installed fonts that have those letters which matplotlib's own lacks; told once if there is none."""
    wanted = {letter for letter in letters if ord(letter) not in _letters_in(font_manager.findfont("DejaVu Sans"))}
    names = []
    for name, has in _installed() if wanted else ():
        if here := {letter for letter in wanted if ord(letter) in has}:
            names.append(name)
            wanted -= here
        if not wanted:
            break
    if new := "".join(sorted(wanted - _told)):
        _told.update(new)
        warnings.warn(
            f"No font here has {new[:20]!r}, so plots show boxes in their place; the words below a plot are right. To "
            f"see them, install a font that has them, such as Noto Sans CJK, or Noto Emoji.",
            stacklevel=2,
        )
    return tuple(names)


def _installed() -> Iterator[tuple[str, frozenset[int]]]:
    """Fonts and what they have, those for screens first."""
    known = (font for font in font_manager.fontManager.ttflist if not font.name.startswith(BOXES))
    fonts = sorted(known, key=lambda font: ("Sans" not in font.name, font.name, font.fname))
    return ((font.name, _letters_in(font.fname)) for font in fonts if font.style == "normal")


@functools.cache
def _letters_in(file: str) -> frozenset[int]:
    try:
        return frozenset(FT2Font(file).get_charmap())
    except (OSError, RuntimeError):  # pictures of emoji in colour, which matplotlib can't draw
        return frozenset()
