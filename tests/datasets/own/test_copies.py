"""Copies in other sizes are copies; pictures that are merely alike are not."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import tlkit as tl
from tlkit.datasets.own.copies import near_copies


def scene(seed, size=256):
    """A picture with coarse and fine parts."""
    draw = np.random.default_rng(seed)
    parts = [np.kron(draw.normal(0, s, (k, k, 3)), np.ones((256 // k, 256 // k, 1))) for s, k in ((40, 4), (25, 16))]
    picture = Image.fromarray((120 + sum(parts)).clip(0, 255).astype(np.uint8))
    return picture.resize((size, size))


def saved_again(picture, quality):
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer)


def sets(*pictures, labels=None):
    items = [np.asarray(picture.resize((128, 128), Image.Resampling.BILINEAR)) for picture in pictures]
    return near_copies(items, [picture.size for picture in pictures], labels or ["a"] * len(items)).tolist()


@pytest.mark.parametrize("size", [64, 120, 240, 500])
def test_another_size_is_a_copy(size):
    assert sets(scene(1), scene(2), scene(1, size), scene(3)) == [0, 1, 0, 3]


def test_a_picture_that_was_saved_again_is_a_copy():
    assert sets(scene(1), scene(2), saved_again(scene(1), 90), scene(3)) == [0, 1, 0, 3]


@pytest.mark.parametrize("edges", [(0.02,) * 4, (0.03,) * 4, (0.05, 0, 0, 0), (0, 0.02, 0.04, 0)])
def test_a_picture_whose_edges_were_trimmed_is_a_copy(edges):
    whole = scene(1)
    left, top, right, bottom = (round(256 * edge) for edge in edges)
    part = whole.crop((left, top, 256 - right, 256 - bottom))
    assert sets(whole, scene(2), part, scene(3)) == [0, 1, 0, 3]
    assert sets(whole, scene(2), part.resize(whole.size), scene(3)) == [0, 1, 0, 3]


def saved_badly(picture):
    return saved_again(picture, 40)


def trimmed(picture):
    width, height = (round(0.03 * side) for side in picture.size)
    return picture.crop((width, height, picture.width - width, picture.height - height))


def smaller(picture):
    return picture.resize((picture.width * 2 // 3, picture.height * 2 // 3))


@pytest.mark.parametrize("again", [saved_badly, trimmed, smaller], ids=["quality 40", "trimmed", "smaller"])
def test_of_ten_that_are_planted_in_the_test_eight_are_reported(tmp_path, again):
    """Real photographs, in a split of files; those that are no copies stay what they are."""
    task = tl.task("photographs")
    for row, (item, label) in enumerate(zip(task.train.items, task.train.labels, strict=True)):
        picture, name = Image.fromarray(item), task.classes[label]
        for side, part in (("train", picture), ("test", again(picture) if row % 5 == 0 else None)):
            (tmp_path / side / name).mkdir(parents=True, exist_ok=True)
            if part is not None:
                part.save(tmp_path / side / name / f"{row}.png")
    leaks = tl.read_data(tmp_path, side=112).report.leaks
    found = {Path(test).stem for learnt, test in leaks}
    planted = {str(row) for row in range(0, len(task.train), 5)}
    assert len(found & planted) >= 0.8 * len(planted)
    assert all(Path(learnt).stem == Path(test).stem for learnt, test in leaks)


def test_copies_of_copies_are_one_set():
    assert sets(scene(1, 500), scene(2), scene(1, 64), scene(1, 120)) == [0, 1, 0, 0]


def test_parts_on_a_conveyor_are_no_copies():
    part = np.asarray(scene(1)).astype(int)
    parts = [part + np.random.default_rng(n).integers(-6, 7, part.shape) for n in range(6)]
    assert sets(*[Image.fromarray(each.clip(0, 255).astype(np.uint8)) for each in parts]) == list(range(6))


def test_flat_pictures_are_copies_only_if_they_are_the_same():
    assert sets(Image.new("RGB", (20, 20), (9, 9, 9)), Image.new("RGB", (30, 30), (10, 9, 9))) == [0, 1]


@pytest.mark.parametrize("name", ["products", "glyphs/latin", "surfaces/brick"])
def test_shipped_pictures_are_no_copies_of_each_other(name):
    items = tl.task(name).train.items[:200]
    pictures = [Image.fromarray(item).convert("RGB") for item in items]
    sizes = [20 + place for place in range(len(pictures))]  # as if each came in a size of its own
    shown = [np.asarray(picture.resize((64, 64))) for picture in pictures]
    found = near_copies(shown, sizes=[(size, size) for size in sizes], labels=["a"] * len(shown))
    assert (found != np.arange(len(shown))).mean() <= 0.02


@pytest.mark.parametrize("seed", range(4))
def test_thumbnails_stay_on_the_side_of_their_picture(tmp_path, seed):
    for place, name in enumerate(("cat", "dog")):
        (tmp_path / "zoo" / name / "small").mkdir(parents=True)
        for number in range(6):
            picture = scene(100 * place + number)
            picture.save(tmp_path / "zoo" / name / f"{number}.jpg")
            picture.resize((96, 96)).save(tmp_path / "zoo" / name / "small" / f"{number}.jpg")
    task = tl.from_folder(tmp_path / "zoo", side=64, seed=seed)
    train, test = (
        {(o.split("/")[0], o.split("/")[-1]) for o in part.tags["origin"]} for part in (task.train, task.test)
    )
    assert len(task.train) + len(task.test) == 24
    assert not train & test
