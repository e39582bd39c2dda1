"""How a network is wired, in words that can be written down, so that another process can build the same and fill it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from torch import nn

if TYPE_CHECKING:
    from tlkit.models.backbone import Backbone


@dataclass(frozen=True)
class Wiring:
    """The ``library`` that a network comes from, its ``model`` there, and how much of an item it sees (``size``).

    ``names`` says what the library calls each of the network's tensors, ``ends`` in which of its parts each stage ends,
    and ``head`` what it calls its own last layer; they are empty where there is nothing to tell.
    """

    library: str
    model: str
    size: int | None = None
    names: dict[str, str] = field(default_factory=dict, repr=False)
    ends: tuple[str, ...] = field(default=(), repr=False)
    head: str = ""


class Native:
    """What a library calls the parts of a network, noted before it is cut into stages."""

    def __init__(self, model: nn.Module):
        self.tensors: dict[int, str] = {}
        for name, tensor in model.state_dict(keep_vars=True).items():
            self.tensors.setdefault(id(tensor), name)  # the first name of those that are tied
        self.parts = {id(part): path for path, part in model.named_modules()}
        self.head = next((p for p, part in reversed(list(model.named_modules())) if isinstance(part, nn.Linear)), "")
        self._alive = model  # an id says nothing of what is gone

    def names(self, backbone: Backbone) -> dict[str, str]:
        """What the library calls each tensor of ``backbone``."""
        held = backbone.state_dict(keep_vars=True).items()
        return {key: self.tensors[id(tensor)] for key, tensor in held if id(tensor) in self.tensors}

    def ends(self, backbone: Backbone) -> tuple[str, ...]:
        """In which part of the network each stage ends; "" where the library has no such part."""
        return tuple(self._end(stage) for stage in backbone.stages)

    def _end(self, part: nn.Module | None) -> str:
        while part is not None and id(part) not in self.parts:
            part = next(reversed(list(part.children())), None)
        return "" if part is None else self.parts[id(part)]
