import copy

import numpy as np
import pytest
import torch

import tlkit as tl
from tlkit.datasets.environments import CartPole, environment
from tlkit.methods import reinforcement
from tlkit.methods.classifier import Classifier, new_head
from tlkit.methods.reinforcement import Played, play

CART = tl.task("cartpole")


@pytest.fixture(scope="module")
def balancer():
    return tl.pretrain(tl.backbone("policy-net"), CART, seed=0, steps=12)


def policy(seed: int = 0) -> Classifier:
    return Classifier(tl.backbone("policy-net").fresh(seed), new_head(32, 2, seed))


def played(rewards: list[list[float]]) -> Played:
    rewards = np.array(rewards, dtype=float)
    nothing = np.zeros((*rewards.shape, 4))
    return Played(nothing, np.zeros(rewards.shape, dtype=int), rewards, rewards > 0, nothing)


def weights(model: Classifier) -> list[torch.Tensor]:
    return [p.detach().clone() for p in model.parameters()]


def same(ones: list[torch.Tensor], others: list[torch.Tensor]) -> list[bool]:
    return [torch.equal(one, other) for one, other in zip(ones, others, strict=True)]


def test_what_is_still_to_come_counts_less_the_later_it_comes():
    assert played([[1, 1], [1, 0], [1, 0]]).to_go(0.5).tolist() == [[1.75, 1], [1.5, 0], [1, 0]]


def test_advantages_are_against_the_same_moment_of_the_others():
    advantages = played([[1, 1], [1, 0]]).advantages(1.0)
    assert advantages[0] > 0 > advantages[1]
    assert len(advantages) == 3  # moments of episodes that were not over


def test_an_episode_ends_where_the_pole_falls():
    went = play(policy(), CART.world, CART.test, np.random.default_rng(0))
    assert np.array_equal(went.returns, went.going.sum(axis=0))
    assert (np.diff(went.going.astype(int), axis=0) <= 0).all()
    last = went.going.sum(axis=0) - 1
    leans = abs(went.states[last, np.arange(len(last)), 2])
    assert (leans < CART.world.lean).all()


def test_acting_in_numpy_is_acting_in_torch():
    acting, seen = policy(), np.random.default_rng(0).normal(size=(5, 4))
    with torch.no_grad():
        scores = acting(acting.backbone.prepare(seen)).numpy()
    assert np.allclose(reinforcement._actor(acting)(seen), scores, atol=1e-6)


def test_late_pushes_are_those_of_some_steps_ago():
    """Without a push of its own in time, a controller that always pushes right is helpless in the same way."""
    right = policy()
    with torch.no_grad():
        right.head.weight.zero_()
        right.head.bias.copy_(torch.tensor([-50.0, 50.0]))
    late = environment("late", CartPole(delay=4))
    pushed = play(right, late.world, late.test, np.random.default_rng(0)).states[:, :, 1]
    at_once = play(right, CART.world, CART.test, np.random.default_rng(0)).states[:, :, 1]
    assert (pushed[1] != at_once[1]).any()
    assert np.allclose(pushed[2], late.test.items[:, 1], atol=0.02)  # left and right by turns, until its own arrive
    assert (at_once[2] > pushed[2] + 0.3).all()


def test_one_step_makes_what_turned_out_better_likelier():
    acting = policy()
    went = play(acting, CART.world, CART.train.take(CART.draw(8)), np.random.default_rng(0))
    advantages = went.advantages(CART.world.discount)
    good = torch.from_numpy(advantages) > 0

    def likely() -> torch.Tensor:
        with torch.no_grad():
            scores = acting(acting.backbone.prepare(went.seen[went.going])).log_softmax(dim=1)
        return scores.gather(1, torch.from_numpy(went.actions[went.going])[:, None]).squeeze(1)

    before = likely()
    reinforcement.improve(acting, torch.optim.SGD(acting.parameters(), 1e-2), went, advantages)
    gained = (likely() - before) * torch.from_numpy(advantages)
    assert gained.mean() > 0
    assert good.any()


def test_it_learns_to_balance(balancer):
    lazy = CART.judge(reinforcement.tested(policy(), CART))[0]
    assert lazy < 0.2
    assert balancer.accuracy > lazy + 0.2


def test_rewards_that_mean_nothing_teach_nothing():
    confused = tl.pretrain(tl.backbone("policy-net"), CART.shuffled(), seed=0, steps=12)
    assert confused.accuracy < 0.3


@pytest.mark.parametrize("strategy", ["head", "full", "keep", "lp_ft", "scratch", "partial:1"])
def test_what_learns_moves_and_what_is_frozen_moves_by_nothing(balancer, strategy):
    run = tl.transfer(balancer, CART, strategy=strategy, shots=8, seed=0)
    body = same(weights(run.model.backbone), weights(balancer.backbone))
    frozen = {"head": 4, "lp_ft": 4, "partial:1": 2}.get(strategy, 0)  # after 8 episodes lp_ft is at its head alone
    assert body[:frozen] == [True] * frozen
    assert not any(body[frozen:])
    assert run.labels == 8
    assert 0 <= run.accuracy <= 1


def test_head_first_then_all_lets_all_learn_after_64_episodes(balancer):
    run = tl.transfer(balancer, CART, strategy="lp_ft", shots=72, seed=0)
    assert not any(same(weights(run.model.backbone), weights(balancer.backbone)))


def test_what_learns_nothing_needs_no_episode(balancer):
    as_it_is = tl.transfer(balancer, CART, strategy="as_is", shots=8)
    assert (as_it_is.labels, as_it_is.trainable_params) == (0, 0)
    assert as_it_is.accuracy == balancer.accuracy
    by_lot = tl.transfer(balancer, CART, strategy="random_policy", shots=8)
    assert by_lot.accuracy < 0.2


def test_practice_that_goes_on_is_practice_all_along(balancer):
    """One run of 24 episodes, and the one of 16 that went on."""
    stages = tl.compare(balancer, CART, strategies=["scratch", "keep"], shots=[8, 16, 24], seeds=[1])
    for name in ("scratch", "keep"):
        alone = tl.transfer(balancer.reseed(1), CART, strategy=name, shots=24, seed=1)
        assert stages.accuracy(name, shots=24).by_seed == {1: alone.accuracy}
    backwards = tl.compare(balancer, CART, strategies=["scratch"], shots=[24, 8], seeds=[1])
    assert backwards.accuracy("scratch", shots=8).by_seed == stages.accuracy("scratch", shots=8).by_seed


def test_the_source_stays_as_it_is(balancer):
    before = copy.deepcopy(balancer.model)
    tl.transfer(balancer, CART, strategy="keep", shots=16)
    assert all(same(weights(before), weights(balancer.model)))


def test_each_batch_is_told():
    told = []
    tl.pretrain(tl.backbone("policy-net"), CART, seed=0, steps=3, on_event=told.append)
    assert [(event.step, event.steps) for event in told] == [(1, 3), (2, 3), (3, 3)]
    assert all(0 < event.accuracy < 1 for event in told)


@pytest.mark.parametrize(
    ("source", "target", "strategy", "words"),
    [
        ("cartpole", "cartpole", "lora:8", "'lora:8' can't be practised: use 'scratch'"),
        ("cartpole", "reach", "scratch", "given 4 numbers, and there are 8"),
        ("cartpole", "reach", "keep", "do not name the same classes"),
    ],
)
def test_what_can_not_be_is_said_in_words(balancer, source, target, strategy, words):
    with pytest.raises(tl.TlkitError, match=words):
        tl.transfer(balancer, target, strategy=strategy, shots=8)


def test_a_random_policy_needs_an_environment(source, high_bars):
    with pytest.raises(tl.TlkitError, match="acts in an environment"):
        tl.transfer(source, high_bars, strategy="random_policy", shots=1)


def test_an_arm_learns_with_a_network_of_its_size():
    arm = tl.task("reach")
    reacher = tl.pretrain(tl.backbone("policy-net", size=8), arm, seed=0, steps=4)
    assert reacher.classes == arm.classes
    assert 0 < tl.transfer(reacher, "reach/longer", strategy="keep", shots=8).accuracy < 1
