"""What was exported and is loaded again predicts the same to the last bit, and ``predict.py`` names the same."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import tlkit as tl
from tests.small_networks import save_model
from tlkit.experiments.exported.write import CARD, CONFIG, SCRIPT, WEIGHTS
from tlkit.methods.classifier import Classifier


def pictures(side: int = 16) -> tl.Task:
    """Coloured noise, redder or bluer."""
    draw, labels = np.random.default_rng(3), np.arange(24) % 2
    items = draw.integers(0, 200, (24, side, side, 3)).astype(np.uint8)
    items[labels == 0, :, :, 0] += 55
    items[labels == 1, :, :, 2] += 55
    examples = tl.Examples(items, labels)
    return tl.Task("colours", "image", ("red | <b>", "blue"), examples.take(labels >= 0), examples)


def sentences() -> tl.Task:
    texts = [f"{word} number {n} 'quoted' and more" for n in range(8) for word in ("lovely", "awful")]
    examples = tl.Examples(np.array(texts, dtype=object), np.arange(16) % 2)
    return tl.Task("words", "text", ("good", "bad"), examples, examples, question="How is it?")


def as_source(body):
    body.taught = body.taught or "nothing, for the test"
    return body


def check(result, folder, items, **options):
    """The loaded model says the same of ``items``; the network that was exported is what it was."""
    before = result.model.probabilities(items)
    place = result.export(folder, **options)
    loaded = tl.load_model(place)
    assert np.array_equal(loaded.probabilities(items), before)
    assert np.array_equal(result.model.probabilities(items), before)
    assert loaded.labels == result.task.classes
    assert not [path for path in place.rglob("*") if path.suffix in (".pkl", ".bin", ".pt", ".pth")]
    return place, before


MENDED = (  # as tlkit does where torchvision was made for another torch; a reader's own installation has no need of it
    "import runpy, sys; from tlkit.runtime.compat import mend_torchvision; mend_torchvision(); "
    "sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
)


def script(place, files):
    """What predict.py prints, which asks nothing of tlkit."""
    assert "import tlkit" not in (place / SCRIPT).read_text()
    done = subprocess.run(
        [sys.executable, "-c", MENDED, str(place / SCRIPT), *map(str, files)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


def said(files, chances, labels):
    return [f"{f}: {labels[row.argmax()]} ({row.max():.0%})" for f, row in zip(files, chances, strict=True)]


@pytest.mark.parametrize("strategy", ["head", "full", "head@2", "lora:2", "scratch"])
def test_notes(source, high_bars, tmp_path, strategy):
    digest = source.backbone.digest()
    result = tl.transfer(source, high_bars, strategy=strategy, shots=2, steps=2)
    place, chances = check(result, tmp_path / "m", high_bars.test.items)
    assert source.backbone.digest() == digest
    if strategy in ("lora:2", "head@2"):
        np.save(tmp_path / "note.npy", high_bars.test.items[0])
        assert script(place, [tmp_path / "note.npy"]) == said([tmp_path / "note.npy"], chances[:1], high_bars.classes)


@pytest.mark.parametrize(
    ("name", "strategy", "run"),
    [
        ("small-cnn", "head", True), ("small-cnn", "head@3", False), ("pixels", "head", False),
        ("resnet18", "head", True), ("resnet18", "head@3", True), ("resnet18", "lora:2", True),
        ("vit_b_16", "head@1", False), ("densenet121", "head@2", False), ("swin_t", "head", False),
        ("mobilenet_v3_small", "full", False),
    ],
)  # fmt: skip
def test_pictures(tmp_path, name, strategy, run):
    task, own = pictures(), name in ("small-cnn", "pixels")
    size = None if own or name.startswith("vit") else 32
    body = as_source(tl.backbone(name) if own else tl.backbone(name, weights=None, size=size))
    result = tl.transfer(body, task, strategy=strategy, shots=2, steps=1)
    place, chances = check(result, tmp_path / "m", task.test.items[:4])
    if run:
        Image.fromarray(task.test.items[0]).save(tmp_path / "a.png")
        assert script(place, [tmp_path / "a.png"]) == said([tmp_path / "a.png"], chances[:1], task.classes)
        assert tl.load_model(place).predict([tmp_path / "a.png"]) == [task.classes[chances[0].argmax()]]


@pytest.mark.parametrize(
    ("kind", "strategy", "run"),
    [
        ("bert", "head", True), ("bert", "head@2", True), ("bert", "full", False), ("roberta", "lora:2", True),
        ("gpt2", "lora:2", True), ("llama", "head", False), ("llama", "lora:2", True), ("llama", "prompt", True),
        ("distilbert", "partial:1", False), ("opt", "head", False),
    ],
)  # fmt: skip
def test_texts(tmp_path, kind, strategy, run):
    save_model(tmp_path / kind, kind)
    task, body = sentences(), tl.backbone(str(tmp_path / kind))
    result = tl.transfer(body, task, strategy=strategy, shots=2, steps=1)
    place, chances = check(result, tmp_path / "m", task.test.items)
    if run:
        (tmp_path / "a.txt").write_text(task.test.items[1])
        assert script(place, [tmp_path / "a.txt"]) == said([tmp_path / "a.txt"], chances[1:2], task.classes)


def test_adapters_that_are_merged(tmp_path):
    save_model(tmp_path / "bert", "bert")
    task = sentences()
    result = tl.transfer(tl.backbone(str(tmp_path / "bert")), task, strategy="lora:2", shots=2, steps=1)
    loaded = tl.load_model(result.export(tmp_path / "m", merge=True))
    merged = Classifier(tl.lora.merge(result.model.backbone), result.model.head)
    assert np.array_equal(loaded.probabilities(task.test.items), merged.probabilities(task.test.items))
    assert not tl.lora.is_adapted(loaded.model.backbone)


@pytest.mark.parametrize("classes", [2, 3])
def test_counted_words(tmp_path, classes):
    task = sentences()
    if classes == 3:
        labels = np.arange(16) % 3
        task = replace(
            task, classes=("a", "b", "c"), train=tl.Examples(task.train.items, labels),
            test=tl.Examples(task.test.items, labels),
        )  # fmt: skip
    result = tl.text_baseline.count_words(task, shots=3)
    place, chances = check(result, tmp_path / "m", task.test.items)
    (tmp_path / "a.txt").write_text(task.test.items[1])
    assert script(place, [tmp_path / "a.txt"]) == said([tmp_path / "a.txt"], chances[1:2], task.classes)


def test_a_prompt_with_examples_needs_leave(tmp_path):
    save_model(tmp_path / "llama", "llama")
    task, shown = sentences(), tl.Prompt(shown=1, calibrated=True, template="{text}:")
    result = tl.transfer(tl.backbone(str(tmp_path / "llama")), task, strategy=shown, shots=1)
    with pytest.raises(tl.TlkitError, match="say rows=True"):
        result.export(tmp_path / "m")
    assert not (tmp_path / "m").exists()
    place, _ = check(result, tmp_path / "m", task.test.items[:4], rows=True)
    assert "2 labelled examples as they are" in (place / CARD).read_text()


def test_a_fresh_process_says_the_same_bits(source, high_bars, tmp_path):
    result = tl.transfer(source, high_bars, strategy="full", shots=2, steps=2)
    place = result.export(tmp_path / "m")
    np.save(tmp_path / "items.npy", high_bars.test.items)
    code = (
        "import numpy as np, tlkit as tl; "
        f"print(tl.load_model({str(place)!r}).probabilities(np.load({str(tmp_path / 'items.npy')!r})).tobytes().hex())"
    )
    told = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert bytes.fromhex(told.stdout) == result.model.probabilities(high_bars.test.items).tobytes()


@pytest.mark.weights
@pytest.mark.parametrize("name", ["efficientnet-lite0", "minilm"])
def test_the_networks_at_hand(tmp_path, name):
    task = pictures(32) if name.startswith("eff") else sentences()
    result = tl.transfer(tl.backbone(name, size=32), task, strategy="head", shots=2)
    place, chances = check(result, tmp_path / "m", task.test.items[:3])
    file = tmp_path / ("a.png" if task.modality == "image" else "a.txt")
    Image.fromarray(task.test.items[0]).save(file) if task.modality == "image" else file.write_text(task.test.items[0])
    assert script(place, [file]) == said([file], chances[:1], task.classes)
    lines = (place / SCRIPT).read_text().splitlines()
    assert len(lines) <= 20


def test_the_card(tmp_path, source, high_bars):
    from huggingface_hub import ModelCard

    result = tl.transfer(source, replace(high_bars, about="<script>x</script> | `a`"), strategy="head", shots=2)
    place = result.export(tmp_path / "m")
    text = (place / CARD).read_text(encoding="utf-8")
    front = ModelCard(text).data.to_dict()
    assert front["pipeline_tag"] == "image-classification"
    assert front["model-index"][0]["results"][0]["metrics"][0]["value"] == round(result.accuracy, 4)
    assert "<script>" not in text
    for title in ("learnt from", "How good", "fails", "give away", "90% interval", "Licence"):
        assert title in text


def test_no_row_is_in_it(tmp_path):
    secret = "zanzibar quixotic 4711 walrus"
    save_model(tmp_path / "bert", "bert")
    task = sentences()
    items = task.train.items.copy()
    items[0] = secret
    task = replace(task, train=tl.Examples(items, task.train.labels))
    result = tl.transfer(tl.backbone(str(tmp_path / "bert")), task, strategy="full", shots=8, steps=1)
    place = result.export(tmp_path / "m")
    assert not any(secret.encode() in path.read_bytes() for path in place.rglob("*") if path.is_file())


def test_all_or_nothing(tmp_path, source, high_bars, monkeypatch):
    result = tl.transfer(source, high_bars, shots=2)
    place = result.export(tmp_path / "m")
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    other = tl.transfer(source, high_bars, shots=1, seed=1)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tlkit.experiments.exported.write.card", lambda *_: "card")
    monkeypatch.setattr("safetensors.torch.save_file", full)
    for folder, options in ((tmp_path / "n", {}), (place, {"overwrite": True})):
        with pytest.raises(tl.TlkitError, match="No space left"):
            other.export(folder, **options)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m"]
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before
    monkeypatch.undo()
    other.export(place, overwrite=True)
    assert json.loads((place / CONFIG).read_text())["result"]["seed"] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m"]
    assert sorted(path.name for path in place.iterdir()) == sorted((CARD, CONFIG, SCRIPT, WEIGHTS))
