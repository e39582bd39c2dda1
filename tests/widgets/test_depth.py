import threading

import pytest

import tlkit as tl
from tlkit.models.backbone import Backbone
from tlkit.widgets import depth


@pytest.fixture(scope="module")
def stories():
    pianist = tl.pretrain(tl.backbone("note-cnn"), tl.task("notes/piano"), steps=40)
    small = tl.random_source(tl.backbone("small-cnn"))
    return {"pianist, guitar": (pianist, "notes/guitar"), "nobody, brick": (small, "surfaces/brick")}


@pytest.fixture
def lab(stories):
    lab = tl.labs.DepthLab(stories, shots=(1, 5))
    yield lab
    lab.halt()


def test_the_cut_changes_picture_and_words(lab):
    before, picture = lab.words.value, lab.picture.value
    lab.cut.value = 1
    assert lab.words.value != before
    assert lab.picture.value != picture
    assert "cut after stage 1 of 4 (conv1)" in lab.words.value
    assert "cut after stage 1 of 4 (conv1)" in lab.picture.value


def test_a_move_draws_only_what_it_changes(lab, full_draws):
    pictures = set()
    for cut in (1, 2, 4):
        for shots in (1, 5):
            lab.cut.value, lab.shots.value = cut, shots
            pictures.add(lab.picture.value)
    assert len(pictures) == 6
    assert full_draws == []


def test_it_says_what_transfer_says(lab, stories):
    source, name = stories["pianist, guitar"]
    lab.cut.value, lab.shots.value = 3, 1
    view = lab.view
    target = tl.task(name)
    alone = tl.transfer(source, target, strategy="head@3", shots=1, seed=2)
    shown = view.probes[2].by_seed[2]
    assert len(view.points) == depth.POINTS
    assert shown == pytest.approx(alone.accuracy, abs=0.07)  # the same head, on a part of the test
    assert f"names {view.probes[2].mean:.0%}" in lab.words.value


def test_more_labels_name_more(lab):
    lab.shots.value = 1
    one = lab.view.probes[0].mean
    lab.shots.value = 5
    assert lab.view.probes[0].mean > one


def test_another_story_in_the_background(lab):
    lab.story.value = "nobody, brick"
    lab.wait()
    assert lab.view.target.name == "surfaces/brick"
    assert lab.stop.disabled
    lab.cut.value = 2
    assert "cut after stage 2 of 4 (conv2)" in lab.words.value


def test_the_random_control(lab):
    taught = lab.view.probes
    lab.body.value = "random"
    lab.wait()
    assert "with random weights" in lab.words.value
    assert lab.view.probes != taught
    lab.body.value = "taught"
    assert lab.view.probes == taught


def test_stop_leaves_the_picture_of_before(lab, monkeypatch):
    started = threading.Event()
    look = Backbone.stage_features

    def slowly(backbone, items, *, on_event):
        started.set()
        lab._halt.wait(60)
        return look(backbone, items, on_event=on_event)

    monkeypatch.setattr(Backbone, "stage_features", slowly)
    picture = lab.picture.value
    lab.body.value = "random"
    assert started.wait(120)
    lab.stop.click()
    assert "Stopped" in lab.words.value
    assert lab.picture.value == picture


def test_moving_a_slider_while_it_looks_does_not_begin_anew(lab, monkeypatch):
    begun, go_on = [], threading.Event()
    cuts = depth.Cuts

    def slowly(*args):
        begun.append(args)
        go_on.wait(120)
        return cuts(*args)

    monkeypatch.setattr(depth, "Cuts", slowly)
    lab.body.value = "random"
    lab.cut.value = 2
    lab.shots.value = 1
    go_on.set()
    lab.wait()
    assert len(begun) == 1
    assert (lab.view.cut, lab.view.shots) == (2, 1)


def test_the_depths_of_another_network_fit_the_slider(lab):
    lab.cut.value = 1
    lab.story.value = "nobody, brick"
    lab.wait()
    assert [value for _, value in lab.cut.options] == [1, 2, 3, 4]


def test_its_text_form_has_the_numbers(lab):
    assert repr(lab).startswith("DepthLab: pianist, guitar, cut after stage 4 of 4 (dense)")
