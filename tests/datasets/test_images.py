"""Products, digits and printed letters: what the cards say is what loads, and no split leaks."""

import hashlib
import importlib.util
import itertools

import numpy as np
import pytest
from sklearn.datasets import load_digits

import tlkit as tl
from tlkit.datasets import images

COUNTS = {  # training and test examples, as the cards say
    "products": (2000, 1000),
    "digits": (1157, 510),
    "glyphs/latin": (2678, 1482),
    "glyphs/greek": (2112, 768),
}
LETTERS = ("glyphs/latin", "glyphs/greek")
FILES = [
    (images.PRODUCTS_FOLDER, "products.npz"),
    (images.LETTERS_FOLDER, "latin.npz"),
    (images.LETTERS_FOLDER, "greek.npz"),
]


@pytest.fixture(scope="module", params=COUNTS)
def task(request) -> tl.Task:
    return images.load(request.param)


@pytest.fixture(scope="module", params=LETTERS)
def letters(request) -> tl.Task:
    return images.load(request.param)


@pytest.fixture(scope="module")
def card() -> str:
    return (images.LETTERS_FOLDER / "README.md").read_text(encoding="utf-8")


def script(folder):
    """The make.py of a data folder, as a module."""
    spec = importlib.util.spec_from_file_location(f"make_{folder.name}", folder / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_name_is_here():
    assert list(images.names()) == list(COUNTS)


def test_shapes_types_and_counts(task):
    assert (task.modality, task.about) == ("image", images.names()[task.name])
    assert (len(task.train), len(task.test)) == COUNTS[task.name]
    for part in (task.train, task.test):
        assert (part.items.shape[1:], part.items.dtype, part.labels.dtype) == ((28, 28), np.uint8, np.int64)


def test_classes_are_balanced(task):
    least = 0.9 if task.name == "digits" else 1.0  # people wrote the digits, not quite as often each
    for part in (task.train, task.test):
        counts = np.bincount(part.labels)
        assert len(counts) == len(task.classes)
        assert counts.min() >= least * counts.max()


def test_pictures_are_light_on_black_and_none_is_blank(task):
    for part in (task.train, task.test):
        assert np.median(part.items[:, :2, :2]) < 10  # a corner
        assert np.percentile(part.items.max(axis=(1, 2)), 1) > 60
        assert part.items.std(axis=(1, 2)).min() > 5


def test_no_picture_is_in_both_parts(task):
    assert not {item.tobytes() for item in task.train.items} & {item.tobytes() for item in task.test.items}


# --- products


def test_products_are_what_they_are_called():
    """Trousers are tall and narrow, shoes are low and wide: the names are in the order of the labels."""
    products = images.load("products").train
    means = {name: products.items[products.labels == label].mean(0) for label, name in enumerate(images.PRODUCTS)}
    assert means["trousers"][:, 10:18].mean() > 3 * means["trousers"][:, :7].mean()
    for shoe in ("sandal", "trainer"):
        assert means[shoe][14:22].mean() > 3 * means[shoe][:7].mean()
    assert means["ankle boot"][5:10, 15:].mean() > 3 * means["trainer"][5:10, 15:].mean()
    assert means["pullover"][20, :6].mean() > 3 * means["T-shirt"][20, :6].mean()  # the sleeves


def test_no_product_is_nearly_one_of_the_other_part():
    products, make = images.load("products"), script(images.PRODUCTS_FOLDER)
    assert not make.alike(products.train.items, products.test.items).any()


def test_a_copy_that_is_a_little_darker_or_mirrored_is_alike():
    make, items = script(images.PRODUCTS_FOLDER), images.load("products").test.items[:20]
    darker = (items * 0.97).astype(np.uint8)
    assert make.alike(darker, items).all()
    assert make.alike(items[:, :, ::-1], items).all()
    assert not make.alike(255 - items, items).any()


# --- digits


def test_digits_are_those_of_scikit_learn():
    digits, original = images.load("digits"), load_digits()
    for part in (digits.train, digits.test):
        assert np.array_equal(part.labels, original.target[part.tags["row"]])
        middles = (3.5 * np.arange(8) + 1.25).round().astype(int)  # of the original's pixels
        seen = part.items[:, middles][:, :, middles]
        assert np.corrcoef(seen.ravel(), original.images[part.tags["row"]].ravel())[0, 1] > 0.98


def test_enlarged_keeps_what_is_even_and_the_corners():
    assert (images._enlarged(np.full((1, 8, 8), 16)) == 255).all()
    assert not images._enlarged(np.zeros((1, 8, 8))).any()
    corner = np.zeros((1, 8, 8))
    corner[0, 0, 7] = 16
    enlarged = images._enlarged(corner)[0]
    assert enlarged[0, 27] == 255
    assert not enlarged[8:].any()
    assert not enlarged[:, :20].any()


def test_digits_are_cut_between_two_sheets():
    """Every sheet is one sequence of digits that begins with 0 to 9, three times; one sheet lies between the parts."""
    written = "".join(map(str, load_digits().target))
    start = "0123456789" * 2
    learnt, tested = images.LEARNT_DIGITS, images.TESTED_DIGITS
    assert (learnt.start or 0) == 0
    assert tested.stop == len(written)
    assert written[learnt.stop :].startswith(start)
    assert written[tested.start :].startswith(start)
    assert tested.start - learnt.stop > 100


# --- letters


def test_no_family_is_in_both_parts():
    sides = [
        {family for name in LETTERS for family in getattr(images.load(name), part).tags["family"]}
        for part in ("train", "test")
    ]
    assert not sides[0] & sides[1]
    assert len(sides[0]) >= 30
    assert len(sides[1]) >= 15


def test_every_face_has_every_letter_once(letters):
    for part in (letters.train, letters.test):
        pairs = set(zip(part.tags["font"], part.labels, strict=True))
        assert pairs == set(itertools.product(set(part.tags["font"]), range(len(letters.classes))))
        assert len(pairs) == len(part)


def test_letters_have_the_shapes_of_their_names():
    """The labels are in the order of the alphabet: an o is round and hollow, an l is a stroke, a w is wide."""
    kinds = {"glyphs/latin": ("o", "l", "w"), "glyphs/greek": ("omicron", "iota", "omega")}
    for name, (hollow, upright, wide) in kinds.items():
        task = images.load(name)
        mean = {k: task.train.items[task.train.labels == task.classes.index(k)].mean(0) for k in kinds[name]}
        assert mean[hollow][13:15, 13:15].mean() < 0.4 * mean[hollow][13:15, 8:20].max()
        assert mean[upright][10:18, 12:16].mean() > 3 * mean[upright][10:18, :8].mean()
        assert (mean[wide].sum(0) > mean[wide].sum(0).max() / 3).sum() > 12


def test_the_card_names_every_family_with_its_counts_and_licence(card):
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in card.splitlines() if "fonts-" not in line]
    listed = {row[1]: row for row in rows if len(row) == 8 and row[0] in ("train", "test")}
    found = set()
    for column, name in ((2, "glyphs/latin"), (3, "glyphs/greek")):
        task = images.load(name)
        for side, part in (("train", task.train), ("test", task.test)):
            for family in set(part.tags["family"]):
                faces = set(part.tags["font"][part.tags["family"] == family])
                assert (listed[family][0], listed[family][column]) == (side, str(len(faces)))
                assert faces <= set(listed[family][4].replace("`", "").split(", "))
                found.add(family)
    assert set(listed) == found
    assert all(any(free in row[6] for free in ("OFL", "Apache", "Bitstream Vera")) for row in listed.values())
    assert all(row[5] and row[7] for row in listed.values())


def test_the_script_knows_the_families_and_sides_of_the_files():
    make = script(images.LETTERS_FOLDER)
    for name in LETTERS:
        task = images.load(name)
        assert set(task.train.tags["family"]) <= set(make.TRAIN)
        assert set(task.test.tags["family"]) <= set(make.TEST)
        assert len(task.classes) == len(make.ALPHABETS[name.removeprefix("glyphs/")])


# --- files


@pytest.mark.parametrize(("folder", "file"), FILES)
def test_checksums_match(folder, file):
    sums = dict(reversed(line.split("  ", 1)) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert sums[file] == hashlib.sha256((folder / file).read_bytes()).hexdigest()
    assert set(sums) == {path.name for path in folder.glob("*.npz")}


@pytest.mark.parametrize(
    ("name", "constant", "file"),
    [("products", "PRODUCTS_FOLDER", "products.npz"), ("glyphs/greek", "LETTERS_FOLDER", "greek.npz")],
)
def test_a_damaged_file_is_named_with_its_remedy(tmp_path, monkeypatch, name, constant, file):
    original = getattr(images, constant)
    copy = tmp_path / original.name
    copy.mkdir()
    data = bytearray((original / file).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / file).write_bytes(data)
    (copy / "SHA256SUMS").write_bytes((original / "SHA256SUMS").read_bytes())
    monkeypatch.setattr(images, constant, copy)
    with pytest.raises(tl.TlkitError, match=rf"{file} is damaged: .*git checkout data/{copy.name}/{file}"):
        images.load(name)
    (copy / file).unlink()
    with pytest.raises(tl.TlkitError, match=rf"{file} can't be read"):
        images.load(name)


@pytest.mark.parametrize("folder", [images.PRODUCTS_FOLDER, images.LETTERS_FOLDER])
def test_the_same_arrays_give_the_same_bytes(folder, tmp_path):
    make = script(folder)
    for name in ("one", "two"):
        make.save_npz(tmp_path / name, {"images": np.arange(12, dtype=np.uint8).reshape(3, 2, 2)})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
