"""Names in a text: which words are (part of) a person's or a medicine's, told from what surrounds them or by a network.

Names are whole or wrong: "nora weiss" counts when both words were found and nothing beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import torch

from tlkit.datasets import spoken
from tlkit.datasets.spoken import MEDICINE, OUTSIDE, PERSON, Spoken
from tlkit.errors import TlkitError
from tlkit.estimate import Estimate
from tlkit.experiments.measured import measured
from tlkit.experiments.results import Results
from tlkit.experiments.source import Source, as_source
from tlkit.methods import generation
from tlkit.models.backbone import inference
from tlkit.models.language_model import LanguageModel, TextBackbone
from tlkit.plots.estimates import plot_estimates
from tlkit.plots.picture import Picture

RECIPE = 1  # raise it when a change to the code changes what is found
TEST = 1000  # what is added to a seed, so that no sentence to be tested on was learnt from
COUNT = 100  # sentences to be tested on, of each seed
REQUEST = "List the names of people and of medicines in this sentence."

Tags = Sequence[str]


def by_surroundings(labelled: Sequence[Spoken], asked: Sequence[Spoken]) -> list[Tags]:
    """The baseline: a linear head on each word, its two neighbours on either side, and its last three letters."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    head = make_pipeline(DictVectorizer(), LogisticRegression(C=10, max_iter=1000))
    words = [each for one in labelled for each in _surroundings(one.words)]
    head.fit(words, [tag for one in labelled for tag in one.tags])
    return [list(head.predict(_surroundings(one.words))) for one in asked]


def _surroundings(words: Sequence[str]) -> list[dict[str, str]]:
    around = ["", "", *words, "", ""]
    return [
        {**{f"{step:+d}": around[place + 2 + step] for step in (-2, -1, 0, 1, 2)}, "end": word[-3:]}
        for place, word in enumerate(words)
    ]


def by_network(network: TextBackbone, labelled: Sequence[Spoken], asked: Sequence[Spoken]) -> list[Tags]:
    """A linear head on what a frozen network makes of each word in its sentence: the state at its first token."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    head = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    head.fit(np.concatenate(word_states(network, labelled)), [tag for one in labelled for tag in one.tags])
    return [list(head.predict(states)) for states in word_states(network, asked)]


@torch.no_grad()
def word_states(network: TextBackbone, sentences: Sequence[Spoken]) -> list[np.ndarray]:
    """For each sentence the last states of its words (words, width), before any pooling."""
    if not isinstance(network, TextBackbone):
        raise TlkitError(f"{network.name} reads no words: take a network that does, such as 'minilm'.")
    firsts = [_first_tokens(network, one) for one in sentences]
    with inference(network):
        read = network.prepare(np.array([one.text for one in sentences], object))
        states = network.run(read).values.float().numpy()
    return [own[first] for own, first in zip(states, firsts, strict=True)]


def _first_tokens(network: TextBackbone, one: Spoken) -> list[int]:
    """Where each word begins among its sentence's tokens."""
    told = network.tokenizer(one.text, return_offsets_mapping=True)["offset_mapping"]
    starts = np.cumsum([0, *(len(word) + 1 for word in one.words[:-1])])
    ends = np.array([end for _, end in told])
    return [int(np.argmax(ends > start)) for start in starts]


def by_writing(model: LanguageModel, shown: Sequence[Spoken], asked: Sequence[Spoken]) -> list[Tags]:
    """A language model lists the names; ``shown`` sentences stand before, with their lists."""
    before = "".join(generation.asked(one.text, REQUEST) + listed(one) + generation.END + "\n" for one in shown)
    prompts = [before + generation.asked(one.text, REQUEST) for one in asked]
    return [read_list(text, one.words) for text, one in zip(generation.write(model, prompts), asked, strict=True)]


def listed(one: Spoken) -> str:
    """A sentence's names as a line to be written."""
    kinds: dict[str, list[str]] = {PERSON: [], MEDICINE: []}
    for kind, start, stop in spans(one.tags):
        kinds[kind].append(" ".join(one.words[start:stop]))
    return "; ".join(f"{kind}: {', '.join(names) or 'none'}" for kind, names in kinds.items())


def read_list(text: str, words: Sequence[str]) -> Tags:
    """What a line of names says of each word; names that the sentence doesn't have are passed over."""
    tags = [OUTSIDE] * len(words)
    for part in text.lower().split(";"):
        kind, _, names = part.partition(":")
        for name in names.split(","):
            own = name.split()
            for start in range(len(words) - len(own) + 1):
                if own and kind.strip().upper() in (PERSON, MEDICINE) and list(words[start : start + len(own)]) == own:
                    tags[start : start + len(own)] = [kind.strip().upper()] * len(own)
    return tags


def spans(tags: Tags) -> list[tuple[str, int, int]]:
    """The names of a sentence: kind, first word, and the one after the last. Two of a kind in a row are one name."""
    edges = [place for place in range(len(tags) + 1) if place in (0, len(tags)) or tags[place] != tags[place - 1]]
    return [(tags[start], start, stop) for start, stop in pairwise(edges) if tags[start] != OUTSIDE]


def judge(found: Sequence[Tags], asked: Sequence[Spoken]) -> float:
    """F1 of whole names, each with its kind (nervaluate's "strict"; Segura-Bedmar et al., 2013)."""
    from nervaluate import Evaluator

    right, told = ([_marked(tags) for tags in each] for each in ([one.tags for one in asked], found))
    return float(Evaluator(right, told, [PERSON, MEDICINE], loader="list").evaluate()["overall"]["strict"].f1)


def _marked(tags: Tags) -> list[str]:
    """The tags as B-, I- and O, as the field writes them."""
    begins = {start for _, start, _ in spans(tags)}
    return [tag if tag == OUTSIDE else f"{'B' if place in begins else 'I'}-{tag}" for place, tag in enumerate(tags)]


def picture(found: Mapping[str, Mapping[str, Estimate]], title: str) -> Picture:
    """F1 at each place, a row for each learner."""
    return plot_estimates({f"F1 at the {place}": dict(rows) for place, rows in found.items()}, title)


def find(
    who: Source | TextBackbone | None,
    *,
    labels: int,
    place: str = "pharmacy",
    seeds: int | str | Iterable[int] | None = None,
    reuse: Results | None = None,
) -> Estimate:
    """F1 at ``place`` of a head that learnt from so many sentences of the doctor's.

    Without a network (None) it learns from words and their surroundings. Each seed draws other sentences to learn from
    and to be tested on, and a random network anew.
    """
    source = None if who is None else as_source(who)

    def figures(seed: int) -> list[float]:
        labelled, asked = spoken.draw(labels, seed=seed), spoken.draw(COUNT, seed=TEST + seed, place=place)
        if source is None:
            return [judge(by_surroundings(labelled, asked), asked)]
        return [judge(by_network(source.reseed(seed).backbone, labelled, asked), asked)]

    recipe = "surroundings" if source is None else source.recipe()
    told = measured(figures, ["names", RECIPE, spoken.RECIPE, recipe, labels, place], seeds=seeds, reuse=reuse)
    name = "surroundings" if source is None else source.name
    return Estimate({seed: each[0] for seed, each in told.items()}, f"{name}: names found at the {place}")
