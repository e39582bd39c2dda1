"""Lesson 10, New domain, no labels."""

from __future__ import annotations

from tlkit.analysis.domain_gap import PLAIN, SCORERS, TRUTH, Gap, read
from tlkit.datasets.catalogue import task
from tlkit.datasets.task import accuracy_of
from tlkit.exercises.check import PASSED, exercise, first_near, judge_accuracy, question
from tlkit.exercises.parsons import parsons
from tlkit.methods.domain_adaptation import ALIGNMENTS, fitted
from tlkit.models.backbone import Backbone


@exercise("10.1")
def centred_by_hand(accuracy: float, reader: Backbone) -> str:
    """The accuracy on the test tweets of a careful head from films, each domain without its own mean."""
    movie, tweets = task("reviews/movie"), task("reviews/tweets")
    films, others = (read(reader, each.shots(500, seed=0)) for each in (movie, tweets))
    test = read(reader, tweets.test)

    def found(alignment: str = "centred", strength: float = 1e-4, *, of: object = test) -> float:
        move, move_target = ALIGNMENTS[alignment](films.items, others.items)
        head = fitted(move(films.items), films.labels, strength)
        return accuracy_of(head.probabilities(move_target(of.items)), of.labels)

    mistakes = [
        (lambda: found("as they are"), "No mean was taken away, or the same one from both: each domain has its own."),
        (lambda: found(strength=1.0), "That head is a loose one, of strength 1: take 0.0001."),
        (lambda: found(of=others), "That is the share of the tweets that you centred by: score it on tweets.test."),
    ]
    otherwise = (
        "Not the figure: take films' mean from films, tweets' mean (of the 1,000 unlabelled ones) from tweets.test; "
        "fitted(..., strength=0.0001) on the films."
    )
    return judge_accuracy(accuracy, found, mistakes, of="tweets", otherwise=otherwise, within=0.003)


@exercise("10.2")
def share_closed(share: float, gap: Gap) -> str:
    """The share of the gap, from a loose head to one that learnt the target, that care without a label closes."""
    loose, own = gap.accuracy(1.0).mean, gap.target_trained().mean
    home = gap.figure(SCORERS[0], 1.0).mean

    def closed(accuracy: float, *, whole: float = own) -> float:
        return (accuracy - loose) / (whole - loose)

    careful = gap.chosen(SCORERS[0], among=PLAIN).mean
    if first_near(share, [(lambda: closed(careful), PASSED)], within=0.005):
        return PASSED
    mistakes = [
        (lambda: closed(gap.chosen(TRUTH, among=PLAIN).mean), "That head was chosen by the target's labels."),
        (lambda: closed(gap.chosen(TRUTH).mean), "That head was chosen by the target's labels, among all of them."),
        (lambda: 1 - closed(careful), "That is the share which stays open: take what is closed."),
        (
            lambda: careful - loose,
            "That is in accuracy: divide it by the whole gap.",
        ),
        (
            lambda: own - careful,
            "That is what stays open, in accuracy: ask what is closed.",
        ),
        (
            lambda: closed(careful, whole=home),
            "That is against the score at home: take the one that learnt tweets.",
        ),
    ]
    otherwise = "Not the share: (careful - loose) / (own - loose), each the mean over seeds."
    return first_near(share, mistakes, within=0.005) or otherwise


question(
    "10",
    text=(
        "Your model sorts hotel reviews well. From Monday on it is to sort reviews of dentists, and nobody will "
        "label one before summer. What first?"
    ),
    answers={
        "Hold the head down as far as held-out hotel reviews allow": (
            "Right. It costs seconds and asks for no dentist's label, and in this lesson it closed more of the gap "
            "than any alignment. What a head learns by heart of hotels is no use elsewhere. If you have minutes, let"
            " the body learn the hotels, too; and get a few labels, to know where you are."
        ),
        "Align hotels to dentists with CORAL": (
            "Not first: in this lesson it could help a careful head a little, but the way to choose its strength "
            "without labels chose one at which it did harm. Before care is taken, you would be aligning what was "
            "learnt by heart."
        ),
        "Try many models and keep the one that is surest of the dentists": (
            "Sureness is no accuracy. In this lesson the surest head was the worst, every time: it was the one that "
            "had learnt most by heart."
        ),
        "Nothing: it is as good on hotels as ever": (
            "The score at home says nothing of the gap: in this lesson a head was as good on tweets as at home, and "
            "still far behind one that had learnt tweets."
        ),
    },
    right="Hold the head down as far as held-out hotel reviews allow",
)

parsons(
    "10",
    text="Choose how far to hold a head down, for tweets of which no label is known.",
    lines={
        "films = read(minilm, movie.shots(500, seed=0))": "The labelled films are read first.",
        "held_out = {c: out_of_fold(films.items, films.labels, c, seed=0) for c in STRENGTHS}": (
            "Each strength is judged on films that its head has not learnt."
        ),
        "best = max(STRENGTHS, key=lambda c: at_home(held_out[c], films.labels))": (
            "The strength is chosen by what was held out."
        ),
        "head = fitted(films.items, films.labels, best)": "With the strength chosen, one head learns all the films.",
        "print(head.probabilities(read(minilm, tweets.test).items).argmax(axis=1))": "The tweets are asked about last.",
    },
    traps={
        "best = max(STRENGTHS, key=lambda c: certainty(held_out[c]))": (
            "the surest head is the one that has learnt most by heart."
        ),
    },
    right="Not one tweet's label had a part in it: held-out films alone say how far to hold the head down.",
)
