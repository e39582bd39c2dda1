"""Looking things up: which text answers a question, found by what a network makes of both or by their words.

And whether the text holds an answer at all: the likeness of the best one tells, and where it is low, "it is not in the
text" is the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from tlkit.analysis.membership import auc
from tlkit.datasets import lookup
from tlkit.datasets.lookup import Lookup
from tlkit.errors import TlkitError
from tlkit.estimate import Estimate
from tlkit.experiments.measured import measured
from tlkit.experiments.results import Results
from tlkit.experiments.source import Source, as_source
from tlkit.methods import generation
from tlkit.methods.frozen_features import FrozenFeatures
from tlkit.models.backbone import Backbone, inference
from tlkit.models.language_model import LanguageModel
from tlkit.models.sequences import padded

RECIPE = 1  # raise it when a change to the code changes what is found
ANSWERED = "Does this text answer the question? Say Yes or No."
FOUND = ("first", "reciprocal rank", "tells absence")  # what is listed of each seed


@dataclass(frozen=True)
class Found:
    """How well a searcher does, seed by seed: the share found first, the mean reciprocal rank, and telling absence."""

    who: str
    by_seed: Mapping[int, tuple[float, ...]]

    @property
    def first(self) -> Estimate:
        """The share of answerable questions whose text comes first."""
        return self._figure(0, f"{self.who}: found first")

    @property
    def reciprocal_rank(self) -> Estimate:
        """One over the place of the right text, as the mean over answerable questions."""
        return self._figure(1, f"{self.who}: mean reciprocal rank")

    @property
    def absence(self) -> Estimate:
        """How often a question with an answer has a likelier text than one without: 0.5 is a coin (AUC)."""
        return self._figure(2, f"{self.who}: tells what is not in the text")

    def _figure(self, place: int, what: str) -> Estimate:
        return Estimate({seed: figures[place] for seed, figures in self.by_seed.items()}, what)


@torch.no_grad()
def yes_or_no(model: LanguageModel, questions: Sequence[str], texts: Sequence[str]) -> np.ndarray:
    """Whether each text answers its question, says a language model: the log odds of Yes against No."""
    tokenizer, found = model.tokenizer, []
    yes, no = (tokenizer(word, add_special_tokens=False)["input_ids"][0] for word in ("Yes", "No"))
    with inference(model):
        for question, text in zip(questions, texts, strict=True):
            asked = generation.asked(f"Question: {question}\nText: {text}", ANSWERED)
            last = model.run(padded([torch.tensor(tokenizer(asked)["input_ids"])])).values[:, -1]
            said = model.log_probs(last)[0]
            found.append(float(said[yes] - said[no]))
    return np.array(found)


def absence_by_asking(model: LanguageModel, searcher: Backbone, seed: int) -> float:
    """How well a language model tells what is not in the text (AUC), asked about what the ``searcher`` found first."""
    asked = articles(seed)
    best = by_meaning(searcher, asked).argmax(axis=1)
    odds, has = yes_or_no(model, asked.questions, asked.texts[best]), asked.answers >= 0
    return auc(odds[has], odds[~has])


def outright(
    model: LanguageModel,
    searcher: Backbone,
    *,
    seeds: int | str | Iterable[int] | None = None,
    reuse: Results | None = None,
) -> Estimate:
    """:func:`absence_by_asking`, seed by seed."""

    def figures(seed: int) -> list[float]:
        return [absence_by_asking(model, searcher, seed)]

    about = ["outright", RECIPE, ANSWERED, model.digest(), searcher.digest(), [*map(str, articles(0).questions)]]
    told = measured(figures, about, seeds=seeds, reuse=reuse)
    return Estimate(
        {seed: each[0] for seed, each in told.items()}, f"{model.name}, asked: tells what is not in the text"
    )


def functions(seed: int) -> Lookup:
    """A hundred functions of the standard library, and what each does."""
    return lookup.functions(100, seed=seed)


def articles(seed: int) -> Lookup:
    """Thirty questions, and the articles that answer fifteen of them."""
    return lookup.articles(seed=seed)


def by_words(asked: Lookup) -> np.ndarray:
    """How like each question is to each text (questions, texts), by their words: the cosine of TF-IDF weights."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    words = TfidfVectorizer(sublinear_tf=True, token_pattern=r"[A-Za-z][a-z]+|\d+")  # parts of names_like_this, too
    texts = words.fit_transform(asked.texts)
    return (words.transform(asked.questions) @ texts.T).toarray()


def by_meaning(network: Backbone, asked: Lookup) -> np.ndarray:
    """How like each question is to each text (questions, texts): the cosine of what a network makes of them."""
    questions, texts = (FrozenFeatures(network, each).features() for each in (asked.questions, asked.texts))
    questions, texts = (each / np.linalg.norm(each, axis=1, keepdims=True) for each in (questions, texts))
    return questions @ texts.T


def ranks(likeness: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """The place of the right text for each question that has one, from 1; of equals the right one comes last."""
    rows = np.flatnonzero(answers >= 0)
    right = likeness[rows, answers[rows]]
    return (likeness[rows] >= right[:, None]).sum(axis=1)


def judge(likeness: np.ndarray, answers: np.ndarray) -> tuple[float, float, float]:
    """What :data:`FOUND` lists; absence is a coin where every question has its answer."""
    if not (answers >= 0).any():
        raise TlkitError("No question has an answer among the texts, so nothing can be found.")
    places, best = ranks(likeness, answers), likeness.max(axis=1)
    absence = 0.5 if (answers >= 0).all() else auc(best[answers >= 0], best[answers < 0])
    return float((places == 1).mean()), float((1 / places).mean()), absence


def search(
    who: Source | Backbone | None,
    draw: Callable[[int], Lookup],
    *,
    seeds: int | str | Iterable[int] | None = None,
    reuse: Results | None = None,
) -> Found:
    """How well a network finds what ``draw(seed)`` asks for; without one (None), how well the words themselves do."""
    source = None if who is None else as_source(who)
    first = draw(0)

    def figures(seed: int) -> tuple[float, float, float]:
        asked = draw(seed)
        likeness = by_words(asked) if source is None else by_meaning(source.reseed(seed).backbone, asked)
        return judge(likeness, asked.answers)

    recipe = "words" if source is None else source.recipe()
    about = ["lookup", RECIPE, recipe, [*map(str, first.questions)], [*map(str, first.texts)]]
    told = measured(figures, about, seeds=seeds, reuse=reuse)
    return Found("words (TF-IDF)" if source is None else source.name, {seed: tuple(row) for seed, row in told.items()})
