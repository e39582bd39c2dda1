"""Strategies: which stages learn, starting from what. How they learn is :mod:`tlkit.methods.training`'s business.

A strategy is a value, not a class of its own: where the body and the head begin, and the phases in which they learn.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tlkit.arguments import a_name, a_number, a_share, listed, one_of, whole
from tlkit.errors import TlkitError, first_line, unknown
from tlkit.errors import shown as repeated

Pace = Literal["scratch", "body", "tuning", "adapter"]
PACES = ("scratch", "body", "tuning", "adapter")

# Raise it when a change to the code changes what such a run finds: older saved results are then not reused.
FINETUNING_RECIPE = FROZEN_RECIPE = PROMPT_RECIPE = 1
LORA_RECIPE = 2  # since 2 there is no dropout beside adapters


@dataclass(frozen=True)
class Phase:
    """A stretch of training: the head and the last ``learn`` stages learn (None: all of them; 0: the head alone).

    ``rate`` names one of the backbone's :class:`~tlkit.models.backbone.Rates`, or is AdamW's learning rate itself. A
    head that learns alone is solved for, not descended to, and has none. Each stage learns at ``slower`` times the rate
    of the one after it (Howard and Ruder, 2018, "discriminative fine-tuning"). Where ``statistics`` is false, the
    running statistics of BatchNorm stay what they are in the stages that learn, too.
    """

    learn: int | None
    rate: Pace | float | None = None
    slower: float = 1.0
    statistics: bool = True

    def recipe(self) -> list:
        """All that what is learnt in it depends on."""
        rate = self.rate if self.rate is None or isinstance(self.rate, str) else float(self.rate)
        return [self.learn, rate, float(self.slower), self.statistics]


@dataclass(frozen=True)
class Adapter:
    """LoRA: beside each of the ``targets``, two thin matrices of ``rank`` learn instead of it (Hu et al., 2021).

    What they add is scaled by ``alpha / rank``. ``targets`` are layers by their names in the backbone; without them
    :func:`tlkit.methods.lora.targets` finds them.
    """

    rank: int
    alpha: float
    targets: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Prompting:
    """How a language model is asked: ``template`` with {question}, {words} and {text}, and what it is shown first.

    ``shown`` is how many labelled examples of each class stand before the question: a number, or ``"shots"`` for all
    that the run may use. ``calibrated`` divides by what the model answers where there is no text (Zhao et al., 2021).
    ``order`` numbers the orders in which the same examples may stand.
    """

    template: str
    shown: int | Literal["shots"] = 0
    calibrated: bool = False
    order: int = 0


@dataclass(frozen=True)
class Strategy:
    """Where body and head begin, and the phases in which they learn.

    The body may be ``cut`` after some of its stages; an ``adapter`` learns in its stead; a language model may be asked
    by ``prompting``, where nothing learns.
    """

    name: str
    body: Literal["source", "random"]
    head: Literal["source", "new", "none"]
    phases: tuple[Phase, ...]
    about: str
    cut: int | None = None
    adapter: Adapter | None = None
    prompting: Prompting | None = None

    def __repr__(self) -> str:
        return f"Strategy({self.name!r}: {self.about})"

    @property
    def still(self) -> bool:
        """Whether the body says in the end what it said in the beginning: nothing but a head learns."""
        return all(phase.learn == 0 for phase in self.phases)

    def recipe(self) -> list:
        """All of it that a run's result depends on, its name included and its prose not: the key of a saved run."""
        if asked := self.prompting:
            return ["prompt", PROMPT_RECIPE, self.name, asked.template, asked.shown, asked.calibrated, asked.order]
        if self.still:
            return ["frozen body", FROZEN_RECIPE, self.name, self.body, self.head, self.cut]
        phases = [phase.recipe() for phase in self.phases]
        if own := self.adapter:
            return ["lora", LORA_RECIPE, self.name, self.body, phases, own.rank, float(own.alpha), own.targets]
        return ["finetuning", FINETUNING_RECIPE, self.name, self.body, self.head, phases]

    def frozen(self, phase: Phase, stages: int) -> int:
        """How many of ``stages`` stages, from the first on, do not learn in ``phase``."""
        if phase.learn is None:
            return 0
        if phase.learn > stages:
            raise TlkitError(
                f"{self.name} lets {phase.learn} stages learn, and this backbone has {stages}: ask for fewer."
            )
        return stages - phase.learn


LARGEST_RANK = 4096  # more than any matrix here has columns
TEMPLATE = "{question}\n\n{text}\n\nAnswer ({words}):"


def Scratch(*, rate: float | None = None) -> Strategy:
    """Nothing from the source: the same network, random, learns the target alone. The baseline of every transfer.

    ``rate`` is AdamW's, where the backbone's own for random networks does not suit the target.
    """
    if rate is not None:
        _check_rate(rate)
    name = "scratch" if rate is None else f"scratch, rate {rate:g}"
    phase = Phase(None, "scratch" if rate is None else rate)
    return Strategy(name, "random", "new", (phase,), "random network, all of it learns")


def Head(*, cut: int | None = None) -> Strategy:
    """Feature extraction, or linear probe: the body is frozen and only a new head learns.

    With ``cut`` the head sits on the first so many stages, and the rest of the body is left out.
    """
    if cut is None:
        return Strategy("head", "source", "new", (Phase(0),), "frozen body, a new head learns")
    cut = whole(cut, f"head@{repeated(cut)} leaves no stage: cut after stage 1 or later")
    about = f"frozen body, cut after stage {cut}; a new head learns"
    return Strategy(f"head@{cut}", "source", "new", (Phase(0),), about, cut=cut)


def Partial(stages: int, *, slower: float = 1.0) -> Strategy:
    """The last ``stages`` stages and a new head learn; what comes before is frozen (Yosinski et al., 2014)."""
    stages = whole(stages, f"partial:{repeated(stages)} lets no stage learn", instead="ask for 'head'")
    about = f"the last {stages} stage{'s' * (stages > 1)} and a new head learn"
    phase = Phase(stages, "body", _check_slower(slower), statistics=False)
    return Strategy(_named(f"partial:{stages}", slower), "source", "new", (phase,), about)


def Full(*, slower: float = 1.0, statistics: bool = False, rate: Pace = "body") -> Strategy:
    """Full fine-tuning: the source's body and a new head all learn together.

    Each stage learns at ``slower`` times the rate of the one after it. With ``statistics`` the running statistics of
    BatchNorm follow the target's few examples. ``rate`` is which of the backbone's rates it learns at.
    """
    phase = Phase(None, one_of(rate, "rate", PACES), _check_slower(slower), statistics)
    name = _named("full", slower) + "+statistics" * statistics + (f", {rate}'s rate" if rate != "body" else "")
    return Strategy(name, "source", "new", (phase,), "all of it learns, with a new head")


def LPFT(*, slower: float = 1.0) -> Strategy:
    """Head first, then all: a new head is fitted before it is let loose on the body (Kumar et al., 2022)."""
    phases = Phase(0), Phase(None, "tuning", _check_slower(slower), statistics=False)
    return Strategy(_named("lp_ft", slower), "source", "new", phases, "a new head learns, then all of it")


def LoRA(
    rank: int = 8,
    *,
    last: int | None = None,
    alpha: float | None = None,
    targets: tuple[str, ...] | None = None,
    rate: Pace = "adapter",
) -> Strategy:
    """Low-rank adapters and a new head learn, the body's own weights do not (Hu et al., 2021, by peft).

    ``last`` puts adapters into the last so many stages only. ``alpha`` is twice the rank unless said otherwise.
    ``rate`` is which of the backbone's rates the adapters learn at.
    """
    rank = whole(rank, f"lora:{repeated(rank)} has no rank", most=LARGEST_RANK, such="8")
    if last is not None:
        last = whole(last, f"LoRA on the last {repeated(last)} stages is LoRA on none")
    where = "" if last is None else f" in the last {last} stage{'s' * (last > 1)}"
    alpha = 2.0 * rank if alpha is None else a_number(alpha, f"alpha={repeated(alpha)} is no factor")
    layers = None if targets is None else tuple(listed(targets, "targets", "tl.lora.targets(backbone)"))
    adapter = Adapter(rank, alpha, layers)
    phase = Phase(last, one_of(rate, "rate", PACES), statistics=False)
    name = f"lora:{rank}" + (f"@{last}" if last else "") + (f", {rate}'s rate" if rate != "adapter" else "")
    about = f"adapters of rank {rank}{where} and a new head learn"
    return Strategy(name, "source", "new", (phase,), about, adapter=adapter)


def RandomLoRA(rank: int = 8) -> Strategy:
    """The control of ``lora``: the same adapters and head, on a *random* body that stays as it is beside them."""
    same = LoRA(rank)
    about = f"{same.about}, on a random body"
    return Strategy(f"random_{same.name}", "random", "new", same.phases, about, adapter=same.adapter)


def Prompt(
    template: str = TEMPLATE,
    *,
    shown: int | Literal["shots"] = 0,
    calibrated: bool = False,
    order: int = 0,
    wording: str = "",
) -> Strategy:
    """No weight changes: a language model is asked, and its likeliest answer counts (Brown et al., 2020).

    ``shown`` labelled examples of each class stand before the question: a number, or "shots" for all there are. The
    same examples stand in another order for each number ``order``. ``wording`` is what to call the template, where
    several are compared.
    """
    _check_template(template)
    if shown != "shots":
        no = f"shown={repeated(shown)} is no number of examples"
        shown = whole(shown, no, least=0, instead="'shots' for all there are")
    order = whole(order, f"order={repeated(order)} is no number of an order", least=0)
    name = "prompt" + (f":{shown}" if shown else "") + "+calibrated" * calibrated
    name += (f", {wording}" if wording else "") + (f", order {order}" if order else "")
    seen = "nothing" if not shown else "the shots" if shown == "shots" else f"{shown} of each class"
    about = f"no weight changes: the model is shown {seen}, then asked"
    return Strategy(name, "source", "none", (), about, prompting=Prompting(template, shown, calibrated, order))


def Keep() -> Strategy:
    """Full fine-tuning that keeps the source's head too, where both tasks name the same classes."""
    phase = Phase(None, "tuning", statistics=False)
    return Strategy("keep", "source", "source", (phase,), "all of it learns, with the source's head")


def AsIs() -> Strategy:
    """No lesson at all: the source, head and all, is asked about the target as it is."""
    return Strategy("as_is", "source", "source", (), "nothing learns: the source as it is")


def RandomHead(*, cut: int | None = None) -> Strategy:
    """The control of ``head``: a frozen *random* body. What it can do is owed to the wiring, not to knowledge.

    With ``cut`` it is the control of ``head@``: the first so many stages of a random body.
    """
    probe = Head(cut=cut)
    about = probe.about.replace("frozen body", "frozen random body")
    return Strategy(f"random_{probe.name}", "random", "new", probe.phases, about, cut=cut)


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


def _named(name: str, slower: float) -> str:
    return name if slower == 1 else f"{name}, slower {slower:g}"


def _check_slower(slower: float) -> float:
    a_share(slower, f"slower={repeated(slower)} is no share of a rate", ends=True)
    return slower  # as it was written: saved runs are found by it


def _check_rate(rate: object) -> None:
    if a_number(rate, f"rate={repeated(rate)} is no learning rate", "a small number, such as 1e-3") <= 0:
        raise TlkitError(f"rate={repeated(rate)} teaches nothing: give a number above 0, such as 1e-3.")


def _check_template(template: object) -> None:
    if not isinstance(template, str) or "{text}" not in template:
        raise TlkitError(
            f"The template {repeated(template)} has no place for the text: give a text with {{text}} where it goes."
        )
    try:
        template.format(question="", words="", text="")
    except (LookupError, ValueError, AttributeError) as error:
        raise TlkitError(
            f"The template {repeated(template)} can't be filled in ({first_line(error)}): between braces there may be "
            "{question}, {words} and {text}; other braces are written twice, {{ and }}."
        ) from error
