"""Languages: the Declaration of Human Rights as text to learn a language from, and as text to be tested on.

Twenty of its thirty articles are to learn from, and the other ten for the test: the same ten in every language, so that
no relative has read what a test says. All is in small letters, and what isn't written in Latin letters is left out.
The card in ``data/declaration`` says where the texts come from and what their limits are.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from tlkit.arguments import a_name, whole
from tlkit.datasets.texts import declaration
from tlkit.errors import shown, unknown
from tlkit.seeding import check_seed, stream

ROMANCE = (
    "Galician", "Portuguese", "Mirandese", "Spanish", "Asturian", "Ladino", "Catalan", "Occitan", "Francoprovençal",
    "French", "Walloon", "Picard", "Ligurian", "Venetian", "Romagnol", "Friulian", "Italian", "Corsican", "Sardinian",
    "Romanian",
)  # fmt: skip
STRANGERS = (
    "English", "Welsh", "Finnish", "Hungarian", "Turkish", "Somali", "Swahili", "Yoruba", "Vietnamese", "Indonesian",
    "Quechua", "Guarani", "Greenlandic",
)  # fmt: skip
NAMES = (*ROMANCE, "Basque", *STRANGERS)
TEST_ARTICLES = range(2, 30, 3)  # as in the tasks declaration/...
END = "\n"  # of an article


@dataclass(frozen=True)
class Language:
    """A language's articles: ``learn`` are those to learn from, ``test`` those to be tested on."""

    name: str
    learn: tuple[str, ...] = field(repr=False)
    test: tuple[str, ...] = field(repr=False)

    @property
    def size(self) -> int:
        """How many characters there are to learn from."""
        return sum(map(len, self.learn))

    def draw(self, chars: int, *, seed: int = 0) -> list[str]:
        """``chars`` characters to learn from: articles in an order drawn by ``seed``, the last one cut.

        The first of ``draw(1000)`` are those of ``draw(500)``.
        """
        return [self.learn[row][:length] for row, length in self.rows(chars, seed=seed)]

    def rows(self, chars: int, *, seed: int = 0) -> list[tuple[int, int]]:
        """Which rows of ``learn`` :meth:`draw` takes, and how many characters of each."""
        there = f"chars={shown(chars)} can't be drawn: {self.name} has {self.size:,} characters to learn from"
        chars = whole(chars, there, most=self.size)
        order = np.random.default_rng(stream(check_seed(seed), "characters", self.name)).permutation(len(self.learn))
        ends = np.cumsum([len(self.learn[row]) for row in order]).clip(max=chars)
        lengths = np.diff(ends, prepend=0)
        return [(int(row), int(length)) for row, length in zip(order, lengths, strict=True) if length]

    def in_cipher(self) -> Language:
        """The control: the same text with each letter replaced by another, always by the same one."""
        letters = sorted({letter for article in (*self.learn, *self.test) for letter in article if letter.isalpha()})
        others = np.random.default_rng(stream(0, "cipher", self.name)).permutation(letters)
        key = str.maketrans(dict(zip(letters, others.tolist(), strict=True)))
        parts = (tuple(article.translate(key) for article in part) for part in (self.learn, self.test))
        return Language(f"{self.name} in cipher", *parts)


def language(name: str) -> Language:
    """The language of that name, such as ``Galician``; ``NAMES`` lists them."""
    if a_name(name, "a language", "Galician") not in NAMES:
        raise unknown("language", name, NAMES)
    return _read(name)


@cache
def _read(name: str) -> Language:
    articles = [unicodedata.normalize("NFC", text.lower()) + END for text in declaration(name)]
    kept = [text for number, text in enumerate(articles, start=1) if number not in TEST_ARTICLES]
    return Language(name, tuple(kept), tuple(articles[number - 1] for number in TEST_ARTICLES))


@cache
def alphabet() -> str:
    """Every character of every language here, in the order of Unicode."""
    return "".join(sorted({c for name in NAMES for text in _whole(language(name)) for c in text}))


def _whole(language: Language) -> tuple[str, ...]:
    return language.learn + language.test
