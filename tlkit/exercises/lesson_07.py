"""Lesson 07, Words."""

from __future__ import annotations

import numpy as np

from tlkit.analysis.neighbours import NeighbourIndex, texts
from tlkit.datasets.catalogue import task
from tlkit.exercises.check import PASSED, exercise, judge_accuracy, question
from tlkit.exercises.parsons import parsons
from tlkit.experiments.compare import transfer
from tlkit.experiments.text_baseline import count_words
from tlkit.models.backbone import Backbone

LATE = "My train is late again."


@exercise("07.1")
def frozen_intents(accuracy: float, reader: Backbone) -> str:
    """The accuracy of a probe on a frozen reader, two utterances of each intent drawn by seed 0."""
    intents = task("intents")

    def found(shots: int = 2) -> float:
        return transfer(reader, intents, strategy="head", shots=shots).accuracy

    mistakes = [
        (lambda: found(1), "That is one utterance of each kind: the exercise asks for two."),
        (
            lambda: count_words(intents, shots=2).accuracy,
            "That is counting words: take the features from minilm.",
        ),
    ]
    otherwise = (
        "Not the figure: features of two utterances of each kind, seed 0; fit StandardScaler and LogisticRegression on "
        "them; score on all of intents.test."
    )
    options = {"of": "utterances", "tested": "intents.test", "otherwise": otherwise, "within": 0.008}
    return judge_accuracy(accuracy, found, mistakes, **options)


@exercise("07.2")
def nearest_tweet(row: int, reader: Backbone) -> str:
    """The row of the test tweet whose features have the largest cosine to those of a sentence."""
    tweets = task("reviews/tweets")
    shelf = NeighbourIndex(tweets, reader)
    if row == shelf.near(LATE, 1)[0].row:
        return PASSED
    if isinstance(row, str):
        return "Give the tweet's row in tweets.test, a number, not its text."
    if isinstance(row, bool) or int(row) != row or not 0 <= row < len(tweets.test):
        return f"A row is a whole number from 0 to {len(tweets.test) - 1}."
    if row == int(np.argmin(shelf.points @ shelf.point(LATE))):
        return "That is the farthest: look for the largest cosine."
    if row == NeighbourIndex(tweets).near(LATE, 1)[0].row:
        return "That is the one which shares most words: compare what minilm says of them."
    said = reader.features(tweets.test.items)
    if row == int(np.argmax(said @ reader.features(texts([LATE]))[0])):
        return (
            "That has the largest product of features, which long rows win: divide by both lengths, or use the cosine."
        )
    return "Another tweet lies nearer: compare the sentence with all of tweets.test, and take the row of the largest."


question(
    "07",
    text=(
        "You have 2,000 tickets, labelled by product. Nearly every ticket says which product it is about. What first?"
    ),
    answers={
        "Count the words": (
            "Right. The names of the products are in the tickets, so counted words see them, in milliseconds. It is "
            "the baseline that any network would have to beat, and here, as with spam, there may be nothing left to "
            "know."
        ),
        "Freeze a network that reads, fit a head": (
            "Not first: it is what to try where the labels are few and the meaning counts. Here the labels are many "
            "and the words give the answer away; a product's name may even be one that the network has never read."
        ),
        "Fine-tune a network that reads": (
            "Not first: it takes thousands of times as long as counting, and without the baseline you would not know "
            "what it was worth."
        ),
        "Train a network from scratch": (
            "No: in this lesson a network from scratch learnt about as much as counted words, for far more seconds."
        ),
    },
    right="Count the words",
)

parsons(
    "07",
    text="The baseline that needs no network: count the words of 64 labelled tweets of each class, fit a head.",
    lines={
        "lesson = tweets.shots(64, seed=0)": "First draw the labelled tweets.",
        "words = TfidfVectorizer().fit(lesson.items)": "Which words there are to count, the labelled tweets say.",
        "counted = words.transform(lesson.items)": "Tweets can be counted once the words are known.",
        "head = LogisticRegression().fit(counted, lesson.labels)": "The head learns from the counts.",
        "head.score(words.transform(tweets.test.items), tweets.test.labels)": "Scoring needs a head that was fitted.",
    },
    traps={
        "words = TfidfVectorizer().fit(tweets.test.items)": (
            "it looks at the texts to be tested on before there is anything to test."
        ),
    },
    right="Milliseconds, and the figure that any network has to beat.",
)
