"""Lesson 11, A language with little text."""

from __future__ import annotations

from collections.abc import Callable

from tlkit.analysis.low_resource import Foretold
from tlkit.datasets.languages import NAMES, language
from tlkit.exercises.check import PASSED, exercise, first_near, question
from tlkit.exercises.parsons import parsons
from tlkit.methods.next_character import Counts

TEACHER, PUPIL = "Italian", "Corsican"


@exercise("11.1")
def as_it_is(bits: float) -> str:
    """Bits per character of Corsican, foretold by counts of Italian alone."""

    def told(teacher: str, pupil: str, part: str = "test") -> Callable[[], float]:
        return lambda: Counts(language(teacher).learn).bits(getattr(language(pupil), part))

    known = [
        (told(TEACHER, PUPIL), PASSED),
        (told(PUPIL, TEACHER), "That is the other way round: count Italian, and ask about Corsican."),
        (told(TEACHER, TEACHER), "That is Italian, foretold by Italian: ask about Corsican's test."),
        (told(PUPIL, PUPIL), "That is Corsican, foretold by Corsican: count Italian."),
        (told(TEACHER, PUPIL, "learn"), "That is the text to learn from: ask about its .test."),
        (told("Spanish", "Galician"), "That is Spanish and Galician: take Italian and Corsican."),
    ]
    otherwise = "Not the figure: count Italian's .learn, then ask those counts for the bits of Corsican's .test."
    return first_near(float(bits), known, within=0.005) or otherwise


@exercise("11.2")
def who_is_heard(name: str, found: Foretold) -> str:
    """The relative that gets the second largest weight, on the mean."""
    heard = {each: estimate.mean for each, estimate in found.weights.items() if each in NAMES}
    if name not in heard:
        return "Give the name of one of the other languages, such as 'French'."
    order = sorted(heard, key=heard.get, reverse=True)
    if name == order[1]:
        return PASSED
    if name == order[0]:
        return "That one is listened to most of all: name the second."
    return "Another one has more weight: compare the means in found.weights."


question(
    "11",
    text=(
        "You are to make a keyboard that foretells the next letter in Asturian, spoken by some hundred thousand people "
        "beside Spanish. You find two pages of it. What do you do?"
    ),
    answers={
        "Collect Asturian until there is enough, and begin then": (
            "More of one's own text is best, and it takes years. In this lesson a neighbour's text was worth several "
            "times what was there, on the first day."
        ),
        "Learn from as many languages as there are; more text is more knowledge": (
            "Thirteen strangers had far more text than Spanish alone, and helped Galician less. What counts is whose "
            "text it is."
        ),
        "Take Spanish as it is; the two are nearly alike": (
            "A good start, and not the end: even 250 characters of its own, mixed in, made it better in this lesson. "
            "They say what is different here."
        ),
        "Mix Spanish and other relatives with the two pages, and let held-out text of those pages set the weights": (
            "Right. The weights find out who is a neighbour, and they listen less to the relatives as your own text "
            "grows. Test it on pages that neither Asturian nor any relative has shown."
        ),
    },
    right="Mix Spanish and other relatives with the two pages, and let held-out text of those pages set the weights",
)

parsons(
    "11",
    text="Foretell a language with little text, with the help of a relative, and test it honestly.",
    lines={
        "test = same_articles_of_every_language(galician, spanish)": "What is held out is chosen before all else.",
        "own, relative = galician.without(test), spanish.without(test)": "Learning leaves out what the test says.",
        "quarters = cut(own, 4)": "Quarters are cut from one's own text.",
        "weights = best_on_each_quarter(counts_of_the_others(quarters), counts(relative))": (
            "The weights are found on quarters that were not counted."
        ),
        "mixture = mix(counts(own), counts(relative), weights)": "The mixture needs its weights.",
        "print(bits(mixture, test.galician))": "Bits are counted once there is a mixture.",
    },
    traps={
        "weights = best_on(test.galician, counts(own), counts(relative))": "weights that saw the test are no test.",
    },
    right="The relative has read the same articles but those of the test: a translation of the exam is the exam.",
)
