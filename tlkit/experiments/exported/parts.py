"""What an exported model consists of: its description, its tensors, and files that its library reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from tlkit.errors import TlkitError
from tlkit.experiments.exported import scripts
from tlkit.experiments.exported.tensors import held, is_whole
from tlkit.methods import lora
from tlkit.methods.classifier import Classifier
from tlkit.methods.prompting import Prompted
from tlkit.methods.tfidf import WordCounts
from tlkit.models.backbone import Backbone, state_digest
from tlkit.models.language_model import TextBackbone
from tlkit.models.small_vision import Images

WORD = "word weights"  # what the tensors of counted words belong to


@dataclass
class Parts:
    """``config`` is plain JSON; ``tensors`` go into one file; ``beside`` writes further files to a folder."""

    config: dict
    tensors: dict[str, Tensor]
    script: str
    beside: Callable[[Path], None] = field(default=lambda folder: None)


def parts_of(model: object, task, *, merge: bool, rows: bool) -> Parts:
    """The parts of a model, whatever its kind."""
    if isinstance(model, WordCounts):
        return _of_words(model)
    if isinstance(model, Prompted):
        return _of_prompt(model, rows=rows)
    if isinstance(model, Classifier) and model.head is not None:
        return _of_network(model, task, merge=merge)
    raise TlkitError(f"A {type(model).__name__} can't be exported: what tl.transfer keeps in result.model can.")


def _of_network(model: Classifier, task, *, merge: bool) -> Parts:
    _check_wiring(model.backbone)
    if merge:
        model = Classifier(lora.merge(model.backbone), model.head)
    body = model.backbone
    config = {
        "kind": "network",
        "network": describe(body),
        "input": _input(body, task),
        "adapters": lora.settings(body) if lora.is_adapted(body) else None,
        "digest": state_digest(model),
    }
    return Parts(config, held(model), scripts.of_network(body, config), _beside(body))


def _check_wiring(backbone: Backbone) -> None:
    if backbone.wiring is None:
        raise TlkitError(
            f"{backbone.name} was wired by hand, and nobody else knows how: only networks that tl.backbone made can be "
            "exported."
        )


def describe(backbone: Backbone) -> dict:
    """How the network is built anew."""
    wiring = backbone.wiring
    return {
        "name": backbone.name, "library": wiring.library, "model": wiring.model, "size": wiring.size,
        "stages": len(backbone.stages), "whole": is_whole_of_any(backbone), "taught": backbone.taught,
        "batch": backbone.batch, "threads": backbone.threads,
    }  # fmt: skip


def is_whole_of_any(backbone: Backbone) -> bool:
    """Whether all stages are there, of texts' networks and of others."""
    if isinstance(backbone, TextBackbone):
        return len(backbone.stages) == backbone.stages[0].model.config.num_hidden_layers + 1
    return is_whole(backbone)


def _input(backbone: Backbone, task) -> dict:
    """What an item is, and how it is prepared."""
    if isinstance(backbone, TextBackbone):
        return {"modality": "text", "tokens": backbone.prepare.longest}
    found = {"modality": task.modality, "shape": list(task.train.items.shape[1:])}
    look = backbone.prepare
    if isinstance(look, Images):
        found |= {"side": look.side, "mean": list(look.mean), "deviation": list(look.deviation)}
    return found


def _beside(backbone: Backbone) -> Callable[[Path], None]:
    """A network that reads brings its configuration and its tokenizer, as its library has them."""

    def write(folder: Path) -> None:
        if isinstance(backbone, TextBackbone):
            config = backbone.stages[0].model.config
            config.dtype = next(backbone.parameters()).dtype
            config.save_pretrained(folder)
            backbone.tokenizer.save_pretrained(folder)

    return write


def _of_words(model: WordCounts) -> Parts:
    words = model.vectorizer.get_feature_names_out().tolist()
    arrays = {"idf": model.vectorizer.idf_, "weight": model.probe.coef_, "bias": model.probe.intercept_}
    tensors = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}
    named = {"kind": "words", "words": words, "classes": model.probe.classes_.tolist(), "input": {"modality": "text"}}
    return Parts(named | {"digest": digest_of(tensors)}, tensors, scripts.WORDS)


def digest_of(tensors: dict[str, Tensor]) -> str:
    """A hash of tensors by name."""
    holder = torch.nn.Module()
    for name, tensor in tensors.items():
        holder.register_buffer(name, tensor)
    return state_digest(holder, WORD)


def _of_prompt(model: Prompted, *, rows: bool) -> Parts:
    _check_wiring(model.backbone)
    asked, shown = model.prompting, model.shown
    if len(shown) and not rows:
        raise TlkitError(
            f"This prompt shows the model {len(shown)} labelled examples each time, and an export without them would "
            "be another model: if they may be read by whoever gets it, say rows=True."
        )
    config = {
        "kind": "prompt",
        "network": describe(model.backbone),
        "input": {"modality": "text", "tokens": model.backbone.prepare.longest},
        "prompt": {
            "template": asked.template, "calibrated": asked.calibrated, "words": list(model.words),
            "question": model.task.question,
            "shown": [[text, int(label)] for text, label in zip(shown.items, shown.labels, strict=True)],
        },
        "digest": state_digest(model.backbone),
    }  # fmt: skip
    body = Classifier(model.backbone, None)
    return Parts(config, held(body), scripts.PROMPT, _beside(model.backbone))
