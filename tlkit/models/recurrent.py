"""Networks that read a sequence of events, such as the payments of a card, one after the other."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from tlkit.errors import TlkitError
from tlkit.models.backbone import Backbone, Rates

INPUTS, WIDTH = 16, 32
RATES = Rates(scratch=5e-3, body=2e-3, tuning=1e-3, head=5e-3, steps=200, batch=64)  # tried on seeds from 100 up


def event_gru(size: int | None = None) -> Backbone:
    """Each event in 32 numbers, a GRU over all before it, and what the last is beside those before (Cho et al., 2014).

    An event is so many numbers as there are ``size`` of (16: a card payment).
    """
    inputs = size or INPUTS
    stages = {
        "event": Event(inputs, WIDTH),
        "history": History(WIDTH),
        "beside": Beside(WIDTH),
    }
    name = "event-gru" if inputs == INPUTS else f"event-gru, {inputs} inputs"
    return Backbone(
        name,
        stages,
        prepare=Events(inputs),
        pool=last_event,
        width=2 * WIDTH,
        modality="sequence",
        rates=RATES,
        batch=512,
    )


class Event(nn.Linear):
    """A dense layer with ReLU on each event by itself."""

    def forward(self, events: Tensor) -> Tensor:
        """(n, events, width) of (n, events, inputs)."""
        return super().forward(events).relu()


class History(nn.Module):
    """Beside each event, what a GRU has made of all before it."""

    def __init__(self, width: int):
        super().__init__()
        self.gru = nn.GRU(width, width, batch_first=True)

    def forward(self, events: Tensor) -> Tensor:
        """(n, events, 2 width) of (n, events, width): what was before in the first half, the event in the second."""
        states, _ = self.gru(events[:, :-1])
        before = nn.functional.pad(states, (0, 0, 1, 0))  # nothing before the first
        return torch.cat([before, events], dim=2)


class Beside(nn.Module):
    """Two dense layers that hold an event against what was before it."""

    def __init__(self, width: int):
        super().__init__()
        self.first, self.second = (nn.Linear(2 * width, 2 * width) for _ in range(2))

    def forward(self, pairs: Tensor) -> Tensor:
        """(n, events, 2 width) of as many."""
        return self.second(self.first(pairs).relu()).relu()


class Events:
    """Turns sequences (n, events, inputs) into inputs of a network."""

    def __init__(self, inputs: int):
        self.inputs = inputs

    def __repr__(self) -> str:
        return f"Events({self.inputs})"

    def __call__(self, items: np.ndarray) -> Tensor:
        """Events as inputs."""
        if items.ndim != 3 or items.shape[2] != self.inputs:
            raise TlkitError(
                f"This network is given events of {self.inputs} numbers (n, events, {self.inputs}), and these are "
                f"{items.shape}: take tl.backbone('event-gru', size=...)."
            )
        return torch.from_numpy(np.ascontiguousarray(items, dtype=np.float32))


def last_event(states: Tensor) -> Tensor:
    """What was made of the last event (n, width)."""
    return states[:, -1]
