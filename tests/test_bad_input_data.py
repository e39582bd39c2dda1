"""People's own data as it should not be: each case is refused, or warned of, in a sentence that says what to do."""

import gzip
import json
import os
import re
import sys
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import tlkit as tl

ROWS = [f"the {thing} was {how} at {n},{label}" for n in range(6) for thing, how, label in
        (("room", "lovely", "good"), ("bed", "awful", "bad"))]  # fmt: skip
TABLE = ["text,label", *ROWS]
FRAME = pd.DataFrame([row.rsplit(",", 1) for row in ROWS], columns=["text", "label"])


def file(name, content):
    """Makes a file of these bytes, this text, or these lines."""

    def make(root: Path) -> Path:
        text = content if isinstance(content, (str, bytes)) else "\n".join(content) + "\n"
        (root / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return root / name

    return make


def given(thing):
    """No file: what is given in the place of a path."""
    return lambda root: thing


def table(*lines, name="a.csv"):
    return file(name, TABLE + list(lines))


def objects(*rows, name="a.jsonl"):
    return file(name, [json.dumps(row) if isinstance(row, (dict, list)) else row for row in rows])


def noise(seed, size=(20, 20), mode="RGB"):
    shape = (size[1], size[0], 3) if mode == "RGB" else (size[1], size[0])
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8))


def photos(*more, classes=("cat", "dog"), count=4, root_name="zoo", formats="png"):
    """Makes a folder of class folders, and what ``more`` adds to it."""

    def make(root: Path) -> Path:
        for place, name in enumerate(classes):
            (root / root_name / name).mkdir(parents=True)
            for number in range(count):
                noise(100 * place + number).save(root / root_name / name / f"{number}.{formats}")
        (root / root_name).mkdir(exist_ok=True)
        for add in more:
            add(root / root_name)
        return root / root_name

    return make


def put(path, content=b"", seed=None):
    """Adds a file of bytes, or a picture."""

    def add(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        if seed is None:
            (root / path).write_bytes(content)
        else:
            noise(seed).save(root / path)

    return add


def folder(path):
    return lambda root: (root / path).mkdir(parents=True)


def deep(path, values):
    """Adds a picture of these numbers."""
    return lambda root: Image.fromarray(np.asarray(values)).save(root / path)


def deep_colour(path, highest):
    """Adds a PNG with 16 bits a colour, as no writer here makes it: the dark end of it up to ``highest``."""
    rows = np.random.default_rng(1).integers(0, highest, (20, 20, 3)).astype(">u2")
    raw = b"".join(b"\0" + row.tobytes() for row in rows)

    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = (20).to_bytes(4, "big") * 2 + bytes([16, 2, 0, 0, 0])
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    return put(path, png)


def copied(source, target):
    def add(root: Path) -> None:
        (root / target).parent.mkdir(parents=True, exist_ok=True)
        (root / target).write_bytes((root / source).read_bytes())

    return add


HEIC = b"\0\0\0\x18ftypheic" + bytes(20)
JPEG = b"\xff\xd8\xff\xe0"

TABLES_REFUSED = {
    "an empty file": (file("a.csv", b""), {}, "a.csv is empty"),
    "a byte-order mark alone": (file("a.csv", b"\xef\xbb\xbf"), {}, "a.csv is empty"),
    "blank lines alone": (file("a.csv", "\n\n  \n"), {}, "a.csv is empty"),
    "headings alone": (file("a.csv", "text,label\n"), {}, "no row to read in a.csv"),
    "separators alone below the headings": (file("a.csv", "text,label\n,\n,\n"), {}, "no row to read"),
    "nothing at the path": (given("no/such.csv"), {}, "nothing at"),
    "a folder": (lambda root: root, {}, "is a folder"),
    "a Word document by its name": (file("a.docx", b"PK"), {}, "no table that can be read here"),
    "no suffix": (file("table", "text,label"), {}, "no table that can be read here"),
    "plain JSON by its name": (file("a.json", "[]"), {}, "save it as .csv"),
    "a workbook called csv": (file("a.csv", b"PK\x03\x04" + bytes(40)), {}, "call it .xlsx"),
    "an old workbook called csv": (file("a.csv", b"\xd0\xcf\x11\xe0" + bytes(40)), {}, "old workbook"),
    "a packed table without gz": (file("a.csv", gzip.compress(b"text,label\n", mtime=0)), {}, "add .gz"),
    "a PDF called csv": (file("a.csv", b"%PDF-1.7\n"), {}, "a PDF"),
    "Parquet called csv": (file("a.csv", b"PAR1" + bytes(9)), {}, "Parquet"),
    "a database called csv": (file("a.csv", b"SQLite format 3\0"), {}, "a database"),
    "a picture called csv": (file("a.csv", JPEG + bytes(9)), {}, "from_folder reads pictures"),
    "RTF called txt": (file("a.txt", b"{\\rtf1 text,label}"), {}, "RTF"),
    "a web page called csv": (file("a.csv", "<!DOCTYPE html><html>404</html>"), {}, "a web page"),
    "a web page after blank lines": (file("a.csv", "\n\n<html>404</html>"), {}, "a web page"),
    "a pointer of Git LFS": (file("a.csv", "version https://git-lfs.github.com/spec/v1\n"), {}, "git lfs pull"),
    "a packed table that is none": (file("a.csv.gz", b"text,label\n"), {}, "can't be read"),
    "a packed table cut short": (
        file("a.csv.gz", gzip.compress(b"text,label\n" * 999, mtime=0)[:-9]), {}, "can't be read",
    ),
    "a workbook that is none": (file("a.xlsx", b"text,label\n"), {}, "a.xlsx"),
    "a workbook cut short": (file("a.xlsx", b"PK\x03\x04" + bytes(40)), {}, "a.xlsx"),
    "bytes of no encoding": (file("a.csv", b"text,label\n\x81\x8d,good\n"), {}, "say what it is in with encoding="),
    "half of a UTF-16 letter": (file("a.csv", "text,label\na,b\n".encode("utf-16")[:-1]), {}, "is not in utf-16"),
    "an encoding that does not fit": (
        file("a.csv", "text,label\né,b\n".encode("latin-1")), {"encoding": "utf-8"}, "line 2 does not fit",
    ),
    "an encoding that nobody knows": (table(), {"encoding": "utf-88"}, "encoding='utf-88' is no encoding"),
    "an encoding that is none of texts": (table(), {"encoding": "base64"}, "no encoding"),
    "an encoding with a zero in it": (table(), {"encoding": "utf\0"}, "no encoding"),
    "an encoding that is a number": (table(), {"encoding": 8}, "encoding=8 is no encoding"),
    "an encoding for a workbook": (file("a.xlsx", b"PK"), {"encoding": "utf-8"}, "leave encoding= out"),
    "an encoding for a frame": (given(FRAME), {"encoding": "utf-8"}, "leave encoding= out"),
    "commas in texts without quotation marks": (
        file("a.csv", ["text,label", *[f"well, now, {n},a" for n in range(9)]]), {}, "4 cells under 2 headings",
    ),
    "semicolons in texts without quotation marks": (
        file("a.csv", ["text;label", *[f"well; now; {n};a" for n in range(9)]]), {}, "hold semicolons between",
    ),
    "a quotation mark left open": (table('"left open,good', "and more,bad"), {}, "in line 14 of a.csv is never closed"),
    "two quotation marks left open": (
        table('"left open,good', "more,bad", '"once more,good', '"quoted, and closed",bad'), {}, "never closed",
    ),
    "lines above the headings": (
        file("a.csv", ["Report of May,", *TABLE]), {"text": "text", "label": "label"}, "take out the lines above",
    ),
    "no headings": (file("a.csv", ROWS), {}, "looks like a row"),
    "one column": (file("a.csv", ["text", *[f"only words {n}" for n in range(9)]]), {}, "holds the labels?"),
    "two columns of labels": (
        file("a.csv", ["text,x,y", *[f"a text {n},{n % 2},{n % 2}" for n in range(9)]]), {}, "Say it with label=",
    ),
    "two columns of texts": (
        file("a.csv", ["one,two,label", *[f"a text {n},its body {n},{n % 2}" for n in range(9)]]), {},
        "Say it with text=",
    ),
    "a text column that is not there": (table(), {"text": "txt"}, "no column 'txt'. Did you mean 'text'"),
    "a label column that is not there": (table(), {"label": "lable"}, "Did you mean 'label'"),
    "a group column that is not there": (table(), {"group": "guest"}, "no column 'guest'"),
    "a column in other letters": (table(), {"text": "Text"}, "no column 'Text'"),
    "a column that wrong letters hide": (
        file("a.csv", "текст,метка\nхорошо,да\n".encode("cp1251")), {"text": "текст"}, "was read as cp1252",
    ),
    "a list with a column that is not there": (table(), {"text": ["text", "title"]}, "no column 'title'"),
    "an empty list of columns": (table(), {"text": []}, "text=[] names no column"),
    "a list with None in it": (table(), {"text": ["text", None], "label": "label"}, "names no column"),
    "a dictionary for a column": (table(), {"text": {"text": 1}}, "names no column"),
    "bytes for a column": (table(), {"label": b"label"}, "label=b'label' names no column"),
    "a list for the label": (table(), {"label": ["label"]}, "label=['label'] names no column"),
    "a list for the group": (table(), {"group": ["text"]}, "names no column"),
    "a number for a column": (table(), {"text": 3}, "no column '3'"),
    "True for a column": (table(), {"text": True}, "text=True names no column"),
    "one column for text and label": (table(), {"text": "label", "label": "label"}, "named for two things"),
    "one column for label and group": (table(), {"label": "label", "group": "label"}, "named for two things"),
    "one column twice in a list": (table(), {"text": ["text", "text"]}, "named for two things"),
    "one class": (file("a.csv", ["text,label", *[f"t {n},a" for n in range(9)]]), {"label": "label"}, "one class only"),
    "every label another": (
        file("a.csv", ["text,label", *[f"t {n},c{n}" for n in range(40)]]), {"label": "label"}, "a label has few",
    ),
    "prices for labels": (
        file("a.csv", ["text,price", *[f"t {n},{n * 1.5}" for n in range(60)]]), {"label": "price"}, "a label has few",
    ),
    "one row of each class": (file("a.csv", "text,label\nthis,a\nthat,b\n"), {"label": "label"}, "no class with rows"),
    "the same text everywhere": (
        file("a.csv", ["text,label", *[f"same,{'ab'[n % 2]}" for n in range(9)]]), {"text": "text", "label": "label"},
        "no class with rows on both sides",
    ),
    "no labels below the heading": (file("a.csv", ["text,label", *["a text,"] * 9]), {"label": "label"}, "no label"),
    "no texts below the heading": (
        file("a.csv", ["text,label", *[f",{'ab'[n % 2]}" for n in range(9)]]), {}, "no text",
    ),
    "a JSON array in JSON lines": (
        file("a.jsonl", '[\n {"text": "a"},\n {"text": "b"}\n]'), {}, "row 1 (it is no JSON object)",
    ),
    "JSON lines that are broken": (objects("{broken", "{also"), {}, "row 1 (it is no JSON object)"),
    "JSON lines of lists": (objects(["a", "b"], ["c", "d"]), {}, "no JSON object"),
    "JSON lines of empty objects": (objects({}, {}), {}, "no row to read"),
    "JSON of brackets in brackets": (file("a.jsonl", "[" * 100_000), {}, "no JSON object"),
    "JSON with a number of ten thousand digits": (file("a.jsonl", f'{{"n": {"9" * 10_000}}}'), {}, "no JSON object"),
    "an empty frame": (given(pd.DataFrame()), {}, "no row to read in the frame"),
    "a frame without rows": (given(FRAME.iloc[:0]), {}, "no row to read in the frame"),
    "a frame of gaps": (given(FRAME.assign(label=None)), {"label": "label"}, "no class"),
    "a frame without that column": (given(FRAME), {"text": "body"}, "no column 'body'"),
    "a column of a frame": (given(FRAME["text"]), {}, "this is a Series"),
    "a dictionary of columns": (given({"text": ["a"]}), {}, "this is a dict"),
    "a list of rows": (given([["text", "label"]]), {}, "this is a list"),
    "an array": (given(np.zeros((3, 2))), {}, "this is a ndarray"),
    "None": (given(None), {}, "this is None"),
    "a number": (given(5), {}, "this is an int"),
    "bytes": (given(b"a.csv"), {}, "this is a bytes"),
    "an open file": (lambda root: (root / "a.csv").open("w+"), {}, "this is a TextIOWrapper"),
    "no letters for a path": (given(""), {}, "is no path"),
    "a web address": (given("https://example.org/tickets.csv"), {}, "download it first"),
    "a place in a cloud": (given("s3://bucket/tickets.csv"), {}, "download it first"),
    "a path with a zero in it": (given("a\0.csv"), {}, "is no path that can be followed"),
    "a path of ten thousand letters": (given("x" * 10_000 + ".csv"), {}, "is no path that can be followed"),
    "the home of nobody": (given("~nobody-of-that-name/a.csv"), {}, "nobody-of-that-name"),
    "a test of nothing": (table(), {"test": 0}, "no share of the examples"),
    "a test of all": (table(), {"test": 1.0}, "no share of the examples"),
    "a test in percent": (table(), {"test": 30}, "such as 0.3"),
    "a test of not a number": (table(), {"test": float("nan")}, "no share of the examples"),
    "a test in words": (table(), {"test": "a third"}, "no share of the examples"),
    "a seed below zero": (table(), {"seed": -1}, "is no seed"),
    "a seed in words": (table(), {"seed": "lucky"}, "is no seed"),
    "a name that is a number": (table(), {"name": 7}, "name=7 is no name"),
    "a name of blanks": (table(), {"name": "  "}, "is no name"),
}  # fmt: skip

FOLDERS_REFUSED = {
    "nothing there": (given("no/such/folder"), {}, "nothing at"),
    "None for a folder": (given(None), {}, "None is no path"),
    "a number for a folder": (given(3), {}, "an int is no path"),
    "a list of folders": (given(["cat", "dog"]), {}, "a list is no path"),
    "a frame for a folder": (given(FRAME), {}, "a DataFrame is no path"),
    "bytes for a folder": (given(b"zoo"), {}, "a bytes is no path"),
    "no letters for a folder": (given(""), {}, "is no path"),
    "a web address of pictures": (given("https://example.org/zoo.zip"), {}, "download it first"),
    "a folder with a zero in its name": (given("zo\0o"), {}, "is no path that can be followed"),
    "an archive": (file("zoo.zip", b"PK"), {}, "unpack it first"),
    "a picture for a folder": (file("cat.png", b""), {}, "is a file"),
    "an empty folder": (photos(classes=()), {}, "no class folder"),
    "pictures without class folders": (photos(put("a.png", seed=1), classes=()), {}, "in a folder of its own"),
    "hidden folders alone": (photos(put(".cat/a.png", seed=1), classes=()), {}, "no class folder"),
    "what a NAS leaves behind alone": (photos(put("@eaDir/a.png", seed=1), classes=()), {}, "no class folder"),
    "one class folder": (photos(classes=("cat",)), {}, "one class only, 'cat'"),
    "a folder in a folder": (photos(classes=("zoo/cat", "zoo/dog")), {}, "name the folder inside"),
    "an empty class": (photos(folder("fox")), {}, "no picture that can be read in"),
    "a class of texts": (photos(put("fox/a.txt", b"a fox")), {}, "no picture that can be read in"),
    "a class of HEIC": (photos(put("fox/a.heic", HEIC)), {}, "save it as JPEG"),
    "a class of empty files": (photos(put("fox/a.png")), {}, "it is empty"),
    "a class of broken pictures": (photos(put("fox/a.jpg", JPEG + bytes(50))), {}, "no picture that can be read in"),
    "a class of one picture": (photos(put("fox/a.png", seed=9)), {}, "two different pictures or more"),
    "a class of one picture and its copy": (
        photos(put("fox/a.png", seed=9), copied("fox/a.png", "fox/b.png")), {}, "two different pictures or more",
    ),
    "a class of one picture in two sizes": (
        photos(lambda root: [folder("fox")(root)] + [noise(9, (40, 40)).resize((s, s)).save(root / f"fox/{s}.png")
                                                     for s in (200, 300)]), {}, "two different pictures or more",
    ),
    "all of a class in the test, too": (
        photos(*[copied(f"test/cat/{n}.png", f"train/cat/{n}.png") for n in range(4)],
               *[put(f"train/dog/{n}.png", seed=50 + n) for n in range(4)],
               classes=("test/cat", "test/dog")), {}, "the test has it too",
    ),
    "a test without labels": (
        photos(put("test/a.png", seed=1), classes=("train/cat", "train/dog")), {}, "so it holds no labels",
    ),
    "an empty test": (photos(folder("test"), classes=("train/cat", "train/dog")), {}, "so it holds no labels"),
    "a validation without labels": (
        photos(put("val/a.png", seed=1), classes=("train/cat", "train/dog")), {}, "val has no class folders",
    ),
    "a test of another name without labels": (
        photos(put("test1/a.png", seed=1), classes=("train/cat", "train/dog")), {}, "test1 has no class folders",
    ),
    "a test whose one folder says nothing": (
        photos(classes=("train/cat", "train/dog", "test/unknown")), {}, "No class of",
    ),
    "a test whose classes are spelt otherwise": (
        photos(classes=("train/cat", "train/dog", "test/Cats", "test/Dogs")), {}, "call the folders alike",
    ),
    "a class that the test lacks": (
        photos(classes=("train/cat", "train/dog", "train/fox", "test/cat", "test/dog")), {}, "one in each part",
    ),
    "a class that the training lacks": (
        photos(classes=("train/cat", "train/dog", "test/cat", "test/dog", "test/fox")), {}, "one in each part",
    ),
    "a side of nothing": (photos(), {"side": 0}, "no size for pictures"),
    "a side of half a pixel": (photos(), {"side": 12.5}, "no size for pictures"),
    "a side in words": (photos(), {"side": "64"}, "no size for pictures"),
    "a side of two numbers": (photos(), {"side": (64, 64)}, "no size for pictures"),
    "a side beyond all pictures": (photos(), {"side": 10**9}, "no size for pictures"),
    "a folder's test of all": (photos(), {"test": 1}, "no share of the examples"),
    "a folder's test below zero": (photos(), {"test": -0.3}, "no share of the examples"),
    "a folder's test of None": (photos(), {"test": None}, "no share of the examples"),
    "a folder's seed of None": (photos(), {"seed": None}, "is no seed"),
    "a folder's seed of a half": (photos(), {"seed": 0.5}, "is no seed"),
    "a folder's name of no letters": (photos(), {"name": ""}, "is no name"),
}  # fmt: skip

TABLES_WARNED = {  # with how many texts are read all the same
    "one line of another encoding": (
        file("a.csv", "\n".join([*TABLE, *[f"un été {n},good" for n in range(4)]]).encode() + b"\n\xa3 5,bad\n"), {},
        "line 18 ('£ 5,bad')", 17,
    ),
    "Cyrillic letters in cp1251": (
        file("a.csv", "\n".join(["text,label", *[f"вечер {n},{'да' if n % 2 else 'нет'}" for n in range(8)]])
             .encode("cp1251")), {}, "which is a guess", 8,
    ),
    "Chinese letters in GBK": (
        file("a.csv", "\n".join(["text,label", *[f"今天天气 {n},{'好' if n % 2 else '的'}" for n in range(8)]])
             .encode("gbk")), {}, "say encoding=", 8,
    ),
    "a row with a cell too many": (table("a,b,c"), {}, "row 14 (it has 3 cells under 2 headings)", 12),
    "a row without a label": (table("words alone"), {}, "row 14 (no label)", 12),
    "a row without a text": (table(",good"), {}, "row 14 (no text)", 12),
    "a class of one row": (table("once,odd"), {}, "the only row of the class 'odd'", 12),
    "a text under two labels": (table("the room was lovely at 0,bad"), {}, "in more than one class", 13),
    "rows inside a text": (table('"it began,good', 'and ended",bad'), {}, "Other rows seem to be inside a text", 13),
    "a tab inside a text": (
        file("a.tsv", [*[row.replace(",", "\t") for row in TABLE], '"two\tparts"\tgood']), {},
        "Other rows seem to be inside", 13,
    ),
    "zeros in a text": (table("a\0b,good"), {}, "1 characters of zero were left out", 13),
    "a JSON line that is broken": (
        objects(*[{"text": f"t {n}", "label": n % 2} for n in range(8)], "{"), {}, "row 9 (it is no JSON object)", 8,
    ),
    "a JSON line of null": (
        objects(*[{"text": f"t {n}", "label": n % 2} for n in range(8)], {"text": None, "label": 1}), {},
        "row 9 (no text)", 8,
    ),
    "a frame with gaps": (given(FRAME.assign(text=FRAME["text"].where(FRAME.index != 3))), {}, "row 3 (no text)", 11),
    "a split of another word": (
        file("a.csv", ["text,label,split",
                       *[f"{row},{('train', 'test', 'val')[n // 2 % 3]}" for n, row in enumerate(ROWS)]]), {},
        "its split is neither train nor test", 8,
    ),
    "a row of the test in the training": (
        file("a.csv", ["text,label,split", *[f"{row},{('train', 'test')[n // 2 % 2]}" for n, row in enumerate(ROWS)],
                       f"{ROWS[2]},train"]), {}, "row 14 (the test has it too)", 12,
    ),
}  # fmt: skip

FOLDERS_WARNED = {
    "an empty picture": (photos(put("cat/x.png")), {}, "cat/x.png (it is empty)", 8),
    "a note among pictures": (photos(put("cat/x.txt", b"a note")), {}, "no picture that can be read", 8),
    "a phone's HEIC": (photos(put("cat/x.jpg", HEIC)), {}, "save it as JPEG", 8),
    "an SVG": (photos(put("cat/x.svg", b"<svg/>")), {}, "cat/x.svg", 8),
    "a picture beside the class folders": (photos(put("x.png", seed=5)), {}, "it is in no class folder", 8),
    "a picture in two classes": (photos(copied("cat/0.png", "dog/x.png")), {}, "in more than one class", 9),
    "a picture in two classes and sizes": (
        photos(lambda root: noise(9, (40, 40)).resize((200, 200)).save(root / "cat/x.png"),
               lambda root: noise(9, (40, 40)).resize((300, 300)).save(root / "dog/x.png")), {},
        "in more than one class", 10,
    ),
    "a picture of the test in the training": (
        photos(copied("test/cat/0.png", "train/cat/x.png"),
               classes=("test/cat", "test/dog", "train/cat", "train/dog")), {},
        "train/cat/x.png (the test has it too)", 16,
    ),
    "a deep picture far below the others": (
        photos(deep("cat/x.tif", np.random.default_rng(1).random((20, 20), np.float32)),
               deep("cat/y.tif", np.random.default_rng(2).random((20, 20), np.float32) * 1e6)), {},
        "nothing is left of cat/x.tif", 10,
    ),
    "twelve bits in sixteen a colour": (photos(deep_colour("cat/x.png", 4096)), {}, "left cat/x.png dark", 9),
    "a stack of pictures in one file": (
        photos(lambda root: noise(5).save(root / "cat/x.tif", save_all=True, append_images=[noise(6), noise(7)])), {},
        "the first is read: cat/x.tif (3)", 9,
    ),
    "masks for pictures": (
        photos(*[deep(f"{name}/{n}.png", np.random.default_rng(9 * n + k).integers(0, 3, (20, 20), np.uint8))
                 for n in range(4) for k, name in enumerate(("cat", "dog"))], count=0), {},
        "the lightest spot is 2 of 255", 8,
    ),
}  # fmt: skip


def png(seed):
    """A picture as bytes."""
    from io import BytesIO

    held = BytesIO()
    noise(seed).save(held, "PNG")
    return held.getvalue()


ZOO = {f"zoo/{name}/{n}.png": png(100 * k + n) for k, name in enumerate(("cat", "dog")) for n in range(4)}


def zipped(*more, base=ZOO, name="zoo.zip", packing=zipfile.ZIP_STORED):
    """Makes a zip of ``base`` and of pairs of names, or entries, and bytes."""

    def make(root: Path) -> Path:
        with zipfile.ZipFile(root / name, "w", packing) as packed:
            for entry, content in [*base.items(), *more]:
                packed.writestr(entry, content)
        return root / name

    return make


def link(name, to):
    """An entry of a zip that is a link, as Unix packs it."""
    entry = zipfile.ZipInfo(name)
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    return entry, to


def broken(change, make=None):
    """A file whose bytes were changed."""

    def made(root: Path) -> Path:
        path = (make or zipped())(root)
        path.write_bytes(change(path.read_bytes()))
        return path

    return made


def longer_than_said(raw):
    """The sizes in the zip's list say less than there is."""
    return raw.replace(len(ZOO["zoo/cat/0.png"]).to_bytes(4, "little"), (7).to_bytes(4, "little"))


def locked(raw):
    """The mark of a password on each file of the zip's list."""
    return re.sub(rb"(PK\x01\x02.{4})\0\0", lambda found: found[1] + b"\1\0", raw, flags=re.DOTALL)


def album(*rows, head="file,what", pictures=8, name="labels.csv", folder_name="album"):
    """A folder of pictures p0.png, p1.png and so on, and a table of what they show."""

    def make(root: Path) -> Path:
        (root / folder_name).mkdir()
        for n in range(pictures):
            noise(n).save(root / folder_name / f"p{n}.png")
        lines = [head, *[f"p{n}.png,{'cat' if n % 2 else 'dog'}" for n in range(pictures)], *rows]
        (root / folder_name / name).write_text("\n".join(lines) + "\n")
        return root / folder_name

    return make


def both(*makes):
    def make(root: Path) -> Path:
        first, *rest = makes
        place = first(root)
        for make_more in rest:
            make_more(root)
        return place

    return make


SLIP = "leads out of its own folder"
READ_REFUSED = {
    "a number": (given(7), {}, "no path"),
    "nothing": (given(None), {}, "no path"),
    "a list of files": (given(["a.png"]), {}, "no path"),
    "an address": (given("https://example.org/zoo.zip"), {}, "is a web address"),
    "a place where nothing is": (given("no/such/folder"), {}, "nothing at"),
    "a path with a zero in it": (given("a\0b"), {}, "no path that can be followed"),
    "a very long path": (given("x" * 5000), {}, "no path"),
    "a side of half a pixel": (zipped(), {"side": 0.5}, "no size for pictures"),
    "a side of a million": (zipped(), {"side": 10**6}, "no size for pictures"),
    "a name that is a number": (zipped(), {"name": 5}, "no name for a task"),
    "an empty zip file": (file("a.zip", b""), {}, "can't be unpacked"),
    "a zip that is none": (file("a.zip", b"hello"), {}, "can't be unpacked"),
    "a zip cut short": (broken(lambda raw: raw[:-40]), {}, "can't be unpacked"),
    "a zip with a changed byte": (broken(lambda raw: raw.replace(b"IDAT", b"IDAX", 1)), {}, "can't be unpacked"),
    "a zip of nothing": (zipped(base={}), {}, "no class folder"),
    "a zip with a password's mark": (broken(locked), {}, "can't be unpacked"),
    "a zip with a path upwards": (zipped(("../evil.png", b"x")), {}, SLIP),
    "a zip with a path upwards in the middle": (zipped(("zoo/cat/../../../evil.png", b"x")), {}, SLIP),
    "a zip with a path of Windows upwards": (zipped(("..\\..\\evil.png", b"x")), {}, SLIP),
    "a zip with a whole path": (zipped(("/etc/evil.png", b"x")), {}, SLIP),
    "a zip with a drive": (zipped(("C:/evil.png", b"x")), {}, SLIP),
    "a zip with another stream of a file": (zipped(("zoo/cat/0.png:evil", b"x")), {}, SLIP),
    "a zip bomb": (zipped(("zoo/cat/big.png", bytes(3 << 20)), packing=zipfile.ZIP_DEFLATED), {}, "as in an attack"),
    "a file longer than its zip says": (broken(longer_than_said), {}, "can't be unpacked"),
    "two files of one name": (zipped(("zoo\\cat\\1.png", b"y")), {}, "can't be unpacked"),
    "one class in a zip": (zipped(base={k: v for k, v in ZOO.items() if "cat" in k}), {}, "one class only"),
    "a zip of zips": (zipped(base={"a.zip": b"PK", "b.zip": b"PK"}), {}, "no class folder"),
    "a zip of pickles": (zipped(base={"a.pkl": b"cos\nsystem\n", "b.pt": b"x"}), {}, "no class folder"),
    "a zip with a file where a folder is": (zipped(("zoo/cat/0.png/x.png", b"x")), {}, "can't be unpacked"),
    "Parquet that is none": (file("a.parquet", b"PAR1" + bytes(40)), {}, "a.parquet"),
    "an encoding for Parquet": (file("a.parquet", b"PAR1"), {"encoding": "utf-8"}, "leave encoding= out"),
    "a pickled frame": (file("a.pkl", b"cos\nsystem\n(S'touch evil'\ntR."), {}, "no table that can be read"),
    "a labels column that is not there": (album(), {"label": "kind"}, "no column 'kind'"),
    "a list of labels without labels": (album(head="file,note", pictures=2), {}, "labels"),
    "two lists of labels": (
        both(album(), put("album/more.csv", b"file,what\np0.png,cat\np1.png,dog\n")), {}, "both name the pictures",
    ),
    "one class in a list of labels": (album(*[], head="file,what"), {"label": "file"}, "needs two different pictures"),
}  # fmt: skip
READ_TOLD = {
    "a link in a zip": (zipped(link("zoo/cat/evil.png", "/etc/passwd")), {}, "zoo/cat/evil.png", "it is a link"),
    "a zip in a zip": (zipped(("zoo/cat/more.zip", b"PK")), {}, "zoo/cat/more.zip", "packed in turn"),
    "a pickle in a zip": (zipped(("zoo/cat/x.pkl", b"cos\nsystem\n")), {}, "zoo/cat/x.pkl", "no picture"),
    "a script in a zip": (zipped(("zoo/cat/run.sh", b"touch evil")), {}, "zoo/cat/run.sh", "no picture"),
    "a broken picture in a zip": (zipped(("zoo/cat/x.png", b"\x89PNG")), {}, "cat/x.png", "no picture that can be"),
    "an empty picture in a zip": (zipped(("zoo/cat/x.png", b"")), {}, "cat/x.png", "it is empty"),
    "a picture outside the album": (album("../secret.png,cat"), {}, "row 10 of labels.csv", "no file in this folder"),
    "a whole path in a list": (album("/etc/passwd,cat"), {}, "row 10 of labels.csv", "no file in this folder"),
    "a picture that is not there": (album("p99.png,cat"), {}, "row 10 of labels.csv", "no file in this folder"),
    "a very long name in a list": (album("p" * 5000 + ".png,cat"), {}, "row 10 of labels.csv", "no file in this"),
    "no label in a list": (album("p0.png,"), {"label": "what"}, "row 10 of labels.csv", "no what"),
    "a row too long in a list": (album("p0.png,cat,and,more"), {}, "row 10", "4 cells under 2 headings"),
    "a formula for a label": (
        table("=cmd|' /C calc'!A0,", name="a.csv"), {"text": "text", "label": "label"}, "row 14", "no label",
    ),
}  # fmt: skip


def of(cases):
    return [pytest.param(*case, id=name.replace(" ", "-")) for name, case in cases.items()]


def check_sentence(said: str, words: str) -> None:
    """A sentence for people: it says the words, and holds nothing of the machine's insides."""
    assert words in said
    assert len(said) < 700
    assert not any(inside in said for inside in ("Traceback", " object at 0x", "Error:", "\n"))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("make", "options", "words"), of(TABLES_REFUSED))
def test_a_bad_table_is_refused_in_a_sentence(tmp_path, make, options, words):
    thing = make(tmp_path)
    with pytest.raises(tl.TlkitError) as caught:
        tl.from_csv(thing, **options)
    getattr(thing, "close", lambda: None)()
    check_sentence(str(caught.value), words)


@pytest.mark.parametrize(("make", "options", "words"), of(FOLDERS_REFUSED))
def test_a_bad_folder_is_refused_in_a_sentence(tmp_path, make, options, words):
    with pytest.raises(tl.TlkitError) as caught:
        tl.from_folder(make(tmp_path), **{"side": 16, **options})
    check_sentence(str(caught.value), words)


@pytest.mark.parametrize(("make", "options", "words", "kept"), of(TABLES_WARNED))
def test_what_is_wrong_in_a_table_is_told_and_the_rest_is_read(tmp_path, make, options, words, kept):
    check_warned(lambda: tl.from_csv(make(tmp_path), **options), words, kept)


@pytest.mark.parametrize(("make", "options", "words", "kept"), of(FOLDERS_WARNED))
def test_what_is_wrong_in_a_folder_is_told_and_the_rest_is_read(tmp_path, make, options, words, kept):
    check_warned(lambda: tl.from_folder(make(tmp_path), side=16, **options), words, kept)


@pytest.mark.parametrize(("make", "options", "words"), of(READ_REFUSED))
def test_what_can_not_be_read_is_refused_in_a_sentence(tmp_path, make, options, words):
    thing = make(tmp_path)
    there = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(tl.TlkitError) as caught:
        tl.read_data(thing, **{"side": 16, **options})
    check_sentence(str(caught.value), words)
    assert sorted(path.name for path in tmp_path.iterdir()) == there


@pytest.mark.parametrize(("make", "options", "name", "why"), of(READ_TOLD))
def test_what_is_left_out_is_named_in_the_report(tmp_path, make, options, name, why):
    report = tl.read_data(make(tmp_path), **{"side": 16, **options}).report
    (skipped,) = report.skipped
    assert name in skipped.name
    assert why in skipped.why
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_a_table_that_would_fill_the_memory_is_not_read(tmp_path, monkeypatch, name):
    monkeypatch.setattr("tlkit.datasets.own.tables.MOST", 1 << 20)
    raw = b"text,label\n" + bytes(2 << 20)
    (tmp_path / name).write_bytes(gzip.compress(raw, mtime=0) if name.endswith("gz") else raw)
    with pytest.raises(tl.TlkitError, match="more than 1 MB"):
        tl.read_data(tmp_path / name)


def test_a_workbook_that_would_fill_the_memory_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("tlkit.datasets.own.tables.MOST", 1 << 20)
    place = zipped(("sheet.xml", bytes(2 << 20)), base={}, name="a.xlsx", packing=zipfile.ZIP_DEFLATED)(tmp_path)
    with pytest.raises(tl.TlkitError, match=r"unpacks to more than 1 MB|install openpyxl"):
        tl.read_data(place)


def test_pictures_that_would_fill_the_memory_are_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("tlkit.datasets.own.images.MOST", 10_000)
    with pytest.raises(tl.TlkitError, match="give a smaller side="):
        tl.read_data(photos(count=9)(tmp_path), side=16)


@pytest.mark.skipif(sys.platform == "win32", reason="links need leave there")
def test_a_link_out_of_an_album_is_not_followed(tmp_path):
    place = album("out.png,cat")(tmp_path)
    noise(9).save(tmp_path / "secret.png")
    os.symlink(tmp_path / "secret.png", place / "out.png")
    (skipped,) = tl.read_data(place, side=16).report.skipped
    assert "no file in this folder" in skipped.why


def check_warned(read, words: str, kept: int) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        task = read()
    (warned,) = caught
    check_sentence(str(warned.message), words)
    assert warned.filename == __file__
    assert len(task.train) + len(task.test) == kept
    assert set(task.train.labels) == set(task.test.labels) == set(range(len(task.classes)))


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions there")
def test_a_file_that_may_not_be_read(tmp_path):
    path = table()(tmp_path)
    path.chmod(0)
    try:
        path.read_bytes()
    except PermissionError:
        with pytest.raises(tl.TlkitError, match=r"can't be read \(Permission denied\)"):
            tl.from_csv(path)
    else:
        pytest.skip("who runs this may read everything")
    finally:
        path.chmod(0o600)


def test_there_are_many_cases():
    tables = (TABLES_REFUSED, FOLDERS_REFUSED, TABLES_WARNED, FOLDERS_WARNED, READ_REFUSED, READ_TOLD)
    assert sum(map(len, tables)) >= 195
