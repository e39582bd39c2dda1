"""Deep grey: one scale for all, and what was not measured does not count."""

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

import tlkit as tl
from tlkit.datasets.own.grey import NO_DATA, measure, scale_of

RAMP = np.tile(np.linspace(0, 1, 256), (256, 1))


def seen(*pictures):
    """Pictures of numbers as they come out beside each other."""
    deep = [measure(Image.fromarray(np.asarray(picture))) for picture in pictures]
    scale = scale_of(deep)
    return [scale.apply(each.grey) for each in deep], scale.told


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_whole_numbers_get_the_fewest_bits_that_hold_them(bits):
    (item,), told = seen((RAMP * (2**bits - 1)).round().astype(np.uint16))
    assert told == f"grey of {bits} bits"
    assert (item.min(), item.max(), len(np.unique(item))) == (0, 255, 256)


def test_one_scale_holds_for_all_pictures_of_a_folder():
    (dark, light), told = seen((RAMP * 1000).astype(np.uint16), (RAMP * 4000).astype(np.uint16))
    assert told == "grey of 12 bits"
    assert (dark.max(), light.max()) == (62, 249)


@pytest.mark.parametrize("nothing", [-3.4e38, 3.4e38, np.inf, -np.inf, np.nan, -9999, 1e20])
def test_what_was_not_measured_does_not_spread_the_rest(nothing):
    picture = RAMP.astype(np.float32)
    picture[:3] = nothing
    (item,), _ = seen(picture)
    assert len(np.unique(item[3:])) == 256
    assert (item[5, 0] == 0).all()
    assert (item[5, -1] == 255).all()


def test_two_kinds_of_nothing_at_once():
    picture = RAMP.astype(np.float32)
    picture[0], picture[1], picture[2] = -9999, np.inf, -3.4e38
    (item,), told = seen(picture)
    assert told == "grey from 0 to 1"
    assert len(np.unique(item[3:])) == 256


def test_a_depth_camera_that_says_65535_for_nothing():
    picture = (800 + RAMP * 3000).astype(np.uint16)
    picture[:40] = 65535
    (item,), told = seen(picture)
    assert told == "grey of 12 bits"
    assert len(np.unique(item)) > 150


def test_a_tag_says_what_stands_for_nothing(tmp_path):
    picture = np.tile(np.linspace(1, 5, 64, dtype=np.float32), (64, 1))
    picture[:20] = -1
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[NO_DATA] = "-1"
    Image.fromarray(picture).save(tmp_path / "a.tif", tiffinfo=tags)
    with Image.open(tmp_path / "a.tif") as image:
        found = measure(image)
    assert (found.low, found.high) == (1, 5)


def test_numbers_below_zero_and_pictures_of_one_number():
    (scan, flat), told = seen((RAMP * 4000 - 1000).astype(np.int32), np.full((9, 9), -9999, np.int32))
    assert told == "grey from -1000 to 3000"
    assert (scan.min(), scan.max(), flat.max()) == (0, 255, 0)


def test_a_mask_of_two_numbers_keeps_them():
    mask = np.zeros((20, 20), np.uint16)
    mask[5:] = 65535
    (item,), _ = seen(mask)
    assert sorted(np.unique(item)) == [0, 255]


def test_faint_stripes_in_twelve_bits_of_sixteen_are_seen(tmp_path):
    for place, name in enumerate(("down", "across")):
        (tmp_path / "scans" / name).mkdir(parents=True)
        for number in range(4):
            stripes = 2000 + 60 * np.sin(np.arange(64) / 3 + number) + np.zeros((64, 1))
            grey = (stripes if place else stripes.T).astype(np.uint16)
            Image.fromarray(grey).save(tmp_path / "scans" / name / f"{number}.png")
    task = tl.from_folder(tmp_path / "scans", side=64)
    assert "grey of 12 bits" in task.about
    assert all(len(np.unique(item)) >= 7 for item in task.test.items)
