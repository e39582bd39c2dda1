"""Environments: tasks that are practised. They are learnt from in episodes, and their physics can be changed.

A row of an environment is an episode: the state that it begins in, and the physics of the machine that it happens on.
The cart is that of Barto, Sutton and Anderson (1983), with the equations and the numbers of gymnasium's CartPole,
to which a test holds it step by step; friction, delay and reversed pushes are ours. The arm is ours altogether.
"""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import numpy as np

from tlkit.arguments import a_number, whole
from tlkit.datasets.task import Examples, Task, array_digest, check_shots
from tlkit.errors import TlkitError, shown, unknown
from tlkit.seeding import check_seed, stream

SIDE_BY_SIDE = 8  # episodes that are played together, and judged against each other
PRACTICE, TESTS = 4096, 50  # episodes
MOST_DELAY = 8  # steps
Range = float | tuple[float, float]  # one for all episodes, or drawn for each of them


@dataclass(frozen=True)
class World:
    """A machine whose physics are its fields; each is a number, or (lowest, highest), and then drawn for each episode.

    ``delay`` is how many steps a push takes to arrive, ``reversed`` the share of episodes in which the motors are
    wired the wrong way round. Episodes last ``steps`` steps at most, ``tau`` seconds each. What comes later counts
    ``discount`` times less with each step.
    """

    delay: int | tuple[int, int] = 0
    reversed: float = 0.0

    actions: ClassVar[tuple[str, ...]]
    inputs: ClassVar[int]
    steps: ClassVar[int]
    tau: ClassVar[float]
    discount: ClassVar[float]

    def physics(self, episodes: int, draw: np.random.Generator) -> dict[str, np.ndarray]:
        """The physics of each episode, by name (episodes,)."""
        fields = {
            f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name not in ("delay", "reversed")
        }
        drawn = {name: draw.uniform(*_ends(value), episodes) for name, value in fields.items()}
        first, last = _ends(self.delay)
        drawn["delay"] = draw.integers(first, last + 1, episodes)
        drawn["reversed"] = draw.random(episodes) < self.reversed
        return drawn

    def start(self, episodes: int, draw: np.random.Generator) -> np.ndarray:
        """The states in which episodes begin (episodes, numbers)."""
        raise NotImplementedError(f"{type(self).__name__} begins nowhere")

    def observe(self, states: np.ndarray) -> np.ndarray:
        """What a network is given of states: observations (episodes, inputs)."""
        return states

    def step(self, states: np.ndarray, actions: np.ndarray, physics: dict) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """One step of many episodes: their next states, rewards from 0 to 1, and which of them are over."""
        raise NotImplementedError(f"{type(self).__name__} does not move")


@dataclass(frozen=True)
class CartPole(World):
    """A cart on a rail that is to keep a pole upright by pushes to the left and to the right, 50 a second.

    A state is (place in m, speed, the pole's angle in rad, its speed). ``length`` is half the pole's in m, ``mass`` the
    pole's in kg (the cart has 1), ``gravity`` in m/s², ``friction`` in N for each m/s of the cart.
    It ends when the pole leans by 12 degrees, when the cart is 2.4 m from the middle, or after four seconds. Each step
    is worth 1.
    """

    length: Range = 0.5
    mass: Range = 0.1
    gravity: Range = 9.8
    friction: Range = 0.0

    actions = ("left", "right")
    inputs = 4
    steps = 200
    tau = 0.02
    discount = 0.99
    push: ClassVar[float] = 10.0  # N
    lean: ClassVar[float] = 12 * np.pi / 180
    rail: ClassVar[float] = 2.4

    def start(self, episodes: int, draw: np.random.Generator) -> np.ndarray:
        """Nearly upright, nearly at rest."""
        return draw.uniform(-0.05, 0.05, (episodes, 4))

    def observe(self, states: np.ndarray) -> np.ndarray:
        """The state, with the angle in fifths of a radian, so that all four are about as large."""
        return states * np.array([1, 1, 5, 1])

    def step(self, states: np.ndarray, actions: np.ndarray, physics: dict) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Florian (2007), "Correct equations for the dynamics of the cart-pole system"; Euler's method."""
        _, speed, angle, turning = states.T
        length, mass, gravity = (physics[name] for name in ("length", "mass", "gravity"))
        total, cos, sin = 1.0 + mass, np.cos(angle), np.sin(angle)
        force = np.where((actions == 1) ^ physics["reversed"], self.push, -self.push) - physics["friction"] * speed
        thrust = (force + mass * length * turning**2 * sin) / total
        falling = (gravity * sin - cos * thrust) / (length * (4 / 3 - mass * cos**2 / total))
        driving = thrust - mass * length * falling * cos / total
        after = states + self.tau * np.array([speed, driving, turning, falling]).T
        over = (abs(after[:, 0]) > self.rail) | (abs(after[:, 2]) > self.lean)
        return after, np.ones(len(states)), over


@dataclass(frozen=True)
class Arm(World):
    """An arm of two joints on a table that is to bring its hand to a mark; one joint is pushed at a time.

    A state is (angle of shoulder and elbow, their speeds, the mark's place). ``upper`` and ``fore`` are the lengths of
    the two parts in m, ``load`` makes both joints heavy, ``friction`` slows them. An episode lasts three seconds; a
    step is worth 1 with the hand on the mark and 0.37 at 25 cm from it.
    """

    upper: Range = 0.5
    fore: Range = 0.5
    load: Range = 1.0
    friction: Range = 2.0

    actions = ("shoulder left", "shoulder right", "elbow left", "elbow right")
    inputs = 8
    steps = 60
    tau = 0.05
    discount = 0.9
    push: ClassVar[float] = 6.0
    near: ClassVar[float] = 0.25  # m
    directions: ClassVar[np.ndarray] = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])

    def start(self, episodes: int, draw: np.random.Generator) -> np.ndarray:
        """The elbow bent, at rest, and the mark somewhere within reach."""
        joints = draw.uniform([-0.3, 0.8], [0.3, 1.6], (episodes, 2))
        far, turned = draw.uniform(0.4, 0.9, episodes), draw.uniform(-1.5, 1.5, episodes)
        mark = np.stack([far * np.cos(turned), far * np.sin(turned)], axis=1)
        return np.concatenate([joints, np.zeros((episodes, 2)), mark], axis=1)

    def observe(self, states: np.ndarray) -> np.ndarray:
        """Which way both parts point, how fast the joints turn, and where the mark is, as the shoulder sees it."""
        first, second = states[:, 0], states[:, 0] + states[:, 1]
        pointing = np.stack([np.sin(first), np.cos(first), np.sin(second), np.cos(second)], axis=1)
        return np.concatenate([pointing, states[:, 2:4] / 2, states[:, 4:]], axis=1)

    @staticmethod
    def hand(states: np.ndarray, physics: dict) -> np.ndarray:
        """Where the hand is (episodes, 2), in m from the shoulder."""
        first, second = states[:, 0], states[:, 0] + states[:, 1]
        upper, fore = physics["upper"], physics["fore"]
        across = upper * np.cos(first) + fore * np.cos(second)
        return np.stack([across, upper * np.sin(first) + fore * np.sin(second)], axis=1)

    def step(self, states: np.ndarray, actions: np.ndarray, physics: dict) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Each joint turns by itself: neither part pulls at the other."""
        pushes = self.push * self.directions[actions] * np.where(physics["reversed"], -1, 1)[:, None]
        slowing = physics["friction"][:, None] * states[:, 2:4]
        turning = states[:, 2:4] + self.tau * (pushes - slowing) / physics["load"][:, None]
        after = np.concatenate([states[:, :2] + self.tau * turning, turning, states[:, 4:]], axis=1)
        away = np.linalg.norm(self.hand(after, physics) - after[:, 4:], axis=1)
        return after, np.exp(-away / self.near), np.zeros(len(states), dtype=bool)


@dataclass(frozen=True, eq=False)
class Environment(Task):
    """A task that is practised: its classes are actions, its examples episodes, and the same number is a *return*.

    ``train.items`` are the states in which episodes of practice begin, ``train.tags`` their physics; ``train.labels``
    hold nothing. What is tested on are 50 others. An accuracy of 1 is the greatest return that there is: all of the
    rewards of all of the steps. In a control with ``meaningless`` rewards, those of a batch are dealt out anew.
    """

    world: World = None
    meaningless: bool = False

    def __repr__(self) -> str:
        return (
            f"Environment({self.name!r}: {', '.join(self.classes)}; {len(self.train):,} episodes to practise, "
            f"{len(self.test):,} to be tested on)"
        )

    @property
    def most_shots(self) -> int:
        """How many episodes there are to practise."""
        return len(self.train)

    def draw(self, k: int, *, seed: int = 0) -> np.ndarray:
        """The rows of ``k`` episodes of practice, drawn by ``seed``; the first of 64 are those of 8."""
        k = check_shots(k)
        if k % SIDE_BY_SIDE or k > self.most_shots:
            raise TlkitError(
                f"{self.name} is practised in batches of {SIDE_BY_SIDE} episodes, and shots={k} are none: ask for "
                f"{SIDE_BY_SIDE}, {2 * SIDE_BY_SIDE} and so on, up to {self.most_shots:,}."
            )
        return np.random.default_rng(stream(check_seed(seed), "shots", self.name)).permutation(self.most_shots)[:k]

    def judge(self, answers: np.ndarray) -> tuple[float, tuple]:
        """The share of the greatest return that the test's returns (n,) have, on the mean."""
        return float(np.mean(answers)) / self.world.steps, ()

    def shuffled(self, *, seed: int = 0) -> Environment:
        """The control: the same episodes with rewards that mean nothing."""
        return replace(self, name=f"{self.name} with shuffled rewards", meaningless=True)

    @cached_property
    def digest(self) -> str:
        """A hash of all that is practised or tested on, and of the world that it happens in."""
        blake = hashlib.blake2b(f"{self.world} {self.meaningless} {self.classes}".encode(), digest_size=16)
        for part in (self.train, self.test):
            blake.update(array_digest(part.items).encode())
            for name, column in sorted(part.tags.items()):
                blake.update((name + array_digest(column)).encode())
        return blake.hexdigest()


def environment(name: str, world: World, about: str = "") -> Environment:
    """An environment of your own: a world whose physics you chose, such as ``CartPole(gravity=1.6)``."""
    check_physics(world)
    parts = [_episodes(world, count, part) for count, part in ((PRACTICE, "practice"), (TESTS, "test"))]
    return Environment(name, "state", world.actions, *parts, about=about, world=world)


def check_physics(world: World) -> None:
    """One sentence about the first of a world's physics that no machine can have."""
    for field in dataclasses.fields(world):
        value = getattr(world, field.name)
        what = f"{field.name}={shown(value)} is no physics of {type(world).__name__}"
        ends = [a_number(end, what, "a number, or (lowest, highest)") for end in _ends(value)]
        least, most = _BOUNDS.get(field.name, (0.01, 100))
        if not least <= min(ends) <= max(ends) <= most or ends != sorted(ends):
            raise TlkitError(f"{what}: give {least:g} to {most:g}, or (lowest, highest) between them.")
    for end in _ends(world.delay):
        whole(end, f"delay={shown(world.delay)} is no number of steps", least=0, most=MOST_DELAY)


def _ends(value: object) -> tuple:
    """The lowest and the highest of a number or of a range."""
    return tuple(value) if isinstance(value, (tuple, list)) and len(value) == 2 else (value, value)


def _episodes(world: World, count: int, part: str) -> Examples:
    """They begin alike on every machine of a kind, whatever its physics."""
    draw = np.random.default_rng(stream(0, "episodes", type(world).__name__, part))
    return Examples(world.start(count, draw), np.zeros(count, dtype=np.int64), world.physics(count, draw))


_BOUNDS = {"delay": (0, MOST_DELAY), "reversed": (0, 1), "friction": (0, 100), "gravity": (0, 100)}
SLUGGISH = {"length": 1.5, "delay": 5}
VARIED = {"length": (0.5, 2.0), "delay": (0, 5)}
_KNOWN: dict[str, tuple[World, str]] = {
    "cartpole": (CartPole(), "keep a pole of 1 m upright on a cart"),
    "cartpole/jupiter": (CartPole(gravity=24.8), "the same on Jupiter"),
    "cartpole/sluggish": (CartPole(**SLUGGISH), "a pole of 3 m, and pushes that arrive 0.1 s late"),
    "cartpole/reversed": (CartPole(reversed=1.0), "the same with the motor wired the wrong way round"),
    "cartpole/varied": (CartPole(**VARIED), "a pole of another length and another delay in every episode"),
    "reach": (Arm(), "bring an arm's hand to a mark"),
    "reach/longer": (Arm(fore=0.8, load=1.5), "the same with a longer and heavier forearm"),
}


def names() -> dict[str, str]:
    """The environments by name, with what each is in one line."""
    return {name: about for name, (_, about) in _KNOWN.items()}


def load(name: str) -> Environment:
    """The environment of that name."""
    if name not in _KNOWN:
        raise unknown("environment", name, _KNOWN)
    return environment(name, *_KNOWN[name])
