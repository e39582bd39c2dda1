"""LoRA as a strategy: adapters and a new head learn, and the body's own weights do not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tlkit.arguments import a_number, listed, one_of, whole
from tlkit.datasets.task import Task
from tlkit.errors import shown as repeated
from tlkit.methods import lora
from tlkit.methods.classifier import Classifier
from tlkit.methods.finetuning import Finetuning
from tlkit.methods.method import PACES, Pace, Phase
from tlkit.models.backbone import Backbone, count_parameters
from tlkit.seeding import stream

if TYPE_CHECKING:
    from tlkit.experiments.source import Source

RECIPE = 2  # raise it when a change to the code changes what is learnt; since 2 there is no dropout beside adapters
LARGEST_RANK = 4096  # more than any matrix here has columns


@dataclass(frozen=True, repr=False)
class AdapterTuning(Finetuning):
    """Beside each of the ``targets``, two thin matrices of ``rank`` learn instead of it (Hu et al., 2021).

    What they add is scaled by ``alpha / rank``. ``targets`` are layers by their names in the backbone; without them
    :func:`tlkit.methods.lora.targets` finds them.
    """

    rank: int = 8
    alpha: float = 16.0
    targets: tuple[str, ...] | None = None

    def recipe(self) -> list:
        """All that a run's result depends on."""
        phases = [phase.recipe() for phase in self.phases]
        return ["lora", RECIPE, self.name, self.body, phases, self.rank, self.alpha, self.targets]

    def starting_point(self, source: Source, target: Task, seed: int, *, shared: int = 0) -> Classifier:
        """The network with its new head and adapters, which at first change nothing."""
        model = super().starting_point(source, target, seed, shared=shared)
        born, last = stream(seed, "adapter", target.name), self.phases[-1].learn
        lora.add(model.backbone, rank=self.rank, alpha=self.alpha, seed=born, last=last, names=self.targets)
        return model

    def _unchanging(self, backbone: Backbone, phase: Phase) -> int:
        return lora.first(backbone)

    def _never_learning(self, stages: int) -> int:
        return stages

    def _learning(self, model: Classifier) -> int:
        return count_parameters(model.head) + lora.count(model.backbone)

    def _let_go(self, backbone: Backbone) -> None:
        lora.let_go(backbone)


def LoRA(
    rank: int = 8,
    *,
    last: int | None = None,
    alpha: float | None = None,
    targets: tuple[str, ...] | None = None,
    rate: Pace = "adapter",
) -> AdapterTuning:
    """Low-rank adapters and a new head learn, the body's own weights do not (Hu et al., 2021, by peft).

    ``last`` puts adapters into the last so many stages only. ``alpha`` is twice the rank unless said otherwise.
    ``rate`` is which of the backbone's rates the adapters learn at.
    """
    rank = whole(rank, f"lora:{repeated(rank)} has no rank", most=LARGEST_RANK, such="8")
    if last is not None:
        last = whole(last, f"LoRA on the last {repeated(last)} stages is LoRA on none")
    where = "" if last is None else f" in the last {last} stage{'s' * (last > 1)}"
    alpha = 2.0 * rank if alpha is None else float(a_number(alpha, f"alpha={repeated(alpha)} is no factor"))
    layers = None if targets is None else tuple(listed(targets, "targets", "tl.lora.targets(backbone)"))
    phase = Phase(last, one_of(rate, "rate", PACES), statistics=False)
    name = f"lora:{rank}" + (f"@{last}" if last else "") + (f", {rate}'s rate" if rate != "adapter" else "")
    about = f"adapters of rank {rank}{where} and a new head learn"
    return AdapterTuning(name, about, (phase,), rank=rank, alpha=alpha, targets=layers)


def RandomLoRA(rank: int = 8) -> AdapterTuning:
    """The control of ``lora``: the same adapters and head, on a *random* body that stays as it is beside them."""
    same = LoRA(rank)
    return replace(same, name=f"random_{same.name}", about=f"{same.about}, on a random body", body="random")
