"""Writing with a language model, token after token, and teaching its last blocks to: LoRA (Hu et al., 2021) or all.

The blocks before those never change, so each text that is learnt from goes through them once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from tlkit.arguments import whole
from tlkit.errors import TlkitError, shown
from tlkit.events import Listener, Progress, ignore
from tlkit.methods import lora
from tlkit.models.backbone import Backbone
from tlkit.models.language_model import LanguageModel
from tlkit.models.sequences import Sequences, padded
from tlkit.runtime.torch_state import threads
from tlkit.seeding import stream

RECIPE = 1  # raise it when a change to the code changes what is learnt or written: older figures are then not reused
END = "<|im_end|>"
CHAT = "<|im_start|>user\n{request}\n\n{text}" + END + "\n<|im_start|>assistant\n"  # as SmolLM2 was taught to be asked
REQUEST = "Write the note of this visit."
CACHES = {"past_key_values", "cache"}  # what a block calls it, by the library's version
TOGETHER = 16  # prompts that are written on side by side
BATCH = 8  # examples in a step
SIDE = 2  # of them at a time: their gradients are added up, and what must be remembered for those is a quarter

Learnt = tuple[Tensor, Tensor]  # states before the blocks that learn (length, width), and the answer's tokens


def asked(text: str, request: str = REQUEST) -> str:
    """The request and the text as a prompt, up to where the model writes."""
    return CHAT.format(request=request, text=text)


@torch.no_grad()
def write(backbone: Backbone, prompts: Sequence[str], *, most: int = 40, on_event: Listener = ignore) -> list[str]:
    """What the model writes after each prompt: always the likeliest token, at most so many, up to its end mark.

    What was read is kept (a key-value cache), so each further token costs one token. The same prompt gives the same
    text on one machine; on another, two tokens that are nearly as likely may change places.
    """
    model = _writer(backbone)
    most = whole(most, f"most={shown(most)} is no number of tokens")
    read = [model.tokenizer(each)["input_ids"] for each in prompts]
    order, found = sorted(range(len(read)), key=lambda row: len(read[row])), {}
    with threads(model.threads):
        for start in range(0, len(order), TOGETHER):
            rows = order[start : start + TOGETHER]
            found |= zip(rows, _continued(model, padded([torch.tensor(read[row]) for row in rows]), most), strict=True)
            on_event(Progress(len(found), len(read)))
    return [found[row] for row in range(len(read))]


def _continued(model: LanguageModel, given: Sequences, most: int) -> list[str]:
    from transformers import DynamicCache

    end, cache = model.tokenizer.convert_tokens_to_ids(END), DynamicCache()
    rows, lengths, longest = torch.arange(len(given)), given.mask.sum(dim=1), given.mask.shape[1]
    places, causal = torch.arange(longest).expand(len(given), -1), torch.ones(longest, longest).tril().bool()
    seen, tokens = given.mask.bool(), []
    states = _step(model, given.values, places, seen[:, None] & causal, cache)[rows, lengths - 1]
    while True:
        tokens.append(model.log_probs(states).argmax(dim=-1))
        if len(tokens) == most or bool((torch.stack(tokens) == end).any(dim=0).all()):
            break
        seen = torch.cat([seen, torch.ones(len(given), 1, dtype=torch.bool)], dim=1)
        place = (lengths + len(tokens) - 1)[:, None]
        states = _step(model, tokens[-1][:, None], place, seen[:, None], cache)[:, 0]
    return [_until(row, end, model.tokenizer) for row in torch.stack(tokens, dim=1).tolist()]


def _step(model: LanguageModel, tokens: Tensor, places: Tensor, seen: Tensor, cache: object) -> Tensor:
    """The last states of new tokens (n, length), which see of what was read what ``seen`` (n, length, all) says."""
    laid = model.stages[0].side_by_side(tokens, places, seen)
    for dtype, around in laid.around.items():
        if not all(CACHES & told.keys() for _, told in around):
            raise TlkitError(f"{model.name} keeps what it has read in a way of its own: take 'smollm2', or a Llama.")
        laid.around[dtype] = [(args, told | dict.fromkeys(CACHES & told.keys(), cache)) for args, told in around]
    return model.run(laid, start=1).values


def _until(tokens: list[int], end: int, tokenizer) -> str:
    return tokenizer.decode(tokens[: tokens.index(end)] if end in tokens else tokens).strip()


def teach(
    backbone: Backbone,
    texts: Sequence[str],
    answers: Sequence[str],
    *,
    request: str = REQUEST,
    rank: int | None = 8,
    last: int = 12,
    steps: int = 90,
    rate: float = 2e-3,
    seed: int = 0,
    on_event: Listener = ignore,
) -> LanguageModel:
    """The model with adapters beside its ``last`` blocks that learnt to write each answer to its text.

    Without a ``rank`` there are no adapters, and those blocks themselves learn: take a ``rate`` of 1e-4 then. The loss
    counts the answers' tokens only. All weights that do not learn are shared with ``backbone``.
    """
    whole(steps, f"steps={shown(steps)} is no number of steps")
    model, start = _learner(_writer(backbone), rank, last, seed)
    optimizer = torch.optim.AdamW([each for each in model.parameters() if each.requires_grad], lr=rate, weight_decay=0)
    slower = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / steps)
    with threads(model.threads):
        read = _read(model, [asked(text, request) for text in texts], answers, start)
        for step, rows in enumerate(_batches(len(read), steps, seed), start=1):
            optimizer.zero_grad()
            for examples, share in _shares([read[row] for row in rows]):
                (share * _loss(model, examples, start)).backward()
            optimizer.step()
            slower.step()
            on_event(Progress(step, steps))
    return model.eval()


def _learner(backbone: LanguageModel, rank: int | None, last: int, seed: int) -> tuple[LanguageModel, int]:
    """A model of which only the end learns, and its first stage that does."""
    start = len(backbone.stages) - last
    model = backbone.copy(shared=start if rank is None else len(backbone.stages)).requires_grad_(False)
    if rank is None:
        model.stages[start:].requires_grad_(True)
    else:
        lora.add(model, rank=rank, alpha=2.0 * rank, seed=stream(seed, "adapter"), last=last)
    return model, start


@torch.no_grad()
def _read(model: LanguageModel, prompts: Sequence[str], answers: Sequence[str], start: int) -> list[Learnt]:
    tokenizer, found = model.tokenizer, {}
    given = [tokenizer(each)["input_ids"] for each in prompts]
    told = [tokenizer(answer + END, add_special_tokens=False)["input_ids"] for answer in answers]
    pairs = [torch.tensor(before + after) for before, after in zip(given, told, strict=True)]
    order = sorted(range(len(pairs)), key=lambda row: len(pairs[row]))
    for first in range(0, len(order), BATCH):
        rows = order[first : first + BATCH]
        states = model.run(padded([pairs[row] for row in rows]), stop=start).values
        found |= {row: (own[: len(pairs[row])], torch.tensor(told[row])) for row, own in zip(rows, states, strict=True)}
    return [found[row] for row in range(len(pairs))]


def _loss(model: LanguageModel, examples: Sequence[Learnt], start: int) -> Tensor:
    """The mean surprise of the answers' tokens; each is foretold at the token before it."""
    said = model.run(padded([states for states, _ in examples]), start=start).values  # (n, length, width)
    lengths = ((len(states), len(told)) for states, told in examples)
    ends = [own[all_ - last - 1 : all_ - 1] for own, (all_, last) in zip(said, lengths, strict=True)]
    wanted = torch.cat([told for _, told in examples])
    return -model.log_probs(torch.cat(ends)).gather(1, wanted[:, None]).mean()


def _shares(examples: Sequence[Learnt]) -> Iterator[tuple[Sequence[Learnt], float]]:
    """A few examples at a time, and which share of all tokens to be learnt is theirs."""
    every = sum(len(told) for _, told in examples)
    for first in range(0, len(examples), SIDE):
        some = examples[first : first + SIDE]
        yield some, sum(len(told) for _, told in some) / every


def _batches(count: int, steps: int, seed: int) -> Iterator[np.ndarray]:
    """Rows for each step: all of them in one order, then in another."""
    draw, rows = np.random.default_rng(stream(seed, "batches")), np.empty(0, int)
    for _ in range(steps):
        while len(rows) < BATCH:
            rows = np.concatenate([rows, draw.permutation(count)])
        yield rows[:BATCH]
        rows = rows[BATCH:]


def with_adapter(backbone: Backbone, folder: str | Path) -> LanguageModel:
    """The model with the adapters that lie in ``folder``; all other weights are shared with ``backbone``."""
    return lora.load(_writer(backbone), folder, shared=True)


def _writer(backbone: Backbone) -> LanguageModel:
    if not isinstance(backbone, LanguageModel):
        raise TlkitError(f"{backbone.name} writes nothing: take a language model, such as 'smollm2'.")
    return backbone
