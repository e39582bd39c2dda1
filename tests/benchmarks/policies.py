"""The policy gradient of lesson 17 beside stable-baselines3's PPO, on the cart that the lesson begins with."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import numpy as np

import tlkit as tl
from tlkit.datasets.environments import SIDE_BY_SIDE, Environment

from .side_by_side import ROUNDS, SMALL, Row, Skipped, Timed, row, timed

BATCHES = 30  # of eight episodes: what the lesson's source has
TUNED = {  # RL Zoo's for CartPole-v1, but for schedules: its defaults need more steps than these
    "n_steps": 32,
    "batch_size": 256,
    "gae_lambda": 0.8,
    "gamma": 0.98,
    "n_epochs": 20,
    "learning_rate": 1e-3,
}


def policies(quick: bool = False) -> Iterator[Row]:
    """Each side learns for as many steps of the cart, counted on ours, and is tested on the same 50 episodes."""
    if importlib.util.find_spec("stable_baselines3") is None:
        raise Skipped("stable-baselines3 is not installed: pip install --no-deps stable-baselines3.")
    cart, seeds, steps = tl.task("cartpole"), iter(range(100, 200)), []

    def ours() -> float:
        told: list = []
        net = tl.backbone("policy-net")
        source = tl.pretrain(net, cart, seed=next(seeds), steps=BATCHES, on_event=told.append)
        steps.append(round(sum(event.accuracy for event in told) * SIDE_BY_SIDE * cart.world.steps))
        return source.accuracy

    def peer() -> float:
        return _ppo(cart, steps[-1], seed=next(seeds))

    def in_turn() -> dict[str, Timed]:
        return {"ours": timed(ours), "peer": timed(peer)}

    told = [in_turn() for _ in range(SMALL if quick else ROUNDS)]
    about = f"a controller for CartPole, {np.mean(steps):,.0f} steps of the cart"
    accuracies = [[each[side].accuracy for each in told] for side in ("ours", "peer")]
    note = "returns, lowest and highest: " + ", ".join(f"{min(a):.0%} to {max(a):.0%}" for a in accuracies)
    yield row("policies", about, told, peer="stable-baselines3's PPO", note=note)


def _ppo(cart: Environment, steps: int, seed: int) -> float:
    """What PPO is worth after so many steps of eight carts side by side."""
    import gymnasium
    from stable_baselines3 import PPO
    from stable_baselines3.common.vec_env import DummyVecEnv

    carts = DummyVecEnv([lambda: gymnasium.make("CartPole-v1", max_episode_steps=cart.world.steps)] * SIDE_BY_SIDE)
    model = PPO("MlpPolicy", carts, seed=seed, device="cpu", **TUNED).learn(steps)
    states, going, returns = cart.test.items, np.ones(len(cart.test), dtype=bool), 0
    for _ in range(cart.world.steps):
        actions, _ = model.predict(states.astype(np.float32), deterministic=False)
        after, rewards, over = cart.world.step(states, actions, cart.test.tags)
        states, returns, going = np.where(going[:, None], after, states), returns + rewards * going, going & ~over
    return cart.judge(returns)[0]
