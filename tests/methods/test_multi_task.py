"""Two tasks at once: what is summed, what pulls where, and that without a partner it is the ordinary training."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

import tlkit as tl
from tests.conftest import bars
from tlkit.events import Step
from tlkit.methods.classifier import Classifier, new_head
from tlkit.methods.method import Phase
from tlkit.methods.multi_task import DECAY, RATE, JointStep, MultiTask, fit_together, gradient, projected
from tlkit.methods.training import fit
from tlkit.models.backbone import Backbone
from tlkit.models.small_vision import note_inputs

BARS, OTHERS = bars("bars", seed=0), bars("others", seed=1, shift=2)


def body(seed: int = 0) -> Backbone:
    """Two stages without dropout."""
    stages = {"flat": nn.Flatten(), "dense": nn.Sequential(nn.Linear(1024, 8), nn.Tanh())}
    made = Backbone("dense", stages, prepare=note_inputs, pool=nn.Identity(), width=8, modality="spectrogram")
    return made.fresh(seed)


def pair(seed: int = 0) -> tuple[Classifier, Classifier]:
    """Two classifiers on one body."""
    shared = body(seed)
    return tuple(Classifier(shared, new_head(8, 3, luck)) for luck in (seed + 1, seed + 2))


def weights(module: nn.Module) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in module.parameters()])


def batch(task: tl.Task) -> tuple[torch.Tensor, torch.Tensor]:
    return note_inputs(task.train.items), torch.from_numpy(task.train.labels)


def test_a_partner_that_weighs_nothing_leaves_the_ordinary_training():
    (own, other), lone = pair(), Classifier(body(), new_head(8, 3, 1))
    fit_together((own, other), (BARS.train, OTHERS.train), weight=0, seed=5, steps=9)
    fit(lone, BARS.train, Phase(None, RATE), frozen=0, decay=DECAY, seed=5, steps=9)
    assert torch.allclose(weights(own), weights(lone), atol=1e-6)


def test_the_gradients_are_those_of_the_summed_loss():
    own, other = pair()
    mine, theirs = gradient(own, *batch(BARS)), gradient(other, *batch(OTHERS))
    heads = [p.grad.clone() for model in (own, other) for p in model.head.parameters()]
    losses = [
        F.cross_entropy(model(given), labels)
        for model, (given, labels) in zip((own, other), map(batch, (BARS, OTHERS)), strict=True)
    ]
    own.zero_grad(), other.zero_grad()
    (losses[0] + 3 * losses[1]).backward()
    both = torch.cat([p.grad.flatten() for p in own.backbone.parameters()])
    assert torch.allclose(mine[-1] + 3 * theirs[-1], both, atol=1e-6)
    assert mine[0] == pytest.approx(losses[0].item())
    assert torch.allclose(heads[0], own.head.weight.grad, atol=1e-6)
    assert torch.allclose(3 * heads[2], other.head.weight.grad, atol=1e-6)


def test_both_heads_and_the_body_learn():
    own, other = pair()
    before = [weights(part).clone() for part in (own.backbone, own.head, other.head)]
    fit_together((own, other), (BARS.train, OTHERS.train), weight=1, seed=0, steps=60)
    after = [weights(part) for part in (own.backbone, own.head, other.head)]
    assert not any(torch.equal(a, b) for a, b in zip(before, after, strict=True))
    assert own.accuracy(BARS.test) > 0.8
    assert other.accuracy(OTHERS.test) > 0.8


def test_what_pulls_against_the_other_is_taken_away_and_nothing_else():
    mine, theirs = torch.tensor([3.0, 0.0]), torch.tensor([-1.0, 1.0])
    assert projected(mine, theirs).tolist() == [1.5, 1.5]
    assert (projected(mine, theirs) @ theirs).item() == 0
    assert torch.equal(projected(mine, -theirs), mine)
    assert torch.equal(projected(mine, torch.zeros(2)), mine)


def test_each_step_says_how_far_the_tasks_agree():
    told = []
    fit_together(pair(), (BARS.train, OTHERS.train), weight=1, seed=0, steps=3, on_event=told.append)
    assert [step.step for step in told] == [1, 2, 3]
    assert all(isinstance(step, JointStep) and isinstance(step, Step) for step in told)
    own, other = pair()
    mine, theirs = (gradient(model, *batch(task))[-1] for model, task in ((own, BARS), (other, OTHERS)))
    whole = min(len(BARS.train), 32)  # the first step sees all of either task
    assert whole == len(BARS.train)
    assert told[0].cosine == pytest.approx(F.cosine_similarity(mine, theirs, dim=0).item(), abs=1e-4)


def test_a_comparison_takes_it_and_finds_it_again():
    nobody, ways = tl.random_source(body()), [tl.multi_task.Alone(), tl.multi_task.Together(OTHERS, weight=2)]
    found = tl.compare(nobody, BARS, strategies=ways, shots=2, seeds=[0, 1], steps=6)
    assert found.strategies == ["alone", "with others, weight 2"]
    again = tl.compare(nobody, BARS, strategies=ways, shots=2, seeds=[0, 1], steps=6, reuse=found)
    assert again.reused == 4
    assert found.runs[0].trainable_params == 1024 * 8 + 8 + 8 * 3 + 3
    kept = tl.transfer(nobody, BARS, strategy=ways[1], shots=2, seed=1, steps=6)
    assert kept.accuracy == found.accuracy("with others, weight 2", shots=2).by_seed[1]
    assert kept.model.accuracy(BARS.test) == kept.accuracy


def test_what_a_run_depends_on_is_in_its_recipe():
    made = [
        tl.multi_task.Alone(),
        tl.multi_task.Together(OTHERS),
        tl.multi_task.Together(OTHERS, weight=2),
        tl.multi_task.Together(OTHERS, project=True),
        tl.multi_task.Together(BARS),
        tl.multi_task.Together(replace(OTHERS, train=OTHERS.train.take(np.arange(9)))),
    ]
    assert len({str(each.recipe()) for each in made}) == len(made)


def test_no_test_picture_of_either_task_is_learnt_from():
    nobody, way = tl.random_source(body()), tl.multi_task.Together(OTHERS)
    usual = tl.transfer(nobody, BARS, strategy=way, shots=2, seed=0, steps=6)
    noise = replace(OTHERS.test, labels=OTHERS.test.labels[::-1].copy())
    other = tl.transfer(
        nobody, BARS, strategy=tl.multi_task.Together(replace(OTHERS, test=noise)), shots=2, seed=0, steps=6
    )
    assert usual.accuracy == other.accuracy


@pytest.mark.parametrize("weight", [0, -1, "much"], ids=["nothing", "negative", "word"])
def test_a_weight_that_is_none_is_refused(weight):
    with pytest.raises(tl.TlkitError, match="weight="):
        tl.multi_task.Together(OTHERS, weight=weight)


def test_a_partner_of_another_kind_is_refused():
    with pytest.raises(tl.TlkitError, match="made for spectrograms"):
        tl.transfer(tl.random_source(body()), BARS, strategy=tl.multi_task.Together("digits"), shots=1, steps=2)
    assert isinstance(tl.multi_task.Together("notes/band"), MultiTask)
