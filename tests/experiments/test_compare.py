import dataclasses
import pickle
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest
import torch

import tlkit as tl
from tlkit.events import Done
from tlkit.methods.classifier import new_head
from tlkit.methods.strategy import as_strategy
from tlkit.seeding import stream


def ends(events):
    """The ends of runs among what a comparison told."""
    return [event for event in events if isinstance(event, Done)]


ALL = ("scratch", "random_head", "head", "partial:1", "full", "lp_ft", "keep", "as_is")


def run(source, target, strategy="full", **options):
    return tl.transfer(source, target, strategy=strategy, shots=2, **{"seed": 1, "steps": 3, **options})


@pytest.mark.parametrize("strategy", ALL)
def test_transfer_leaves_the_source_as_it_is(source, high_bars, strategy):
    before, head = source.backbone.digest(), source.model.head.weight.clone()
    run(source, high_bars, strategy)
    assert source.backbone.digest() == before
    assert torch.equal(source.model.head.weight, head)


@pytest.mark.parametrize(
    ("strategy", "trainable", "labels"),
    [("scratch", 73_059, 6), ("head", 291, 6), ("partial:1", 49_539, 6), ("full", 73_059, 6), ("as_is", 0, 0)],
)
def test_a_result_counts_its_cost(source, high_bars, strategy, trainable, labels):
    result = run(source, high_bars, strategy)
    assert (result.trainable_params, result.total_params, result.labels) == (trainable, 73_059, labels)
    assert result.seconds > 0
    assert (result.source, result.target, result.strategy, result.shots, result.seed) == (
        "bars/low", "bars/high", strategy, 2, 1,
    )  # fmt: skip


def test_scratch_shares_nothing_with_the_source(source, high_bars):
    start = as_strategy("scratch").starting_point(source, high_bars, source.seed)
    for mine, theirs in zip(start.parameters(), source.model.parameters(), strict=True):
        assert mine.data_ptr() != theirs.data_ptr()
        if mine.ndim > 1:  # a GroupNorm's weights begin at one, whatever the seed
            assert not torch.equal(mine, theirs)


def test_head_starts_from_the_sources_body_and_ends_with_it(source, high_bars):
    assert run(source, high_bars, "head").model.backbone.digest() == source.backbone.digest()
    assert run(source, high_bars, "full").model.backbone.digest() != source.backbone.digest()


def test_a_new_head_is_not_what_the_sources_head_was_at_birth(low_bars, source):
    """With one seed for both, "full" would begin with a head that half remembers the source's classes."""
    start = as_strategy("full").starting_point(source, low_bars, source.seed)
    born = new_head(96, 3, stream(source.seed, "source head", low_bars.name))
    assert not torch.equal(start.head.weight, born.weight)
    assert not torch.equal(start.head.weight, source.model.head.weight)


def test_keep_starts_from_the_sources_head(source, high_bars):
    start = as_strategy("keep").starting_point(source, high_bars, 0)
    assert torch.equal(start.head.weight, source.model.head.weight)
    assert run(source, high_bars, "as_is").accuracy == source.model.accuracy(high_bars.test)


@pytest.mark.parametrize("strategy", ALL)
def test_the_same_seed_gives_the_same_result_whatever_ran_before(source, high_bars, strategy):
    first = run(source, high_bars, strategy)
    run(source, high_bars, "full", seed=7)
    torch.manual_seed(1)
    again = run(source, high_bars, strategy)
    assert first.accuracy == again.accuracy
    assert first.model.backbone.digest() == again.model.backbone.digest()


def test_test_examples_take_no_part_in_training(source, high_bars):
    upset = dataclasses.replace(high_bars.test, labels=high_bars.test.labels[::-1].copy())
    other = dataclasses.replace(high_bars, test=upset)
    for strategy in ("full", "lp_ft"):
        one, two = run(source, high_bars, strategy), run(source, other, strategy)
        assert one.model.backbone.digest() == two.model.backbone.digest()
        assert torch.equal(one.model.head.weight, two.model.head.weight)


def test_pretraining_depends_on_its_seed_and_leaves_the_backbone_as_it_is(low_bars):
    net = tl.backbone("note-cnn")
    before = net.digest()
    one, again, other = (tl.pretrain(net, low_bars, seed=seed, steps=2) for seed in (1, 1, 2))
    assert net.digest() == before
    assert one.backbone.digest() == again.backbone.digest() != other.backbone.digest()
    assert one.reseed(1) is one
    assert one.reseed(2).backbone.digest() == other.backbone.digest()
    assert len(one.history) == 2


def test_a_sibling_is_schooled_once_and_stays_at_home(low_bars):
    one = tl.pretrain(tl.backbone("note-cnn"), low_bars, seed=1, steps=2)
    assert one.reseed(2) is one.reseed(2)
    away = pickle.loads(pickle.dumps(one))
    assert away.backbone.digest() == one.backbone.digest()
    assert len(pickle.dumps(one)) < 1.5 * len(pickle.dumps(away))


def test_each_seed_of_a_comparison_has_its_own_source(source, high_bars):
    results = tl.compare(source, high_bars, strategies=["as_is"], shots=[1], seeds="0-1")
    own = source.reseed(1).model.accuracy(high_bars.test)
    assert results.accuracy("as_is", shots=1).by_seed[1] == own


def test_compare_is_every_strategy_with_every_shots_and_seed(source, high_bars):
    events = []
    results = tl.compare(
        source, high_bars, strategies=["head", tl.Full()], shots=[1, 2], seeds=[0, 3], steps=2, on_event=events.append
    )
    asked = [(r.seed, r.strategy, r.shots) for r in results]
    assert asked == [(seed, name, k) for seed in (0, 3) for name in ("head", "full") for k in (1, 2)]
    assert [event.done for event in ends(events)] == list(range(1, 9))
    assert not any(event.reused for event in ends(events))
    alone = tl.transfer(source.reseed(3), high_bars, strategy="full", shots=2, seed=3, steps=2)
    assert [r.accuracy for r in results if (r.seed, r.strategy, r.shots) == (3, "full", 2)] == [alone.accuracy]


def test_an_executor_changes_no_result(source, high_bars):
    asked = {"strategies": ["head", "full"], "shots": [1], "seeds": "0-1", "steps": 2}
    here = tl.compare(source, high_bars, **asked)
    with ThreadPoolExecutor(1) as executor:
        there = tl.compare(source, high_bars, executor=executor, **asked)
    assert [r.accuracy for r in here] == [r.accuracy for r in there]
    assert [r.key for r in here] == [r.key for r in there]


def test_a_failing_run_is_not_swallowed(source, high_bars):
    class Broken(ThreadPoolExecutor):
        def submit(self, fn, *args):
            future = Future()
            future.set_exception(RuntimeError("worker died"))
            return future

    with pytest.raises(RuntimeError, match="worker died"):
        tl.compare(source, high_bars, strategies=["head"], shots=[1], seeds=[0], executor=Broken())


def test_only_what_is_missing_is_computed(source, high_bars):
    asked = {"strategies": ["head"], "shots": [1, 2], "steps": 2}
    earlier = tl.compare(source, high_bars, seeds="0", **asked)
    events = []
    both = tl.compare(source, high_bars, seeds="0-1", reuse=earlier, on_event=events.append, **asked)
    assert [event.reused for event in ends(events)] == [True, True, False, False]
    assert list(both)[:2] == list(earlier)
    assert (earlier.reused, both.reused) == (0, 2)


@pytest.mark.parametrize("change", ["steps", "target", "source", "strategy"])
def test_results_are_not_reused_for_another_question(source, low_bars, high_bars, change):
    earlier = tl.compare(source, high_bars, strategies=["head"], shots=[1], seeds="0", steps=2)
    asked = {"source": source, "target": high_bars, "strategies": ["head"], "steps": 2}
    asked |= {
        "steps": {"steps": 3},
        "target": {"target": dataclasses.replace(high_bars, test=low_bars.test)},
        "source": {"source": tl.pretrain(tl.backbone("note-cnn"), low_bars.shuffled(), steps=2)},
        "strategy": {"strategies": [dataclasses.replace(tl.Head(), body="random")]},
    }[change]
    events = []
    tl.compare(**asked, shots=[1], seeds="0", reuse=earlier, on_event=events.append)
    assert not ends(events)[0].reused


def test_the_environment_names_the_seeds_of_comparisons_that_do_not(source, high_bars, monkeypatch):
    monkeypatch.setenv("TLKIT_SEEDS", "10-11")
    assert tl.compare(source, high_bars, strategies=["random_head"], shots=[1]).seeds == [10, 11]
    assert tl.compare(source, high_bars, strategies=["random_head"], shots=[1], seeds=[3]).seeds == [3]


def test_keep_needs_the_same_classes(source, high_bars):
    other = dataclasses.replace(high_bars, classes=("a", "b", "c"))
    with pytest.raises(tl.TlkitError, match="do not name the same classes: use 'lp_ft'"):
        run(source, other, "keep")


def test_modalities_must_fit(source, high_bars):
    other = dataclasses.replace(high_bars, modality="text")
    with pytest.raises(tl.TlkitError, match="note-cnn was made for spectrograms, and bars/high has texts"):
        run(source, other, "head")


def test_bad_input_is_refused_before_anything_is_trained(source, high_bars):
    def never(event):
        raise AssertionError("something ran")

    for wrong in ({"shots": [1, 99]}, {"strategies": ["head", "partial:9"]}, {"strategies": ["had"]}, {"seeds": "x"}):
        asked = {"strategies": ["head"], "shots": [1], "seeds": "0"} | wrong
        with pytest.raises(tl.TlkitError):
            tl.compare(source, high_bars, on_event=never, **asked)
    for steps in (0, -1, 1.5, True):
        with pytest.raises(tl.TlkitError, match="no number of training steps"):
            run(source, high_bars, steps=steps)


def test_learning_learns(source, high_bars):
    """Not only that code runs: with all the labels, a tuned network names nearly every bar."""
    result = tl.transfer(source, high_bars, strategy="lp_ft", shots=6, steps=30)
    assert result.accuracy > 0.9
    assert np.isclose(result.accuracy, result.model.accuracy(high_bars.test))


@pytest.mark.parametrize("device", ["cuda", "nonsense"])
def test_a_device_that_is_not_here_is_named(source, high_bars, device):
    if device == "cuda" and torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(tl.TlkitError, match=f"There is no device '{device}' to compute on here .*leave device= out"):
        tl.compare(source, high_bars, device=device, seeds="0")


@pytest.mark.parametrize("strategy", ["head", "head@2", "partial:1", "lp_ft", "lora:2", "scratch"])
def test_the_same_is_computed_on_another_device(source, high_bars, strategy):
    """Which is another only where there is a graphics card."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    here, there = run(source, high_bars, strategy), run(source, high_bars, strategy, device=device)
    assert there.model.backbone.device.type == device
    assert abs(here.accuracy - there.accuracy) < 0.1


def test_a_random_source_is_another_with_every_seed(source, high_bars):
    control = tl.random_source(source)
    results = tl.compare(control, high_bars, strategies=["head"], shots=[3], seeds="0-1")
    alone = [tl.transfer(control.reseed(seed), high_bars, strategy="head", shots=3, seed=seed) for seed in (0, 1)]
    assert [run.accuracy for run in results] == [run.accuracy for run in alone]
    assert control.reseed(0).backbone.digest() != control.reseed(1).backbone.digest()
