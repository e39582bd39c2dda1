"""Bad input at the front door: names, models, checkpoints, numbers, paths, saved results, the command line.

Each row is what somebody wrote by mistake, and a part of the one sentence that answers it.
"""

import inspect
import json
import threading

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from torchvision import models

import tlkit as tl
from tests.small_networks import save_model
from tlkit.analysis.layers import top_activations
from tlkit.analysis.written_rule import by_rule
from tlkit.commands import cli
from tlkit.datasets.shortcut import with_shortcut
from tlkit.errors import SHOWN
from tlkit.models import weights
from tlkit.models.catalogue import backbone
from tlkit.models.loading import fill, read_state


class World:
    """What the rows are tried on."""

    def __init__(self, folder, task, source, saved):
        self.folder, self.task, self.source, self.saved = folder, task, source, saved
        self.results = saved

    def write(self, name, content):
        """A file in the scratch folder, as a path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def compare(self, **asked):
        """A comparison that would take a moment, were it right."""
        return tl.compare(self.source, self.task, **{"strategies": ["head"], "shots": [1], "seeds": "0"} | asked)

    def transfer(self, **asked):
        """A run that would take a moment, were it right."""
        return tl.transfer(self.source, self.task, **asked)

    def network(self, name="bert", **config):
        """A small network that reads, in a folder of its own."""
        place = self.folder / f"{name}-{len(list(self.folder.iterdir()))}"
        save_model(place, name)
        if config:
            file = place / "config.json"
            file.write_text(json.dumps(json.loads(file.read_text()) | config))
        return place

    def checkpoint(self, change):
        """A file with what ``change`` makes of a ResNet-18's state dict."""
        path = self.folder / "state.pth"
        torch.save(change(dict(self.resnet.state_dict())), path)
        return path


World.resnet, World.filled = (models.resnet18(weights=None) for _ in range(2))


@pytest.fixture(scope="module")
def saved(source, high_bars):
    return tl.compare(source, high_bars, strategies=["head", "scratch"], shots=[1, 2], seeds="0-1", steps=2)


@pytest.fixture
def world(tmp_path, high_bars, source, saved, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return World(tmp_path, high_bars, source, saved)


def renamed(world, change, name="bert"):
    """A network whose weights go by other names."""
    place = world.network(name)
    held = load_file(place / "model.safetensors")
    save_file(change(held), place / "model.safetensors", metadata={"format": "pt"})
    return str(place)


def without(place, *names):
    for name in names:
        (place / name).unlink()
    return str(place)


def more_tokens(place):
    tokenizer = transformers.AutoTokenizer.from_pretrained(place)
    tokenizer.add_tokens([f"<x{number}>" for number in range(400)])
    tokenizer.save_pretrained(place)
    return str(place)


def other_kind(world, config, name="other"):
    config.save_pretrained(world.folder / name)
    return str(world.folder / name)


def adapters(world):
    world.write("adapter/adapter_config.json", "{}")
    return str(world.folder / "adapter")


def nothing(*_):
    """A listener, or a rule."""


NAMES = {
    "a list names a task": (lambda w: tl.task(["notes/piano"]), "can't name a task"),
    "a number names a task": (lambda w: tl.task(3), "3 can't name a task"),
    "nothing names a task": (lambda w: tl.task(None), "None can't name a task"),
    "bytes name a task": (lambda w: tl.task(b"notes/piano"), "can't name a task"),
    "an empty text names a task": (lambda w: tl.task(""), "'' can't name a task"),
    "a slip of the pen in a task": (lambda w: tl.task("notes/guitr"), "Did you mean 'notes/guitar'"),
    "a page of text names a task": (lambda w: tl.task("x" * 5000), "There is no task 'xxx"),
    "a list names a backbone": (lambda w: tl.backbone(["minilm"]), "can't name a backbone"),
    "nothing names a backbone": (lambda w: tl.backbone(None), "None can't name a backbone"),
    "a number names a backbone": (lambda w: tl.backbone(3), "3 can't name a backbone"),
    "bytes name a backbone": (lambda w: tl.backbone(b"minilm"), "can't name a backbone"),
    "a task as a backbone": (lambda w: tl.backbone(w.task), "can't name a backbone"),
    "a slip of the pen in a backbone": (lambda w: tl.backbone("minlm"), "Did you mean 'minilm'"),
    "a drive of Windows as a backbone": (lambda w: tl.backbone("C:/x"), "C:/x is not there"),
    "a folder that is not there as a backbone": (lambda w: tl.backbone("./mine"), "is not there"),
    "an address as a backbone": (lambda w: tl.backbone("https://example.org/net"), "is an address: download it first"),
    "a zero in the name of a backbone": (lambda w: tl.backbone("a\0b/c"), "no backbone|can be no path"),
    "a home that nobody has": (lambda w: tl.backbone("~nobody-here/net"), "can be no path"),
    "a list names a strategy": (lambda w: w.transfer(strategy=["head"]), "can't name a strategy"),
    "nothing names a strategy": (lambda w: w.transfer(strategy=None), "None can't name a strategy"),
    "a slip of the pen in a strategy": (lambda w: w.transfer(strategy="haed"), "Did you mean 'head'"),
    "a strategy without its number": (lambda w: w.transfer(strategy="lora"), "write it as 'lora:8'"),
    "a list names an exercise": (lambda w: tl.check(["01.1"], 1), "can't name an exercise"),
    "a number names a quiz": (lambda w: tl.quiz(1), "1 can't name a quiz"),
    "a number names an instrument": (lambda w: tl.hear(5), "5 can't name an instrument"),
    "a number names a note": (lambda w: tl.hear("piano", 5), "5 can't name a note"),
    "a number names weights": (lambda w: weights.fetch(5), "5 can't name a set of weights"),
    "a number as a claim": (lambda w: tl.claim(5), "5 can't name a claim"),
}
SOURCES_AND_TASKS = {
    "nothing as a source": (lambda w: tl.transfer(None, w.task), "None is no source"),
    "a name as a source": (lambda w: tl.transfer("minilm", w.task), "'minilm' is no source"),
    "a task as a source": (lambda w: tl.transfer(w.task, w.task), "is no source"),
    "nothing as a target": (lambda w: tl.transfer(w.source, None), "None is no task"),
    "a list as a target": (lambda w: tl.compare(w.source, [w.task]), "is no task"),
    "an unknown name as a target": (lambda w: tl.compare(w.source, "notes/guitr"), "Did you mean 'notes/guitar'"),
    "texts for a network of pictures": (lambda w: tl.transfer(w.source, "reviews/tweets"), "has texts"),
    "a name as a pupil": (lambda w: tl.pretrain("note-cnn", w.task), "'note-cnn' is no backbone"),
    "nothing to teach": (lambda w: tl.pretrain(backbone("note-cnn"), None), "None is no task"),
    "no random twin of a number": (lambda w: tl.random_source(5), "5 is no backbone"),
    "forgetting of a borrowed network": (
        lambda w: tl.forgetting.measure(backbone("pixels"), w.task, strategies=["full"], shots=1),
        "was not taught here",
    ),
    "forgetting without a result": (lambda w: tl.forgetting.source_accuracy(w.source, 5), "5 is no result"),
    "words of pictures": (lambda w: tl.text_baseline.count_words(w.task, shots=1), "only texts have words"),
    "words of nothing": (lambda w: tl.text_baseline.count_words(None), "None is no task"),
    "tokens of a network of pictures": (lambda w: tl.neighbours.tokens(w.source.backbone, "a"), "reads no texts"),
    "tokens of nothing": (lambda w: tl.neighbours.tokens(None, "a"), "None is no backbone"),
    "a mark on nothing": (lambda w: with_shortcut(None), "None is no task"),
    "a rule that is none": (
        lambda w: by_rule(w.source, w.task, w.task, 5, strategy="head", shots=1),
        "is no rule",
    ),
    "what excites a stage too many": (
        lambda w: top_activations(w.source.backbone, w.task, stage=9, unit=0),
        "is no stage",
    ),
    "what excites half a unit": (
        lambda w: top_activations(w.source.backbone, w.task, stage=1, unit=0.5),
        "is no unit",
    ),
    "a lab of notes with other pictures": (lambda w: tl.labs.TransferLab(w.source, w.task), "has no notes to hear"),
    "a lab of texts with pictures": (lambda w: tl.labs.WordsLab(w.source, w.task), "this lab shows texts"),
    "a lab of texts with nothing": (lambda w: tl.labs.WordsLab(w.source, []), "asks for nothing"),
    "a lab of depth without stories": (lambda w: tl.labs.DepthLab({}), "names nothing to choose from"),
    "a lab of depth with a list": (lambda w: tl.labs.DepthLab([w.source]), "names nothing to choose from"),
    "a lab of depth with half a story": (lambda w: tl.labs.DepthLab({"a": w.source}), "has not 2 parts"),
    "a lab of prompts without words": (lambda w: tl.labs.PromptLab(w.source.backbone, w.task), "says no words"),
    "a lab of teachers without runs": (
        lambda w: tl.labs.TeacherLab({"a": w.source}, w.task, saved=None),
        "has no runs from scratch",
    ),
    "a comparison with an unknown argument": (
        lambda w: tl.Comparison(w.source, w.task, shot=[1]),
        "Did you mean 'shots'",
    ),
}
NUMBERS = {
    "half a shot": (lambda w: w.transfer(shots=2.5), "shots=2.5 is not a number of examples"),
    "no shot": (lambda w: w.transfer(shots=0), "shots=0 is not a number of examples"),
    "shots in words": (lambda w: w.transfer(shots="five"), "shots='five' is not a number"),
    "true shots": (lambda w: w.transfer(shots=True), "shots=True is not a number"),
    "true shots of NumPy": (lambda w: w.transfer(shots=np.True_), "is not a number of examples"),
    "more shots than there are": (lambda w: w.transfer(shots=1000), "ask for 1 to"),
    "an empty list of shots": (lambda w: w.compare(shots=[]), r"shots=\[\] asks for nothing"),
    "nothing for shots": (lambda w: w.compare(shots=None), "shots=None is no list"),
    "shots as a text": (lambda w: w.compare(shots="1,5"), "shots='1,5' is no list"),
    "an empty list of strategies": (lambda w: w.compare(strategies=[]), r"strategies=\[\] asks for nothing"),
    "nothing for strategies": (lambda w: w.compare(strategies=None), "strategies=None is no list"),
    "a number for strategies": (lambda w: w.compare(strategies=5), "strategies=5 is no list"),
    "half a seed": (lambda w: w.compare(seeds=2.5), "seeds=2.5 is no number of seeds"),
    "no seeds": (lambda w: w.compare(seeds=[]), r"seeds=\[\] asks for nothing"),
    "a hundred million seeds": (lambda w: w.compare(seeds="1-100000000"), "100,000,000 seeds are more than"),
    "a hundred million seeds by number": (lambda w: w.compare(seeds=100_000_000), "from 1 to 1000"),
    "a hundred million seeds in a range": (lambda w: w.compare(seeds=range(100_000_000)), "more than 1,000 entries"),
    "true seeds": (lambda w: w.compare(seeds=True), "seeds=True is no number of seeds"),
    "a seed below zero": (lambda w: w.transfer(seed=-1), "-1 is no seed"),
    "half a seed for one run": (lambda w: w.transfer(seed=0.5), "0.5 is no seed"),
    "a seed of five thousand digits": (lambda w: w.transfer(seed="9" * 5000), "is no seed"),
    "a seed that no generator takes": (lambda w: w.transfer(seed=2**70), "is no seed"),
    "no steps": (lambda w: w.transfer(strategy="full", steps=0), "is no number of training steps"),
    "steps in words": (lambda w: w.compare(steps="ten"), "is no number of training steps"),
    "steps without end": (lambda w: w.compare(steps=10**12), "from 1 to 1000000"),
    "steps of a school without end": (lambda w: tl.pretrain(w.source.backbone, w.task, steps=10**12), "training steps"),
    "a device that is not here": (lambda w: w.transfer(device="gpu"), "There is no device 'gpu'"),
    "the tenth processor": (lambda w: w.transfer(device="cpu:9"), "There is no device 'cpu:9'"),
    "a device that holds nothing": (lambda w: w.transfer(device="meta"), "There is no device 'meta'"),
    "a list of devices": (lambda w: w.compare(device=["cpu"]), "There is no device"),
    "an executor that was not entered": (lambda w: w.compare(executor=tl.workers()), "can't run anything"),
    "a stop that can't": (lambda w: w.compare(stop=5), "stop=5 can't stop"),
    "a listener that can't": (lambda w: w.compare(on_event=5), "on_event=5 can't listen"),
    "a listener that can't, for one run": (lambda w: w.transfer(on_event="print"), "can't listen"),
    "a name for what to reuse": (lambda w: w.compare(reuse="runs/x"), "holds no results"),
    "half a worker": (lambda w: tl.workers(1.5).__enter__(), "1.5 is no number of workers"),
    "half a stage": (lambda w: tl.Partial(1.5), "partial:1.5 lets no stage learn"),
    "no stage": (lambda w: tl.Head(cut=0), "head@0 leaves no stage"),
    "a rank in words": (lambda w: tl.LoRA("eight"), "has no rank"),
    "a rank that fills the memory": (lambda w: tl.LoRA(10**9), "has no rank"),
    "no last stage": (lambda w: tl.LoRA(8, last=0), "is LoRA on none"),
    "a rate that is no pace": (lambda w: tl.Full(rate="fast"), "rate='fast' is none of"),
    "a rate in words": (lambda w: tl.Scratch(rate="slow"), "is no learning rate"),
    "a rate of nothing": (lambda w: tl.Scratch(rate=0), "teaches nothing"),
    "a rate that is no number": (lambda w: tl.Scratch(rate=float("nan")), "is no learning rate"),
    "slower than nothing": (lambda w: tl.Full(layer_decay=0), "is no share of a rate"),
    "slower in words": (lambda w: tl.LPFT(layer_decay="half"), "is no share of a rate"),
    "a template without a text": (lambda w: tl.Prompt("What is it?"), "no place for the text"),
    "a template that is a number": (lambda w: tl.Prompt(5), "no place for the text"),
    "a template with an unknown place": (lambda w: tl.Prompt("{text} {label}"), "can't be filled in"),
    "a template with an open brace": (lambda w: tl.Prompt("{text} {"), "can't be filled in"),
    "half an example shown": (lambda w: tl.Prompt(shown=0.5), "is no number of examples"),
    "an order below zero": (lambda w: tl.Prompt(order=-1), "is no number of an order"),
    "a test of nothing": (lambda w: w.task.fewer(test=0), "can't be drawn"),
    "half a test": (lambda w: w.task.fewer(test=0.5), "can't be drawn"),
    "a look too many": (lambda w: tl.batchnorm.drift(w.source, w.task, looks=[-1]), "is no number of looks"),
    "no word that counts": (lambda w: tl.text_baseline.count_words("reviews/tweets", most=0), "is no number of words"),
    "one shot to choose by": (lambda w: tl.layers.choose_cut(w.source, w.task, shots=1), "2 shots"),
    "no sentences": (lambda w: tl.neighbours.texts([]), "asks for nothing"),
    "features of three sizes": (lambda w: tl.layers.cka([[1, 2], [3]], [[1, 2], [3, 4]]), "are no numbers"),
    "features of words": (lambda w: tl.layers.cka(["a"], ["b"]), "are no numbers"),
}
MODELS = {
    "a folder without its tokenizer": (
        lambda w: tl.backbone(without(w.network(), "tokenizer.json", "tokenizer_config.json")),
        "has no tokenizer",
    ),
    "a language model without its tokenizer": (
        lambda w: tl.backbone(without(w.network("gpt2"), "tokenizer.json", "tokenizer_config.json")),
        "has no tokenizer",
    ),
    "half a tokenizer": (
        lambda w: tl.backbone(str(cut_short(w.network(), "tokenizer.json"))),
        "has no tokenizer that can be read",
    ),
    "more tokens than the embedding has": (lambda w: tl.backbone(more_tokens(w.network())), "do not belong together"),
    "weights with a wrapper's names": (
        lambda w: tl.backbone(renamed(w, lambda held: {f"module.net.{key}": held[key] for key in held})),
        "the names in the file begin with 'module.net.'",
    ),
    "weights of which one is gone": (
        lambda w: tl.backbone(renamed(w, lambda held: {k: held[k] for k in held if "layer.1.output.dense.w" not in k})),
        "lacks 1 of its weights",
    ),
    "more blocks than the configuration says": (
        lambda w: tl.backbone(str(w.network(num_hidden_layers=2))),
        "more than the 2 blocks",
    ),
    "a configuration of another width": (lambda w: tl.backbone(str(w.network(hidden_size=64))), "in another shape"),
    "weights that are no numbers": (
        lambda w: tl.backbone(renamed(w, lambda held: {k: v * float("nan") for k, v in held.items()})),
        "NaN or infinity",
    ),
    "a pointer in the place of the weights": (
        lambda w: tl.backbone(str(overwritten(w.network(), "version https://git-lfs.github.com/spec/v1\n"))),
        "git lfs pull",
    ),
    "an empty file of weights": (lambda w: tl.backbone(str(overwritten(w.network(), ""))), "is empty"),
    "half a file of weights": (lambda w: tl.backbone(str(cut_short(w.network(), "model.safetensors"))), "damaged"),
    "no file of weights": (lambda w: tl.backbone(without(w.network(), "model.safetensors")), "can't be read"),
    "a configuration that is no JSON": (
        lambda w: tl.backbone(str(w.folder / w.write("c/config.json", "x"))[:-12]),
        "no network",
    ),
    "a configuration without a kind": (lambda w: tl.backbone(w.write("d/config.json", "{}")[:-12]), "model_type"),
    "a configuration that is a list": (lambda w: tl.backbone(w.write("e/config.json", "[1]")[:-12]), "model_type"),
    "an unknown kind": (
        lambda w: tl.backbone(w.write("f/config.json", '{"model_type": "nothing"}')[:-12]),
        "can't be loaded",
    ),
    "a folder without a configuration": (lambda w: tl.backbone(str(w.folder)), "has no config.json"),
    "a file in the place of a folder": (lambda w: tl.backbone(w.write("net.safetensors", "x")), "is a file"),
    "adapters in the place of a network": (lambda w: tl.backbone(adapters(w)), "holds adapters"),
    "a network for pictures": (lambda w: tl.backbone(other_kind(w, transformers.ViTConfig())), "read texts only"),
    "a network for pictures and texts": (lambda w: tl.backbone(other_kind(w, transformers.CLIPConfig())), "texts only"),
    "a network for sound": (lambda w: tl.backbone(other_kind(w, transformers.Wav2Vec2Config())), "read texts only"),
    "an encoder with a decoder": (
        lambda w: tl.backbone(other_kind(w, transformers.T5Config())),
        "encoder and a decoder",
    ),
    "tokens below zero": (lambda w: tl.backbone(str(w.network()), size=-3), "size=-3 is no size"),
    "half a token": (lambda w: tl.backbone(str(w.network()), size=2.5), "size=2.5 is no size"),
    "tokens as a text": (lambda w: tl.backbone(str(w.network()), size="512"), "size='512' is no size"),
    "more tokens than there are places": (lambda w: tl.backbone(str(w.network()), size=1024), "from 1 to 512"),
    "more tokens than RoBERTa has places": (
        lambda w: tl.backbone(str(w.network("roberta")), size=140),
        "from 1 to 138",
    ),
    "weights for a network that reads": (lambda w: tl.backbone(str(w.network()), weights=None), "leave it out"),
    "weights for a small network": (lambda w: tl.backbone("note-cnn", weights="x.pth"), "leave it out"),
    "a size for a network of one": (lambda w: tl.backbone("note-cnn", size=64), "leave size= out"),
    "pixels without a side": (lambda w: tl.backbone("pixels", size=0), "size=0 is no size"),
    "pixels without end": (lambda w: tl.backbone("pixels", size=100_000), "is no side of a picture"),
    "a picture that a ViT can't take": (lambda w: tl.backbone("vit_b_32", weights=None, size=112), "can't look at"),
    "a picture too small": (lambda w: tl.backbone("convnext_tiny", weights=None, size=16), "can't look at"),
    "a picture of less than nothing": (lambda w: tl.backbone("resnet18", weights=None, size=-5), "is no size"),
    "a file of weights that is not there": (lambda w: tl.backbone("resnet18", weights="no.pth"), "is not there"),
    "a folder of weights": (lambda w: tl.backbone("resnet18", weights=w.folder), "is a folder"),
    "a number of weights": (lambda w: tl.backbone("resnet18", weights=5), "5 is no path"),
    "a page of the web as weights": (
        lambda w: tl.backbone("resnet18", weights=w.write("page.pth", "<html>404</html>")),
        "holds no weights",
    ),
    "a whole model as weights": (
        lambda w: tl.backbone("resnet18", weights=w.checkpoint(lambda state: World.resnet)),
        "without running code",
    ),
    "a number as a state": (lambda w: tl.backbone("resnet18", weights=w.checkpoint(lambda state: 5)), "no state dict"),
    "the state of an optimiser": (
        lambda w: tl.backbone("resnet18", weights=w.checkpoint(lambda state: {"epoch": 9, "optimizer": {}})),
        "no state dict",
    ),
    "the state of another network": (
        lambda w: tl.backbone("resnet18", weights=w.checkpoint(lambda s: {f"x{k}": v for k, v in s.items()})),
        "is not of a resnet18",
    ),
    "the state of a larger network": (
        lambda w: tl.backbone(
            "resnet18", weights=w.checkpoint(lambda s: s | {"layer1.2.conv1.weight": torch.zeros(64, 64, 3, 3)})
        ),
        "holds 1 weights more",
    ),
    "the state of a network for grey": (
        lambda w: tl.backbone(
            "resnet18", weights=w.checkpoint(lambda s: s | {"conv1.weight": torch.zeros(64, 1, 7, 7)})
        ),
        "has the shape",
    ),
    "a state that went wrong": (
        lambda w: tl.backbone(
            "resnet18", weights=w.checkpoint(lambda s: s | {"bn1.weight": torch.full((64,), float("nan"))})
        ),
        "NaN or infinit",
    ),
    "no adapters in a folder": (lambda w: tl.lora.load(w.source.backbone, w.folder), "There is no adapter"),
    "adapters that are none": (lambda w: tl.lora.load(w.source.backbone, adapters(w)), "do not fit"),
    "adapters of nothing": (lambda w: tl.lora.save(w.source.backbone, "x"), "has no adapters"),
    "a stage too many": (lambda w: w.source.backbone.features(w.task.test.items, stage=9), "is none of them"),
}
RESULTS = {
    "a folder that is the root": (lambda w: w.results.save("/"), "is a folder"),
    "no name for a file": (lambda w: w.results.save(""), "is no path"),
    "a dot for a file": (lambda w: w.results.save("."), "is a folder"),
    "nothing for a file": (lambda w: w.results.save(None), "None is no path"),
    "folders that are not there": (lambda w: w.results.save("no/such/place/r.json"), "there is no folder"),
    "a file in the place of the folder": (lambda w: w.results.save(w.write("f", "") + "/r.json"), "is a file"),
    "an address for a file": (lambda w: w.results.save("s3://bucket/r.json"), "is an address"),
    "a folder for a journal": (lambda w: w.compare(save="/"), "is a folder"),
    "a number for a journal": (lambda w: w.compare(save=5), "5 is no path"),
    "folders that are not there for a journal": (lambda w: w.compare(save="no/such/x"), "there is no folder"),
    "nothing to load": (lambda w: tl.load_results(None), "None is no path"),
    "a folder to load": (lambda w: tl.load_results("."), "is a folder"),
    "an address to load": (lambda w: tl.load_results("https://example.org/r.json"), "is an address"),
    "a file that is not there": (lambda w: tl.load_results("no.json"), "no results to read"),
    "an empty file": (lambda w: tl.load_results(w.write("r.json", "")), "does not hold results"),
    "a picture in the place of results": (
        lambda w: tl.load_results(w.write("r.json", b"\x89PNG\xff")),
        "does not hold",
    ),
    "results nested without end": (lambda w: tl.load_results(w.write("r.json", "[" * 100_000)), "does not hold"),
    "results of another format": (
        lambda w: tl.load_results(w.write("r.json", '{"format": "x", "rows": []}')),
        "does not hold results",
    ),
    "rows that are numbers": (
        lambda w: tl.load_results(w.write("r.json", '{"format": 1, "rows": [5]}')),
        "has rows that are no results",
    ),
    "an accuracy in words": (lambda w: tl.load_results(changed(w, accuracy="high")), "accuracy can't be 'high'"),
    "an accuracy above one": (lambda w: tl.load_results(changed(w, accuracy=95.0)), "accuracy can't be 95.0"),
    "an accuracy that is no number": (lambda w: tl.load_results(changed(w, accuracy=float("nan"))), "can't be nan"),
    "a seed in words": (lambda w: tl.load_results(changed(w, seed="three")), "seed can't be 'three'"),
    "a column too many": (lambda w: tl.load_results(changed(w, mood="good")), "has rows that are no results"),
    "a journal that is no text": (
        lambda w: tl.load_results(w.write("j.jsonl", b"\xff\xfe\n")),
        "a line that is no run",
    ),
    "a journal that is a folder": (lambda w: tl.load_results(w.write("k.jsonl/x", "")[:-2]), "is a folder"),
    "a margin in words": (lambda w: gain(w) > "x", "can't be compared with 'x'"),
    "a margin of nothing": (lambda w: gain(w) < None, "can't be compared with None"),
    "a margin that is no number": (lambda w: gain(w) > float("nan"), "can't be compared with nan"),
    "an estimate for a margin": (lambda w: gain(w) > gain(w), "can't be compared with"),
    "a number from an estimate": (lambda w: gain(w) - 1, "1 can't be taken from"),
    "a claim without evidence": (lambda w: tl.claim("It is so"), "needs its evidence"),
    "a claim by a bare word": (lambda w: tl.claim("It is so", True), "needs its evidence"),
    "a strategy that was not run": (lambda w: w.results.accuracy("full", shots=1), "have no strategy 'full'"),
    "shots as a text that were run": (lambda w: w.results.accuracy("head", shots="1"), "have no shots '1'"),
}


def run_of(world):
    """A run with its network."""
    return world.transfer(strategy="head", shots=1)


def model(world, change=None, weights=None, missing=()):
    """The folder of an exported model, after ``change`` to its description, or ``weights`` to its tensors."""
    place = run_of(world).export(world.folder / "model")
    if change:
        config = json.loads((place / "tlkit.json").read_text())
        (place / "tlkit.json").write_text(json.dumps(change(config)))
    if weights:
        held = load_file(place / "model.safetensors")
        save_file(weights(held), place / "model.safetensors")
    for name in missing:
        (place / name).unlink()
    return place


def network(**changed):
    """A change to how the network is described."""
    return lambda config: config | {"network": config["network"] | changed}


def loaded(**options):
    return lambda world: tl.load_model(model(world, **options))


def other(**changed):
    return loaded(change=lambda config: config | changed)


def written(name, content):
    """A folder with a file in it."""
    return lambda w: tl.load_model(str(w.folder / "m")) if w.write(f"m/{name}", content) else None


EXPORTS = {
    "no folder to export to": (lambda w: run_of(w).export(None), "no path of a folder for a model"),
    "an empty name to export to": (lambda w: run_of(w).export(""), "no path of a folder for a model"),
    "an address to export to": (lambda w: run_of(w).export("s3://bucket/m"), "is an address"),
    "a name with a zero to export to": (lambda w: run_of(w).export("a\0b"), "can be no path"),
    "a file to export to": (lambda w: run_of(w).export(w.write("taken", "x")), "is no folder"),
    "a folder of something else": (
        lambda w: run_of(w).export(str(w.folder)) if w.write("x", "y") else 0, "holds something else",
    ),
    "a folder of something else, to overwrite": (
        lambda w: run_of(w).export(str(w.folder), overwrite=True) if w.write("x", "y") else 0, "holds something else",
    ),
    "a folder of a model": (lambda w: run_of(w).export(model(w)), "say overwrite=True"),
    "a folder far from any": (lambda w: run_of(w).export("a/b/c"), "there is no folder"),
    "the root of all folders": (lambda w: run_of(w).export("/"), "folder"),
    "merge is a word": (lambda w: run_of(w).export("m", merge="yes"), "neither yes nor no"),
    "rows is a number": (lambda w: run_of(w).export("m", rows=1), "neither yes nor no"),
    "overwrite is nothing": (lambda w: run_of(w).export("m", overwrite=None), "neither yes nor no"),
    "evidence is a number": (lambda w: run_of(w).export("m", evidence=0.9), "no accuracy over splits"),
    "a merge without adapters": (lambda w: run_of(w).export("m", merge=True), "has no adapters"),
    "a run of a comparison": (lambda w: next(iter(w.results)).export("m"), "was not kept"),
    "nothing to load": (lambda w: tl.load_model(None), "no path of a folder with a model"),
    "a number to load": (lambda w: tl.load_model(3), "no path of a folder with a model"),
    "an address to load": (lambda w: tl.load_model("https://example.org/m"), "is an address"),
    "nothing there to load": (lambda w: tl.load_model("nowhere"), "There is no tlkit.json in nowhere"),
    "a file to load": (lambda w: tl.load_model(w.write("m.safetensors", "x")), "There is no tlkit.json"),
    "a pickle to load": (written("model.pkl", b"cos\nsystem\n(S'touch evil'\ntR."), "may run code, and is not opened"),
    "torch's file to load": (written("pytorch_model.bin", b"PK"), "may run code, and is not opened"),
    "an empty description": (written("tlkit.json", ""), "can't be read"),
    "a description that is no JSON": (written("tlkit.json", "{"), "can't be read"),
    "a description in brackets in brackets": (written("tlkit.json", "[" * 100_000), "can't be read"),
    "a description of bytes": (written("tlkit.json", b"\xff\xfe\x00"), "can't be read"),
    "a description that is a list": (written("tlkit.json", "[]"), "describes no model"),
    "a description of another thing": (written("tlkit.json", '{"a": 1}'), "describes no model"),
    "a format of tomorrow": (other(format=2), "update it"),
    "a kind that nobody knows": (other(kind="forest"), "a kind that is not known here"),
    "a kind that is a list": (other(kind=["network"]), "a kind that is not known here"),
    "no labels": (other(labels=[]), "names no labels"),
    "labels that are numbers": (other(labels=[1, 2, 3]), "names no labels"),
    "more labels than the head has": (other(labels=list("abcdefgh")), "is not of this network"),
    "an input that is a text": (other(input="image"), "does not say what the model reads"),
    "an input of another modality": (other(input={"modality": "smell"}), "does not say what the model reads"),
    "an input of a billion pixels": (other(input={"modality": "image", "shape": [10**9, 10**9]}), "no size of an item"),
    "another hash": (other(digest="0" * 32), "is not what was exported"),
    "a network that is a text": (other(network="note-cnn"), "describes no model"),
    "a network that nobody knows": (loaded(change=network(model="big-cnn")), "Did you mean"),
    "a library that nobody knows": (loaded(change=network(library="os")), "no library of networks 'os'"),
    "a network of timm's that is not ours": (loaded(change=network(library="timm", model="vit")), "and not 'vit'"),
    "a network of torchvision's that is none": (
        loaded(change=network(library="torchvision", model="resnet81")), "no network of torchvision's",
    ),
    "a network that reads, without its files": (
        loaded(change=network(library="transformers", model="encoder", size=8)), "describes no model",
    ),
    "a hundred stages": (loaded(change=network(stages=100)), "has 4 stages"),
    "stages that are a text": (loaded(change=network(stages="all")), "no number of stages"),
    "no stage": (loaded(change=network(stages=0)), "no number of stages"),
    "fewer stages than there were": (loaded(change=network(stages=2)), "model.safetensors"),
    "adapters that are none": (other(adapters={"rank": 2}), "describes no model"),
    "adapters of rank nought": (other(adapters={"rank": 0, "alpha": 1, "layers": ["stages.0.0"]}), "is no rank"),
    "adapters beside nothing": (other(adapters={"rank": 2, "alpha": 1, "layers": ["stages.9"]}), "has no layer"),
    "no weights": (loaded(missing=["model.safetensors"]), "the model is not whole"),
    "one weight too few": (loaded(weights=lambda held: dict(list(held.items())[1:])), "lacks 1 weights"),
    "one weight too many": (loaded(weights=lambda held: held | {"evil": torch.zeros(1)}), "weights that are none"),
    "a weight of another shape": (
        loaded(weights=lambda held: held | {"head.bias": torch.zeros(9)}), "is not of this network",
    ),
    "a weight of another type": (
        loaded(weights=lambda held: held | {"head.bias": held["head.bias"].double()}), "is not of this network",
    ),
    "a weight that was changed": (
        loaded(weights=lambda held: held | {"head.bias": held["head.bias"] + 1}), "is not what was exported",
    ),
    "no head among the weights": (
        loaded(weights=lambda held: {k: v for k, v in held.items() if "head" not in k}), "describes no model",
    ),
    "nothing to name": (lambda w: tl.load_model(model(w)).predict([]), "nothing to name"),
    "one path for a list": (lambda w: tl.load_model(model(w)).predict("a.npy"), "give a list of them"),
    "a file that is not there": (lambda w: tl.load_model(model(w)).predict(["a.npy"]), "There is no file a.npy"),
    "a number for a file": (lambda w: tl.load_model(model(w)).predict([7]), "no path of a file to name"),
    "a text called an array": (
        lambda w: tl.load_model(model(w)).predict([w.write("a.npy", "hello")]), "holds no array",
    ),
    "a pickle called an array": (
        lambda w: tl.load_model(model(w)).predict([w.write("a.npy", b"\x80\x04cos\nsystem\n.")]), "holds no array",
    ),
    "items of another size": (
        lambda w: tl.load_model(model(w)).predict(np.zeros((2, 9, 9), np.uint8)), "takes items of the shape",
    ),
    "data that nobody read": (lambda w: tl.try_out("folder"), "give what tl.read_data returned"),
    "a task for data": (lambda w: tl.try_out(w.task), "give what tl.read_data returned"),
}  # fmt: skip

COMMANDS = {
    "an unknown lesson": (["lab", "99"], "There is no lesson '99'"),
    "unknown weights": (["fetch", "minlm"], "Did you mean 'minilm'"),
    "seeds in words": (["demo", "--seeds", "ten"], "is no seed"),
    "seeds without end": (["demo", "--seeds", "1-100000000"], "more than anybody waits for"),
    "seeds that run backwards": (["demo", "--seeds", "5-1"], "run backwards"),
    "an unknown source": (["demo", "--source", "minlm"], "Did you mean 'minilm'"),
    "an unknown target": (["demo", "--target", "notes/guitr"], "Did you mean 'notes/guitar'"),
    "texts for a pianist": (["demo", "--target", "reviews/tweets"], "no network takes both"),
    "an unknown strategy": (["demo", "--strategies", "haed"], "Did you mean 'head'"),
    "no strategy": (["demo", "--strategies", ","], "no list of names"),
    "shots in words": (["demo", "--shots", "five"], "no list of numbers"),
    "no shots": (["demo", "--shots", "0"], "shots=0 is not a number"),
    "no workers": (["demo", "--workers", "0"], "not a number from 1 up"),
    "no splits": (["try", ".", "--splits", "0"], "not a number from 1 up"),
    "nothing to try": (["try", "nowhere/at/all"], "There is nothing at"),
    "an address to try": (["try", "https://example.org/zoo"], "is a web address"),
    "an empty path to try": (["try", ""], "is no path"),
    "a folder without classes to try": (["try", "."], "There is no class folder"),
    "an unknown encoding to try": (["try", "a.csv", "--encoding", "utf-88"], "There is nothing at"),
    "a file to export to": (["try", ".", "--export", "/"], "folder"),
    "a page without a folder": (["try", ".", "--html"], "name it with --export DIR"),
    "no model to predict with": (["predict", "nowhere", "a.png"], "There is no tlkit.json in nowhere"),
    "an unknown benchmark": (["bench", "nothing"], "There is no"),
}
TABLE = {"names": NAMES, "sources": SOURCES_AND_TASKS, "numbers": NUMBERS, "models": MODELS, "results": RESULTS}
TABLE["exports"] = EXPORTS


def overwritten(place, content):
    (place / "model.safetensors").write_text(content)
    return place


def cut_short(place, name):
    held = (place / name).read_bytes()
    (place / name).write_bytes(held[: len(held) // 2])
    return place


def changed(world, **fields):
    row = next(iter(world.results)).row() | fields
    return world.write("changed.json", json.dumps({"format": 1, "rows": [row]}))


def gain(world):
    return world.results.gain("head", over="scratch", shots=1)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [pytest.param(*row, id=f"{room}: {what}") for room, rows in TABLE.items() for what, row in rows.items()],
)
def test_bad_input_is_one_clear_sentence(world, call, sentence):
    with pytest.raises(tl.TlkitError, match=sentence) as raised:
        call(world)
    said = str(raised.value)
    assert "\n" not in said
    assert said.endswith((".", "?"))
    assert len(said) < 1000 + 2 * SHOWN  # the names of all tasks, at most


@pytest.mark.parametrize(("argv", "sentence"), COMMANDS.values(), ids=COMMANDS)
def test_a_bad_command_is_one_clear_sentence(argv, sentence, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    try:
        code = cli.main(argv)
    except SystemExit as end:
        code = end.code
    assert code == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert "Traceback" not in said


# --- what is meant well is taken ---


def test_one_number_of_shots_and_one_strategy_need_no_list(world):
    alone = world.compare(strategies="head", shots=2)
    assert [(run.strategy, run.shots) for run in alone] == [("head", 2)]
    assert [run.key for run in alone] == [run.key for run in world.compare(strategies=["head"], shots=[2])]


def test_a_task_may_be_given_by_its_name():
    notes = inspect.signature(tl.compare).parameters["target"].annotation
    assert "str" in str(notes)
    source = tl.pretrain(backbone("note-cnn"), "notes/guitar", steps=1)
    assert tl.transfer(source, "notes/guitar", shots=1).target == source.task.name == "notes/guitar"


def test_numbers_of_numpy_are_numbers(world):
    run = world.transfer(shots=np.int64(1), seed=np.int32(0))
    assert (run.shots, run.seed) == (1, 0)
    assert type(run.seed) is int


def test_one_new_folder_is_made_for_what_is_saved(world):
    assert world.results.save("runs/r.json").is_file()
    assert len(world.compare(save="new/x")) == 1


def test_a_stop_and_a_listener_that_can_are_taken(world):
    assert len(world.compare(stop=threading.Event(), on_event=nothing)) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda s: {"epoch": 9, "state_dict": s},
        lambda s: {f"module.{key}": value for key, value in s.items()},
        lambda s: {"model": {f"module.backbone.{key}": value for key, value in s.items()}},
        lambda s: s | {"fc.weight": torch.zeros(3, 512), "fc.bias": torch.zeros(3)},
        lambda s: {key: value for key, value in s.items() if not key.startswith("fc.")},
        lambda s: {key.replace("fc.", "fc.1."): value for key, value in s.items()},
    ],
    ids=["a checkpoint", "parallel", "a checkpoint in a wrapper", "three classes", "without a head", "a longer head"],
)
def test_the_body_of_ones_own_checkpoint_is_taken(world, change):
    file = world.checkpoint(change)
    for tensor in World.filled.parameters():
        torch.nn.init.zeros_(tensor)
    fill(World.filled, read_state(file), "resnet18", file)
    mine, theirs = World.filled.layer1.state_dict(), World.resnet.layer1.state_dict()
    assert all(torch.equal(mine[key], theirs[key]) for key in theirs)


def test_a_checkpoint_in_a_wrapper_becomes_a_backbone(world):
    file = world.checkpoint(lambda s: {"state_dict": {f"module.{key}": value for key, value in s.items()}})
    net = tl.backbone("resnet18", weights=file, size=32)
    assert torch.equal(net.stages[1][0].conv1.weight, World.resnet.layer1[0].conv1.weight)
    assert net.taught == "what state.pth holds"


@pytest.mark.parametrize("name", ["bert", "roberta"])
def test_a_head_that_is_missing_or_left_over_is_well(world, name):
    whole = tl.backbone(str(world.network(name)))
    head = {"classifier.weight": torch.zeros(3, 32), "cls.predictions.bias": torch.zeros(9)}
    place = renamed(world, lambda held: {k: held[k] for k in held if "pooler" not in k} | head, name)
    again = tl.backbone(place)
    texts = np.array(["a few words"], object)
    assert np.array_equal(whole.features(texts), again.features(texts))


def test_a_text_as_long_as_the_network_can_take_is_read(world):
    net = tl.backbone(str(world.network("roberta")), size=138)
    source, long = net, np.array(["ab " * 100, "short"], object)
    assert np.isfinite(source.features(long)).all()
    examples = tl.Examples(np.tile(long, 4), np.arange(8) % 2)
    task = tl.Task("long", "text", ("a", "b"), examples, examples)
    with pytest.warns(UserWarning, match="longer than the 138 tokens"):
        assert tl.transfer(net, task, strategy="partial:1", shots=2, steps=2).accuracy >= 0
