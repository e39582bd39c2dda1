"""What is said of a person's own data: classes, copies, leaks; and the splits that are made of it."""

import zipfile

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import tlkit as tl
from tlkit.datasets.own.near_texts import near_sets, near_texts

LINE = "the old boat lay on sand near seven quiet houses while gulls cried over cold grey water every morning"
WORDS = LINE.split()


def smooth(seed: int, side: int = 96) -> Image.Image:
    """A picture with large shapes, as photographs have."""
    draw = np.random.default_rng(seed)
    coarse = draw.integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)


def folder(root, count=6, parts=("",)):
    for part in parts:
        for k, name in enumerate(("cat", "dog")):
            place = root / part / name
            place.mkdir(parents=True)
            for n in range(count):
                smooth(1000 * len(part) + 100 * k + n).save(place / f"{n}.png")
    return root


def sentence(seed: int) -> str:
    return " ".join(np.random.default_rng(seed).permutation(WORDS))


def test_a_folder_in_a_report(tmp_path):
    data = tl.read_data(folder(tmp_path / "zoo"), side=32)
    assert (data.modality, data.report.items, data.report.classes) == ("image", 12, {"cat": 6, "dog": 6})
    assert data.report.leaks == data.report.copies == data.report.skipped == []
    assert "zoo: 12 pictures in 2 classes: cat 6; dog 6." in str(data.report)
    assert len(data.task(seed=0).test) + len(data.task(seed=0).train) == 12
    tested = [sorted(data.task(seed=seed).test.tags["origin"]) for seed in (1, 1, 2)]
    assert tested[0] == tested[1] != tested[2]


def test_a_zip_holds_what_its_folder_holds(tmp_path):
    root = folder(tmp_path / "zoo")
    with zipfile.ZipFile(tmp_path / "zoo.zip", "w") as packed:
        for file in sorted(root.rglob("*.png")):
            packed.write(file, file.relative_to(tmp_path))
    one, other = (tl.read_data(path, side=32) for path in (root, tmp_path / "zoo.zip"))
    assert np.array_equal(one.items, other.items)
    assert one.report == other.report
    assert sorted(path.name for path in tmp_path.iterdir()) == ["zoo", "zoo.zip"]


def test_a_zip_of_a_table(tmp_path):
    frame = pd.DataFrame({"text": [sentence(n) for n in range(12)], "label": ["a", "b"] * 6})
    frame.to_csv(tmp_path / "t.csv", index=False)
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as packed:
        packed.write(tmp_path / "t.csv", "t.csv")
    assert tl.read_data(tmp_path / "t.zip").report.classes == {"a": 6, "b": 6}


def test_a_folder_with_a_table_of_labels(tmp_path):
    rows = ["picture,shows,split"]
    for n in range(12):
        smooth(n).save(tmp_path / f"{n}.png")
        rows.append(f"{n}.png,{'cat' if n % 2 else 'dog'},{'test' if n > 7 else 'train'}")
    (tmp_path / "labels.csv").write_text("\n".join(rows))
    data = tl.read_data(tmp_path, side=32)
    assert data.report.classes == {"cat": 6, "dog": 6}
    assert data.has_split
    task = data.task(seed=3)
    assert sorted(task.test.tags["origin"]) == ["10.png", "11.png", "8.png", "9.png"]
    assert [task.classes[label] for label in task.test.labels[:2]] == ["dog", "cat"]


def test_planted_leaks_of_pictures_are_found(tmp_path):
    """Ten pictures of the test were saved again to learn from: smaller, larger, with loss, a bit cut off."""
    root = folder(tmp_path / "zoo", count=8, parts=("train", "test"))
    for n in range(10):
        name, number = ("cat", "dog")[n % 2], n // 2
        picture = Image.open(root / "test" / name / f"{number}.png")
        place = root / "train" / name / f"leak{n}"
        if n % 4 == 0:
            picture.resize((48, 48)).save(f"{place}.png")
        elif n % 4 == 1:
            picture.save(f"{place}.jpg", quality=60)
        elif n % 4 == 2:
            picture.resize((150, 150), Image.Resampling.BICUBIC).save(f"{place}.jpg", quality=70)
        else:
            picture.crop((1, 1, 95, 95)).save(f"{place}.png")
    report = tl.read_data(root, side=32).report
    assert len({learnt for learnt, _ in report.leaks if "leak" in learnt}) >= 8
    assert all("leak" in learnt for learnt, _ in report.leaks)
    assert "LEAKS" in str(report)


def test_planted_leaks_of_texts_are_found():
    """Ten texts of the test are among those to learn from: with a word changed, in capitals, with a greeting."""
    rows = [(sentence(n), "ab"[n % 2], "test" if n >= 30 else "train") for n in range(60)]
    for n in range(10):
        text, label, _ = rows[30 + n]
        changed = {0: text.upper(), 1: text.replace("boat", "ship"), 2: f"Hello! {text}", 3: f"{text} ."}[n % 4]
        rows.append((changed, label, "train"))
    report = tl.read_data(pd.DataFrame(rows, columns=["text", "label", "split"])).report
    found = {learnt for learnt, _ in report.leaks}
    assert len(found & set(range(60, 70))) + len(found & {f"row {n}" for n in range(60, 70)}) >= 8
    assert len(found) <= 10


def test_near_copies_stay_on_one_side():
    texts = [sentence(n) for n in range(20)]
    rows = [(text, "ab"[n % 2]) for n, text in enumerate(texts)]
    rows += [(text.replace("cold", "warm"), "ab"[n % 2]) for n, text in enumerate(texts)]
    data = tl.read_data(pd.DataFrame(rows, columns=["text", "label"]))
    assert len(data.report.copies) == 20
    for seed in range(5):
        tested = set(data.task(seed=seed).test.items)
        assert all((text in tested) == (text.replace("cold", "warm") in tested) for text in texts)


def test_forms_that_were_filled_in_are_no_copies():
    texts = [f"Dear customer, your order number {n} will be with you on Monday, thank you" for n in range(40)]
    assert near_sets(40, near_texts(texts)) is None
    data = tl.read_data(pd.DataFrame({"text": texts, "label": ["a", "b"] * 20}))
    assert "forms" in str(data.report)
    assert len(data.task().test) > 4


def test_copies_under_two_labels_are_told():
    rows = [(sentence(n), "ab"[n % 2]) for n in range(12)] + [(sentence(0), "b")]
    report = tl.read_data(pd.DataFrame(rows, columns=["text", "label"])).report
    assert len(report.clashes) == 1
    assert "two labels" in str(report)


def test_uneven_classes_give_all_they_have():
    rows = [(sentence(n), "a" if n < 20 else "b") for n in range(26)]
    data = tl.read_data(pd.DataFrame(rows, columns=["text", "label"]))
    task = data.task()
    assert len(task.draw(task.most_shots)) == len(task.train)
    assert "uneven" in str(data.report)
    assert data.report.majority == ("a", pytest.approx(20 / 26))


def test_parquet_by_pandas(tmp_path, monkeypatch):
    frame = pd.DataFrame({"text": [sentence(n) for n in range(8)], "label": ["a", "b"] * 4})
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    monkeypatch.setattr("tlkit.datasets.own.tables.importlib.util.find_spec", lambda name: True)
    monkeypatch.setattr(pd, "read_parquet", lambda *_, **__: frame)
    assert tl.read_data(tmp_path / "t.parquet").report.classes == {"a": 4, "b": 4}
