"""A comparison in the terminal: piano to guitar in a minute, or any other source and target."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tlkit.datasets.catalogue import task, tasks
from tlkit.datasets.task import Task, check_shots
from tlkit.errors import TlkitError
from tlkit.experiments.claims import FEWEST_SEEDS, Claim, judge
from tlkit.experiments.compare import compare
from tlkit.experiments.results import Results
from tlkit.experiments.source import Source, as_source, pretrain
from tlkit.methods.strategy import as_strategy
from tlkit.models.catalogue import backbone
from tlkit.runtime.workers import workers as processes
from tlkit.seeding import choose_seeds

STRATEGIES = ("scratch", "head", "full", "lp_ft", "keep")
SHOTS = (1, 5, 20)


SOURCE, TARGET = "notes/piano", "notes/guitar"


_PUPILS = {"spectrogram": "note-cnn", "image": "small-cnn"}  # the network that a source's task is taught to
_ASKED = {  # strategies and shots, where the source is a network that others trained
    "image": (("scratch", "random_head@6", "head", "head@6", "partial:2"), (1, 5, 20)),
    "text": (("scratch", "random_head", "head", "full", "lora:8"), (4, 16, 64)),
}


@dataclass(frozen=True)
class Story:
    """What is compared: a source, or the task that one is to be taught, a target, and how."""

    source: Source | Task
    target: Task
    strategies: tuple[str, ...]
    shots: tuple[int, ...]
    seeds: tuple[int, ...]


def story(
    source: str = SOURCE,
    target: str = TARGET,
    *,
    strategies: Iterable[str] | None = None,
    shots: Iterable[int] | None = None,
    seeds: str | None = None,
) -> Story:
    """A source by name, which is a task to be taught here or a pre-trained network, and a target, with what to compare.

    Where strategies or shots are not given, they are those of the first lesson, or what suits the network.
    """
    goal = task(target)
    if source in tasks():
        teacher: Task | Source = task(source)
        if teacher.modality not in _PUPILS:
            raise TlkitError(
                f"{source} has {teacher.modality}s, and no network here learns those from nothing: take a pre-trained "
                "one as the source, such as 'minilm'."
            )
        if teacher.modality != goal.modality:
            raise TlkitError(
                f"{source} has {teacher.modality}s and {target} has {goal.modality}s: no network takes both."
            )
        same = teacher.classes == goal.classes
        usual = tuple(name for name in STRATEGIES if same or name != "keep"), SHOTS
    else:
        teacher = as_source(backbone(source))
        usual = _ASKED[teacher.backbone.modality]
    asked = Story(teacher, goal, tuple(strategies or usual[0]), tuple(shots or usual[1]), tuple(choose_seeds(seeds)))
    for name in asked.strategies:
        as_strategy(name)  # whoever misspelt one need not wait for the teacher
    goal.draw(max(map(check_shots, asked.shots)))
    return asked


def run(asked: Story, *, workers: int | None = None, on_event: Callable | None = None) -> Results:
    """Every strategy, number of shots and seed of a story, side by side on the cores."""
    source = asked.source
    if isinstance(source, Task):
        source = pretrain(backbone(_PUPILS[source.modality]), source, seed=asked.seeds[0])
    with processes(workers) as executor:
        return compare(
            source, asked.target, strategies=asked.strategies, shots=asked.shots, seeds=asked.seeds,
            executor=executor, on_event=on_event,
        )  # fmt: skip


def claims(results: Results) -> list[Claim]:
    """What the runs are said to show, each with the evidence that it must survive; nothing, on too few seeds.

    Of stories that nobody has looked into nothing is claimed, and a claim about what was not run is left out.
    """
    (source,), (target,) = results.sources, results.targets
    asked = _CLAIMS.get((source, target), ())
    if len(results.seeds) < FEWEST_SEEDS:
        return []
    return [
        judge(sentence, results.gain(strategy, over=over, shots=shots) > margin)
        for sentence, strategy, over, shots, margin in asked
        if {strategy, over} <= set(results.strategies) and shots in results.shots
    ]


_CLAIMS = {  # sentence, strategy, over which, shots, margin
    ("notes/piano", "notes/guitar"): (
        ("With one guitar note of each name, a pianist's frozen ear beats starting from scratch by far",
         "head", "scratch", 1, 0.10),
        ("With one note, fitting the head first and then tuning all beats starting from scratch",
         "lp_ft", "scratch", 1, 0.05),
        ("With one note, even full fine-tuning, which begins with an ignorant head, beats scratch",
         "full", "scratch", 1, 0.0),
        ("With twenty notes, the ear that may not change has fallen behind the one that may",
         "full", "head", 20, 0.0),
        ("With twenty notes, full fine-tuning is no worse than scratch, or hardly",
         "full", "scratch", 20, -0.04),
    ),
    ("efficientnet-lite0", "products"): (
        ("With five pictures of each product, what ImageNet taught beats starting from scratch by far",
         "head@6", "scratch", 5, 0.10),
        ("It is the knowledge, not the wiring: a random frozen network, cut at the same stage, is behind",
         "head@6", "random_head@6", 5, 0.0),
        ("For pictures so unlike photographs, an earlier stage serves better than the last",
         "head@6", "head", 5, 0.0),
    ),
    ("minilm", "reviews/tweets"): (
        ("With sixteen tweets of each kind, MiniLM's frozen body is ahead of a random one",
         "head", "random_head", 16, 0.05),
        ("With sixty-four, letting all of it learn beats the frozen body",
         "full", "head", 64, 0.0),
    ),
}  # fmt: skip


def as_json(results: Results, judged: list[Claim]) -> dict:
    """The runs and claims as one JSON object."""
    columns = ("strategy", "shots", "seed", "accuracy", "seconds", "trainable_params", "total_params")
    return {
        "source": results.sources[0],
        "target": results.targets[0],
        "seeds": results.seeds,
        "rows": [{name: run.row()[name] for name in columns} for run in results],
        "claims": [claim.row() for claim in judged],
    }
