import dataclasses

import numpy as np
import pytest

import tlkit as tl
from tlkit.datasets.environments import MOST_DELAY, Arm, CartPole, environment


def random_states(count: int = 60) -> np.ndarray:
    return np.random.default_rng(0).uniform([-2, -3, -0.2, -3], [2, 3, 0.2, 3], (count, 4))


def physics(count: int, world: CartPole | Arm) -> dict[str, np.ndarray]:
    return world.physics(count, np.random.default_rng(0))


@pytest.mark.parametrize("changed", [{}, {"length": 1.5, "mass": 0.7, "gravity": 24.8}], ids=["as it is", "changed"])
def test_the_cart_is_gymnasiums_step_by_step(changed):
    gymnasium = pytest.importorskip("gymnasium")
    theirs = gymnasium.make("CartPole-v1").unwrapped
    for name, there in {"length": "length", "mass": "masspole", "gravity": "gravity"}.items():
        setattr(theirs, there, changed.get(name, getattr(theirs, there)))
    theirs.total_mass, theirs.polemass_length = theirs.masspole + theirs.masscart, theirs.masspole * theirs.length
    world, states = CartPole(**changed), random_states()
    actions = np.arange(len(states)) % 2
    after, rewards, over = world.step(states, actions, physics(len(states), world))
    for row, (state, action) in enumerate(zip(states, actions, strict=True)):
        theirs.reset()
        theirs.state = tuple(state)
        seen, reward, fallen, _, _ = theirs.step(int(action))
        assert np.allclose(after[row], seen, rtol=0, atol=1e-5)
        assert (rewards[row], over[row]) == (reward, fallen)


def test_a_whole_episode_stays_gymnasiums():
    gymnasium = pytest.importorskip("gymnasium")
    theirs, ours = gymnasium.make("CartPole-v1").unwrapped, CartPole()
    theirs.reset(seed=0)
    state, one = np.array([theirs.state]), physics(1, ours)
    fallen, over, step = False, np.array([False]), 0
    while not fallen:
        _, _, fallen, _, _ = theirs.step(step // 3 % 2)
        state, _, over = ours.step(state, np.array([step // 3 % 2]), one)
        step += 1
        assert np.allclose(state[0], theirs.state, rtol=0, atol=1e-9)
    assert over[0]
    assert step > 10


def test_reversed_pushes_are_the_other_ones():
    states, actions = random_states(), np.arange(60) % 2
    usual, other = CartPole(), CartPole(reversed=1.0)
    there = other.step(states, actions, physics(60, other))[0]
    assert np.array_equal(there, usual.step(states, 1 - actions, physics(60, usual))[0])


def test_friction_slows_a_cart_that_moves():
    states, rubbed = np.array([[0.0, 2.0, 0.0, 0.0]]), CartPole(friction=10.0)
    free, slow = (world.step(states, np.array([1]), physics(1, world))[0][0, 1] for world in (CartPole(), rubbed))
    assert slow < free


def test_the_arms_hand_is_where_geometry_puts_it():
    straight, bent = [0, 0, 0, 0, 1, 0], [np.pi / 2, -np.pi / 2, 0, 0, 1, 0]
    hands = Arm.hand(np.array([straight, bent]), physics(2, Arm(fore=0.3)))
    assert np.allclose(hands, [[0.8, 0.0], [0.3, 0.5]])


def test_the_nearer_the_hand_the_better():
    arm, states = Arm(), np.array([[0, 0, 0, 0, 1.0, 0], [0, 0, 0, 0, 0, 1.0]])
    _, rewards, over = arm.step(states, np.array([0, 0]), physics(2, arm))
    assert 1 > rewards[0] > 0.9 > 0.1 > rewards[1] > 0
    assert not over.any()


def test_ranges_are_drawn_for_each_episode_and_numbers_are_not():
    varied = tl.task("cartpole/varied")
    lengths, delays = varied.train.tags["length"], varied.train.tags["delay"]
    assert 0.5 <= lengths.min() < 0.6 < 1.9 < lengths.max() <= 2
    assert set(delays) == set(range(6))
    assert set(varied.train.tags["gravity"]) == {9.8}
    assert 0.4 < environment("mine", CartPole(reversed=0.5)).train.tags["reversed"].mean() < 0.6


def test_more_episodes_add_to_those_that_were_there():
    cart = tl.task("cartpole")
    assert np.array_equal(cart.draw(64, seed=1)[:8], cart.draw(8, seed=1))
    assert not np.array_equal(cart.draw(8, seed=1), cart.draw(8, seed=2))
    assert len(cart.shots(16)) == 16


def test_the_digest_knows_every_physical_number():
    worlds = [CartPole(), *(CartPole(**{f.name: 1}) for f in dataclasses.fields(CartPole))]
    digests = {environment("mine", world).digest for world in worlds}
    assert len(digests) == len(worlds)
    cart = environment("mine", CartPole())
    assert cart.digest == environment("mine", CartPole()).digest != cart.shuffled().digest


@pytest.mark.parametrize("shots", [1, 12, 5000])
def test_episodes_come_in_batches(shots):
    with pytest.raises(tl.TlkitError, match="batches of 8 episodes"):
        tl.task("cartpole").draw(shots)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"length": 0}, r"length=0 is no physics of CartPole: give 0.01 to 100"),
        ({"gravity": "much"}, "gravity='much' is no physics"),
        ({"length": (2, 1)}, r"length=\(2, 1\)"),
        ({"delay": 1.5}, "no number of steps"),
        ({"delay": MOST_DELAY + 1}, "give 0 to 8"),
        ({"reversed": 2}, "give 0 to 1"),
    ],
    ids=["no length", "gravity in words", "a range backwards", "half a step", "too late", "wired twice"],
)
def test_physics_that_no_cart_can_have(wrong, words):
    with pytest.raises(tl.TlkitError, match=words):
        environment("mine", CartPole(**wrong))


def test_it_says_what_it_is():
    assert repr(tl.task("reach")).startswith("Environment('reach': shoulder left, shoulder right, elbow left")
    assert "cartpole/reversed" in tl.tasks()
