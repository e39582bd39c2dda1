"""Which stages each strategy moves, where it begins, and how its rate rises and falls."""

import dataclasses

import numpy as np
import pytest
import torch

import tlkit as tl
from tlkit.events import ignore
from tlkit.methods.body_features import BodyFeatures
from tlkit.methods.linear_probe import linear_probe
from tlkit.methods.method import Case
from tlkit.methods.strategy import as_strategy
from tlkit.methods.training import one_cycle

MOVES = {"head": 0, "partial:1": 1, "partial:2": 2, "partial:3": 3, "full": 4, "lp_ft": 4, "keep": 4, "as_is": 0}
NEAR = 0.05  # how far a weight gets in one step, at the most; a random one is farther


def farthest(one: torch.nn.Module, other: torch.nn.Module) -> float:
    """How far the weight lies apart that lies farthest apart."""
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    return max((a - b).detach().abs().max().item() for a, b in pairs)


@pytest.fixture(scope="module")
def after(source, high_bars):
    """The network that each strategy makes of the source in one step."""
    return {
        name: tl.transfer(source, high_bars, strategy=name, shots=3, seed=4, steps=1).model
        for name in (*MOVES, "scratch", "random_head")
    }


@pytest.mark.parametrize("name", MOVES)
def test_the_stages_that_learn_are_the_last_and_the_others_stay(after, source, name):
    ways = [farthest(*pair) for pair in zip(after[name].backbone.stages, source.backbone.stages, strict=True)]
    assert [way > 0 for way in ways] == [stage >= 4 - MOVES[name] for stage in range(4)]
    assert max(ways) < NEAR  # it begins with the source


@pytest.mark.parametrize("name", ["scratch", "random_head"])
def test_what_knows_nothing_begins_far_from_the_source(after, source, name):
    ways = [farthest(*pair) for pair in zip(after[name].backbone.stages, source.backbone.stages, strict=True)]
    assert min(ways) > NEAR


def test_a_random_control_is_another_for_every_seed(after, source, high_bars):
    other = tl.transfer(source, high_bars, strategy="random_head", shots=3, seed=5).model
    assert farthest(other.backbone, after["random_head"].backbone) > NEAR


def test_a_head_and_head_first_begin_with_what_a_probe_finds(after, source, high_bars):
    lesson = high_bars.shots(3, seed=4)
    weight, _ = linear_probe(source.backbone.features(lesson.items), lesson.labels, classes=len(high_bars.classes))
    heads = {name: after[name].head.weight.detach().numpy() for name in ("head", "lp_ft", "full")}
    away = {name: np.abs(head - weight).max() for name, head in heads.items()}
    assert away["head"] < 1e-5
    assert away["lp_ft"] < NEAR < away["full"]


def test_a_kept_head_begins_as_the_sources_own(after, source):
    assert farthest(after["keep"].head, source.model.head) < NEAR < farthest(after["full"].head, source.model.head)


@pytest.mark.parametrize("steps", [20, 150], ids=["few", "many"])
def test_the_rate_rises_for_a_quarter_and_then_falls_to_next_to_nothing(steps):
    rates = [one_cycle(step, steps) for step in range(steps)]
    top = steps // 4
    assert rates[top - 1] == rates[top] == max(rates) == 1
    assert rates[0] == 1 / top
    assert all(np.diff(rates[:top]) > 0)
    assert all(np.diff(rates[top:]) < 0)
    assert rates[-1] < 0.02


def test_head_first_then_all_goes_on_at_the_rate_of_those_that_know_something():
    first, second = tl.LPFT().phases
    assert (first.learn, first.rate) == (0, None)
    assert (second.learn, second.rate) == (None, "tuning")


def test_each_seeds_teacher_begins_elsewhere(low_bars):
    one, other = (tl.pretrain(tl.backbone("note-cnn"), low_bars, seed=seed, steps=1) for seed in (1, 2))
    assert min(farthest(*pair) for pair in zip(one.backbone.stages, other.backbone.stages, strict=True)) > NEAR


def test_a_teacher_never_sees_its_test(low_bars):
    upset = dataclasses.replace(low_bars, test=low_bars.train.take(slice(None, None, -1)))
    one, other = (tl.pretrain(tl.backbone("note-cnn"), task, seed=1, steps=2) for task in (low_bars, upset))
    assert one.backbone.digest() == other.backbone.digest()


def test_a_head_is_fitted_on_its_own_rows_labels_however_the_task_is_ordered(source, high_bars):
    order = np.random.default_rng(0).permutation(len(high_bars.train))
    mixed = dataclasses.replace(high_bars, train=high_bars.train.take(order))
    lesson = mixed.shots(3, seed=4)
    weight, _ = linear_probe(source.backbone.features(lesson.items), lesson.labels, classes=len(mixed.classes))
    head = tl.transfer(source, mixed, strategy="head", shots=3, seed=4).model.head
    assert np.abs(head.weight.detach().numpy() - weight).max() < 1e-5


@pytest.mark.parametrize("name", ["head", "partial:2", "full", "lp_ft", "keep", "scratch"])
def test_what_is_tested_is_the_network_that_was_made(source, high_bars, name):
    strategy = as_strategy(name)
    features = BodyFeatures(source.backbone, high_bars, ignore)
    rows = strategy.rows(high_bars, 3, 4)
    case = Case(source, high_bars, rows, seed=4, steps=3, keep=True, features=lambda: features)
    outcome = strategy.fit(case)
    assert np.allclose(outcome.answers, outcome.model.probabilities(high_bars.test.items), atol=1e-5)
