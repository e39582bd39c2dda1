"""Lesson 17, A robot that has done it before."""

from __future__ import annotations

from collections.abc import Mapping

from tlkit.analysis.learning_curves import time_to_threshold
from tlkit.datasets.environments import CartPole, environment
from tlkit.exercises.check import PASSED, exercise, judge_accuracy, question
from tlkit.exercises.parsons import parsons
from tlkit.experiments.compare import transfer
from tlkit.experiments.results import Results
from tlkit.experiments.source import Source


@exercise("17.1")
def balance_on_the_moon(balance: float, source: Source) -> str:
    """What the source is worth as it is on the Moon, where its pushes come eight steps late."""

    def found(strategy: str = "as_is", **physics: float) -> float:
        cart = environment("moon", CartPole(**(physics or {"gravity": 1.6, "delay": 8})))
        return transfer(source, cart, strategy=strategy, shots=8).accuracy

    mistakes = [
        (lambda: found(gravity=1.6), "That is the Moon with pushes at once: set delay=8, too."),
        (lambda: found(delay=8), "That is the Earth with late pushes: set gravity=1.6, too."),
        (lambda: found("random_policy"), "That is a random policy: ask the source, with strategy='as_is'."),
        (lambda: found("keep"), "That one has practised: strategy='as_is' lets nothing learn."),
    ]
    otherwise = "Not the figure: CartPole(gravity=1.6, delay=8), strategy='as_is', shots=8, and its accuracy."
    return judge_accuracy(balance, found, mistakes, of="the greatest return", otherwise=otherwise, within=0.002)


@exercise("17.2")
def first_there(name: str, results: Results) -> str:
    """The strategy that needs the fewest episodes for three quarters of the greatest return, on the mean."""
    learning = [each for each in results.strategies if len(results.where(strategy=each).shots) > 1]
    times: Mapping[str, float] = {each: time_to_threshold(results, each).mean for each in learning}
    if name not in times:
        return f"Give one of the strategies that practise, by name: {', '.join(map(repr, times))}."
    if name == min(times, key=times.get):
        return PASSED
    if name == max(times, key=times.get):
        return "That is the slowest of them: look for the fewest episodes, not the most."
    return "Another one gets there sooner: compare tl.learning_curves.time_to_threshold of all of them."


question(
    "17",
    text=(
        "An arm in a factory picks parts well. You get a newer one: the same joints, but somebody has swapped the two "
        "wires of a motor. Practice on it is dear. What first?"
    ),
    answers={
        "Keep the body, and let a new last layer practise": (
            "Right. What it sees and what matters about it are as they were; what to do about it is not, and that is "
            "what the last layer says. In this lesson that was the quickest way on the cart with a reversed motor, "
            "quicker than scratch. Then measure, and let more of it learn if it needs it."
        ),
        "Let the old controller practise on, head and all": (
            "It begins worse than a beginner, sure of the wrong thing, and acts too surely to find out: in this lesson "
            "it took far more episodes than a network that knew nothing."
        ),
        "Start from scratch": (
            "Safe, and better than keeping the old head, but it throws away a body that still sees what matters."
        ),
        "Train the source on more arms first": (
            "That helps against arms that are longer or slower than the first. It does not help where the same "
            "sight asks for opposite acts and nothing tells which: it can be right on one of them at most."
        ),
    },
    right="Keep the body, and let a new last layer practise",
)

parsons(
    "17",
    text="One step of the policy gradient: pushes that turned out well become likelier.",
    lines={
        "went = play(policy, world, episodes)": "Practice comes first: without it there is nothing to learn from.",
        "worth = went.advantages(discount)": "What each push was worth is known after it was tried.",
        "likely = policy(went.seen).log_softmax(dim=1)[range(len(went.pushes)), went.pushes]": (
            "How likely the policy finds each push that was made: they must have been made."
        ),
        "loss = -(likely * worth).mean()": "The loss weighs each push by its worth.",
        "loss.backward()": "The gradient is that of the loss.",
        "optimiser.step()": "A step follows the gradient.",
    },
    free=[(1, 2)],
    traps={
        "loss = (likely * worth).mean()": "an optimiser makes the loss smaller, so good pushes would become rarer.",
    },
    right="Mind the sign: to make the loss smaller is to make what paid likelier.",
)
