"""Reinforcement learning: a policy practises in an environment, by the simplest policy gradient that there is.

A policy is a classifier whose classes are actions: it is given what is seen, and its head scores what may be done. It
acts by lot, as likely as its scores say, and what turned out better than usual is made likelier (Williams, 1992,
"REINFORCE"). Usual is what the other episodes of the batch earned from the same moment on.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import torch

from tlkit.datasets.environments import MOST_DELAY, SIDE_BY_SIDE, Environment, World
from tlkit.datasets.task import Examples, Task
from tlkit.errors import TlkitError
from tlkit.events import Listener, Step, ignore
from tlkit.methods.classifier import Classifier, check_modality
from tlkit.methods.finetuning import Finetuning
from tlkit.methods.frozen_body import FrozenBody
from tlkit.methods.method import Case, Outcome, Phase, Strategy
from tlkit.methods.training import parameter_groups
from tlkit.models.backbone import Backbone, count_parameters
from tlkit.models.policy import Dense
from tlkit.runtime.torch_state import threads
from tlkit.seeding import stream

RECIPE = 1  # raise it when a change to the code changes what is learnt: older saved results are then not reused
HEAD_FIRST = 64  # episodes that each phase lasts but the last


class Played(NamedTuple):
    """Episodes as they went: what was seen (steps, episodes, inputs), done and earned (steps, episodes).

    ``going`` says which episodes were not over yet, and ``states`` holds what the machine itself did, numbers last.
    """

    seen: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    going: np.ndarray
    states: np.ndarray

    @property
    def returns(self) -> np.ndarray:
        """What each episode earned (episodes,)."""
        return self.rewards.sum(axis=0)

    def to_go(self, discount: float) -> np.ndarray:
        """What each episode still earned from each step on, later rewards discounted (steps, episodes)."""
        worth = np.array(self.rewards)
        for step in range(len(worth) - 2, -1, -1):
            worth[step] += discount * worth[step + 1]
        return worth

    def advantages(self, discount: float) -> np.ndarray:
        """By how much each moment (moments,) turned out better than the same moment of the other episodes, scaled."""
        worth = self.to_go(discount)
        better = (worth - worth.mean(axis=1, keepdims=True))[self.going]
        return (better / (better.std() + 1e-6)).astype(np.float32)


def _arrays(layer: torch.nn.Linear) -> tuple[np.ndarray, np.ndarray]:
    return layer.weight.detach().cpu().numpy().T, layer.bias.detach().cpu().numpy()


@torch.inference_mode()
def play(policy: Classifier, world: World, episodes: Examples, draw: np.random.Generator) -> Played:
    """Let a policy act in episodes side by side, until all are over."""
    states, physics, count = episodes.items, episodes.tags, len(episodes)
    pushes = np.zeros((MOST_DELAY + world.steps, count), dtype=np.int64)
    pushes[:MOST_DELAY] = np.arange(MOST_DELAY)[:, None] % len(world.actions)  # what is under way when all begins
    going, columns, record, act = np.ones(count, dtype=bool), np.arange(count), [], _actor(policy)
    for step in range(MOST_DELAY, len(pushes)):
        seen = world.observe(states)
        scores = act(seen)
        pushes[step] = (scores + draw.gumbel(size=scores.shape)).argmax(axis=1)  # as likely as the scores say
        after, rewards, over = world.step(states, pushes[step - physics["delay"], columns], physics)
        record.append((seen, pushes[step], rewards * going, going, states))
        states, going = np.where(going[:, None], after, states), going & ~over
        if not going.any():
            break
    return Played(*map(np.stack, zip(*record, strict=True)))


def _actor(policy: Classifier) -> Callable[[np.ndarray], np.ndarray]:
    """What scores actions (episodes, actions) of what is seen.

    Acting needs no gradient. Of dense layers NumPy does the same sums in a tenth of the time that torch needs to begin.
    """
    backbone = policy.backbone
    if not all(isinstance(stage, Dense) for stage in backbone.stages):
        return lambda seen: policy(backbone.prepare(seen).to(backbone.device)).cpu().numpy()
    *body, head = [_arrays(part) for part in (*backbone.stages, policy.head)]

    def act(seen: np.ndarray) -> np.ndarray:
        values = seen.astype(np.float32)
        for weights, bias in body:
            values = np.tanh(values @ weights + bias)
        return values @ head[0] + head[1]

    return act


def improve(policy: Classifier, optimiser: torch.optim.Optimizer, played: Played, advantages: np.ndarray) -> float:
    """One step of the policy gradient: what turned out better becomes likelier. Returns the loss before it."""
    backbone, going = policy.backbone, played.going
    scores = policy(backbone.prepare(played.seen[going]).to(backbone.device))  # (moments, actions)
    done, worth = (torch.from_numpy(each).to(backbone.device) for each in (played.actions[going], advantages))
    likely = scores.log_softmax(dim=1).gather(1, done[:, None]).squeeze(1)  # (moments,)
    loss = -(likely * worth).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()


@dataclass
class Practice:
    """A policy that practises, phase by phase, and can go on where it stopped; ``done`` counts episodes."""

    policy: Classifier
    environment: Environment
    phases: Sequence[Phase]
    draw: np.random.Generator
    done: int = 0
    seconds: float = 0.0
    _phase: Phase | None = field(default=None, repr=False)
    _optimiser: torch.optim.Optimizer | None = field(default=None, repr=False)

    def go_on(self, rows: np.ndarray, on_event: Listener = ignore) -> None:
        """Practise the episodes at ``rows`` that were not practised yet, batch by batch."""
        began, world = time.perf_counter(), self.environment.world
        with threads(self.policy.backbone.threads):
            for start in range(self.done, len(rows), SIDE_BY_SIDE):
                self._enter(self.phases[min(start // HEAD_FIRST, len(self.phases) - 1)])
                batch = rows[start : start + SIDE_BY_SIDE]
                played = play(self.policy, world, self.environment.train.take(batch), self.draw)
                loss = improve(self.policy, self._optimiser, played, self._worth(played))
                share = self.environment.judge(played.returns)[0]
                on_event(Step(start // SIDE_BY_SIDE + 1, len(rows) // SIDE_BY_SIDE, loss, share))
        self.done, self.seconds = len(rows), self.seconds + time.perf_counter() - began

    def _worth(self, played: Played) -> np.ndarray:
        worth = played.advantages(self.environment.world.discount)
        return self.draw.permutation(worth) if self.environment.meaningless else worth

    def _enter(self, phase: Phase) -> None:
        """Let those stages learn that learn in this phase, with a new optimiser, unless it is under way."""
        if phase is self._phase:
            return
        stages = self.policy.backbone.stages
        stages.requires_grad_(True)
        stages[: 0 if phase.learn is None else len(stages) - phase.learn].requires_grad_(False)
        self._phase, self._optimiser = phase, torch.optim.Adam(parameter_groups(self.policy, phase))


def tested(policy: Classifier, environment: Environment) -> np.ndarray:
    """The returns of the environment's test episodes (n,); luck is the same for every policy."""
    with threads(policy.backbone.threads):
        draw = np.random.default_rng(stream(0, "test"))
        return play(policy, environment.world, environment.test, draw).returns


def check_inputs(policy: Backbone, environment: Environment) -> None:
    """A network must be given as many numbers as an environment shows, and says so if it is not."""
    check_modality(policy, environment)
    policy.prepare(environment.world.observe(environment.test.items[:1]))


def school(
    policy: Classifier, environment: Environment, phase: Phase, *, seed: int, steps: int, on_event: Listener
) -> float:
    """Let a new policy practise ``steps`` batches, in place; what it is worth then."""
    check_inputs(policy.backbone, environment)
    practice = Practice(policy, environment, [phase], np.random.default_rng(seed))
    practice.go_on(environment.draw(steps * SIDE_BY_SIDE, seed=seed), on_event)
    return environment.judge(tested(policy, environment))[0]


@dataclass(frozen=True, repr=False)
class Practised(Finetuning):
    """A strategy in an environment: the same phases, practised. Shots are episodes.

    Each phase but the last lasts 64 of them. What a policy of 64 episodes has learnt is what one of 256 had learnt by
    then, so runs that differ in nothing but their episodes are one practice that goes on.
    """

    def recipe(self) -> list:
        """All that a run's result depends on."""
        phases = [phase.recipe() for phase in self.phases]
        return ["practised", RECIPE, self.name, self.body, self.head, phases]

    def check(self, source, target: Task) -> None:
        """It must be an environment, and its actions those of the source, if the source's head is to choose them."""
        if not isinstance(target, Environment):
            raise TlkitError(f"{self.name!r} acts in an environment, and {target.name} is none: try 'cartpole'.")
        super().check(source, target)
        check_inputs(source.network, target)

    def rows(self, target: Task, shots: int, seed: int) -> np.ndarray:
        """The episodes that it practises: none, where nothing learns."""
        return super().rows(target, shots, seed) if self.phases else np.empty(0, int)

    def frozen_depths(self, stages: int) -> set[int]:
        """Nothing is known beforehand of what will be seen."""
        for phase in self.phases:
            self.frozen(phase, stages)
        return set()

    def fit(self, case: Case) -> Outcome:
        """Practise on from where the last run of that kind stopped."""
        key = (str(self.recipe()), case.seed)
        practice = None if case.known is None else case.known.get(key)
        if practice is None or practice.done > len(case.rows):
            policy = self.starting_point(case.source, case.target, case.seed)
            draw = np.random.default_rng(stream(case.seed, "actions", self.name, case.target.name))
            practice = Practice(policy, case.target, self.phases, draw)
        practice.go_on(case.rows, case.on_event)
        if case.known is not None:
            case.known[key] = practice
        policy = practice.policy
        learning = self._learning(policy) if self.phases else 0
        kept = copy.deepcopy(policy) if case.keep else None
        return Outcome(tested(policy, case.target), practice.seconds, learning, count_parameters(policy), kept)


def RandomPolicy() -> Practised:
    """The control: a random network acts, and nothing learns."""
    return Practised("random_policy", "a random network acts, and nothing learns", (), body="random")


def practised(strategy: Strategy) -> Practised:
    """The strategy of that name for environments: fine-tuning and heads on frozen bodies can be practised."""
    if isinstance(strategy, Practised):
        return strategy
    if type(strategy) is Finetuning:
        phases = strategy.phases
    elif type(strategy) is FrozenBody and strategy.cut is None:
        phases = (Phase(0),) if strategy.head == "new" else ()
    else:
        raise TlkitError(f"{strategy.name!r} can't be practised: use 'scratch', 'head', 'full', 'lp_ft' or 'keep'.")
    phases = tuple(replace(phase, rate=phase.rate or "body") for phase in phases)  # no head is solved for here
    return Practised(strategy.name, strategy.about, phases, body=strategy.body, head=strategy.head)


def suited(strategy: Strategy, target: Task) -> Strategy:
    """The strategy in the form that a target asks for: in an environment it is practised."""
    return practised(strategy) if isinstance(target, Environment) else strategy
