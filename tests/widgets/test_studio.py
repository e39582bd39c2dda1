"""The studio: what is brought is read, told and compared, and what can't be read is told in a sentence."""

import datetime
import io
import zipfile

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import tlkit as tl
from tests.small_networks import save_model

WORDS = ("river", "stone", "cloud", "table", "apple", "horse", "music", "paper", "winter", "garden", "letter", "silver")


def picture(label: int, number: int) -> bytes:
    draw = np.random.default_rng((label, number))
    pixels = draw.integers(0, 90, (20, 20, 3), dtype=np.uint8)
    pixels[..., label] += 120 if number % 5 else 0  # each fifth is no colour at all
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def packed(**more: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as pack:
        for label, name in enumerate(("red", "green")):
            for number in range(20):
                pack.writestr(f"mine/{name}/{number}.png", picture(label, number))
        for name, content in more.items():
            pack.writestr(f"mine/red/{name}.png", content)
    return file.getvalue()


def table() -> bytes:
    draw = np.random.default_rng(0)
    rows = [(f"{('lovely', 'awful')[n % 2]} {' '.join(draw.permutation(WORDS)[:6])}", "gb"[n % 2]) for n in range(40)]
    rows[3] = ("<b>lovely</b> cloud over the garden in winter", "g")
    return pd.DataFrame(rows, columns=["body", "team"]).to_csv(index=False).encode()


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    place = tmp_path_factory.mktemp("mine") / "mine.zip"
    place.write_bytes(packed())
    return tl.read_data(place, side=16)


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    place = tmp_path_factory.mktemp("network") / "bert"
    save_model(place, "bert")
    return {"image": tl.backbone("pixels"), "text": tl.backbone(str(place))}


@pytest.fixture
def lab(data, networks):
    return tl.labs.StudioLab(data, networks=networks)


def upload(lab, name: str, content: bytes) -> None:
    file = {"name": name, "type": "", "size": len(content), "content": memoryview(content)}
    lab.upload.value = ({**file, "last_modified": datetime.datetime.now(datetime.UTC)},)
    lab.wait()


def test_every_position_of_the_slider_answers_in_words_and_a_picture(lab):
    assert list(lab.shots.options) == [1, 2, 4, 8]
    for shots in lab.shots.options:
        lab.shots.value = shots
        assert lab.found.words() in lab.words.value.replace("&#x27;", "'")
        assert f"{shots} of each class" in repr(lab)
        assert "90% interval" in repr(lab)
        assert 'alt="' in lab.picture.value
    assert "more labels, it gained" in repr(lab)


def test_the_mistakes_are_those_of_the_first_split_and_the_surest_first(lab, data):
    found = lab.studio.at(8)
    sure = [each.chance for each in found.mistakes]
    assert sure == sorted(sure, reverse=True)
    assert len(found.mistakes) == min(6, found.wrong)
    assert all(each.label != each.called for each in found.mistakes)
    first = found.answers[0].estimate
    assert found.wrong == round((1 - first.values[0]) * first.tested)


def test_a_figure_is_what_a_transfer_finds(lab, data, networks):
    run = tl.transfer(networks["image"], data.task(seed=2), strategy="head", shots=4, seed=2)
    assert lab.studio.found[4][0].estimate.values[2] == run.accuracy


def test_what_it_says_of_its_sureness_is_of_all_splits(lab, data):
    reliability = lab.studio.at(8).reliability
    tests = [task.test.labels for task in lab.studio.tasks]
    assert sum(reliability.counts) == sum(map(len, tests))
    right = sum(np.array(lab.studio.found[8][0].estimate.values) * list(map(len, tests)))
    assert np.dot(reliability.accuracy, reliability.counts) == pytest.approx(right)
    assert str(reliability) in lab.words.value


def test_the_camera_shows_one_more(lab):
    lab.camera.frame = picture(1, 1)
    assert lab.camera.said.startswith("That is green (")
    lab.camera.frame = b"no picture"
    assert "take another" in lab.camera.said
    assert not lab.camera.hidden


def test_a_zip_is_read_told_and_compared(lab):
    upload(lab, "..\\elsewhere/theirs.zip", packed(broken=b"no picture"))
    assert "theirs: 40 pictures in 2 classes" in lab.report.value
    assert "broken.png" in lab.report.value
    assert lab.studio.data.report.source == "theirs"
    assert lab.upload.value == ()
    assert lab.shots.value == lab.shots.options[-1] == 8


def test_a_table_shows_its_mistakes_as_text_and_escaped(lab):
    lab.text.value, lab.label.value = "body", "team"
    upload(lab, "tickets.csv", table())
    assert "tickets.csv: 40 texts in 2 classes" in lab.report.value
    assert "counting words" in lab.words.value
    assert lab.camera.hidden
    for shots in lab.shots.options:
        lab.shots.value = shots
        assert "<b>lovely" not in lab.list.value
    lab.text.value = lab.label.value = ""
    upload(lab, "mine.zip", packed())
    assert lab.list.value == ""


def test_a_folder_is_named_by_its_path(lab, tmp_path):
    with zipfile.ZipFile(io.BytesIO(packed())) as pack:
        pack.extractall(tmp_path)
    lab.place.value = str(tmp_path / "mine")
    lab.read.click()
    lab.wait()
    assert "mine: 40 pictures" in lab.report.value


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("broken.zip", b"PK", "damaged, or locked"),
        ("notes.pkl", b"\x80\x04.", "no table that can be read"),
        ("tickets.csv", b"a,b\n1,2\n", "Which column"),
        ("", b"", "upload"),
    ],
    ids=["a damaged zip", "a pickle", "a table of one row", "nothing"],
)
def test_what_cannot_be_read_is_told_and_all_stays(lab, name, content, told):
    before = repr(lab)
    upload(lab, name, content)
    assert 'role="alert"' in lab.report.value
    assert told in lab.report.value
    assert "tlkit-" not in lab.report.value
    assert repr(lab) == before


def test_nothing_to_read_is_told(lab):
    lab.read.click()
    assert 'role="alert"' in lab.report.value


def test_a_lab_of_nothing_is_refused():
    with pytest.raises(tl.TlkitError, match=r"tl\.read_data"):
        tl.labs.StudioLab("my_photos")
