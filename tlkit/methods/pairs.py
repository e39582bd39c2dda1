"""Teaching an encoder from pairs: a question and its text are drawn together, and the others of the batch apart.

Henderson et al. (2017) call it in-batch negatives; each text of a step answers one question, and no other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from tlkit.arguments import whole
from tlkit.errors import TlkitError, shown
from tlkit.events import Listener, Progress, ignore
from tlkit.methods import lora
from tlkit.methods.self_supervised import nt_xent
from tlkit.models.language_model import TextBackbone
from tlkit.runtime.torch_state import threads
from tlkit.seeding import stream

RECIPE = 1  # raise it when a change to the code changes what is learnt: older figures are then not reused
TEMPERATURE = 0.05
BATCH = 24  # pairs in a step


def teach(
    backbone: TextBackbone,
    questions: Sequence[str],
    texts: Sequence[str],
    *,
    rank: int | None = 8,
    steps: int = 40,
    rate: float = 2e-3,
    seed: int = 0,
    on_event: Listener = ignore,
) -> TextBackbone:
    """A copy with adapters that learnt to find each question's text; without a ``rank`` all learns (rate 5e-5)."""
    steps = whole(steps, f"steps={shown(steps)} is no number of steps")
    if len(questions) != len(texts) or len(texts) < 2:
        raise TlkitError(f"{len(questions)} questions and {len(texts)} texts are no pairs: give two or more of each.")
    model = backbone.copy().float().requires_grad_(rank is None)
    if rank is not None:
        lora.add(model, rank=rank, alpha=2.0 * rank, seed=stream(seed, "adapter"))
    optimizer = torch.optim.AdamW([each for each in model.parameters() if each.requires_grad], lr=rate, weight_decay=0)
    slower = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / steps)
    draw = np.random.default_rng(stream(seed, "pairs"))
    pairs = [np.array(each, dtype=object) for each in (questions, texts)]
    with threads(model.threads):
        for step in range(1, steps + 1):
            rows = draw.choice(len(texts), min(BATCH, len(texts)), replace=False)
            loss = nt_xent(*(model.pool(model.run(model.prepare(each[rows]))) for each in pairs), TEMPERATURE)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            slower.step()
            on_event(Progress(step, steps))
    return model.eval()
