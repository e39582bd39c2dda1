"""What transfer means: what is frozen moves by exactly nothing, what learns moves."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import tlkit as tl
from tlkit.events import Step, Stopped
from tlkit.methods.classifier import Classifier, new_head
from tlkit.methods.linear_probe import fit_head, linear_probe
from tlkit.methods.method import Phase
from tlkit.methods.training import fit, one_cycle, parameter_groups
from tlkit.models.backbone import Rates

LEARN = Phase(None, 1e-3)


def model(backbone) -> Classifier:
    return Classifier(backbone, new_head(backbone.width, 3, seed=5))


def state(module) -> list[torch.Tensor]:
    return [tensor.clone() for tensor in module.state_dict().values()]


def same(before, module) -> bool:
    return all(torch.equal(a, b) for a, b in zip(before, module.state_dict().values(), strict=True))


@pytest.mark.parametrize("frozen", [0, 1, 2, 3])
def test_frozen_stages_move_by_exactly_nothing_and_the_others_move(low_bars, frozen):
    net = model(tl.backbone("note-cnn").fresh(0))
    before = [state(stage) for stage in net.backbone.stages]
    head = state(net.head)
    fit(net, low_bars.train, LEARN, frozen=frozen, seed=0, steps=2)
    assert [same(b, stage) for b, stage in zip(before, net.backbone.stages, strict=True)] == [
        k < frozen for k in range(4)
    ]
    assert not same(head, net.head)


def test_frozen_batchnorm_statistics_stay_put_and_free_ones_drift(normed, low_bars):
    net = model(normed)
    before = state(normed.stages[0])
    fit(net, low_bars.train, LEARN, frozen=1, seed=0, steps=2)
    assert same(before, normed.stages[0])
    mean = normed.stages[0][1].running_mean.clone()
    fit(net, low_bars.train, LEARN, frozen=0, seed=0, steps=2)
    assert not torch.equal(mean, normed.stages[0][1].running_mean)


def test_nothing_stays_frozen_afterwards(normed, low_bars):
    net = model(normed)
    fit(net, low_bars.train, LEARN, frozen=1, seed=0, steps=1)
    assert all(p.requires_grad for p in net.parameters())
    assert not net.backbone.training


def test_the_cache_of_frozen_stages_changes_nothing(low_bars):
    """Freezing by cache against freezing by requires_grad alone, the way a tutorial would write it."""
    ours, plain = (model(tl.backbone("note-cnn").fresh(0)) for _ in range(2))
    fit(ours, low_bars.train, LEARN, frozen=2, seed=0, steps=3, batch=100)
    plain.backbone.stages[:2].requires_grad_(False)
    optimiser = torch.optim.AdamW([p for p in plain.parameters() if p.requires_grad], lr=1e-3, weight_decay=0)
    generator = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    for step in range(3):
        optimiser.param_groups[0]["lr"] = 1e-3 * one_cycle(step, 3)
        order = torch.randperm(len(low_bars.train), generator=generator)
        inputs = plain.backbone.prepare(low_bars.train.items[order])
        loss = torch.nn.functional.cross_entropy(plain(inputs), torch.from_numpy(low_bars.train.labels[order]))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    for mine, theirs in zip(ours.parameters(), plain.parameters(), strict=True):
        assert torch.allclose(mine, theirs, atol=2e-4)


def test_the_same_seed_learns_the_same_whatever_ran_before(low_bars):
    def learnt(seed):
        net = model(tl.backbone("note-cnn").fresh(0))
        fit(net, low_bars.train, LEARN, frozen=0, seed=seed, steps=2, batch=4)
        return net.backbone.digest()

    first = learnt(1)
    torch.manual_seed(99)
    np.random.seed(99)
    torch.rand(10)
    assert learnt(1) == first != learnt(2)


def test_events_tell_each_step(low_bars):
    events = []
    fit(model(tl.backbone("note-cnn")), low_bars.train, LEARN, frozen=0, seed=0, steps=3, on_event=events.append)
    assert [event.step for event in events] == [1, 2, 3]
    assert all(isinstance(event, Step) and event.steps == 3 and 0 <= event.accuracy <= 1 for event in events)


def test_a_listener_can_stop_and_leaves_the_network_usable(low_bars):
    def stop(event):
        if event.step == 2:
            raise Stopped

    net = model(tl.backbone("note-cnn"))
    threads = torch.get_num_threads()
    with pytest.raises(Stopped):
        fit(net, low_bars.train, LEARN, frozen=3, seed=0, steps=50, on_event=stop)
    assert all(p.requires_grad for p in net.parameters())
    assert torch.get_num_threads() == threads


def test_the_head_is_scikit_learns(low_bars):
    net = model(tl.backbone("note-cnn").fresh(0))
    before = net.backbone.digest()
    fit_head(net.head, net.backbone.features(low_bars.train.items), low_bars.train.labels)
    features = net.backbone.features(low_bars.train.items)
    oracle = make_pipeline(StandardScaler(), LogisticRegression(tol=1e-8, max_iter=10_000))
    oracle.fit(features, low_bars.train.labels)
    theirs = oracle.predict_proba(net.backbone.features(low_bars.test.items))
    assert np.allclose(net.probabilities(low_bars.test.items), theirs, atol=1e-4)
    assert net.backbone.digest() == before


@pytest.mark.parametrize("present", [(0, 2), (0, 1, 2)])
def test_a_probe_rules_out_what_it_never_saw(present):
    draw = np.random.default_rng(0)
    labels = np.repeat(present, 10)
    features = draw.normal(size=(len(labels), 4)) + labels[:, None]
    weight, bias = linear_probe(features, labels, classes=4)
    scores = features @ weight.T + bias
    assert weight.shape == (4, 4)
    assert set(scores.argmax(1)) <= set(present)
    oracle = make_pipeline(StandardScaler(), LogisticRegression()).fit(features, labels)
    assert np.array_equal(scores.argmax(1), oracle.predict(features))


def test_batches_cover_every_example_once_an_epoch(low_bars):
    from tlkit.methods.training import draw_batches

    rows = torch.cat(list(draw_batches(18, 6, 3, seed=0)))
    assert sorted(rows.tolist()) == list(range(18))
    assert [len(batch) for batch in draw_batches(5, 32, 3, seed=0)] == [5, 5, 5]
    epochs = torch.cat(list(draw_batches(18, 6, 30, seed=0))).view(10, 18)
    assert all(sorted(epoch.tolist()) == list(range(18)) for epoch in epochs)
    assert len({tuple(epoch.tolist()) for epoch in epochs}) == 10  # each in an order of its own


def test_texts_of_like_length_go_together_and_none_is_left_out():
    from tlkit.methods.training import draw_batches

    lengths = torch.arange(64) % 16
    batches = list(draw_batches(64, 8, 8, seed=0, lengths=lengths))
    assert sorted(torch.cat(batches).tolist()) == list(range(64))
    assert all(lengths[rows].max() - lengths[rows].min() <= 2 for rows in batches)
    longest = [int(lengths[rows].max()) for rows in batches]
    assert longest != sorted(longest)  # in no order of length


def test_two_trainings_at_once_do_not_draw_each_others_numbers(low_bars):
    """As when a lab trains in the background while a cell does."""

    def learnt(seed):
        net = model(tl.backbone("note-cnn").fresh(0))
        fit(net, low_bars.train, LEARN, frozen=3, seed=seed, steps=40)
        return net.backbone.digest()

    alone = [learnt(seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(learnt, range(4))) == alone


def test_earlier_stages_learn_slower_and_a_new_head_at_its_own_rate():
    net = model(tl.backbone("note-cnn"))
    net.backbone.rates = Rates(body=1e-3, head=5e-3)
    groups = parameter_groups(net, Phase(None, "body", layer_decay=0.5))
    assert [group["lr"] for group in groups] == pytest.approx([5e-3, 1e-3, 5e-4, 2.5e-4, 1.25e-4])
    assert [group["lr"] for group in parameter_groups(net, Phase(None, "scratch"))][:2] == [6e-3, 6e-3]


def test_batchnorm_statistics_stay_where_asked_though_its_weights_learn(normed, low_bars):
    net = model(normed)
    mean, weight = normed.stages[0][1].running_mean.clone(), normed.stages[0][1].weight.clone()
    fit(net, low_bars.train, Phase(None, 1e-3, statistics=False), frozen=0, seed=0, steps=2)
    assert torch.equal(mean, normed.stages[0][1].running_mean)
    assert not torch.equal(weight, normed.stages[0][1].weight)
