"""Lesson 09, Prompting."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tlkit.datasets.task import Task, accuracy_of
from tlkit.exercises.check import PASSED, exercise, judge_accuracy, question
from tlkit.exercises.parsons import parsons
from tlkit.methods.prompting import Prompted
from tlkit.methods.strategy import Prompt
from tlkit.models.backbone import Backbone

ASKED = 20  # tweets to learn from, on which a wording is tried
ENOUGH = 0.7
ONE_SIDED = 0.85  # of the answers, and it is the wording that speaks


@exercise("09.1")
def calibrated_by_hand(accuracy: float, chances: np.ndarray, nothing: np.ndarray, labels: np.ndarray) -> str:
    """The accuracy once what is said of a text (n, classes) is divided by what is said of none (classes,)."""

    def found(values: np.ndarray) -> Callable[[], float]:
        return lambda: accuracy_of(values, labels)

    mistakes = [
        (found(chances), "That is without calibration: divide by what it says of nothing first."),
        (found(chances * nothing), "That multiplies: what it says anyway should count less, not more."),
        (found(chances - nothing), "That subtracts probabilities: divide them (or subtract their logarithms)."),
    ]
    otherwise = (
        "Not the figure: divide chances by nothing, take the likelier class of each tweet, compare with the labels."
    )
    return judge_accuracy(accuracy, found(chances / nothing), mistakes, of="tweets", otherwise=otherwise, within=1e-6)


@exercise("09.2")
def own_wording(template: str, backbone: Backbone, task: Task) -> str:
    """A wording that names enough of some texts right, which are none of the test's."""
    if not isinstance(template, str) or "{text}" not in template:
        return "A wording is a string with {text} where the tweet goes."
    try:
        model = Prompted(backbone, task, Prompt(template))
        model.prompt("a tweet")
    except (KeyError, IndexError, ValueError):
        return "Only {text}, {question} and {words} may stand in braces."
    some = task.shots(ASKED // len(task.classes), seed=0)
    chances = model.probabilities(some.items)
    right, said = accuracy_of(chances, some.labels), np.bincount(chances.argmax(axis=1), minlength=len(task.classes))
    if right >= ENOUGH:
        return PASSED
    if said.max() >= ONE_SIDED * ASKED:
        word = model.words[said.argmax()]
        return f"It says {word!r} to {said.max()} of {ASKED}: end on something that either word follows naturally."
    return f"{right:.0%} of {ASKED} named right; {ENOUGH:.0%} are asked for. Look at the wordings that did well."


question(
    "09",
    text=(
        "A colleague reports: 'I asked our language model in my own words, and it named 87% of our test cases right, "
        "without a single label!' What do you ask first?"
    ),
    answers={
        "How large is the model?": (
            "It matters, but it is not what makes this figure doubtful: a larger model asked in one wording has its "
            "luck with the wording, too."
        ),
        "How many wordings did you try, and on which cases did you choose?": (
            "Right. Whoever tries eight wordings on the test cases and reports the best has used their labels, and "
            "reports luck. Choose on other labelled cases, or report the spread."
        ),
        "Why did you not fine-tune it?": (
            "Perhaps there were no labels, which is what prompting is for. First make sure that the figure is true."
        ),
        "Did you set the temperature to zero?": (
            "Nothing is drawn here: the label words are scored, and the likelier one counts. The same question always "
            "gets the same answer."
        ),
    },
    right="How many wordings did you try, and on which cases did you choose?",
)

parsons(
    "09",
    text="Choose a wording honestly, and report how good it is.",
    lines={
        'wordings = ["Sentiment:", "Mood:", "The writer feels"]': "First the wordings among which you choose.",
        "few = tweets.shots(4, seed=0)": "To choose takes some labelled tweets that are not those of the test.",
        "right = {each: accuracy(model, each, few) for each in wordings}": "Each wording is tried on the few.",
        "best = max(right, key=right.get)": "The best is known once all were tried.",
        "print(accuracy(model, best, tweets.test))": "The test is asked once, for the wording that was chosen.",
    },
    free=[(0, 1)],
    traps={
        "right = {each: accuracy(model, each, tweets.test) for each in wordings}": (
            "it tries every wording on the test; the best of them is then partly luck."
        ),
    },
    right="Eight labels chose, the test judged. That was not zero-shot, and it says so.",
)
