import numpy as np
import pytest

import tlkit as tl
from tlkit.datasets import notes
from tlkit.datasets.files import read_arrays
from tlkit.datasets.notes import as_images, transposed


def test_every_task_loads_and_shares_no_picture_between_train_and_test():
    for name in notes.names():
        task = tl.task(name)
        classes = {"notes/band-instruments": 6, "notes/band-registers": 4}.get(name, 12)
        assert len(task.classes) == classes
        assert np.unique(task.train.labels).size == np.unique(task.test.labels).size == classes
        assert not {p.tobytes() for p in task.train.items} & {p.tobytes() for p in task.test.items}, name


def test_train_and_test_share_no_velocity():
    guitar = tl.task("notes/guitar")
    assert not set(guitar.train.tags["velocity"]) & set(guitar.test.tags["velocity"])


def test_what_is_marked_for_the_test_is_tested_on():
    data, piano = read_arrays(notes.FOLDER / "piano.npz"), tl.task("notes/piano")
    assert np.array_equal(piano.test.items, data["pictures"][data["test"]])
    assert np.array_equal(piano.train.items, data["pictures"][~data["test"]])


def test_octaves_are_held_out():
    task = tl.task("notes/guitar-octaves")
    low, high = notes.LESSON_OCTAVE
    assert (task.train.tags["pitch"].min(), task.train.tags["pitch"].max()) == (low, high)
    assert not ((task.test.tags["pitch"] >= low) & (task.test.tags["pitch"] <= high)).any()
    assert task.most_shots >= 20


def test_a_recorded_guitar_is_tested_on_recordings_that_were_not_learnt_from():
    task, guitar = tl.task("notes/recorded-guitar-octaves"), tl.task("notes/recorded-guitar")
    assert not set(task.train.tags["pitch"]) & set(task.test.tags["pitch"])
    assert set(task.train.tags["pitch"]) | set(task.test.tags["pitch"]) == set(guitar.test.tags["pitch"])
    assert (len(guitar.train), len(guitar.test), task.most_shots) == (525, 350, 15)


def test_guitars_are_held_out():
    task = tl.task("notes/guitar-unseen")
    assert set(task.train.tags["instrument"]) == set(notes.GUITAR)
    assert set(task.test.tags["instrument"]) == set(notes.UNSEEN_GUITARS)


def test_labels_are_the_names_of_the_pitches():
    task = tl.task("notes/piano")
    assert task.classes[task.train.labels[task.train.tags["pitch"] == 69][0]] == "A"


def test_of_the_bands_pictures_three_questions_are_asked():
    notes_, players, registers = (tl.task(f"notes/band{end}") for end in ("", "-instruments", "-registers"))
    for other in (players, registers):
        assert np.array_equal(notes_.train.items, other.train.items)
        assert np.array_equal(notes_.test.tags["pitch"], other.test.tags["pitch"])
    assert [players.classes[label] for label in players.test.labels] == list(players.test.tags["instrument"])
    assert not any("guitar" in name for name in players.classes)
    octave = (registers.train.tags["pitch"] - 40) // 12
    assert np.array_equal(registers.train.labels, octave)
    assert players.about == tl.tasks()["notes/band-instruments"]


def test_transposed_notes_look_the_same_and_are_called_otherwise():
    piano, clarinet = tl.task("notes/piano"), transposed(tl.task("notes/piano"))
    assert clarinet.name == "notes/piano transposed"
    for part in ("train", "test"):
        before, after = getattr(piano, part), getattr(clarinet, part)
        assert np.array_equal(before.items, after.items)
        assert {(piano.classes[a], piano.classes[b]) for a, b in zip(before.labels, after.labels, strict=True)} == {
            (name, piano.classes[(row + 2) % 12]) for row, name in enumerate(piano.classes)
        }
    assert np.array_equal(transposed(clarinet, semitones=-2).test.labels, piano.test.labels)
    with pytest.raises(tl.TlkitError, match="no notes to transpose"):
        transposed(tl.task("digits"))


def test_clips_can_be_heard():
    assert len(notes.clip("piano", 60)) > 1000
    with pytest.raises(tl.TlkitError, match="There is no clip 'kazoo-60'"):
        notes.clip("kazoo", 60)


def test_an_unknown_task_names_the_nearest():
    with pytest.raises(tl.TlkitError, match=r"no task 'notes/guitr'. Did you mean 'notes/guitar'"):
        tl.task("notes/guitr")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the data set's piano that a test may damage."""
    copy = tmp_path / "data" / "notes"
    copy.mkdir(parents=True)
    for name in ("SHA256SUMS", "piano.npz"):
        (copy / name).write_bytes((notes.FOLDER / name).read_bytes())
    monkeypatch.setattr(notes, "FOLDER", copy)
    monkeypatch.setattr(notes.paths, "ROOT", tmp_path)
    notes._recorded.cache_clear()
    yield copy
    notes._recorded.cache_clear()


def test_a_damaged_file_is_named_with_its_remedy(folder):
    data = bytearray((folder / "piano.npz").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "piano.npz").write_bytes(data)
    with pytest.raises(tl.TlkitError, match=r"piano.npz is damaged: .*git checkout data/notes/piano.npz"):
        notes.load("notes/piano")


def test_a_missing_file_is_named_with_its_remedy(folder):
    (folder / "piano.npz").unlink()
    with pytest.raises(tl.TlkitError, match=r"piano.npz can't be read .*git checkout data/notes/piano.npz"):
        notes.load("notes/piano")


def test_notes_as_images_are_the_same_pictures_brighter_for_networks_that_look_at_images():
    guitar = tl.task("notes/guitar")
    images = as_images(guitar)
    assert images.modality == "image"
    assert np.array_equal(images.test.items, 8 * guitar.test.items.astype(int))
    assert images.train.items.dtype == np.uint8
    assert np.array_equal(images.train.labels, guitar.train.labels)
    assert tl.backbone("pixels").features(images.test.items[:2]).shape == (2, 2352)
    with pytest.raises(tl.TlkitError, match="no pictures of sound"):
        as_images(images)
