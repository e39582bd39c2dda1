"""The floor under a run of MiniLM: the arithmetic that nobody can leave out, and nothing around it."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import tlkit as tl
from tlkit.methods.training import one_cycle

READ_AT_ONCE = 16  # texts of like length in a pass in which nothing learns: the fastest of 1 to 64 where it was tried
LONGEST = 128

Said = tuple[Tensor, Tensor, Tensor]  # states (n, length, width), mask (n, length), labels (n,)


def bare_run(ask) -> float:
    """What is frozen once over every text, the steps of what learns, and the test; returns the accuracy.

    ``ask`` is a :class:`readers.Question`.
    """
    tokenizer, model = ask.whole
    layers = model.bert.eval().encoder.layer
    frozen = len(layers) - (ask.blocks or len(layers))
    late, head = copy.deepcopy(layers[frozen:]), nn.Linear(ask.backbone.width, len(ask.task.classes))
    if ask.blocks is None:
        _adapt(late)

    def said(examples: tl.Examples) -> list[Said]:
        return [_said(model.bert.embeddings, layers[:frozen], *batch) for batch in _batches(tokenizer, examples)]

    _train(ask, late, head, *_joined(said(ask.labelled)))
    return _test(late.eval(), head, said(ask.task.test))


def _batches(tokenizer, examples: tl.Examples) -> Iterator[tuple[Tensor, Tensor]]:
    """Token numbers (n, length), padded with 0, and labels (n,); texts of like length are together."""
    read = tokenizer(list(examples.items), truncation=True, max_length=LONGEST)["input_ids"]
    order = sorted(range(len(read)), key=lambda row: len(read[row]))
    for start in range(0, len(order), READ_AT_ONCE):
        rows = order[start : start + READ_AT_ONCE]
        tokens = nn.utils.rnn.pad_sequence([torch.tensor(read[row]) for row in rows], batch_first=True)
        yield tokens, torch.from_numpy(examples.labels[rows])


@torch.no_grad()
def _said(embeddings: nn.Module, early: nn.ModuleList, tokens: Tensor, labels: Tensor) -> Said:
    mask = tokens > 0
    return _through(early, embeddings(input_ids=tokens), mask), mask, labels


def _through(layers: nn.ModuleList, states: Tensor, mask: Tensor) -> Tensor:
    for layer in layers:
        said = layer(states, mask[:, None, None])
        states = said[0] if isinstance(said, tuple) else said  # a tuple before transformers 5
    return states


def _scores(late: nn.ModuleList, head: nn.Linear, states: Tensor, mask: Tensor) -> Tensor:
    """Class scores (n, classes), from the mean over each text's own tokens, as tlkit's head is given it."""
    weight = mask.unsqueeze(-1)
    return head((_through(late, states, mask) * weight).sum(dim=1) / weight.sum(dim=1))


def _joined(parts: list[Said]) -> Said:
    """Batches as one, padded to the longest text."""
    longest = max(mask.shape[1] for _, mask, _ in parts)
    states = torch.cat([F.pad(states, (0, 0, 0, longest - states.shape[1])) for states, _, _ in parts])
    mask = torch.cat([F.pad(mask, (0, longest - mask.shape[1])) for _, mask, _ in parts])
    return states, mask, torch.cat([labels for _, _, labels in parts])


def _train(ask, late: nn.ModuleList, head: nn.Linear, states: Tensor, mask: Tensor, labels: Tensor) -> None:
    rates = ask.backbone.rates
    body = {
        "params": [p for p in late.parameters() if p.requires_grad],
        "lr": rates.adapter if ask.blocks is None else rates.body,
    }
    optimizer = torch.optim.AdamW([{"params": head.parameters(), "lr": rates.head}, body], weight_decay=0.0, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: one_cycle(step, ask.steps))
    late.train()
    lengths = mask.sum(dim=1)
    for _ in range(ask.epochs):
        order = torch.randperm(len(labels))
        batches = order[lengths[order].argsort(stable=True)].split(rates.batch)  # texts of like length together
        for rows in (batches[number] for number in torch.randperm(len(batches))):
            longest = int(lengths[rows].max())
            scores = _scores(late, head, states[rows, :longest], mask[rows, :longest])
            optimizer.zero_grad()
            F.cross_entropy(scores, labels[rows]).backward()
            optimizer.step()
            schedule.step()


@torch.inference_mode()
def _test(late: nn.ModuleList, head: nn.Linear, parts: list[Said]) -> float:
    """The share named right; adapters are added to the weights first, where there are any."""
    for part in late.modules():
        if hasattr(part, "lora_A"):
            part.merge()
    right = sum((_scores(late, head, states, mask).argmax(dim=1) == labels).sum() for states, mask, labels in parts)
    return float(right) / sum(len(labels) for *_, labels in parts)


def _adapt(layers: nn.ModuleList) -> None:
    """Adapters of rank 8 beside queries and values, in place; nothing else learns."""
    from peft import LoraConfig, inject_adapter_in_model

    inject_adapter_in_model(LoraConfig(r=8, lora_alpha=16, target_modules=["query", "value"]), layers)
