"""The ONNX file of a model says what torch says, of items as they are."""

import sys

import numpy as np
import onnxruntime
import pytest

import tlkit as tl
from tests.experiments.exported.test_round_trip import as_source, pictures, sentences
from tests.small_networks import save_model
from tlkit.experiments.exported.write import CONFIG, ONNX, PAGE


def run(file, items: np.ndarray) -> np.ndarray:
    """What ONNX Runtime says."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    kind = {"tensor(uint8)": np.uint8, "tensor(float)": np.float32}[given.type]
    return session.run(["probabilities"], {given.name: items.astype(kind)})[0]


def uneven(shape: tuple[int, ...]) -> tl.Task:
    """Noise of a shape that has to be resized, larger or smaller, each side otherwise."""
    draw, labels = np.random.default_rng(5), np.arange(12) % 2
    examples = tl.Examples(draw.integers(0, 256, (12, *shape)).astype(np.uint8), labels)
    return tl.Task("noise", "image", ("a", "b"), examples, examples)


@pytest.mark.parametrize(
    ("name", "task", "strategy"),
    [
        ("small-cnn", uneven((70, 20)), "full"), ("small-cnn", uneven((20, 45, 3)), "lora:2"),
        ("pixels", pictures(), "head"), ("resnet18", pictures(), "head@2"),
    ],
    ids=["grey", "adapters", "pixels", "resnet18"],
)  # fmt: skip
def test_pictures(tmp_path, name, task, strategy):
    library = {"weights": None, "size": 32} if name == "resnet18" else {}
    result = tl.transfer(as_source(tl.backbone(name, **library)), task, strategy=strategy, shots=2, steps=1)
    before = result.model.probabilities(task.test.items)
    place = result.export(tmp_path / "m", onnx=True)
    said = run(place / ONNX, task.test.items)  # twelve of them; two were shown to the exporter
    assert np.abs(said - before).max() < 1e-4
    assert np.ptp(said[:, 0]) > 0
    assert np.array_equal(result.model.probabilities(task.test.items), before)
    assert np.array_equal(tl.load_model(place).probabilities(task.test.items), before)
    assert not (place / PAGE).exists()


def test_notes_and_nothing_of_this_machine(tmp_path, source, high_bars):
    result = tl.transfer(source, high_bars, strategy="full", shots=2, steps=2)
    file = result.export(tmp_path / "m", onnx=True) / ONNX
    assert np.abs(run(file, high_bars.test.items) - result.model.probabilities(high_bars.test.items)).max() < 1e-4
    content = file.read_bytes()
    assert b".py" not in content
    assert not any(item.astype(np.float32).tobytes()[:200] in content for item in high_bars.train.items)


def test_texts_are_not_offered(tmp_path):
    save_model(tmp_path / "bert", "bert")
    task = sentences()
    network = tl.transfer(tl.backbone(str(tmp_path / "bert")), task, strategy="head", shots=2)
    for result in (network, tl.text_baseline.count_words(task, shots=3)):
        with pytest.raises(tl.TlkitError, match="tokenizer is no part"):
            result.export(tmp_path / "m", html=True)
    assert not (tmp_path / "m").exists()


def test_what_is_missing_is_told_before_anything_is_written(tmp_path, source, high_bars, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    result = tl.transfer(source, high_bars, strategy="head", shots=2)
    with pytest.raises(tl.TlkitError, match=r"onnxscript: pip install 'tlkit\[export\]'"):
        result.export(tmp_path / "m", onnx=True)
    assert not (tmp_path / "m").exists()
    assert (result.export(tmp_path / "m") / CONFIG).exists()


def test_yes_or_no(tmp_path, source, high_bars):
    result = tl.transfer(source, high_bars, strategy="head", shots=2)
    with pytest.raises(tl.TlkitError, match="html='yes' is neither yes nor no"):
        result.export(tmp_path / "m", html="yes")
