"""MiniLM on tweets: its last blocks, and LoRA, against Hugging Face's Trainer at equal steps, rates and precision."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import nn

import tlkit as tl
from tlkit.methods.strategy import as_strategy
from tlkit.methods.training import one_cycle
from tlkit.models import weights

from .bare import bare_run
from .side_by_side import ROUNDS, SMALL, Row, forget, row, take_turns, timed

LONGEST = 128  # tokens of a text that are read, as tlkit's MiniLM does
TRAINER_READS = 64  # texts in one pass of Trainer's test


@dataclass(frozen=True)
class Question:
    """One run on tweets: a strategy, its shots, its epochs, and how many tweets are in the test."""

    strategy: str
    shots: int
    epochs: int
    tested: int

    @cached_property
    def task(self) -> tl.Task:
        """Tweets, with as many for the test as asked."""
        whole = tl.task("reviews/tweets")
        rows = np.arange(0, len(whole.test), len(whole.test) // self.tested)
        return tl.Task(whole.name, whole.modality, whole.classes, whole.train, whole.test.take(rows))

    @cached_property
    def backbone(self) -> tl.Backbone:
        """MiniLM as tlkit has it."""
        return tl.backbone("minilm")

    @cached_property
    def whole(self) -> tuple:
        """Hugging Face's tokenizer and its MiniLM with a new head."""
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
        from transformers.utils import logging

        logging.set_verbosity_error()
        logging.disable_progress_bar()
        folder = weights.folder("minilm")
        torch.manual_seed(0)
        model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=len(self.task.classes))
        return AutoTokenizer.from_pretrained(folder), model

    @cached_property
    def labelled(self) -> tl.Examples:
        """What may be learnt from."""
        return self.task.shots(self.shots, seed=0)

    @property
    def steps(self) -> int:
        """How many batches there are in the epochs."""
        return self.epochs * -(-len(self.labelled) // self.backbone.rates.batch)

    @property
    def blocks(self) -> int | None:
        """How many of the last blocks learn; None where adapters do."""
        return as_strategy(self.strategy).phases[0].learn


def partial(quick: bool = False) -> Iterator[Row]:
    """The last block, and the last two."""
    yield _row("partial", "MiniLM's last block and a head", "partial:1", "Hugging Face's Trainer", quick)
    yield _row("partial-2", "MiniLM's last two blocks and a head", "partial:2", "Hugging Face's Trainer", quick)


def lora(quick: bool = False) -> Iterator[Row]:
    """Adapters of rank 8 beside every block's queries and values."""
    yield _row("lora", "MiniLM with LoRA of rank 8", "lora:8", "Hugging Face's Trainer with peft", quick)


def _row(name: str, about: str, strategy: str, peer: str, quick: bool) -> Row:
    ask = Question(strategy, 16, 2, 100) if quick else Question(strategy, 64, 10, 500)
    _ = ask.backbone, ask.whole, ask.labelled  # in memory before the clock starts
    sides = {"ours": ours, "peer": trainer, "floor": bare_run}
    small = Question(strategy, 8, 1, 50)
    for side in sides.values():  # the first pass is slower than the others
        side(small)
    told = take_turns(
        {name: lambda side=side: timed(lambda: side(ask)) for name, side in sides.items()}, SMALL if quick else ROUNDS
    )
    about += f" on {len(ask.labelled)} tweets: {ask.epochs} epochs, {ask.steps} steps, then {len(ask.task.test)} tests"
    return row(name, about, told, peer=peer, note="float32 on all sides; times include tokens and the test")


def ours(ask: Question) -> float:
    """One run, from a cold start."""
    forget()
    asked = {"strategies": [ask.strategy], "shots": [ask.shots], "seeds": [0], "steps": ask.steps}
    (result,) = tl.compare(ask.backbone, ask.task, **asked)
    return result.accuracy


def trainer(ask: Question) -> float:
    """The same by Trainer: the same blocks learn at the same rates, and the test comes once, at the end."""
    from transformers import DataCollatorWithPadding, PrinterCallback, Trainer, TrainingArguments

    tokenizer, model = ask.whole
    model = _adapted(model) if ask.blocks is None else _frozen(model, ask.blocks)
    optimizer = torch.optim.AdamW(_groups(ask, model), weight_decay=0.0, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: one_cycle(step, ask.steps))
    learnt, tested = (_dataset(tokenizer, part) for part in (ask.labelled, ask.task.test))
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            folder, max_steps=ask.steps, per_device_train_batch_size=ask.backbone.rates.batch, use_cpu=True,
            per_device_eval_batch_size=TRAINER_READS, save_strategy="no", logging_strategy="no", report_to=[],
            disable_tqdm=True, dataloader_pin_memory=False, max_grad_norm=0.0,
        )  # fmt: skip
        collator = DataCollatorWithPadding(tokenizer)
        run = Trainer(model, arguments, collator, train_dataset=learnt, optimizers=(optimizer, schedule))
        run.remove_callback(PrinterCallback)
        run.train()
        scores = run.predict(tested).predictions
    return float((scores.argmax(axis=1) == ask.task.test.labels).mean())


def _frozen(model: nn.Module, blocks: int) -> nn.Module:
    """A copy in which the last blocks learn, and what comes after them: the pooler and the head."""
    model = copy.deepcopy(model)
    model.bert.requires_grad_(False)
    for part in (*model.bert.encoder.layer[-blocks:], model.bert.pooler):
        part.requires_grad_(True)
    return model


def _adapted(model: nn.Module) -> nn.Module:
    """A copy in which adapters and the head learn, by peft."""
    from peft import LoraConfig, TaskType, get_peft_model

    config = LoraConfig(task_type=TaskType.SEQ_CLS, r=8, lora_alpha=16, target_modules=["query", "value"])
    return get_peft_model(copy.deepcopy(model), config)


def _groups(ask: Question, model: nn.Module) -> list[dict]:
    """What learns, the body and the head each at the rate that tlkit gives them."""
    learning = {name: p for name, p in model.named_parameters() if p.requires_grad}
    head = [p for name, p in learning.items() if "classifier" in name or "pooler" in name]
    body = [p for name, p in learning.items() if not ("classifier" in name or "pooler" in name)]
    rates = ask.backbone.rates
    rate = rates.adapter if ask.blocks is None else rates.body
    return [{"params": head, "lr": rates.head}, {"params": body, "lr": rate}]


def _dataset(tokenizer, examples: tl.Examples) -> list[dict]:
    """What Trainer takes: token numbers and a label for each text; the collator pads."""
    read = tokenizer(list(examples.items), truncation=True, max_length=LONGEST)
    columns = zip(read["input_ids"], read["attention_mask"], examples.labels, strict=True)
    return [{"input_ids": ids, "attention_mask": mask, "labels": int(label)} for ids, mask, label in columns]
