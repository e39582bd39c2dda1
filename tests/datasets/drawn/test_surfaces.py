"""Surfaces: patches of train and test come from different sides of a photograph, and the faults are where they are."""

import numpy as np
import pytest

from tlkit.datasets.drawn import surfaces
from tlkit.errors import TlkitError
from tlkit.runtime import paths

FAULTY = {"scratch": surfaces.scratch, "stain": surfaces.stain, "hole": surfaces.hole}


@pytest.fixture(scope="module", params=("surfaces/brick", "surfaces/grass", "surfaces/gravel"))
def task(request):
    return surfaces.load(request.param)


def test_shapes_and_counts_are_those_of_the_card(task):
    assert task.name in surfaces.names()
    assert task.classes == ("sound", "scratch", "stain", "hole")
    for part, count in ((task.train, 60), (task.test, 40)):
        assert (part.items.shape, part.items.dtype) == ((4 * count, 48, 48), np.uint8)
        assert np.bincount(part.labels).tolist() == [count] * 4


def test_train_and_test_come_from_different_sides_of_the_photograph(task):
    assert task.train.tags["column"].max() + 48 <= task.test.tags["column"].min()
    assert not {item.tobytes() for item in task.train.items} & {item.tobytes() for item in task.test.items}


def test_patches_lie_within_the_photograph(task):
    for part in (task.train, task.test):
        assert part.tags["column"].max() + 48 <= 512
        assert part.tags["row"].max() + 48 <= 512


def test_loading_again_gives_the_same(task):
    assert surfaces.load(task.name).digest == task.digest


def test_a_sound_patch_is_the_photograph_as_a_camera_sees_it():
    task = surfaces.load("surfaces/gravel")
    photograph = surfaces._photographs()["gravel"]
    for row in np.flatnonzero(task.train.labels == 0)[:20]:
        top, left = task.train.tags["row"][row], task.train.tags["column"][row]
        real = photograph[top : top + 48, left : left + 48]
        alike = [np.corrcoef(seen.ravel(), task.train.items[row].ravel())[0, 1] for seen in (real, real[:, ::-1])]
        assert max(alike) > 0.85


@pytest.mark.parametrize(("fault", "least", "most"), [("scratch", 10, 150), ("stain", 100, 900), ("hole", 25, 300)])
def test_a_fault_is_as_large_as_it_should_be_and_leaves_the_rest_alone(fault, least, most):
    patches = np.full((200, 48, 48), 120.0)
    changed = np.abs(FAULTY[fault](patches, np.random.default_rng(0)) - patches) > 15
    assert least <= changed.sum(axis=(1, 2)).min()
    assert changed.sum(axis=(1, 2)).max() <= most


@pytest.mark.parametrize(("fault", "seen"), [("stain", True), ("hole", False)])
def test_a_stain_lets_the_material_through_and_a_hole_does_not(fault, seen):
    stripes = np.tile(np.where(np.arange(48) % 2, 160.0, 100.0), (50, 48, 1))
    faulty = FAULTY[fault](stripes, np.random.default_rng(0))
    dark, bright = (faulty[:, :, start::2].min(axis=(1, 2)) for start in (0, 1))
    assert (dark < 75).all()
    assert (bright < 115).all()
    assert ((bright - dark > 20) == seen).all()


def test_a_damaged_file_is_named(tmp_path, monkeypatch):
    for name in ("SHA256SUMS", "surfaces.npz"):
        (tmp_path / name).write_bytes((paths.DATA / "surfaces" / name).read_bytes())
    with (tmp_path / "surfaces.npz").open("r+b") as file:
        file.seek(1000)
        file.write(b"damage")
    monkeypatch.setattr(surfaces, "FOLDER", tmp_path)
    surfaces._photographs.cache_clear()
    with pytest.raises(TlkitError, match=r"surfaces.npz is damaged"):
        surfaces.load("surfaces/brick")
    surfaces._photographs.cache_clear()


def test_brick_many_is_the_same_wall_with_more_of_each():
    task = surfaces.load("surfaces/brick-many")
    assert np.bincount(task.train.labels).tolist() == [300] * 4
    assert np.bincount(task.test.labels).tolist() == [100] * 4
    assert task.train.tags["column"].max() + surfaces.SIDE <= task.test.tags["column"].min()
