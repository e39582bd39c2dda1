"""Draws the reviews data set: sentences from four places, each judged good or bad by fifteen or more people.

You need this script only to rebuild the data or to change the recipe; the file it makes is shipped beside it::

    pip download --no-deps --no-binary :all: vaderSentiment==3.3.2
    python make.py --source vaderSentiment-3.3.2.tar.gz

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
from collections import defaultdict
from pathlib import Path

FILES = {  # what the original calls each domain
    "movie": "movieReviewSnippets",
    "amazon": "amazonReviewSnippets",
    "tweets": "tweets",
    "editorials": "nytEditorialSnippets",
}
INSIDE = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
COLUMNS = ("domain", "split", "class", "valence", "document", "text")
CLASSES = ("negative", "positive")
CLEAR = 0.5  # of a scale from -4 to 4: nearer to zero than this, people did not call it good or bad
TRAIN, TEST = 700, 250  # texts of each class
ALIKE = 0.5  # of all three-word runs of two texts, the share that both have: from here on they count as one
SEED = 0

Row = dict[str, str]


def read(source: Path, domain: str) -> list[Row]:
    """Every text of a domain as the original has it, with its valence and, where known, its document."""
    with tarfile.open(source) as package:
        archive = io.BytesIO(package.extractfile(INSIDE).read())
    with tarfile.open(fileobj=archive) as inner:
        text = inner.extractfile(f"hutto_ICWSM_2014/{FILES[domain]}_GroundTruth.txt").read().decode("utf-8-sig")
    return [row_of(domain, *line.split("\t")) for line in text.splitlines()]


def row_of(domain: str, number: str, valence: str, text: str) -> Row:
    """One line of the original; sentence 4 of document 12 is numbered ``12_4``."""
    document, part, _ = number.partition("_")
    label = CLASSES[float(valence) > 0]
    place = {"domain": domain, "document": document if part else ""}
    return place | {"class": label, "valence": f"{float(valence):.4f}", "text": repair(text)}


def repair(text: str) -> str:
    """The text with its characters as they were written: ``&amp;`` is an ampersand, and so is ``&amp;amp;``."""
    return html.unescape(html.unescape(text)).strip()


def words(text: str) -> list[str]:
    """The words alone, in lower case, without links and names of accounts."""
    return re.findall(r"[^\W_]+", re.sub(r"https?://\S+|@\w+|\brt\b", " ", text.lower()))


def runs(text: str) -> set[tuple[str, ...]]:
    """All runs of three words; the whole text where it is shorter."""
    found = words(text)
    return {tuple(found[i : i + 3]) for i in range(max(1, len(found) - 2))}


def unlike(rows: list[Row]) -> list[Row]:
    """The rows without those that nearly repeat an earlier one."""
    kept, where = [], defaultdict(set)  # which kept rows have a run
    for row in rows:
        mine = runs(row["text"])
        near = {i for run in mine for i in where[run]}
        if any(len(mine & kept[i][1]) >= ALIKE * len(mine | kept[i][1]) for i in near):
            continue
        for run in mine:
            where[run].add(len(kept))
        kept.append((row, mine))
    return [row for row, _ in kept]


def choose(rows: list[Row], draw: random.Random) -> list[Row]:
    """:data:`TEST` and :data:`TRAIN` texts of each class, with no document in both parts."""
    documents = defaultdict(list)
    for number, row in enumerate(rows):
        documents[row["document"] or f"text {number}"].append(row)
    order = sorted(documents)
    draw.shuffle(order)
    parts = {"test": [], "train": []}
    for name in order:
        parts["train" if enough(parts["test"]) else "test"] += documents[name]
    return [
        {"split": part, **row}
        for part, count in (("train", TRAIN), ("test", TEST))
        for label in CLASSES
        for row in draw.sample([row for row in parts[part] if row["class"] == label], count)
    ]


def enough(rows: list[Row]) -> bool:
    """Whether there are :data:`TEST` texts of each class."""
    return all(sum(row["class"] == label for row in rows) >= TEST for label in CLASSES)


def draw_all(source: Path) -> list[Row]:
    """The rows of every domain, none of which nearly repeats another, wherever that one comes from."""
    clear = [row for domain in FILES for row in read(source, domain) if is_clear(row)]
    distinct = unlike(clear)
    print(f"{len(clear)} texts are clear, {len(clear) - len(distinct)} of them nearly repeat another")
    return [
        row
        for domain in FILES
        for row in choose([row for row in distinct if row["domain"] == domain], random.Random(f"{SEED} {domain}"))
    ]


def is_clear(row: Row) -> bool:
    """Whether the text has a word at all, and people called it good or bad."""
    return bool(words(row["text"])) and abs(float(row["valence"])) > CLEAR


def save_rows(path: Path, columns: tuple[str, ...], rows: list[Row]) -> None:
    """A ``.csv.gz`` that is the same byte for byte whenever the rows are."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(gzip.compress(text.getvalue().encode("utf-8"), compresslevel=9, mtime=0))


def save_checksums(folder: Path) -> None:
    """SHA256SUMS of the data files; ``sha256sum -c SHA256SUMS`` verifies them."""
    sums = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.glob("*.csv.gz"))}
    (folder / "SHA256SUMS").write_text("".join(f"{sums[name]}  {name}\n" for name in sums), newline="\n")


def main() -> None:
    """Draw and save."""
    parser = argparse.ArgumentParser(description="Draw the reviews data set.")
    parser.add_argument("--source", type=Path, default=Path("vaderSentiment-3.3.2.tar.gz"))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where to; beside this script if unset")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    save_rows(options.out / "reviews.csv.gz", COLUMNS, draw_all(options.source))
    save_checksums(options.out)


if __name__ == "__main__":
    main()
