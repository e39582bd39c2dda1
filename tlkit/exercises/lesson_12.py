"""Lesson 12, Fraud: who pays with this card?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tlkit.analysis.alarms import found
from tlkit.datasets.catalogue import task
from tlkit.exercises.check import PASSED, exercise, judge_accuracy, question
from tlkit.exercises.parsons import parsons
from tlkit.experiments.results import Results
from tlkit.experiments.source import Source

KNOWN, CALLS = 20, 10


@exercise("12.1")
def a_third_bank(precision: float, source: Source) -> str:
    """The average precision of the source as it is, on bank C's payments."""

    def scored(bank: str = "c", column: int = 1) -> float:
        from sklearn.metrics import average_precision_score

        test = task(f"payments/{bank}").test
        return average_precision_score(test.labels, source.model.probabilities(test.items)[:, column])

    def of_bank_c(figure: Callable[[np.ndarray, np.ndarray], float]) -> Callable[[], float]:
        test = task("payments/c").test
        return lambda: float(figure(source.model.probabilities(test.items), test.labels))

    mistakes = [
        (lambda: scored("b"), "That is bank B: ask about tl.task('payments/c').test."),
        (lambda: scored(column=0), "That is how likely the *owner* is: take the second column, [:, 1]."),
        (of_bank_c(lambda p, y: (p.argmax(axis=1) == y).mean()), "That is the accuracy: take average_precision_score."),
        (of_bank_c(lambda p, y: y.mean()), "That is the share of frauds: what luck is worth."),
    ]
    otherwise = "Not the figure: average_precision_score(bank_c.test.labels, likely), likely being the second column."
    return judge_accuracy(precision, scored, mistakes, of="1", otherwise=otherwise, within=0.001)


@exercise("12.2")
def who_should_look(name: str, results: Results) -> str:
    """Who finds most robbed customers by 10 calls a day, with 20 known frauds."""
    known = {
        each: found(results, each, shots=KNOWN, calls=CALLS).mean for each in results.where(shots=KNOWN).strategies
    }
    if name not in known:
        return f"Give the name of one that has runs with {KNOWN} known frauds: {', '.join(map(repr, known))}."
    if name == max(known, key=known.get):
        return PASSED
    if name == min(known, key=known.get):
        return "That one finds the fewest: look for the most."
    return f"Another one finds more: compare tl.alarms.found(results, name, shots={KNOWN}, calls={CALLS}).mean."


question(
    "12",
    text=(
        "A savings bank has millions of payments that nobody has labelled, sixty known frauds, and a team that can "
        "call thirty customers a day. A supplier says: our network is 99% accurate. What do you do?"
    ),
    answers={
        "Buy the network: 99% is hard to beat": (
            "Whoever never says fraud is right 99 times in a hundred, too. Ask how many robbed customers thirty calls "
            "a day would find."
        ),
        "Teach a network the unlabelled payments, and give its surprise to trees beside the features by hand": (
            "Right. In this lesson one more column, how little a payment looks like its owner's, brought trees with "
            "twenty known frauds close to trees with a hundred. Then count what thirty calls find, in a week after "
            "the known frauds, and again some months later."
        ),
        "Train a network from scratch on the sixty frauds": (
            "The same network knows far more after reading payments that nobody labelled. In this lesson it was ahead "
            "of scratch with few known frauds and with a hundred."
        ),
        "Wait until there are some thousand known frauds": (
            "They go out of date: in this lesson prices and thieves moved on within four months, and what was learnt "
            "from the old frauds found far less."
        ),
    },
    right="Teach a network the unlabelled payments, and give its surprise to trees beside the features by hand",
)

parsons(
    "12",
    text="Teach a network one bank's habits, tune it on another's known frauds, and judge its list of suspects.",
    lines={
        "owners, strangers = whole(bank_a), swapped(bank_a)": "The pretext is made first.",
        "habits = pretrain(network, owners, strangers)": "The habits are learnt from the pretext, so that comes first.",
        "known = bank_b.frauds[:20]": "Which frauds are known is asked at bank B, after the habits were learnt.",
        "tuned = fine_tune(habits, known, bank_b.honest[:200])": "Tuning needs habits and known frauds.",
        "suspicion = tuned(bank_b.next_week)": "It is the tuned network that suspects.",
        "print(average_precision(bank_b.next_week.fraud, suspicion))": "The list is judged once there is one.",
    },
    free=[(0, 2), (1, 2)],
    traps={
        "print(accuracy(bank_b.next_week.fraud, suspicion > 0.5))": "who never says fraud has 99%, too.",
    },
    right="The test is a later week: a list that is judged on the days of its own known frauds knows them already.",
)
