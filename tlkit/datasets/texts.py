"""Texts: what people think of films and things, what they ask a house to do, spam, and a declaration in 41 languages.

The data sets are in ``data/reviews``, ``data/intents``, ``data/spam`` and ``data/declaration``; their cards say how
they were made and what their limits are.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tlkit.datasets.files import read_rows
from tlkit.datasets.task import Examples, Task
from tlkit.errors import unknown
from tlkit.runtime import paths

SENTIMENTS = ("negative", "positive")
REVIEWED = {  # what each domain's texts are, in the question to a language model
    "movie": "sentence about a film",
    "amazon": "sentence from a review of a product",
    "tweets": "tweet",
    "editorials": "sentence from a newspaper's opinion page",
}
INTENTS = {  # class: what a language model may answer
    "turn on": "on",
    "turn off": "off",
    "check lights": "lights",
    "check doors": "doors",
    "find a person": "person",
    "set brightness": "brightness",
    "set color": "color",
    "set temperature": "heat",
    "ask temperature": "temperature",
    "set fan speed": "fan",
    "set volume": "level",
    "change volume": "volume",
    "play music": "play",
    "next track": "next",
    "previous track": "previous",
    "start timer": "start",
    "cancel timer": "cancel",
    "extend timer": "add",
    "shorten timer": "remove",
    "check timer": "status",
}
LANGUAGES = {
    "romance": (
        "Galician", "Portuguese", "Spanish", "Asturian", "Catalan", "Occitan", "French", "Italian", "Corsican",
        "Romanian",
    ),
    "unrelated": (
        "Basque", "English", "Finnish", "Turkish", "Somali", "Swahili", "Vietnamese", "Indonesian", "Quechua",
        "Guarani",
    ),
}  # fmt: skip
AS_NUMBERS: dict[str, Callable] = {"valence": np.float32, "article": np.int64}  # the tags that are no text


def names() -> dict[str, str]:
    """Every task of this family, with what it is in one line."""
    about = {f"reviews/{domain}": f"negative or positive: a {what}" for domain, what in REVIEWED.items()}
    about["intents"] = (
        "what somebody wants of a house that listens: one of twenty things, said in ways that no label has"
    )
    about["spam"] = "ham or spam: mail of about 2002, its names and addresses masked"
    about["declaration/romance"] = "name the language of a sentence: Galician, Portuguese, Spanish and seven sisters"
    about["declaration/unrelated"] = "name the language of a sentence: Basque, English, Finnish and seven strangers"
    return about


def load(name: str) -> Task:
    """The task of that name, such as ``reviews/movie``, ``intents``, ``spam`` or ``declaration/romance``."""
    family, _, part = name.partition("/")
    make = {"reviews": _reviews, "intents": _intents, "spam": _spam, "declaration": _declaration}[family]
    return make(name, part)


def declaration(language: str) -> list[str]:
    """The Universal Declaration of Human Rights in a language, by its name or code (ISO 639-3): thirty articles."""
    rows = _rows("declaration", "articles")
    names = {row["code"]: row["language"] for row in rows}
    wanted = {code for code, known in names.items() if language in (code, known)}
    if not wanted:
        raise unknown("language", language, names.values(), unlisted=names)
    return [row["text"] for row in rows if row["code"] in wanted]


def _reviews(name: str, domain: str) -> Task:
    rows = [row for row in _rows("reviews") if row["domain"] == domain]
    tags = ("valence", "document") if rows[0]["document"] else ("valence",)
    question = f"Is this {REVIEWED[domain]} negative or positive?"
    return _task(name, rows, SENTIMENTS, tags, question, words=SENTIMENTS)


def _intents(name: str, _) -> Task:
    question = "What does this voice command ask a smart home to do?"
    return _task(name, _rows("intents"), tuple(INTENTS), ("template",), question, words=tuple(INTENTS.values()))


def _spam(name: str, _) -> Task:
    return _task(name, _rows("spam"), ("ham", "spam"), ("group",), "Is this mail spam?", words=("no", "yes"))


def _declaration(name: str, part: str) -> Task:
    rows = [row | {"language": row["class"]} for row in _rows("declaration", "sentences") if row["task"] == part]
    words = tuple(language.lower() for language in LANGUAGES[part])
    question = "Which language is this sentence in?"
    return _task(name, rows, LANGUAGES[part], ("article", "language"), question, words=words)


def _rows(folder: str, file: str = "") -> list[dict[str, str]]:
    return read_rows(paths.DATA / folder / f"{file or folder}.csv.gz")


def _task(name: str, rows: list[dict], classes: tuple[str, ...], tags: tuple[str, ...], question: str, words) -> Task:
    parts = [_examples([row for row in rows if row["split"] == part], classes, tags) for part in ("train", "test")]
    return Task(name, "text", classes, *parts, about=names()[name], question=question, label_words=words)


def _examples(rows: list[dict[str, str]], classes: tuple[str, ...], tags: tuple[str, ...]) -> Examples:
    items = np.array([row["text"] for row in rows], dtype=object)
    labels = np.array([classes.index(row["class"]) for row in rows], np.int64)
    return Examples(items, labels, {tag: np.array([row[tag] for row in rows], AS_NUMBERS.get(tag)) for tag in tags})
