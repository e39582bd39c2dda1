"""A model as ONNX: one file that other programs run, from the items as they are to how likely each class is."""

from __future__ import annotations

import copy
import logging
import warnings
from contextlib import contextmanager

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlkit.errors import TlkitError, first_line
from tlkit.methods import lora
from tlkit.methods.classifier import Classifier
from tlkit.models.small_vision import NOTE_LEVELS, Images, note_inputs

ITEMS, PROBABILITIES = "items", "probabilities"  # what ONNX calls what comes in and what goes out


class FromItems(nn.Module):
    """Probabilities (n, classes) of items as a task holds them: ``look`` prepares them as the backbone does."""

    def __init__(self, model: Classifier, look: nn.Module):
        super().__init__()
        self.look, self.model = look, model

    def forward(self, items: Tensor) -> Tensor:
        """Items (n, height, width) or (n, height, width, 3) to probabilities (n, classes)."""
        return self.model(self.look(items)).softmax(dim=1)


class PicturesAsInputs(nn.Module):
    """What :class:`~tlkit.models.small_vision.Images` does, in what every runtime can: resizing is two products.

    Each row of the picture that comes out is a weighted mean of those that went in, and each column likewise.
    """

    def __init__(self, images: Images, height: int, width: int):
        super().__init__()
        self.register_buffer("rows", _weights(height, images.side))  # (side, height)
        self.register_buffer("columns", _weights(width, images.side).T)  # (width, side)
        self.register_buffer("mean", torch.tensor(images.mean).view(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor(images.deviation).view(1, 3, 1, 1))

    def forward(self, items: Tensor) -> Tensor:
        """Pictures (n, height, width) or (n, height, width, 3) of 0 to 255 to inputs (n, 3, side, side)."""
        pictures = items.unsqueeze(1) if items.ndim == 3 else items.permute(0, 3, 1, 2)
        resized = self.rows @ (pictures.float() / 255) @ self.columns
        return (resized - self.mean) / self.deviation


def _weights(size: int, side: int) -> Tensor:
    """How much each of ``size`` pixels counts in each of ``side`` (side, size): torch's own, asked of one at a time."""
    single = torch.eye(size)[None, None]
    return F.interpolate(single, size=(side, size), mode="bilinear", antialias=True)[0, 0]


class NotesAsInputs(nn.Module):
    """What :func:`~tlkit.models.small_vision.note_inputs` does."""

    def forward(self, items: Tensor) -> Tensor:
        """Pictures of sound (n, 32, 32) of levels 0 to 31 to inputs (n, 1, 32, 32)."""
        return items.unsqueeze(1) * (2 / (NOTE_LEVELS - 1)) - 1


def check(model: object) -> None:
    """Say in a sentence why a model has no such file, before anything is written."""
    prepare = model.backbone.prepare if isinstance(model, Classifier) else None
    check_offered(isinstance(prepare, Images) or prepare is note_inputs)
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ModuleNotFoundError as error:
        raise TlkitError(f"ONNX needs the package {error.name}: pip install 'tlkit[export]'.") from error


def check_offered(looks: bool) -> None:
    """Only what ``looks`` at items of one shape is written for other programs."""
    if not looks:
        raise TlkitError(
            "Only models that look at pictures or notes are offered as ONNX or HTML; of those that read texts, the "
            "tokenizer is no part of the network. Leave them out."
        )


def as_onnx(model: Classifier, items: np.ndarray) -> bytes:
    """The file's bytes; ``items`` are two or more of the task's, of which nothing but their shape is kept."""
    blank = np.zeros((2, *items.shape[1:]), items.dtype)
    look, given = _look(model, blank)
    whole = FromItems(_plain(model), look).eval()
    with _quiet(), torch.no_grad():
        try:
            program = torch.onnx.export(
                whole, (given,), input_names=[ITEMS], output_names=[PROBABILITIES], dynamo=True, verbose=False,
                dynamic_shapes=({0: torch.export.Dim("n")},),
            )  # fmt: skip
        except Exception as error:  # the exporter has its own errors for each of its steps
            raise TlkitError(f"torch can't write {model.backbone.name} as ONNX ({first_line(error)}).") from error
    return _packed(program.model_proto)


def _look(model: Classifier, blank: np.ndarray) -> tuple[nn.Module, Tensor]:
    """How items are prepared, and two that are blank."""
    images = model.backbone.prepare
    if isinstance(images, Images):
        return PicturesAsInputs(images, *blank.shape[1:3]), torch.from_numpy(blank)
    return NotesAsInputs(), torch.from_numpy(blank).float()


def _plain(model: Classifier) -> Classifier:
    """A copy with all it learnt in its weights, and no adapters beside them."""
    body = lora.merge(model.backbone) if lora.is_adapted(model.backbone) else model.backbone
    return copy.deepcopy(Classifier(body, model.head)).float().cpu()


def _packed(proto) -> bytes:
    """The bytes, without where in which file of this machine each part was written."""
    for part in (proto, proto.graph, *proto.graph.node, *proto.graph.value_info, *proto.functions):
        part.ClearField("doc_string")
        part.ClearField("metadata_props")
    return proto.SerializeToString()


@contextmanager
def _quiet():
    """What torch says of its own insides is not for the reader."""
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)
