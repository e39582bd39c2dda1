"""The lab of the robot: change the physics of the cart, and see and read what a controller makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import anywidget
import ipywidgets as W
import numpy as np
import traitlets

from tlkit.datasets.environments import CartPole, environment
from tlkit.errors import TlkitError
from tlkit.experiments.source import Source, as_source
from tlkit.methods.classifier import Classifier
from tlkit.methods.reinforcement import Played, play
from tlkit.seeding import stream
from tlkit.widgets.base import Lab, buttons, given_pairs, slider

HERE = Path(__file__).parent
LENGTHS = (0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0)  # m, of the whole pole
MASSES = (0.05, 0.1, 0.5, 1.0, 2.0)  # kg
PLANETS = (("Moon, 1.6", 1.6), ("Mars, 3.7", 3.7), ("Earth, 9.8", 9.8), ("Jupiter, 24.8", 24.8))
FRICTIONS = (0.0, 1.0, 2.0, 5.0, 10.0)  # N for each m/s
DELAYS = tuple(range(9))  # steps


class CartView(anywidget.AnyWidget):
    """An episode of a cart, as it went: it plays, stops and steps, and says each moment in words.

    It moves only when asked to; who prefers less motion gets two pictures a second.
    """

    _esm = HERE / "cart.js"
    _css = HERE / "cart.css"

    frames = traitlets.List(help="The cart's place in m and the pole's angle in rad, step by step.").tag(sync=True)
    pole = traitlets.Float(1.0, help="The pole's length in m.").tag(sync=True)
    tau = traitlets.Float(CartPole.tau, help="Seconds between two frames.").tag(sync=True)
    ending = traitlets.Unicode(help="How it ends, in words.").tag(sync=True)
    episode = traitlets.Int(0, help="Counts the episodes: a new number is a new one to show.").tag(sync=True)

    def show(self, frames: np.ndarray, *, pole: float, ending: str) -> None:
        """Show another episode, from its beginning."""
        with self.hold_sync():
            self.frames, self.pole, self.ending = np.round(frames, 4).tolist(), pole, ending
            self.episode += 1


@dataclass(frozen=True)
class Trial:
    """What a controller made of a cart: the seconds of each test episode, and a middling one as it went."""

    controller: str
    world: CartPole
    seconds: np.ndarray
    frames: np.ndarray
    ending: str

    def words(self) -> str:
        """The trial as a sentence or two."""
        whole = CartPole.steps * CartPole.tau
        return (
            f"{self.controller}; {_described(self.world)}: it stands for {self.seconds.mean():.1f} of {whole:.0f} "
            f"seconds, {self.seconds.mean() / whole:.0%} of the greatest return, on the mean of {len(self.seconds)} "
            f"episodes ({self.seconds.min():.1f} to {self.seconds.max():.1f}). The one shown is a middling one: "
            f"{self.ending[0].lower()}{self.ending[1:]}"
        )


def trial(controller: str, policy: Classifier, world: CartPole) -> Trial:
    """What a policy makes of a cart; where episodes begin, and what is drawn by lot, is the same for every cart."""
    episodes = environment("lab", world).test
    played = play(policy, world, episodes, np.random.default_rng(stream(0, "lab")))
    lasted = played.going.sum(axis=0)
    middling = int(np.argsort(lasted, kind="stable")[len(lasted) // 2])
    frames = played.states[: lasted[middling], middling][:, [0, 2]]
    return Trial(controller, world, lasted * world.tau, frames, _ending(played, world, middling))


def _ending(played: Played, world: CartPole, episode: int) -> str:
    steps = int(played.going[:, episode].sum())
    if steps == world.steps:
        return f"It still stands after {steps * world.tau:.0f} seconds."
    place, _, angle, turning = played.states[steps - 1, episode]
    if abs(angle + world.tau * turning) > world.lean:
        return f"The pole falls to the {'right' if angle > 0 else 'left'} after {steps * world.tau:.1f} seconds."
    return f"The cart leaves the rail on the {'right' if place > 0 else 'left'} after {steps * world.tau:.1f} seconds."


def _described(world: CartPole) -> str:
    late = f"pushes {world.delay * world.tau:.2f} s late" if world.delay else "pushes at once"
    wired = "wired in reverse" if world.reversed else "wired as it was"
    parts = [f"a pole of {2 * world.length:g} m and {world.mass:g} kg", f"gravity {world.gravity:g}"]
    return ", ".join([*parts, f"friction {world.friction:g}", late, wired])


class RobotLab(Lab):
    """A controller, a cart whose physics can be changed, what it makes of it, and an episode that plays and stops.

    ``controllers`` are sources that were taught to balance, by the names that their buttons have.
    """

    beyond = "poles of other masses, other gravities, friction, and the cart itself as it moves."

    def __init__(self, controllers: Mapping[str, Source]):
        super().__init__()
        named = given_pairs(controllers, "controllers", "{'taught one cart': source}")
        self.policies = {name: _policy(name, as_source(source)) for name, source in named.items()}
        self.view = CartView()
        self.controller = buttons("Controller", list(self.policies))
        self.length = slider("Pole", [(f"{length:g} m", length / 2) for length in LENGTHS], 0.5)
        self.mass = slider("Its mass", [(f"{mass:g} kg", mass) for mass in MASSES], 0.1)
        self.gravity = slider("Gravity", PLANETS, 9.8)
        self.friction = slider("Friction", FRICTIONS, 0.0)
        self.delay = slider("Pushes come late by", [(f"{d * CartPole.tau:.2f} s", d) for d in DELAYS], 0)
        self.wiring = buttons("Motor", [("wired as it was", 0.0), ("reversed", 1.0)])
        sliders = [self.length, self.mass, self.gravity, self.friction, self.delay]
        for control in (self.controller, *sliders, self.wiring):
            control.observe(self.ask, "value")
        self.children = [self.controller, *sliders, self.wiring, self.view, self.words]
        self.ask()

    def __repr__(self) -> str:
        return f"RobotLab: {self.trial.words()}"

    @property
    def controls(self) -> list[W.Widget]:
        """What a reader moves without a kernel: a position is fifty episodes, and all of them take an hour."""
        return [self.controller, self.length, self.delay, self.wiring]

    @property
    def world(self) -> CartPole:
        """The cart that the controls ask for."""
        names = ("length", "mass", "gravity", "friction", "delay")
        return CartPole(**{name: getattr(self, name).value for name in names}, reversed=self.wiring.value)

    def ask(self, _change: dict | None = None) -> None:
        """Let the controller balance that cart."""
        name = self.controller.value
        self.trial = trial(name, self.policies[name], self.world)
        self.view.show(self.trial.frames, pole=2 * self.world.length, ending=self.trial.ending)
        self.tell(self.trial.words())


def _policy(name: str, source: Source) -> Classifier:
    if source.classes != CartPole.actions:
        raise TlkitError(f"{name} can't push a cart to the left and right: teach it tl.task('cartpole') first.")
    return source.model
