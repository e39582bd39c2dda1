"""The labs other than the first, each as a reader meets it in its lesson, and the moves that need no training."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Sequence

import numpy as np

import tlkit as tl
from tlkit.analysis.source_map import SourceMap
from tlkit.experiments.source import Source
from tlkit.runtime import paths
from tlkit.widgets.base import Lab, values_of

from .side_by_side import timed

GUITAR = "notes/guitar"
FULL, QUICK = 300, 50  # steps of a teacher
STEPS = 2  # of the trainings whose results stand in the pictures: how good they are is not measured here
DEPTHS = {"head": 0, "partial:1": 1, "full": 4}  # of the saved runs, with how many stages learn
TEXTS = {FULL: (200, 64), QUICK: (50, 16)}  # that test, and that are learnt from; a reader waits for none
Moves = list[tuple[str, Sequence]]  # controls, and the positions to which they are moved


class Visit:
    """A lab that is open in a kernel, and whose controls are moved."""

    def __init__(self, name: str, *, quick: bool):
        self.lab, self._moves = LABS[name](QUICK if quick else FULL)

    def move_all(self) -> None:
        """Print, as JSON, seconds, nothing, and processor time of every move."""
        told = [timed(functools.partial(self._move, control, value)) for control, value in self._path()]
        print(json.dumps({"lab": type(self.lab).__name__, "moves": [(t.seconds, t.accuracy, t.busy) for t in told]}))

    def _move(self, control: object, value: object) -> None:
        control.value = value
        self.lab.wait()  # where the answer was not made ahead

    def _path(self) -> Iterator[tuple]:
        """Along the last control first, back to its beginning, and so for each."""
        for name, positions in reversed(self._moves):
            control = getattr(self.lab, name)
            yield from ((control, value) for value in [*positions, positions[0]] if value != control.value)


def _pianist(steps: int) -> Source:
    return tl.pretrain(tl.backbone("note-cnn"), tl.task("notes/piano"), steps=steps)


def _all(lab: Lab, *names: str) -> tuple[Lab, Moves]:
    return lab, [(name, values_of(getattr(lab, name))) for name in names]


def depth(steps: int) -> tuple[Lab, Moves]:
    """Cuts of a network, and labels."""
    return _all(tl.labs.DepthLab({"piano to guitar": (_pianist(steps), GUITAR)}), "shots", "cut")


def stack(steps: int) -> tuple[Lab, Moves]:
    """Depths of which there are saved runs."""
    source, shots = _pianist(steps), [5, 20]
    saved = tl.compare(source, GUITAR, strategies=[*DEPTHS], shots=shots, seeds=[0, 1, 2], steps=STEPS)
    lab = tl.labs.StackLab({"piano to guitar": (source, GUITAR, STEPS)}, shots=shots, saved=saved)
    return lab, [("shots", shots), ("thaw", [*DEPTHS.values()])]


def teachers(steps: int) -> tuple[Lab, Moves]:
    """Two teachers whose body is frozen, and saved runs of who had none."""
    source, nobody = _pianist(steps), tl.random_source(tl.backbone("note-cnn"))
    runs = tl.load_results(paths.NOTEBOOKS / "results" / "05-when-transfer-fails.json")
    saved = runs.where(target=GUITAR, strategy="scratch")
    return _all(tl.labs.TeacherLab({"piano": source, "nobody": nobody}, GUITAR, saved=saved), "teacher", "shots")


def partners(_steps: int) -> tuple[Lab, Moves]:
    """Partners and weights, of which there are saved runs."""
    saved = tl.load_results(paths.NOTEBOOKS / "results" / "14-two-tasks.json")
    named = {"notes": "notes/band", "instruments": "notes/band-instruments"}
    return _all(tl.labs.PartnerLab(named, GUITAR, saved=saved), "partner", "weight")


def costs(_steps: int) -> tuple[Lab, Moves]:
    """Prices, and an accuracy that is wanted, of which there are saved runs."""
    saved = tl.load_results(paths.NOTEBOOKS / "results" / "04-what-a-label-buys.json")
    bricks = saved.where(target="surfaces/brick-many")
    frozen, alone = bricks.where(source="efficientnet-lite0"), bricks.where(source="random small-cnn")
    ways = {"transfer": (frozen, "head@7"), "from scratch": (alone, alone.strategies[0])}
    return _all(tl.labs.CostLab(ways), "label", "hour", "wanted")


def relatives(_steps: int) -> tuple[Lab, Moves]:
    """Languages and characters; everything is counted when it is asked."""
    return _all(tl.labs.RelativesLab(first=["Portuguese", "Spanish"]), "target", "chars")


def notes(_steps: int) -> tuple[Lab, Moves]:
    """Visits and writers; all was written beforehand."""
    return _all(tl.labs.NotesLab(*tl.consultations.cases()), "talk", "writer")


def words(steps: int) -> tuple[Lab, Moves]:
    """Heads on MiniLM, and texts to read."""
    tested, most = TEXTS[steps]
    task = tl.task("reviews/tweets").fewer(test=tested, seed=0)
    shots = [k for k in (1, 2, 4, 8, 16, 32, 64) if k <= most]
    return _all(tl.labs.WordsLab(tl.backbone("minilm"), task, shots=shots), "read", "shots")


def adapters(_steps: int) -> tuple[Lab, Moves]:
    """Ranks and blocks; nothing was trained."""
    return _all(tl.labs.AdapterLab(tl.backbone("minilm"), "reviews/tweets", shots=16), "blocks", "rank")


def choosing(_steps: int) -> tuple[Lab, Moves]:
    """Ten sources, seven targets and nine scores, all made up: the lab only looks them up."""
    draw, names = np.random.default_rng(0), ("guitar", "digits", "signs", "brick", "cells", "letters", "photographs")
    sources = tuple(f"source {n}" for n in range(10))
    maps = [SourceMap(f"score {n}", sources, names, {s: draw.random((10, 7)) for s in range(5)}) for n in range(10)]
    return _all(tl.labs.ChoiceLab(maps[0], {each.what: each for each in maps[1:]}), "target", "score", "draw")


def prompts(_steps: int) -> tuple[Lab, Moves]:
    """Sentences; the network reads the others while the first is looked at."""
    return _all(tl.labs.PromptLab(tl.backbone("smollm2"), "reviews/tweets"), "text")


def views(steps: int) -> tuple[Lab, Moves]:
    """Three networks look for distorted letters."""
    body = tl.backbone("small-cnn", size=16)
    itself = tl.pretrain(body, "glyphs/latin", steps=steps // 5, objective=tl.self_supervised.contrast())
    named, nobody = tl.pretrain(body, "glyphs/greek", steps=steps // 5), tl.random_source(body)
    lab = tl.labs.ViewsLab({"itself": itself, "named": named, "nobody": nobody})
    return _all(lab, "mirrored", "stroke", "shift", "angle")


LABS: dict[str, Callable[[int], tuple[Lab, Moves]]] = {
    made.__name__: made
    for made in (depth, stack, teachers, choosing, costs, partners, relatives, notes, words, adapters, prompts, views)
}
