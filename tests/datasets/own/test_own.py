"""A person's own pictures and texts: real small files, good and bad, as they lie on people's disks."""

import csv
import gzip
import hashlib
import json
import os
import sys
import warnings

import numpy as np
import pytest
from PIL import Image

import tlkit as tl
from tlkit.datasets.own.load import from_csv, from_folder
from tlkit.datasets.task import Task

WINDOWS = sys.platform == "win32"
LONG = 100 if WINDOWS else 240
links = pytest.mark.skipif(WINDOWS, reason="links need a privilege there")
RED, BLUE = (220, 20, 20), (20, 20, 220)


def picture(path, *, seed=0, size=(40, 30), colour=RED, **options):
    """A noisy picture in a file whose suffix says the format."""
    noise = np.random.default_rng(seed).integers(-20, 20, (size[1], size[0], 3))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((np.array(colour) + noise).clip(0, 255).astype(np.uint8)).save(path, **options)
    return path


def halves(mode="RGB", size=(60, 40)):
    """Left red, right blue: one can see how it was turned."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image.convert(mode)


@pytest.fixture
def photos(tmp_path):
    """Two classes of ten pictures."""
    root = tmp_path / "my_photos"
    for number in range(10):
        picture(root / "cat" / f"{number}.png", seed=number)
        picture(root / "dog" / f"{number}.png", seed=100 + number, colour=BLUE)
    return root


@pytest.fixture
def one_more(photos):
    """Reads the folder with one more file in ``cat``, and gives that picture and the warning."""

    def read(name: str, save) -> tuple[np.ndarray | None, str]:
        path = photos / "cat" / name
        save(path)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            task = from_folder(photos, side=32)
        assert len(caught) <= 1
        item = everything(task).get(f"cat/{name}")
        return item, str(caught[0].message) if caught else ""

    return read


def everything(task: Task) -> dict:
    """Each item under its file or row."""
    return {
        origin: item
        for part in (task.train, task.test)
        for origin, item in zip(part.tags["origin"], part.items, strict=True)
    }


def labelled(task: Task) -> dict[str, str]:
    return {
        origin: task.classes[label]
        for part in (task.train, task.test)
        for origin, label in zip(part.tags["origin"], part.labels, strict=True)
    }


def held_back(task: Task) -> set[str]:
    return set(task.test.tags["origin"])


def close(pixel, colour, far=40) -> bool:
    return bool(np.abs(np.asarray(pixel, int) - colour).max() <= far)


# --- pictures: reading


def test_a_folder_of_class_folders_is_a_task(photos):
    task = from_folder(photos)
    assert (task.name, task.modality, task.classes, task.question) == ("my_photos", "image", ("cat", "dog"), "")
    assert task.train.items.dtype == np.uint8
    assert task.train.items.shape[1:] == (128, 128, 3)
    assert len(task.train) + len(task.test) == 20
    assert "20 images from my_photos" in task.about
    assert close(everything(task)["cat/3.png"][64, 64], RED)
    assert all(origin.startswith(name) for origin, name in labelled(task).items())
    assert from_folder(photos, name="pets", side=16).name == "pets"


@pytest.mark.parametrize("name", ["a.jpg", "a.webp", "a.bmp", "a.gif", "a.tiff", "a.jpeg", "A.JPG"])
def test_usual_formats(one_more, name):
    item, warned = one_more(name, lambda path: picture(path, seed=7))
    assert item.shape == (32, 32, 3)
    assert close(item.mean(axis=(0, 1)), RED)
    assert not warned


def test_what_counts_is_the_content_and_not_the_suffix(one_more):
    item, _ = one_more("really-a-png.jpg", lambda path: picture(path, format="PNG", seed=7))
    assert close(item.mean(axis=(0, 1)), RED)


def test_the_shorter_side_is_fitted_and_the_rest_cut_off_evenly(one_more):
    image = Image.new("RGB", (120, 40), "black")
    image.paste("white", (40, 0, 80, 40))
    item, _ = one_more("wide.png", image.save)
    assert item[:, 1:-1].min() == 255
    assert item.min() > 200


@pytest.mark.parametrize(("orientation", "red"), [(1, "left"), (3, "right"), (6, "top"), (8, "bottom"), (2, "right")])
@pytest.mark.parametrize(
    ("name", "options"),
    [("a.jpg", {}), ("a.png", {}), ("a.webp", {}), ("a.tiff", {}), ("a.tiff", {"compression": "tiff_lzw"})],
)
def test_exif_rotation_is_honoured(one_more, name, options, orientation, red):
    exif = Image.Exif()
    exif[0x0112] = orientation
    item, _ = one_more(name, lambda path: halves().save(path, exif=exif, **options))
    spot = {"left": (16, 4), "right": (16, 27), "top": (4, 16), "bottom": (27, 16)}
    opposite = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}[red]
    assert close(item[spot[red]], RED)
    assert close(item[spot[opposite]], BLUE)


def test_cmyk_jpeg(one_more):
    item, _ = one_more("print.jpg", halves("CMYK").save)
    assert close(item[16, 4], RED)
    assert close(item[16, 27], BLUE)


def test_transparent_parts_are_white(one_more):
    clear = halves("RGBA")
    clear.paste((0, 0, 0, 0), (0, 0, 30, 40))
    item, _ = one_more("logo.png", clear.save)
    assert (item[16, 4] == 255).all()
    assert close(item[16, 27], BLUE)


def test_a_palette_with_a_transparent_colour(one_more):
    image = Image.new("P", (60, 40), 0)
    image.putpalette([*RED, *BLUE])
    image.paste(1, (30, 0, 60, 40))
    item, _ = one_more("palette.png", lambda path: image.save(path, transparency=0))
    assert (item[16, 4] == 255).all()
    assert close(item[16, 27], BLUE)


@pytest.mark.parametrize("name", ["scan.png", "scan.tiff"])
def test_sixteen_bits_of_grey_keep_their_scale(one_more, name):
    ramp = np.full((40, 60), 128 * 257, np.uint16)
    ramp[:, 30:] = 65535
    item, _ = one_more(name, Image.fromarray(ramp).save)
    assert close(item[16, 4], 128, far=1)
    assert (item[16, 27] == 255).all()


def test_fractions_are_spread(one_more):
    ramp = np.tile(np.linspace(0, 1, 64, dtype=np.float32), (64, 1))
    item, _ = one_more("float.tiff", Image.fromarray(ramp).save)
    assert item[16, 0, 0] < 10
    assert item[16, 31, 0] > 245


@pytest.mark.parametrize("mode", ["L", "1", "LA"])
def test_other_modes_are_coloured(one_more, mode):
    image = Image.new("L", (40, 40), 255).convert(mode)
    item, _ = one_more("grey.png", image.save)
    assert (item == 255).all()


def test_the_first_frame_of_an_animation(one_more):
    frames = [Image.new("RGB", (40, 40), colour) for colour in (RED, BLUE)]
    item, _ = one_more("moves.gif", lambda path: frames[0].save(path, save_all=True, append_images=frames[1:]))
    assert close(item[16, 16], RED)


def test_a_large_jpeg_looks_as_it_does_in_full(one_more):
    item, _ = one_more("large.jpg", halves(size=(2400, 1600)).save)
    assert close(item[16, 4], RED)
    assert close(item[16, 27], BLUE)


# --- pictures: bad files


def truncated(path):
    picture(path, size=(200, 200))
    path.write_bytes(path.read_bytes()[:-2000])


BAD = {
    "short.jpg": (truncated, "truncated"),
    "notes.jpg": (lambda path: path.write_text("not a picture"), "it is no picture that can be read"),
    "notes.txt": (lambda path: path.write_text("not a picture"), "it is no picture that can be read"),
    "empty.png": (lambda path: path.write_bytes(b""), "it is empty"),
    "IMG_1.HEIC": (lambda path: path.write_bytes(b"\0\0\0\x18ftypheic" + bytes(20)), "save it as JPEG"),
    "really-heic.jpg": (lambda path: path.write_bytes(b"\0\0\0\x18ftypmif1" + bytes(20)), "save it as JPEG"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named_and_skipped(one_more, name):
    save, reason = BAD[name]
    item, warned = one_more(name, save)
    assert item is None
    assert warned.startswith("my_photos: 1 of 21 files were skipped: cat/" + name)
    assert reason in warned


@links
def test_a_link_to_nowhere_is_named(one_more):
    item, warned = one_more("gone.jpg", lambda path: path.symlink_to("nowhere.jpg"))
    assert item is None
    assert "cat/gone.jpg (it can't be read: No such file" in warned


def test_a_picture_of_too_many_pixels_is_refused_by_name(one_more, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10_000)
    _, warned = one_more("bomb.png", lambda path: picture(path, size=(110, 100)))
    assert "cat/bomb.png (it has more than 0 million pixels" in warned
    _, warned = one_more("bigger.png", lambda path: picture(path, size=(300, 100)))
    assert "cat/bigger.png (it has more than 0 million pixels" in warned


def test_one_warning_names_a_few_and_about_counts_all(photos):
    for number in range(8):
        (photos / "dog" / f"bad{number}.jpg").write_bytes(b"")
    with pytest.warns(UserWarning, match=r"8 of 28 files were skipped: .*bad4.*; and 3 more\.$") as caught:
        task = from_folder(photos, side=16)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert "8 files were skipped" in task.about
    assert len(task.train) + len(task.test) == 20


def test_what_systems_leave_behind_is_passed_over_in_silence(photos):
    before = from_folder(photos, side=16)
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._0.png"):
        (photos / "cat" / name).write_bytes(b"\0")
    for name in ("__MACOSX", ".ipynb_checkpoints"):
        (photos / name).mkdir()
        (photos / name / "._0.png").write_bytes(b"\0")
    (photos / "README.txt").write_text("my pictures")
    after = from_folder(photos, side=16)
    assert (after.digest, after.about) == (before.digest, before.about)


@pytest.mark.parametrize(
    "name", ["@eaDir", "@Recycle", "#recycle", "#snapshot", "$RECYCLE.BIN", "System Volume Information", "lost+found"]
)
def test_what_disks_leave_behind_is_passed_over_at_any_depth(photos, name):
    before = from_folder(photos, side=16)
    for place in (photos / name, photos / "cat" / name, photos / "cat" / "2024" / name / "0.png"):
        picture(place / "thumb.jpg", seed=7)
    after = from_folder(photos, side=16)
    assert (after.digest, after.about) == (before.digest, before.about)


def test_a_picture_beside_the_class_folders_is_named(photos):
    picture(photos / "stray.jpg")
    with pytest.warns(UserWarning, match=r"stray.jpg \(it is in no class folder\)"):
        assert from_folder(photos, side=16).classes == ("cat", "dog")


def test_folders_in_a_class_folder_belong_to_the_class(photos):
    picture(photos / "cat" / "2024" / "spring" / "a.jpg")
    assert labelled(from_folder(photos, side=16))["cat/2024/spring/a.jpg"] == "cat"


def test_names_in_any_script_and_very_long_ones(photos):
    names = ["猫 с öl 🐈.png", "x" * LONG + ".png"]
    for number, name in enumerate(names):
        picture(photos / "chat d'été" / name, seed=200 + number)
    (photos / "chat d'été" / ("y" * LONG + ".png")).write_bytes(b"")
    with pytest.warns(UserWarning, match=r"yyy…yyy\S*\.png \(it is empty\)") as caught:
        task = from_folder(photos, side=16)
    assert len(str(caught[0].message)) < 200
    assert "chat d'été" in task.classes
    assert {f"chat d'été/{name}" for name in names} <= set(everything(task))


def test_an_accent_is_one_letter_whatever_system_wrote_it(photos):
    (photos / "cat").rename(photos / "cha\u0302t")
    assert from_folder(photos, side=16).classes == ("ch\u00e2t", "dog")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such a name")
def test_a_name_that_is_no_text(photos):
    os.rename(os.fsencode(photos / "cat"), os.fsencode(photos) + b"/c\xe4t")
    task = from_folder(photos, side=16)
    assert "c�t" in task.classes
    assert task.digest


@links
def test_links_are_read_but_not_in_circles(photos, tmp_path):
    elsewhere = picture(tmp_path / "elsewhere" / "b.png", seed=55)
    (photos / "cat" / "album").symlink_to(elsewhere.parent)
    (photos / "cat" / "round").symlink_to(photos / "cat")
    items = everything(from_folder(photos, side=16))
    assert "cat/album/b.png" in items
    assert len(items) == 21


def test_nothing_in_the_folder_changes(photos):
    (photos / "cat" / "bad.jpg").write_bytes(b"")

    def state():
        return {
            path: (path.stat().st_mtime_ns, path.is_file() and hashlib.sha256(path.read_bytes()).digest())
            for path in [photos, *photos.rglob("*")]
        }

    before = state()
    with pytest.warns(UserWarning, match="bad.jpg"):
        from_folder(photos, side=16)
    assert state() == before


# --- pictures: the split


def test_the_same_files_and_seed_give_the_same_task(photos):
    assert from_folder(photos, side=16).digest == from_folder(photos, side=16).digest
    assert held_back(from_folder(photos, side=16)) != held_back(from_folder(photos, side=16, seed=1))


def test_a_picture_keeps_its_side_when_others_come_or_are_renamed(photos):
    before = from_folder(photos, side=16)
    for number in range(10):
        picture(photos / "cat" / f"a new one {number}.png", seed=300 + number)
        picture(photos / "fox" / f"{number}.png", seed=400 + number)
    (photos / "dog" / "3.png").rename(photos / "dog" / "renamed.png")
    after = from_folder(photos, side=16)
    renamed = {name.replace("dog/3.png", "dog/renamed.png") for name in held_back(before)}
    assert renamed == {name for name in held_back(after) if "fox" not in name and "new" not in name}


def test_the_share_of_the_test_is_about_what_was_asked_for(tmp_path):
    for number in range(120):
        picture(tmp_path / "many" / "ab"[number % 2] / f"{number}.png", seed=number, size=(8, 8))
    shares = [len(from_folder(tmp_path / "many", side=8, test=share).test) / 120 for share in (0.1, 0.3, 0.6)]
    assert shares == pytest.approx([0.1, 0.3, 0.6], abs=0.12)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_every_class_is_on_both_sides(tmp_path, seed, share):
    for number in range(6):
        picture(tmp_path / "few" / "abc"[number % 3] / f"{number}.png", seed=number)
    task = from_folder(tmp_path / "few", side=8, test=share, seed=seed)
    assert set(task.train.labels) == set(task.test.labels) == {0, 1, 2}


@pytest.mark.parametrize("seed", range(8))
def test_copies_stay_on_one_side(photos, seed):
    for number in range(10):
        (photos / "cat" / f"copy of {number}.png").write_bytes((photos / "cat" / f"{number}.png").read_bytes())
        with Image.open(photos / "dog" / f"{number}.png") as image:  # other bytes, the same pixels
            image.save(photos / "dog" / f"saved again {number}.bmp")
    task = from_folder(photos, side=16, seed=seed)
    assert len(task.train) + len(task.test) == 40
    assert not {item.tobytes() for item in task.train.items} & {item.tobytes() for item in task.test.items}


def test_a_picture_in_two_classes_is_named(photos):
    (photos / "dog" / "twin.png").write_bytes((photos / "cat" / "4.png").read_bytes())
    with pytest.warns(UserWarning, match=r"same picture .* class: cat/4.png \('cat'\) = dog/twin.png \('dog'\)"):
        task = from_folder(photos, side=16)
    assert ("cat/4.png" in held_back(task)) == ("dog/twin.png" in held_back(task))


def made(root, *parts):
    for place, part in enumerate(parts):
        for number in range(4):
            picture(root / part / "cat" / f"{number}.png", seed=1000 * place + number)
            picture(root / part / "dog" / f"{number}.png", seed=1000 * place + number, colour=BLUE)
    return root


def test_train_and_test_folders_are_the_split(tmp_path):
    task = from_folder(made(tmp_path / "zoo", "Train", "test", "valid"), side=16)
    assert {name.split("/")[0] for name in task.train.tags["origin"]} == {"Train"}
    assert {name.split("/")[0] for name in task.test.tags["origin"]} == {"test"}
    assert "learnt from Train, tested on test, valid left out" in task.about


def test_val_is_the_test_where_test_has_no_labels(tmp_path):
    root = made(tmp_path / "zoo", "train", "val")
    picture(root / "test" / "a.png", seed=9000)
    task = from_folder(root, side=16)
    assert {name.split("/")[0] for name in task.test.tags["origin"]} == {"val"}
    assert "tested on val, test left out" in task.about


def test_val_is_the_test_where_there_is_none(tmp_path):
    task = from_folder(made(tmp_path / "zoo", "train", "val"), side=16)
    assert {name.split("/")[0] for name in task.test.tags["origin"]} == {"val"}


def test_classes_may_be_called_train_and_bus(tmp_path):
    for number in range(4):
        picture(tmp_path / "traffic" / "train" / f"{number}.png", seed=number)
        picture(tmp_path / "traffic" / "test" / f"{number}.png", seed=10 + number)
    assert from_folder(tmp_path / "traffic", side=16).classes == ("test", "train")


def test_what_the_test_holds_is_not_learnt_from(tmp_path):
    root = made(tmp_path / "zoo", "train", "test")
    (root / "train" / "cat" / "leak.png").write_bytes((root / "test" / "cat" / "1.png").read_bytes())
    with pytest.warns(UserWarning, match=r"train/cat/leak.png \(the test has it too\)"):
        task = from_folder(root, side=16)
    assert len(task.train) == len(task.test) == 8


def test_class_names_are_in_order_and_numbers_by_size(tmp_path):
    for number in (10, 9, 1):
        for copy in range(2):
            picture(tmp_path / "digits" / str(number) / f"{copy}.png", seed=10 * number + copy)
    assert from_folder(tmp_path / "digits", side=16).classes == ("1", "9", "10")


# --- pictures: sentences


def test_a_path_where_nothing_is(tmp_path):
    with pytest.raises(tl.TlkitError, match=r"There is nothing at .*nowhere: check the spelling"):
        from_folder(tmp_path / "nowhere")


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "photos.zip").write_bytes(b"PK")
    with pytest.raises(tl.TlkitError, match=r"photos.zip is a file: .*unpack it"):
        from_folder(tmp_path / "photos.zip")


def test_an_empty_folder_and_one_with_pictures_only(tmp_path):
    with pytest.raises(tl.TlkitError, match="no class folder"):
        from_folder(tmp_path)
    picture(tmp_path / "a.jpg")
    with pytest.raises(tl.TlkitError, match="put the pictures of each class in a folder of its own"):
        from_folder(tmp_path)


def test_one_class_is_nothing_to_tell_apart(tmp_path):
    picture(tmp_path / "cat" / "a.jpg")
    with pytest.raises(tl.TlkitError, match=r"has one class only, 'cat'.*add a folder for each other class"):
        from_folder(tmp_path)


def test_a_class_without_a_readable_picture(photos):
    (photos / "fox").mkdir()
    with pytest.raises(tl.TlkitError, match=r"no picture that can be read in .*fox\. Put some there"):
        from_folder(photos)
    (photos / "fox" / "a.heic").write_bytes(b"\0\0\0\x18ftypheic")
    with pytest.raises(tl.TlkitError, match=r"in .*fox: fox/a.heic \(HEIC and AVIF can't be read here"):
        from_folder(photos)


def test_a_class_with_one_picture_twice(photos):
    for name in ("a.png", "b.png"):
        picture(photos / "fox" / name, seed=9)
    with pytest.raises(tl.TlkitError, match=r"'fox' of .* needs two different pictures or more, one to learn from"):
        from_folder(photos)


def test_a_class_that_the_test_folder_lacks(tmp_path):
    root = made(tmp_path / "zoo", "train", "test")
    picture(root / "train" / "fox" / "a.png", seed=77)
    with pytest.raises(tl.TlkitError, match=r"'fox' of .*one in each part of the split"):
        from_folder(root)


@pytest.mark.parametrize("side", [0, 4, 5000, 12.5, True])
def test_a_side_that_is_no_size(photos, side):
    with pytest.raises(tl.TlkitError, match="no size for pictures"):
        from_folder(photos, side=side)


@pytest.mark.parametrize("share", [0, 1, -0.2, "half", True])
def test_a_test_that_is_no_share(photos, share):
    with pytest.raises(tl.TlkitError, match="no share of the examples"):
        from_folder(photos, test=share)


def test_a_seed_that_is_none(photos):
    with pytest.raises(tl.TlkitError, match="is no seed"):
        from_folder(photos, seed=-1)


# --- texts: reading

KINDS = (("room", "lovely", "good"), ("bed", "awful", "bad"))
ROWS = [(f"the {thing} was {how}, number {n}", label) for n in range(10) for thing, how, label in KINDS]


def table(path, rows=ROWS, heads=("text", "label"), *, encoding="utf-8", separator=","):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator).writerows([heads, *rows])
    return path


def test_a_table_is_a_task(tmp_path):
    task = from_csv(table(tmp_path / "hotel.reviews.csv"))
    assert (task.name, task.modality, task.classes, task.question) == ("hotel.reviews", "text", ("bad", "good"), "")
    assert task.train.items.dtype == object
    assert {(item, label) for item, label in zip(everything(task).values(), labelled(task).values(), strict=True)} == {
        *ROWS
    }
    assert task.about == "your own: 20 texts from hotel.reviews.csv (UTF-8, commas), 'text' under 'label'"
    assert everything(task)["row 2"] == ROWS[0][0]


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16-LE"),
        ("utf-16-be", "UTF-16-BE"),
    ],
)
def test_encodings_are_found_and_told(tmp_path, encoding, told):
    rows = [(f"café „{number}“ für 5 €", "schön" if number % 2 else "übel") for number in range(8)]
    task = from_csv(table(tmp_path / "a.csv", rows, encoding=encoding))
    assert task.classes == ("schön", "übel")
    assert set(everything(task).values()) == {text for text, _ in rows}
    assert f"({told}, commas), 'text' under 'label'" in task.about


@pytest.mark.parametrize(
    ("separator", "told"), [(",", "commas"), (";", "semicolons"), ("\t", "tabs")], ids=["commas", "semicolons", "tabs"]
)
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.txt"])
def test_separators_are_found_and_told(tmp_path, separator, told, name):
    task = from_csv(table(tmp_path / name, separator=separator))
    assert set(everything(task).values()) == {text for text, _ in ROWS}
    assert f"(UTF-8, {told})" in task.about


def test_texts_with_line_breaks_and_quotation_marks(tmp_path):
    rows = [(f'line {number}\n\n"quoted", and\r\nmore', "ab"[number % 2]) for number in range(6)]
    task = from_csv(table(tmp_path / "a.csv", rows))
    assert everything(task)["row 2"] == rows[0][0]
    assert len(everything(task)) == 6


def test_messages_to_a_bank_as_banking77_has_them(tmp_path):
    """The columns of that file, and classes of different sizes; lesson 07 names these lines."""
    asks = {
        "card_arrival": [
            "Where is my card?",
            "Card still not here",
            "When will the new card come",
            "No card in the post",
        ],
        "lost_card": ["I lost it on a train, block it", "Wallet gone!", "Somebody has stolen everything", "It is lost"],
        "top_up": ["Top up by cheque?", "How do I add money", "My top up failed, why", "Money in, please", "Top it up"],
    }
    rows = [(ask, kind) for kind, some in asks.items() for ask in some]
    messages = tl.read_data(
        table(tmp_path / "banking77.csv", rows, heads=("text", "category")), text="text", label="category"
    ).task()
    assert (messages.name, messages.classes) == ("banking77", tuple(sorted(asks)))
    assert labelled(messages) == {f"row {n}": kind for n, (_, kind) in enumerate(rows, start=2)}
    counted = tl.text_baseline.words_baseline(messages, shots=[1, 2], seeds=[0])
    assert [run.labels for run in counted] == [3, 6]


def test_a_packed_table(tmp_path):
    path = table(tmp_path / "a.csv")
    packed = tmp_path / "b.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert from_csv(packed).digest == from_csv(path).digest
    assert from_csv(packed).name == "b"


def test_json_lines(tmp_path):
    lines = [json.dumps({"text": text, "label": label == "good"}) for text, label in ROWS]
    lines[3:3] = [
        "",
        "{broken",
        '["no object"]',
        '{"text": null, "label": true}',
        '{"text": "half \\ud83d", "label": 7}',
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.warns(UserWarning, match=r"4 of 24 rows were skipped: row 5 \(it is no JSON object\); row 6") as caught:
        task = from_csv(path)
    assert "row 7 (no text); row 8 (the only row of the class '7')" in str(caught[0].message)
    assert task.classes == ("false", "true")
    assert task.digest


def test_half_an_emoji_does_not_break_the_digest(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps({"text": f"\ud83d {n}", "label": n % 2}) for n in range(8)), encoding="utf-8")
    assert from_csv(path).digest


def test_a_workbook(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in [("text", "stars"), *((text, 5 if label == "good" else 1) for text, label in ROWS), ("alone", None)]:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    with pytest.warns(UserWarning, match=r"row 22 \(no stars\)"):
        task = from_csv(tmp_path / "a.xlsx")
    assert task.classes == ("1", "5")
    assert set(everything(task).values()) == {text for text, _ in ROWS}


def test_a_workbook_without_its_reader(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    with pytest.raises(tl.TlkitError, match=r"To read a.xlsx, install openpyxl"):
        from_csv(tmp_path / "a.xlsx")


def test_labels_may_be_numbers_and_na_is_a_label(tmp_path):
    rows = [(f"text number {number}", ("10", "9", "1")[number % 3]) for number in range(12)]
    assert from_csv(table(tmp_path / "a.csv", rows)).classes == ("1", "9", "10")
    rows = [(f"text number {number}", ("NA", "null", "nan")[number % 3]) for number in range(12)]
    assert from_csv(table(tmp_path / "b.csv", rows)).classes == ("NA", "nan", "null")
    rows = [(f"text number {number}", ("nan", "2", "10")[number % 3]) for number in range(12)]
    assert from_csv(table(tmp_path / "c.csv", rows)).classes == ("10", "2", "nan")


# --- texts: frames


def frame(rows=ROWS, heads=("text", "label")):
    import pandas as pd

    return pd.DataFrame(rows, columns=heads)


def test_a_frame_is_read_as_its_file_is(tmp_path):
    task = from_csv(frame())
    frame().to_csv(tmp_path / "a.csv", index=False)
    assert task.digest == from_csv(tmp_path / "a.csv").digest
    assert (task.name, from_csv(frame(), name="hotel").name) == ("frame", "hotel")
    assert task.about == "your own: 20 texts from the frame, 'text' under 'label'"


def test_rows_of_a_frame_are_called_as_its_index_says():
    task = from_csv(frame().set_index("text", drop=False).rename(index=lambda text: text.split()[-1]), label="label")
    assert "row 9" in everything(task)


def test_labels_of_a_frame_may_be_numbers_with_gaps():
    data = frame().assign(stars=[5.0, 1.0] * 9 + [None, 1.0])
    with pytest.warns(UserWarning, match=r"1 of 20 rows were skipped: row 18 \(no stars\)"):
        assert from_csv(data, text="text", label="stars").classes == ("1", "5")


def test_columns_of_a_frame_may_be_numbers():
    assert len(everything(from_csv(frame(heads=(0, 1)), text=0, label=1))) == 20


def test_several_columns_make_one_text(tmp_path):
    rows = [(f"title {n}", "" if n == 3 else f"and its body {n}", "ab"[n % 2]) for n in range(10)]
    path = table(tmp_path / "a.csv", rows, heads=("title", "body", "label"))
    for given in (path, frame(rows, ("title", "body", "label"))):
        task = from_csv(given, text=["title", "body"], label="label")
        assert "title 4\nand its body 4" in everything(task).values()
        assert "title 3" in everything(task).values()
        assert "'title' and 'body' under 'label'" in task.about
    assert from_csv(path, text=("title",)).digest == from_csv(path, text="title").digest


# --- texts: columns


def test_columns_are_guessed_from_what_is_in_them(tmp_path):
    answer = "We are glad that you were our guest and hope to see you soon again."
    rows = [
        (number, f"2024-01-{number + 1:02}", number % 4 + 0.5, text, label, answer[number % 2 :])
        for number, (text, label) in enumerate(ROWS)
    ]
    task = from_csv(table(tmp_path / "a.csv", rows, heads=("id", "date", "nights", "Kommentar", "Urteil", "answer")))
    assert "'Kommentar' under 'Urteil'" in task.about


def test_single_words_are_texts_too(tmp_path):
    rows = [(chr(97 + number) * 4, ("es", "de")[number % 2]) for number in range(10)]
    assert "'word' under 'language'" in from_csv(table(tmp_path / "a.csv", rows, heads=("word", "language"))).about


def test_two_sensible_choices_are_a_question(tmp_path):
    path = table(tmp_path / "a.csv", [(*row, row[0][::-1], row[1]) for row in ROWS], heads=("one", "x", "two", "y"))
    with pytest.raises(tl.TlkitError, match=r"holds the labels\? Say it with label=, one of 'one', 'x', 'two', 'y'"):
        from_csv(path)
    with pytest.raises(tl.TlkitError, match=r"Which column of a.csv holds the texts\? Say it with text="):
        from_csv(path, label="x")
    assert "'two' under 'y'" in from_csv(path, text="two", label="y").about


def test_a_column_that_is_not_there(tmp_path):
    path = table(tmp_path / "a.csv")
    for argument in ("text", "label", "group"):
        with pytest.raises(tl.TlkitError, match=r"no column 'lable'. Did you mean 'label'"):
            from_csv(path, **{argument: "lable"})


def test_a_table_without_headings(tmp_path):
    path = table(tmp_path / "a.csv", ROWS[1:], heads=ROWS[0])
    with pytest.raises(tl.TlkitError, match="looks like a row, since 'good' is among the values"):
        from_csv(path)


@pytest.mark.parametrize(
    "values",
    [
        [f"{number * 1.25}" for number in range(950)],
        [f"a long free answer {number}" for number in range(30)],
        [f"{number % 25 + 0.5}" for number in range(500)],
        [str(number) for number in range(201) for _ in range(5)],
    ],
)
def test_a_label_has_few_values(tmp_path, values):
    path = table(tmp_path / "a.csv", [(f"text number {n}", value) for n, value in enumerate(values)], ("text", "price"))
    few = f"'price' has {len(set(values))} different values in {len(values)} rows: a label has few"
    with pytest.raises(tl.TlkitError, match=few):
        from_csv(path, label="price")


def test_headings_that_are_empty_or_twice(tmp_path):
    rows = [(text, label, label, "") for text, label in ROWS]
    path = table(tmp_path / "a.csv", rows, heads=("text", "label", "label", ""))
    assert "'text' under 'label'" in from_csv(path, label="label").about


# --- texts: rows


def test_rows_that_can_not_be_used_are_named_and_counted(tmp_path):
    rows = [*ROWS, ("", "good"), ("no label here", " "), ("one of a kind", "odd"), ("a", "b", "too", "many"), ()]
    with pytest.warns(UserWarning, match="a.csv: 4 of 24 rows were skipped") as caught:
        task = from_csv(table(tmp_path / "a.csv", rows))
    (warned,) = [str(warning.message) for warning in caught]
    assert "row 22 (no text)" in warned
    assert "row 23 (no label)" in warned
    assert "row 24 (the only row of the class 'odd')" in warned
    assert "row 25 (it has 4 cells under 2 headings)" in warned
    assert "4 rows were skipped" in task.about
    assert task.classes == ("bad", "good")


def test_empty_cells_beyond_the_headings_do_no_harm(tmp_path):
    task = from_csv(table(tmp_path / "a.csv", [(*row, "", " ") for row in ROWS]))
    assert len(everything(task)) == 20


def test_a_quotation_mark_that_is_never_closed(tmp_path):
    path = table(tmp_path / "a.csv")
    path.write_text(path.read_text() + '"left open,good\nand more,bad\n')
    with pytest.raises(tl.TlkitError, match=r"A quotation mark in line 22 of a.csv is never closed"):
        from_csv(path)
    path.write_text(path.read_text() + "x" * 140_000)
    with pytest.raises(tl.TlkitError, match=r"A quotation mark in line 22 of a.csv is never closed"):
        from_csv(path)


def test_a_stray_mark_between_tabs_hides_no_row(tmp_path):
    rows = [(f'"{text}' if n in (4, 11) else text, label) for n, (text, label) in enumerate(ROWS)]
    (tmp_path / "a.tsv").write_text("\n".join("\t".join(row) for row in [("text", "label"), *rows]))
    task = from_csv(tmp_path / "a.tsv")
    assert [everything(task)[f"row {n}"] for n in range(2, 22)] == [text for text, _ in rows]


def test_most_of_one_class_is_told(tmp_path):
    rows = [(f"text number {n}", "rare" if n % 20 == 0 else "common") for n in range(100)]
    assert from_csv(table(tmp_path / "a.csv", rows)).about.endswith("; 95% are 'common'")


@pytest.mark.parametrize("seed", range(8))
def test_the_same_text_stays_on_one_side(tmp_path, seed):
    rows = [*ROWS, *((f" {text.upper()} ", label) for text, label in ROWS)]
    task = from_csv(table(tmp_path / "a.csv", rows), seed=seed)
    assert len(everything(task)) == 40
    assert not {text.lower() for text in task.train.items} & {text.lower() for text in task.test.items}


def test_a_text_with_two_labels_is_named(tmp_path):
    with pytest.warns(UserWarning, match=r"same text is in more than one class: row 2 \('good'\) = row 22 \('bad'\)"):
        from_csv(table(tmp_path / "a.csv", [*ROWS, (ROWS[0][0], "bad")]))


@pytest.mark.parametrize("seed", range(8))
def test_a_group_stays_on_one_side(tmp_path, seed):
    rows = [(text, label, f"guest {number % 7}") for number, (text, label) in enumerate(ROWS)]
    path = table(tmp_path / "a.csv", rows, heads=("text", "label", "guest"))
    guests = {text: guest for text, _, guest in rows}
    task = from_csv(path, group="guest", label="label", seed=seed)
    assert not {guests[text] for text in task.train.items} & {guests[text] for text in task.test.items}
    assert set(task.train.labels) == set(task.test.labels) == {0, 1}


def test_groups_that_share_a_text_stay_together(tmp_path):
    rows = [(f"text {number // 2}", "ab"[number % 4 // 2], f"g{(number + 1) // 2}") for number in range(12)]
    path = table(tmp_path / "a.csv", rows, heads=("text", "label", "g"))  # each group shares a text with the next
    with pytest.raises(tl.TlkitError, match="no class with rows on both sides"):
        from_csv(path, text="text", label="label", group="g")


def test_groups_that_no_split_can_keep_whole(tmp_path):
    groups = {"a": "12", "b": "23", "c": "13"}  # whichever group is alone, the class that it lacks is not there
    rows = [(f"text {label}{group}", label, group) for label, pair in groups.items() for group in pair]
    path = table(tmp_path / "a.csv", rows, heads=("text", "label", "g"))
    with pytest.raises(tl.TlkitError, match=r"No split of a.csv keeps together what belongs together .* 'c' on both"):
        from_csv(path, text="text", label="label", group="g")


def test_a_row_keeps_its_side_when_others_come(tmp_path):
    before = from_csv(table(tmp_path / "a.csv"))
    more = [(f"quite a new one, {number}", "good") for number in range(20)]
    after = from_csv(table(tmp_path / "b.csv", [*more, *ROWS]))
    assert set(before.test.items) == {text for text in after.test.items if "new" not in text}
    assert from_csv(tmp_path / "a.csv").digest == before.digest
    assert from_csv(tmp_path / "a.csv", seed=1).digest != before.digest


def test_a_split_column_is_the_split(tmp_path):
    sides = ["train", "Test", "train", "train", "test"]
    rows = [(text, label, sides[number // 2 % 5]) for number, (text, label) in enumerate(ROWS)]
    path = table(tmp_path / "a.csv", [*rows, (ROWS[2][0], "good", "train")], heads=("text", "label", "Split"))
    with pytest.warns(UserWarning, match=r"1 of 21 rows were skipped: row 22 \(the test has it too\)"):
        task = from_csv(path)
    assert set(task.test.items) == {text for text, _, side in rows if side.lower() == "test"}
    assert "split by 'Split'" in task.about


def test_rows_of_val_and_of_no_side_are_left_out(tmp_path):
    sides = ["train", "test", "val", ""]
    rows = [(text, label, sides[number // 2 % 4]) for number, (text, label) in enumerate(ROWS)]
    with pytest.warns(UserWarning, match=r"8 of 20 rows .*\(its split is neither train nor test\)"):
        task = from_csv(table(tmp_path / "a.csv", rows, heads=("text", "label", "split")))
    assert (len(task.train), len(task.test)) == (6, 6)


def test_a_column_called_split_may_say_something_else(tmp_path):
    rows = [(text, label, "banana") for text, label in ROWS]
    task = from_csv(table(tmp_path / "a.csv", rows, heads=("text", "label", "split")))
    assert "split by" not in task.about


def test_nothing_in_the_table_changes(tmp_path):
    path = table(tmp_path / "a.csv")
    before = path.read_bytes(), path.stat().st_mtime_ns
    from_csv(path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert os.listdir(tmp_path) == ["a.csv"]


# --- texts: sentences


def test_a_folder_is_no_table(tmp_path):
    with pytest.raises(tl.TlkitError, match=r"is a folder: .*from_folder"):
        from_csv(tmp_path)


def test_a_table_that_is_not_there(tmp_path):
    with pytest.raises(tl.TlkitError, match=r"There is nothing at .*a.csv"):
        from_csv(tmp_path / "a.csv")


def test_a_file_of_another_kind(tmp_path):
    for name in ("a.docx", "a", "a.gz"):
        (tmp_path / name).write_bytes(b"x")
        with pytest.raises(tl.TlkitError, match=f"{name} is no table that can be read here: save it as .csv"):
            from_csv(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "a.csv is empty"),
        ("a.csv", b"text,label\n", "There is no row to read in a.csv"),
        ("a.jsonl", b"\n", "There is no row to read in a.jsonl"),
        ("a.csv", b"text,label\n\x81\x8d,good\n", "no text in UTF-8, UTF-16 or cp1252"),
        ("a.csv.gz", b"text,label\n", "a.csv.gz can't be read"),
        ("a.csv.gz", gzip.compress(b"text,label\n" * 1000, mtime=0)[:-20], "a.csv.gz can't be read"),
    ],
    ids=["nothing", "a heading", "a line of nothing", "bytes that are no text", "text called packed", "half a package"],
)
def test_files_without_a_table(tmp_path, name, content, sentence):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(tl.TlkitError, match=sentence):
        from_csv(tmp_path / name)


def test_one_class_of_texts(tmp_path):
    path = table(tmp_path / "a.csv", [(text, "good") for text, _ in ROWS])
    with pytest.raises(tl.TlkitError, match="has one class only, 'good', with rows on both sides"):
        from_csv(path, text="text", label="label")
