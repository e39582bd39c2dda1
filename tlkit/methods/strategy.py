"""Strategies by name. Each kind of them has a file of its own."""

from __future__ import annotations

import re
from collections.abc import Callable

from tlkit.arguments import a_name
from tlkit.errors import TlkitError, unknown
from tlkit.methods.adapter_tuning import LoRA, RandomLoRA
from tlkit.methods.columns import Forest, Logistic, Trees
from tlkit.methods.finetuning import LPFT, Full, Keep, Partial, Scratch
from tlkit.methods.frozen_body import AsIs, Head, RandomHead
from tlkit.methods.method import Strategy
from tlkit.methods.prompting import Prompt
from tlkit.methods.reinforcement import RandomPolicy
from tlkit.methods.tfidf import TfIdf

_PLAIN: dict[str, Callable[[], Strategy]] = {
    "scratch": Scratch,
    "random_head": RandomHead,
    "head": Head,
    "full": Full,
    "lp_ft": LPFT,
    "keep": Keep,
    "as_is": AsIs,
    "prompt": Prompt,
    "prompt:shots": lambda: Prompt(shown="shots"),
    "tf_idf": TfIdf,
    "random_policy": RandomPolicy,
    "logistic": Logistic,
    "forest": Forest,
    "trees": Trees,
    "logistic+surprise": lambda: Logistic(surprise=True),
    "forest+surprise": lambda: Forest(surprise=True),
    "trees+surprise": lambda: Trees(surprise=True),
}
_NUMBERED: dict[str, tuple[str, Callable[..., Strategy], str]] = {  # pattern, maker, what it is
    "head@2": (r"head@(\d+)", lambda k: Head(cut=k), "frozen body, cut after stage 2; a new head learns"),
    "random_head@2": (
        r"random_head@(\d+)",
        lambda k: RandomHead(cut=k),
        "frozen random body, cut after stage 2; a new head learns",
    ),
    "partial:2": (r"partial:(\d+)", Partial, "the last 2 stages and a new head learn"),
    "lora:8": (r"lora:(\d+)", LoRA, "adapters of rank 8 and a new head learn"),
    "lora:8@2": (r"lora:(\d+)@(\d+)", lambda r, k: LoRA(r, last=k), "the same, in the last 2 stages only"),
    "random_lora:8": (r"random_lora:(\d+)", RandomLoRA, "the same as lora:8, on a random body"),
    "prompt:2": (r"prompt:(\d+)", lambda k: Prompt(shown=k), "the model is shown 2 examples of each class, then asked"),
    "tf_idf:20": (r"tf_idf:(\d+)", TfIdf, "no network: the 20 most telling words are counted"),
}


def strategies() -> dict[str, str]:
    """Every strategy by name, with what it is in one line; numbers in a name are the reader's to choose."""
    plain = {name: make().about for name, make in _PLAIN.items()}
    return plain | {name: about for name, (_, _, about) in _NUMBERED.items()}


def as_strategy(strategy: str | Strategy) -> Strategy:
    """A strategy from its name, such as ``"head"`` or ``"partial:2"``; an object is passed through."""
    if isinstance(strategy, Strategy):
        return strategy
    name = a_name(strategy, "a strategy", "head")
    if name in _PLAIN:
        return _PLAIN[name]()
    for pattern, make, _ in _NUMBERED.values():
        if match := re.fullmatch(pattern, name):
            return make(*map(int, match.groups()))
    kind = re.split("[:@]", name)[0]
    for example in _NUMBERED:
        if (kind == re.split("[:@]", example)[0] and kind != name) or example.startswith(f"{name}:"):
            raise TlkitError(f"{name!r} does not say its number: write it as {example!r}.")
    raise unknown("strategy", name, strategies())


def from_source(name: str) -> bool:
    """Whether what a source learnt has a part in the strategy of that name; in one that is not known here, it has."""
    kind = re.split("[:@,]", name)[0]
    known = next((each for each in strategies() if re.split("[:@]", each)[0] == kind), None)
    return known is None or as_strategy(known).from_source
