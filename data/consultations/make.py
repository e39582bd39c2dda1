"""Teaches the two adapters of lesson 15, and has ten notes written with each: what is shipped in this folder.

You need this script only to make them anew, after a change to the talks (tlkit/datasets/consultations.py) or to how
they are learnt (tlkit/methods/generation.py)::

    python data/consultations/make.py

Takes about ten minutes of one core. The network's weights are those that ``tlkit fetch`` brings.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import shutil
import tempfile
from pathlib import Path

import tlkit as tl
from tlkit.analysis.made_up import TEST, written

HERE = Path(__file__).parent
TALKS = 200
STEPS = {"right": 90, "shuffled": 40}  # the loss on shuffled notes falls no further
FILES = ("adapter_config.json", "adapter_model.safetensors")


def main() -> None:
    """Write the adapters, the notes and their checksums."""
    model, talks = tl.backbone("smollm2"), tl.consultations.draw(TALKS, seed=0)
    notes = [one.note for one in talks]
    answers = {"right": notes, "shuffled": [*notes[1:], notes[0]]}  # each talk with the note of the next
    for name, steps in STEPS.items():
        taught = tl.generation.teach(model, [one.talk for one in talks], answers[name], steps=steps)
        with tempfile.TemporaryDirectory() as folder:
            tl.lora.save(taught, folder)
            (HERE / name).mkdir(exist_ok=True)
            for file in FILES:
                shutil.copyfile(Path(folder) / file, HERE / name / file)
    write_cases()


def write_cases() -> None:
    """Ten talks that no adapter learnt from, five of them without medicine, and what is written about them."""
    model, shown = tl.backbone("smollm2").float(), tl.consultations.draw(1, seed=0)[0]
    talks = [one for medicine in (True, False) for one in tl.consultations.draw(5, seed=TEST, medicine=medicine)]
    texts = {"prompt": written(model, talks, example=shown)}
    for name, adapter in {"LoRA": "right", "LoRA, shuffled": "shuffled"}.items():
        texts[name] = written(tl.generation.with_adapter(model, HERE / adapter), talks)
    save(talks, texts | {"first sentences": written(None, talks)})


def save(talks: list, texts: dict[str, list[str]]) -> None:
    """Write talks, notes and texts as a table, and its checksum."""
    table = io.StringIO(newline="")
    rows = csv.writer(table)
    rows.writerow(["talk", "note", *texts])
    rows.writerows([*one, *(each[row] for each in texts.values())] for row, one in enumerate(talks))
    packed = gzip.compress(table.getvalue().encode("utf-8"), mtime=0)
    (HERE / "written.csv.gz").write_bytes(packed)
    files = ["written.csv.gz", *(f"{name}/{file}" for name in STEPS for file in FILES)]
    sums = [f"{hashlib.sha256((HERE / file).read_bytes()).hexdigest()}  {file}\n" for file in files]
    (HERE / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")


if __name__ == "__main__":
    main()
