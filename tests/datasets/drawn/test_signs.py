"""Signs: the designs of train and test differ, the photographs are those of the card, and the drawings are whole."""

import importlib.util

import numpy as np
import pytest

from tlkit.datasets.drawn import signs
from tlkit.errors import TlkitError
from tlkit.runtime import paths

CARD = {"signs/common": (107, 30, 10), "signs/rare": (12, 40, 25)}  # classes, photographs of each: train, test


@pytest.fixture(scope="module", params=CARD)
def task(request):
    return signs.load(request.param)


@pytest.fixture(scope="module")
def make():
    spec = importlib.util.spec_from_file_location("make_signs", signs.FOLDER / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_names_are_those_of_the_card():
    assert list(signs.names()) == list(CARD)


def test_shapes_and_counts_are_those_of_the_card(task):
    classes, learnt, tested = CARD[task.name]
    assert len(task.classes) == len(set(task.classes)) == classes
    for part, count in ((task.train, learnt), (task.test, tested)):
        assert (part.items.shape, part.items.dtype) == ((classes * count, 48, 48, 3), np.uint8)
        assert np.bincount(part.labels).tolist() == [count] * classes


def test_train_and_test_share_no_design_and_no_photograph(task):
    assert not set(task.train.tags["design"]) & set(task.test.tags["design"])
    pictures = [{item.tobytes() for item in part.items} for part in (task.train, task.test)]
    assert not pictures[0] & pictures[1]
    assert [len(each) for each in pictures] == [len(task.train), len(task.test)]


def test_a_design_shows_what_its_label_says(task):
    for design, label in zip(task.train.tags["design"], task.train.labels, strict=True):
        words = task.classes[label].partition(" (")[0].lower().replace(" ", "-")
        assert design.split("--")[1].lower() == words


def test_every_design_is_photographed(task):
    data = signs._drawings()
    of_task = data["rare"][data["meaning"]] == (task.name == "signs/rare")
    used = {*task.train.tags["design"], *task.test.tags["design"]}
    assert used == set(data["designs"][of_task])


def test_the_two_tasks_share_no_meaning():
    data = signs._drawings()
    meanings = np.array([design.rpartition("--")[0] for design in data["designs"]])
    rare = data["rare"][data["meaning"]]
    assert not set(meanings[rare]) & set(meanings[~rare])
    assert np.bincount(data["meaning"][rare]).max() >= 4


def test_loading_again_gives_the_same():
    assert signs.load("signs/rare").digest == signs.load("signs/rare").digest


def test_the_sign_is_in_the_picture_and_the_ground_around_it_is_calm():
    random = np.random.default_rng(0)
    red = np.zeros((100, 64, 64, 4), np.uint8)
    red[..., [0, 3]] = 255
    photographs = signs.photographs(red, random).astype(int)
    redness = photographs[..., 0] - photographs[..., 1:].mean(axis=-1)
    assert redness[:, 20:28, 20:28].mean() > redness[:, [0, -1]].mean() + 60
    nothing = signs.photographs(np.zeros((100, 64, 64, 4), np.uint8), random).astype(int)
    assert np.abs(np.diff(nothing.mean(axis=0), axis=0)).max() < 10


def test_each_photograph_of_a_drawing_is_another():
    drawing = signs._drawings()["drawings"][:1]
    photographs = signs.photographs(np.repeat(drawing, 70, axis=0), np.random.default_rng(0))
    assert len({photograph.tobytes() for photograph in photographs}) == 70


def test_drawings_are_whole():
    drawings = signs._drawings()["drawings"]
    assert drawings.shape == (496, 64, 64, 4)
    assert ((drawings[..., 3] > 128).mean(axis=(1, 2)) > 0.1).all()
    assert (drawings[..., :3].max(axis=(1, 2, 3)) > 60).all()


def test_no_two_designs_of_a_meaning_are_alike(make):
    data = signs._drawings()
    for meaning in np.unique(data["meaning"]):
        drawings = dict(enumerate(data["drawings"][data["meaning"] == meaning]))
        assert len(make.distinct(drawings)) == len(drawings), data["words"][meaning]


def test_what_is_left_out_is_left_out(make):
    designs = signs._drawings()["designs"]
    assert not set(make.FLAWED) & set(designs)
    assert not set(make.LEFT_OUT) & {make.meaning_of(design) for design in designs}


def test_a_drawing_is_like_itself_mirrored_and_not_like_another(make):
    first, second = signs._drawings()["drawings"][:2]
    assert make.alike(first, first[:, ::-1])
    assert not make.alike(first, second)


def test_words_are_plain_and_tell_kinds_apart(make):
    meanings = ["warning--low-flying-aircraft", "information--parking", "regulatory--parking", "regulatory--no-u-turn"]
    expected = ["low-flying aircraft", "parking (information)", "parking (order)", "no U-turn"]
    assert make.words(meanings) == expected


def test_a_damaged_file_is_named(tmp_path, monkeypatch):
    for name in ("SHA256SUMS", "signs.npz"):
        (tmp_path / name).write_bytes((paths.DATA / "signs" / name).read_bytes())
    with (tmp_path / "signs.npz").open("r+b") as file:
        file.seek(1000)
        file.write(b"damage")
    monkeypatch.setattr(signs, "FOLDER", tmp_path)
    signs._drawings.cache_clear()
    with pytest.raises(TlkitError, match=r"signs.npz is damaged"):
        signs.load("signs/rare")
    signs._drawings.cache_clear()
