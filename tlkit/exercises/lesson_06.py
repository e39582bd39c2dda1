"""Lesson 06, Choosing a teacher."""

from __future__ import annotations

from collections.abc import Mapping

from tlkit.analysis.source_map import SourceMap, regret
from tlkit.analysis.transferability import probe_accuracy
from tlkit.datasets.task import Task
from tlkit.exercises.check import PASSED, exercise, judge_accuracy, question
from tlkit.exercises.parsons import parsons
from tlkit.experiments.compare import transfer
from tlkit.experiments.source import Source


@exercise("06.1")
def probed_with_ten(accuracy: float, piano: Source, guitar: Task) -> str:
    """What a probe is worth on ten guitar notes of each name (seed 0) as the pianist sees them, by cross-validation."""

    def found(shots: int = 10) -> float:
        lesson = guitar.shots(shots, seed=0)
        return probe_accuracy(piano.backbone.features(lesson.items), lesson.labels)

    def tested() -> float:
        return transfer(piano, guitar, strategy="head", shots=10, seed=0).accuracy

    mistakes = [
        (lambda: found(5), "That is with five labels of each name: ask for guitar.shots(10, seed=0)."),
        (tested, "That is the test itself. Nobody has it when a teacher is chosen: use the ten labels alone."),
    ]
    otherwise = "Not the figure: features of guitar.shots(10, seed=0) from the piano's backbone, then probe_accuracy."
    return judge_accuracy(
        accuracy, found, mistakes, of="notes", otherwise=otherwise, tested="notes that it was not fitted on"
    )


@exercise("06.2")
def dearest_on(name: str, said: Mapping[str, SourceMap], truth: SourceMap) -> str:
    """The score whose choice costs most on the guitar, on the mean."""
    costs = {each: regret(score.on("guitar"), truth.on("guitar")).mean for each, score in said.items()}
    if name not in costs:
        return f"Give one of the scores by name: {', '.join(map(repr, costs))}."
    if costs[name] == max(costs.values()):
        return PASSED
    if costs[name] == min(costs.values()):
        return "That one costs least there: look for the largest regret, not the smallest."
    if name == max(said, key=lambda each: regret(said[each], truth).mean):
        return "That one costs most on the mean of all targets: look at the guitar alone, with .on('guitar')."
    return "Another one costs more on the guitar: compare tl.source_map.regret of all of them there."


question(
    "06",
    text=(
        "You have 60 labelled X-rays and four networks. A score from a library gives the widest of them, with 2,048 "
        "features, by far the best mark. What do you make of it?"
    ),
    answers={
        "Little: hide some of the 60 labels and try all four": (
            "Right. With 60 examples and 2,048 features a score may be counting features: ask it about noise of the "
            "same width, and see. Fitting a head on part of the labels and trying it on the rest takes milliseconds, "
            "and in this lesson nothing foretold better by a margin that would matter."
        ),
        "Take the widest: the score was published, and its mark is far ahead": (
            "A mark that is far ahead is a reason to look closer. In this lesson the published LogME gave pixels, the "
            "widest of all, the best mark on every task, and pure noise better marks than any network."
        ),
        "Take the network whose own pictures look most like X-rays": (
            "Likeness is a reason to try it, not to trust it: the letters teacher that learnt nonsense was as near to "
            "the Greek letters as the honest one, and knew nothing of use."
        ),
        "Take the largest network": (
            "Size was no bad guess here, as the largest network was also the one that had seen most. But it "
            "missed by far where the target was sound, and it can't see which of its stages to take."
        ),
    },
    right="Little: hide some of the 60 labels and try all four",
)

parsons(
    "06",
    text="Choose a teacher for the guitar by five labels of each name, then see what the choice is worth.",
    lines={
        "lesson = guitar.shots(5, seed=0)": "The labelled notes come first: all that there is to choose by.",
        "seen = {name: s.backbone.features(lesson.items) for name, s in sources.items()}": (
            "Each teacher looks at the labelled notes before anything can be tried."
        ),
        "tried = {name: probe_accuracy(f, lesson.labels) for name, f in seen.items()}": (
            "A probe is tried on what each teacher sees, with the labels of the lesson."
        ),
        "best = max(tried, key=tried.get)": "The choice is made by what was tried, and before the test is seen.",
        'result = tl.transfer(sources[best], guitar, strategy="head", shots=5, seed=0)': (
            "The test comes last, once, for the teacher that was chosen."
        ),
    },
    traps={
        "tried = {name: tl.transfer(s, guitar, shots=5).accuracy for name, s in sources.items()}": (
            "that chooses by the test, and a test that has chosen can't judge any more."
        ),
    },
    right="Choose by labels that you have, and ask the test once.",
)
