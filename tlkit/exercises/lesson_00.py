"""Lesson 00, Start here: two questions on its few words, with which the next lessons begin."""

from __future__ import annotations

from tlkit.exercises.check import question

question(
    "00",
    text="A network that knows ten thousand photographs of birds is to name leaves. What is the source here?",
    answers={
        "The network together with the birds that it learnt from": (
            "Right. A source is a backbone and what it was pre-trained on. The same backbone, taught something else, "
            "is another source, and may be worth more or less."
        ),
        "The photographs of leaves": "No: the leaves are the target, the task that it is to be adapted to.",
        "The last layer, which names the leaves": (
            "No: that is the head. It is new, and has to be fitted on labelled leaves."
        ),
    },
    right="The network together with the birds that it learnt from",
)

question(
    "00.b",
    text="Somebody writes: 'with 5 shots and 20 kinds of leaves'. How many labelled leaves is that?",
    answers={
        "5": "No: shots are counted for each class, and there are twenty kinds.",
        "100": "Right. Shots are labelled examples of each class: 5 of each of 20 kinds.",
        "It depends on the network": (
            "No: shots say what the network is given, whatever it makes of it. How far 100 labels go does depend on it."
        ),
    },
    right="100",
)
