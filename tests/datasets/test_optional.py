"""Optional data sets: what is said without their packages, and what is made of them; stand-ins play the packages."""

import re
import socket
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from tlkit.datasets import optional
from tlkit.errors import TlkitError

RUNS = (
    ("mono", 4),
    ("poly", 6),
    ("mono", 6),
    ("poly", 6),
    ("mono", 8),
    ("poly", 8),
    ("mono", 4),
    ("poly", 4),
    ("mono", 4),
)


@pytest.fixture
def absent(monkeypatch):
    """No optional package is installed."""
    for module in ("elpv_dataset", "elpv_dataset.utils", "medmnist"):
        monkeypatch.setitem(sys.modules, module, None)


@pytest.fixture
def solar(monkeypatch):
    """A stand-in for elpv_dataset: each cell is as bright as its number, and every fifth is unsure."""
    types = np.repeat([kind for kind, _ in RUNS], [count for _, count in RUNS])
    probabilities = np.arange(len(types)) % 2 * 1.0
    probabilities[4::5] = 1 / 3
    images = np.broadcast_to(np.arange(len(types), dtype=np.uint8)[:, None, None], (len(types), 300, 300))
    package = ModuleType("elpv_dataset.utils")
    package.load_dataset = lambda: (images, probabilities, types)
    monkeypatch.setitem(sys.modules, "elpv_dataset", ModuleType("elpv_dataset"))
    monkeypatch.setitem(sys.modules, "elpv_dataset.utils", package)
    return SimpleNamespace(types=types, probabilities=probabilities)


@pytest.fixture
def medical(tmp_path, monkeypatch):
    """A stand-in for medmnist, whose loader reads a local file and has nowhere to download one from."""

    class Loader:
        def __init__(self, split, download):
            self.patience = socket.getdefaulttimeout()
            if download:
                raise RuntimeError("Automatic download failed!")
            file = np.load(tmp_path / "bloodmnist.npz")
            self.imgs, self.labels = file[f"{split}_images"], file[f"{split}_labels"]

    package = ModuleType("medmnist")
    words = {"10": "last", "0": "first", "1": "second(and more)"} | {
        str(each): f"class {each}" for each in range(2, 10)
    }
    package.INFO = {"bloodmnist": {"python_class": "BloodMNIST", "label": words}}
    package.info = SimpleNamespace(DEFAULT_ROOT=str(tmp_path))
    package.BloodMNIST = Loader
    monkeypatch.setitem(sys.modules, "medmnist", package)
    return package


def write_pictures(folder: Path, train: int, test: list[int]) -> None:
    """A file as medmnist's: ``train`` pictures of each of eleven classes, and ``test[c]`` of class c."""
    labels = {"train": np.repeat(np.arange(11), train), "test": np.repeat(np.arange(11), test)}
    arrays = {f"{part}_labels": each[:, None].astype(np.uint8) for part, each in labels.items()}
    random = np.random.default_rng(0)
    pictures = {
        f"{part}_images": random.integers(0, 256, (len(each), 28, 28, 3), np.uint8) for part, each in labels.items()
    }
    np.savez(folder / "bloodmnist.npz", **arrays, **pictures)


def test_every_line_says_that_it_is_optional_and_what_to_install():
    assert set(optional.names()) == {"elpv", *(f"medmnist/{flag}" for flag in ("blood", "path", "derma", "pneumonia"))}
    assert all(
        re.search(r"\(optional: pip install (elpv-dataset|medmnist)\)$", each) for each in optional.names().values()
    )


@pytest.mark.parametrize(
    ("name", "package", "licence"),
    [
        ("elpv", "elpv-dataset", "CC BY-NC-SA 4.0: not for commercial use"),
        ("medmnist/blood", "medmnist", "CC BY 4.0"),
        ("medmnist/derma", "medmnist", "CC BY-NC 4.0: not for commercial use"),
    ],
)
def test_without_its_package_one_sentence_says_what_to_install(absent, name, package, licence):
    with pytest.raises(TlkitError, match=rf"'{name}' needs .*`pip install {package}` .*its licence is {licence}\)\.$"):
        optional.load(name)


def test_the_licence_is_printed_in_one_line(solar, capsys):
    optional.load("elpv")
    assert capsys.readouterr().out == "elpv: from the package elpv-dataset, licence " + optional.SOLAR_LICENCE + "\n"


def test_solar_cells_are_the_sure_ones_and_smaller(solar):
    task = optional.load("elpv")
    assert task.classes == ("sound", "defective")
    assert task.train.items.shape[1:] == task.test.items.shape[1:] == (96, 96)
    numbers = np.concatenate([part.items[:, 0, 0] for part in (task.train, task.test)])
    assert set(solar.probabilities[numbers]) == {0, 1}
    labels = np.concatenate([task.train.labels, task.test.labels])
    assert (labels == solar.probabilities[numbers]).all()


def test_no_run_of_solar_cells_is_on_both_sides(solar):
    task = optional.load("elpv")
    run = np.repeat(np.arange(len(RUNS)), [count for _, count in RUNS])
    learnt, tested = (set(run[part.items[:, 0, 0]]) for part in (task.train, task.test))
    assert learnt == {0, 3, 4, 5}
    assert tested == set(optional.SOLAR_TESTED)


def test_the_type_of_a_solar_cell_gives_nothing_away_in_the_test(solar):
    task = optional.load("elpv")
    assert (solar.types[task.test.items[:, 0, 0]] == task.test.tags["type"]).all()
    for kind in ("mono", "poly"):
        sound, defective = np.bincount(task.test.labels[task.test.tags["type"] == kind])
        assert sound == defective > 0


def test_solar_cells_are_the_same_each_time(solar):
    assert optional.load("elpv").digest == optional.load("elpv").digest


def test_medical_pictures_are_drawn_evenly_for_the_test(medical, tmp_path):
    write_pictures(tmp_path, train=6, test=[9, 4, *[7] * 9])
    task = optional.load("medmnist/blood")
    assert task.classes[:2] == ("first", "second")
    assert task.classes[10] == "last"
    assert np.bincount(task.train.labels).tolist() == [6] * 11
    assert np.bincount(task.test.labels).tolist() == [4] * 11
    assert (task.train.items.shape, task.train.items.dtype) == ((66, 28, 28, 3), np.uint8)
    assert optional.load("medmnist/blood").digest == task.digest


def test_medical_pictures_keep_their_labels(medical, tmp_path):
    write_pictures(tmp_path, train=3, test=[3] * 11)
    task = optional.load("medmnist/blood")
    with np.load(tmp_path / "bloodmnist.npz") as file:
        for part, examples in (("train", task.train), ("test", task.test)):
            rows = examples.tags["row"]
            assert len(set(rows)) == len(rows)
            assert (file[f"{part}_images"][rows] == examples.items).all()
            assert (file[f"{part}_labels"][rows, 0] == examples.labels).all()


def test_no_more_medical_pictures_than_asked_for(medical, tmp_path, monkeypatch):
    monkeypatch.setattr(optional, "MOST", {"train": 2, "test": 1})
    write_pictures(tmp_path, train=5, test=[3] * 11)
    task = optional.load("medmnist/blood")
    assert (len(task.train), len(task.test)) == (22, 11)


def test_a_download_that_fails_is_one_sentence(medical, tmp_path):
    with pytest.raises(TlkitError, match=r"'medmnist/blood' can't be downloaded: .*put bloodmnist.npz .* by hand\.$"):
        optional.load("medmnist/blood")
    assert socket.getdefaulttimeout() is None


def test_a_download_does_not_wait_for_ever(medical, tmp_path):
    write_pictures(tmp_path, train=1, test=[1] * 11)
    assert optional._medical_file("medmnist/blood", medical, "train").patience == optional.PATIENCE


def test_a_broken_file_is_named(medical, tmp_path):
    (tmp_path / "bloodmnist.npz").write_bytes(b"PK, and then nothing")
    with pytest.raises(TlkitError, match=r"bloodmnist.npz can't be read: delete it"):
        optional.load("medmnist/blood")


def test_a_package_without_what_it_needs_is_named(medical):
    del medical.BloodMNIST  # medmnist goes without its loaders where torchvision is missing
    with pytest.raises(TlkitError, match="without what it needs"):
        optional.load("medmnist/blood")
