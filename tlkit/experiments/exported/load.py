"""An exported model, read again: nothing that lies in its folder is ever run."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from torch import Tensor, nn

from tlkit.arguments import a_path, whole
from tlkit.datasets.own.images import read_picture
from tlkit.datasets.task import Examples, Task
from tlkit.errors import TlkitError, first_line, shown
from tlkit.experiments.exported.parts import digest_of
from tlkit.experiments.exported.tensors import file_names, fill
from tlkit.experiments.exported.write import CONFIG, FORMAT, WEIGHTS
from tlkit.methods import lora
from tlkit.methods.classifier import Classifier, accuracy_of, new_head
from tlkit.methods.prompting import Prompt, Prompted
from tlkit.methods.tfidf import WordCounts
from tlkit.models.backbone import Backbone, state_digest
from tlkit.models.loading import refuse_pointer
from tlkit.models.rebuild import build
from tlkit.models.wiring import Wiring
from tlkit.runtime.torch_state import seeded

LONGEST = 64_000_000  # bytes of a description; the longest list of words is far shorter
CODE = (".pkl", ".pickle", ".bin", ".pt", ".pth", ".joblib", ".ckpt")  # files that hold code, which are never opened


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """A model from a folder: its ``labels``, what it reads (``modality``), and the ``config`` it was saved with."""

    labels: tuple[str, ...]
    modality: str
    model: Classifier | Prompted | WordCounts = field(repr=False)
    config: dict = field(repr=False)

    def probabilities(self, items: np.ndarray | Sequence) -> np.ndarray:
        """How likely each label is (n, labels): of items as a task holds them, or of the paths of files."""
        return self.model.probabilities(self.read(items))

    def predict(self, items: np.ndarray | Sequence) -> list[str]:
        """The likeliest label of each item."""
        return [self.labels[number] for number in self.probabilities(items).argmax(axis=1)]

    def accuracy(self, examples: Examples) -> float:
        """The share of ``examples`` that is named right."""
        return accuracy_of(self.probabilities(examples.items), examples.labels)

    def read(self, items: np.ndarray | Sequence) -> np.ndarray:
        """The items as the network takes them; texts as they are, and of pictures the paths, too."""
        if self.modality == "text":
            return _texts(items)
        if isinstance(items, np.ndarray) and items.dtype != object:
            return self._checked(items)
        if isinstance(items, (str, os.PathLike)):
            raise TlkitError(f"{shown(items)} is one file: give a list of them, such as [{str(items)!r}].")
        files = [a_path(item, "a file to name", "picture.jpg") for item in items]
        if not files:
            raise TlkitError("There is nothing to name: give one file or more.")
        return self._checked(np.stack([self._file(file) for file in files]))

    def _file(self, file: Path) -> np.ndarray:
        if not file.is_file():
            raise TlkitError(f"There is no file {file}: check the spelling.")
        shape = self.config["input"]["shape"]
        if self.modality == "image":
            return read_picture(file, (shape[1], shape[0]), grey=len(shape) == 2)
        try:
            return np.load(file, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise TlkitError(f"{file} holds no array as numpy.save writes it ({first_line(error)}).") from error

    def _checked(self, items: np.ndarray) -> np.ndarray:
        shape = tuple(self.config["input"]["shape"])
        if items.shape[1:] != shape and "side" not in self.config["input"]:
            raise TlkitError(f"This model takes items of the shape {shape}, and these have {items.shape[1:]}.")
        return items


def _texts(items: np.ndarray | Sequence) -> np.ndarray:
    if isinstance(items, str) or not all(isinstance(item, str) for item in items) or not len(items):
        raise TlkitError(f"{shown(items)} is no list of texts: give one or more, such as ['a text'].")
    return np.array(list(items), dtype=object)


def load_model(folder: str | os.PathLike) -> LoadedModel:
    """The model that :meth:`tlkit.Result.export` wrote to ``folder``, which predicts what it did there.

    Its weights are held against the hash that was written down. Nothing in the folder is run, ``predict.py`` neither.
    """
    place = a_path(folder, "a folder with a model", "my_model")
    config = _config(place)
    try:
        model = _KINDS[config["kind"]](place, config, _tensors(place / WEIGHTS))
    except TlkitError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RuntimeError, OSError) as error:
        raise TlkitError(f"{place / CONFIG} describes no model ({first_line(error)}): export it again.") from error
    return LoadedModel(tuple(config["labels"]), config["input"]["modality"], model, config)


def _config(place: Path) -> dict:
    """The description of a model, if it is one."""
    file = place / CONFIG
    if not file.is_file():
        pickled = [path.name for path in sorted(place.glob("*")) if path.suffix in CODE] if place.is_dir() else []
        instead = f" ({pickled[0]} may run code, and is not opened)" if pickled else ""
        raise TlkitError(f"There is no {CONFIG} in {place}{instead}: name a folder that result.export wrote.")
    if file.stat().st_size > LONGEST:
        raise TlkitError(f"{file} is too long to describe a model: export it again.")
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise TlkitError(f"{file} can't be read ({first_line(error)}): export the model again.") from error
    _check(file, config)
    return config


def _check(file: Path, config: object) -> None:
    if not isinstance(config, dict) or not {"format", "kind", "labels", "input", "digest"} <= config.keys():
        raise TlkitError(f"{file} describes no model: name a folder that result.export wrote.")
    if config["format"] != FORMAT:
        raise TlkitError(
            f"{file} is of the format {shown(config['format'])}, and this tlkit reads {FORMAT}: update it."
        )
    if not isinstance(config["kind"], str) or config["kind"] not in _KINDS:
        raise TlkitError(f"{file} is of a kind that is not known here, {shown(config['kind'])}: update tlkit.")
    labels, given = config["labels"], config["input"]
    if not isinstance(labels, list) or len(labels) < 2 or not all(isinstance(label, str) for label in labels):
        raise TlkitError(f"{file} names no labels: it needs a list of two texts or more.")
    shape = given.get("shape", []) if isinstance(given, dict) else None
    if shape is None or not isinstance(shape, list) or given.get("modality") not in ("text", "image", "spectrogram"):
        raise TlkitError(f"{file} does not say what the model reads: export it again.")
    for size in shape:
        whole(size, f"{file}: {shown(size)} is no size of an item", most=4096)


def _tensors(file: Path) -> dict[str, Tensor]:
    from safetensors.torch import load_file

    if not file.is_file():
        raise TlkitError(f"There is no {file.name} in {file.parent}: the model is not whole, so export it again.")
    refuse_pointer(file)
    try:
        return load_file(file)
    except Exception as error:  # safetensors' own and the system's
        raise TlkitError(f"{file} is damaged ({first_line(error)}): export the model again.") from error


def _body(place: Path, config: dict) -> Backbone:
    """The network with random weights."""
    known = config["network"]
    size = known["size"] if known["size"] is None else whole(known["size"], f"{shown(known['size'])} is no size")
    wiring = Wiring(known["library"], known["model"], size)
    stages = whole(known["stages"], f"{shown(known['stages'])} is no number of stages")
    with seeded(0):
        backbone = build(known["name"], wiring, stages, place)
    backbone.taught = str(known["taught"])
    backbone.batch = whole(known["batch"], f"{shown(known['batch'])} is no number of items", most=4096)
    return backbone


def _network(place: Path, config: dict, tensors: dict[str, Tensor]) -> Classifier:
    body, adapters = _body(place, config), config["adapters"]
    if adapters is not None:
        layers = [str(layer) for layer in adapters["layers"]]
        rank = whole(adapters["rank"], f"{shown(adapters['rank'])} is no rank", most=4096)
        lora.add(body, rank=rank, alpha=float(adapters["alpha"]), seed=0, names=layers)
    names = file_names(Classifier(body, nn.Linear(1, 1)))
    (head,) = (tensors[names[key]] for key in names if key == "head.weight")
    model = Classifier(body, new_head(head.shape[1], len(config["labels"]), 0))
    body.width = head.shape[1]
    _filled(model, tensors, place / WEIGHTS, config)
    return model


def _filled(model: Classifier, tensors: dict[str, Tensor], file: Path, config: dict) -> None:
    fill(model, file_names(model), tensors, file)
    model.eval()
    held = state_digest(model if model.head is not None else model.backbone)
    _check_digest(held, config, file)


def _check_digest(held: str, config: dict, file: Path) -> None:
    if held != config["digest"]:
        raise TlkitError(
            f"{file} is not what was exported: its hash differs from the one in {CONFIG}. Export it again."
        )


def _words(place: Path, config: dict, tensors: dict[str, Tensor]) -> WordCounts:
    """scikit-learn's own objects around the arrays."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    _check_digest(digest_of({name: tensors[name] for name in ("idf", "weight", "bias")}), config, place / WEIGHTS)
    words = [str(word) for word in config["words"]]
    vectorizer = TfidfVectorizer(sublinear_tf=True, vocabulary={word: place for place, word in enumerate(words)})
    vectorizer.idf_ = tensors["idf"].numpy()
    probe = LogisticRegression()
    probe.coef_, probe.intercept_ = tensors["weight"].numpy(), tensors["bias"].numpy()
    probe.classes_ = np.array(config["classes"], dtype=np.int64)
    rows = len(probe.classes_) if len(probe.classes_) > 2 else 1
    if probe.coef_.shape != (rows, len(words)) or probe.intercept_.shape != (rows,):
        raise TlkitError(f"{place / WEIGHTS} does not fit the {len(words)} words in {CONFIG}: export the model again.")
    return WordCounts(vectorizer, probe)


def _prompt(place: Path, config: dict, tensors: dict[str, Tensor]) -> Prompted:
    asked, body = config["prompt"], Classifier(_body(place, config), None)
    _filled(body, tensors, place / WEIGHTS, config)
    texts, labels = zip(*asked["shown"], strict=True) if asked["shown"] else ((), ())
    shown_ = Examples(np.array(texts, dtype=object), np.array(labels, dtype=np.int64))
    nothing, words = shown_.take(np.empty(0, int)), tuple(map(str, asked["words"]))
    task = Task("exported", "text", tuple(config["labels"]), nothing, nothing, "", str(asked["question"]), words)
    prompting = Prompt(asked["template"], calibrated=bool(asked["calibrated"]))
    return Prompted(body.backbone, task, prompting, shown_)


_KINDS = {"network": _network, "words": _words, "prompt": _prompt}
