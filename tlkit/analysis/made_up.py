"""What a written text says beside what it was to say: how much they share, which facts are right, and what was made up.

A *fact* is a number or a name: digits, or a word with a capital letter that is none of the little words of English,
such as "The" and "Back". That is little, and can be counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tlkit.datasets import consultations
from tlkit.datasets.consultations import Consultation
from tlkit.errors import TlkitError
from tlkit.estimate import Estimate
from tlkit.experiments.measured import measured
from tlkit.experiments.results import Results
from tlkit.methods import generation
from tlkit.models.backbone import Backbone
from tlkit.plots.estimates import plot_estimates
from tlkit.plots.picture import Picture

TEST = 1000  # what is added to a seed, so that no talk to be tested on was learnt from
COUNT = 5  # talks of a seed: a model is slow to write
_FACT = re.compile(r"\d+|\b[A-Z][a-z]+")
_WORD = re.compile(r"\w+")


def facts(text: str) -> list[str]:
    """The numbers and names in a text, each once, in their order."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return [fact for fact in dict.fromkeys(_FACT.findall(text)) if fact.lower() not in ENGLISH_STOP_WORDS]


def made_up(text: str, source: str) -> list[str]:
    """The numbers and names in ``text`` that stand nowhere in ``source``, as words, whatever their case."""
    known = {word.lower() for word in _WORD.findall(source)}
    return [fact for fact in facts(text) if fact.lower() not in known]


def misplaced(text: str, source: str, reference: str) -> list[str]:
    """Those that do stand in ``source``, and not in the ``reference``: right somewhere, and wrong here."""
    wrong = {*made_up(text, source), *facts(reference)}
    return [fact for fact in facts(text) if fact not in wrong]


def facts_right(text: str, reference: str) -> float:
    """The share of the reference's numbers and names that the text has, too."""
    wanted = facts(reference)
    if not wanted:
        raise TlkitError(f"The reference {reference!r} has no number and no name, so none can be right.")
    return sum(fact in facts(text) for fact in wanted) / len(wanted)


def overlap(text: str, reference: str) -> float:
    """ROUGE-L: the F score of the longest run of words, gaps allowed, that both have in one order (Lin, 2004)."""
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(["rougeL"]).score(reference, text)["rougeL"].fmeasure


def overlap_in_letters(text: str, reference: str) -> float:
    """chrF: the F score of the runs of up to six letters that both have (Popović, 2015), from 0 to 1."""
    from sacrebleu.metrics import CHRF

    return CHRF().sentence_score(text, [reference]).score / 100


def first_sentences(talk: str, words: int = 20) -> str:
    """The baseline that learns nothing: what is said first, up to so many words."""
    return " ".join(talk.replace("Doctor:", "").replace("Patient:", "").split()[:words])


@dataclass(frozen=True)
class Notes:
    """What one writer's notes are worth, seed by seed; each seed has other talks."""

    who: str
    by_seed: Mapping[int, Sequence[float]]

    @property
    def overlap(self) -> Estimate:
        """ROUGE-L with the note that belongs to the talk."""
        return self._figure(0, "overlap with the right note")

    @property
    def overlap_in_letters(self) -> Estimate:
        """chrF with the note that belongs to the talk."""
        return self._figure(4, "overlap in letters")

    @property
    def right(self) -> Estimate:
        """The share of the right note's numbers and names that it has."""
        return self._figure(1, "facts right")

    @property
    def made_up(self) -> Estimate:
        """The share of its numbers and names that stand nowhere in the talk."""
        return self._figure(2, "share made up")

    @property
    def misplaced(self) -> Estimate:
        """The share of its numbers and names that stand in the talk, and do not belong into the note."""
        return self._figure(3, "share in the wrong place")

    @property
    def wrong(self) -> Estimate:
        """Both together: the share of its numbers and names that do not belong there."""
        return Estimate({seed: told[2] + told[3] for seed, told in self.by_seed.items()}, f"{self.who}: share wrong")

    def _figure(self, place: int, what: str) -> Estimate:
        return Estimate({seed: told[place] for seed, told in self.by_seed.items()}, f"{self.who}: {what}")


def judge(written: Sequence[str], talks: Sequence[Consultation]) -> list[float]:
    """Overlap and facts right, made up and misplaced as shares of all facts written, and overlap in letters.

    Overlaps and facts right are means over the notes.
    """
    pairs = list(zip(written, talks, strict=True))
    every = sum(len(facts(text)) for text in written) or 1
    return [
        sum(overlap(text, one.note) for text, one in pairs) / len(pairs),
        sum(facts_right(text, one.note) for text, one in pairs) / len(pairs),
        sum(len(made_up(text, one.talk)) for text, one in pairs) / every,
        sum(len(misplaced(text, one.talk, one.note)) for text, one in pairs) / every,
        sum(overlap_in_letters(text, one.note) for text, one in pairs) / len(pairs),
    ]


def notes(
    who: str,
    model: Backbone | None,
    *,
    example: Consultation | None = None,
    medicine: bool = True,
    count: int = COUNT,
    seeds: int | str | Iterable[int] | None = None,
    reuse: Results | None = None,
) -> Notes:
    """What ``model`` writes about ``count`` new talks of each seed; with an ``example`` it is shown that one before.

    Without a model the first sentences stand for a note. ``medicine`` is as in :func:`consultations.draw`.
    """

    def figures(seed: int) -> list[float]:
        talks = consultations.draw(count, seed=TEST + seed, medicine=medicine)
        return judge(written(model, talks, example=example), talks)

    whose = "first sentences" if model is None else model.digest()
    about = ["notes", generation.RECIPE, consultations.RECIPE, whose, example and [*example], medicine, count]
    return Notes(who, measured(figures, about, seeds=seeds, reuse=reuse))


def written(model: Backbone | None, talks: Sequence[Consultation], *, example: Consultation | None = None) -> list[str]:
    """A note of each talk."""
    if model is None:
        return [first_sentences(one.talk) for one in talks]
    before = "" if example is None else generation.asked(example.talk) + example.note + generation.END + "\n"
    return generation.write(model, [before + generation.asked(one.talk) for one in talks])


def picture(writers: Iterable[Notes], title: str) -> Picture:
    """How far the notes overlap with the right ones, how many facts are right, and how many made up."""
    panels = {"overlap in words (ROUGE-L)": "overlap", "overlap in letters (chrF)": "overlap_in_letters",
              "facts right": "right", "facts made up": "made_up"}  # fmt: skip
    writers = list(writers)
    return plot_estimates({name: {one.who: getattr(one, of) for one in writers} for name, of in panels.items()}, title)


def table(writers: Iterable[Notes]):
    """A pandas frame: overlap, facts right, made up and in the wrong place, as means, a row for each writer."""
    import pandas as pd

    return pd.DataFrame({
        one.who: {
            "overlap": round(one.overlap.mean, 2),
            "facts right": f"{one.right.mean:.0%}",
            "made up": f"{one.made_up.mean:.0%}",
            "in the wrong place": f"{one.misplaced.mean:.0%}",
        }
        for one in writers
    }).T  # fmt: skip
