import pytest

import tlkit as tl
from tlkit.widgets.views import PICTURES, Distortion


@pytest.fixture(scope="module")
def networks():
    body = tl.backbone("small-cnn", size=16)
    itself = tl.pretrain(body, "glyphs/latin", seed=0, steps=30, objective=tl.self_supervised.contrast())
    return {"itself": itself, "nobody": tl.random_source(body)}


@pytest.fixture
def lab(networks):
    return tl.labs.ViewsLab(networks)


def test_what_is_not_distorted_is_found_again(lab):
    lab.angle.value = 0
    assert lab.sight.found == {"itself": 1.0, "nobody": 1.0}
    assert "as they are. Found again: itself 100%, nobody 100%" in lab.words.value


def test_every_control_changes_picture_and_words_at_both_ends(lab):
    for control, ends in ((lab.angle, (-45, 45)), (lab.shift, (-30, 30)), (lab.stroke, (-0.9, 0.9))):
        for end in ends:
            words, picture = lab.words.value, lab.picture.value
            control.value = end
            assert lab.words.value != words
            assert lab.picture.value != picture
    lab.mirrored.value = True
    assert "turned by 45 degrees, moved by 30% of half a side, bold, mirrored" in lab.words.value


def test_the_more_is_distorted_the_fewer_are_found(lab):
    lab.angle.value = 15
    little = lab.sight.found["nobody"]
    lab.angle.value = 45
    assert lab.sight.found["nobody"] < little


def test_moving_to_the_right_moves_to_the_right(lab):
    lab.angle.value = 0
    still = lab.sight.views
    lab.shift.value = 30
    ink, moved = (each.sum(axis=(0, 1)) + 2 * PICTURES for each in (still, lab.sight.views))
    columns = range(len(ink))
    assert (moved * columns).sum() / moved.sum() > (ink * columns).sum() / ink.sum()


def test_a_move_draws_only_what_it_changes(lab, full_draws):
    pictures = set()
    for angle in (-30, 0, 30):
        lab.angle.value = angle
        pictures.add(lab.picture.value)
    assert len(pictures) == 3
    assert full_draws == []


def test_its_text_form_has_the_numbers(lab):
    assert repr(lab).startswith(f"ViewsLab: {PICTURES} pictures of glyphs/latin, turned by 15 degrees. Found again:")
    assert Distortion(shift=-10).words() == "moved by -10% of half a side"


def test_sounds_can_not_be_turned(networks):
    with pytest.raises(tl.TlkitError, match="small-cnn"):
        tl.labs.ViewsLab(networks, "notes/guitar")
    with pytest.raises(tl.TlkitError, match="this lab distorts pictures"):
        tl.labs.ViewsLab({"nobody": tl.random_source(tl.backbone("note-cnn"))}, "notes/guitar")
