"""Networks that act: they are given a few numbers, such as where a cart is and how far its pole leans."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from tlkit.errors import TlkitError
from tlkit.models.backbone import Backbone, Rates

INPUTS, WIDTH = 4, 32
RATES = Rates(
    scratch=1e-2, body=1e-2, tuning=1e-2, head=3e-2
)  # Adam's, tried on prototypes of CartPole, seeds 0-6 and 1000 up


def policy_net(size: int | None = None) -> Backbone:
    """Two dense layers of 32 with tanh, for so many numbers as there are ``size`` of (4: what CartPole shows)."""
    inputs = size or INPUTS
    stages = {
        "dense1": Dense(inputs, WIDTH),
        "dense2": Dense(WIDTH, WIDTH),
    }
    prepare, name = Numbers(inputs), "policy-net" if inputs == INPUTS else f"policy-net, {inputs} inputs"
    return Backbone(name, stages, prepare=prepare, pool=nn.Identity(), width=WIDTH, modality="state", rates=RATES)


class Dense(nn.Linear):
    """A dense layer with tanh."""

    def forward(self, inputs: Tensor) -> Tensor:
        """Activations (n, width) of inputs (n, inputs)."""
        return super().forward(inputs).tanh()


class Numbers:
    """Turns observations (n, inputs) into inputs of a network."""

    def __init__(self, inputs: int):
        self.inputs = inputs

    def __repr__(self) -> str:
        return f"Numbers({self.inputs})"

    def __call__(self, items: np.ndarray) -> Tensor:
        """Observations as inputs."""
        if items.shape[-1] != self.inputs:
            raise TlkitError(
                f"This network is given {self.inputs} numbers, and there are {items.shape[-1]}: "
                f"take tl.backbone('policy-net', size={items.shape[-1]})."
            )
        return torch.from_numpy(items.astype(np.float32))
