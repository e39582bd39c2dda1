"""Draws the cards: definitions of WordNet, 150 of each of eight kinds, as one table.

You need this script only to rebuild the data; the table that it makes is shipped beside it::

    apt download wordnet-base=1:3.0-37
    dpkg-deb -x wordnet-base_1%3a3.0-37_all.deb wordnet
    python make.py --source wordnet/usr/share/wordnet/data.noun
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import random
import re
from collections.abc import Iterator
from pathlib import Path

KINDS = {  # the number of the lexicographers' file, and what it is called here
    5: "animal", 6: "artifact", 11: "event", 12: "feeling", 13: "food", 15: "place", 20: "plant", 27: "substance",
}  # fmt: skip
COUNT, SHORTEST, LONGEST, SEED = 150, 25, 140, 0
AMISS = re.compile(  # so that the rest can be read in a classroom
    r"sex|rape|slave|nazi|racis|genital|prostitut|erotic|naked|whore|penis|vagina|breast|condom|contracepti|faec|fece|"
    r"excre|urin|tortur|execution|suicid|murder|corpse|narcotic|heroin|cocaine|cannabis|marijuana|opium|weapon|bomb|"
    r"massacre|negro|gypsy|savage|ghetto|holocaust|concentration camp|lust|abortion|castrat|brothel"
)


def definitions(source: Path) -> Iterator[tuple[str, str, str]]:
    """Word, definition and kind of each noun of these kinds that is no name."""
    for line in source.read_text(encoding="ascii").splitlines():
        if line.startswith("  "):
            continue  # the licence
        head, gloss = line.split(" | ", 1)
        number, word = int(head.split()[1]), head.split()[4].replace("_", " ")
        text = gloss.split(";")[0].strip()
        if number in KINDS and word.islower() and SHORTEST <= len(text) <= LONGEST and not AMISS.search(word + text):
            yield word, text, KINDS[number]


def draw(found: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """So many of each kind, and no definition twice, in an order that says nothing."""
    chance, cards, seen = random.Random(SEED), [], set()
    for kind in KINDS.values():
        there = [each for each in found if each[2] == kind]
        chance.shuffle(there)
        fresh = [each for each in there if not (each[1] in seen or seen.add(each[1]))]
        cards += fresh[:COUNT]
    chance.shuffle(cards)
    return cards


def main() -> None:
    """Write the table and its checksum beside this script."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--source", type=Path, required=True, help="the file data.noun of WordNet 3.0")
    options.add_argument("--to", type=Path, default=Path(__file__).parent, help="where the table goes")
    chosen = options.parse_args()
    with (chosen.to / "cards.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["word", "definition", "kind"])
        table.writerows(draw(list(definitions(chosen.source))))
    digest = hashlib.sha256((chosen.to / "cards.csv").read_bytes()).hexdigest()
    (chosen.to / "SHA256SUMS").write_text(f"{digest}  cards.csv\n", encoding="utf-8")


if __name__ == "__main__":
    main()
