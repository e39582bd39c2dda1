"""The cache of frozen stages: what it gives is what there would be without it, whatever was asked before."""

import dataclasses

import numpy as np
import pytest
import torch
from torchvision.models import VisionTransformer

import tlkit as tl
from tests.methods.test_prompting import reviews
from tests.small_networks import save_model
from tlkit.commands.cli import main
from tlkit.events import Stopped, ignore
from tlkit.methods import feature_cache
from tlkit.methods.body_features import BodyFeatures
from tlkit.methods.classifier import Classifier, new_head
from tlkit.methods.feature_cache import FeatureCache
from tlkit.methods.fingerprint import row_digests
from tlkit.methods.frozen_features import FrozenFeatures
from tlkit.methods.method import Phase
from tlkit.methods.training import fit
from tlkit.models import pretrained_vision
from tlkit.models.sequences import Sequences
from tlkit.models.small_vision import Images

DRAW = np.random.default_rng(0)
PICTURES = DRAW.integers(0, 32, (70, 32, 32)).astype(np.uint8)
IMAGES = DRAW.integers(0, 256, (9, 32, 32, 3), dtype=np.uint8)
TEXTS = np.array(["a film " * (1 + n % 7) + chr(97 + n) for n in range(20)], dtype=object)
FAMILIES = ("note-cnn", "small-cnn", "normed", "resnet18", "vit", "bert", "gpt2", "llama")


@pytest.fixture(scope="module")
def texts_of(tmp_path_factory):
    def load(kind):
        folder = tmp_path_factory.mktemp(kind)
        save_model(folder, kind)
        return tl.backbone(str(folder))

    return load


@pytest.fixture(params=FAMILIES)
def family(request, normed, texts_of):
    """A network of each family, with items for it."""
    name = request.param
    if name == "normed":
        return normed.eval(), PICTURES
    if name in ("bert", "gpt2", "llama"):
        return texts_of(name), TEXTS
    if name == "vit":
        return small_vit(), IMAGES
    net = tl.backbone(name, weights=None, size=32) if name == "resnet18" else tl.backbone(name).fresh(0)
    return net.eval(), PICTURES if name == "note-cnn" else IMAGES


def small_vit():
    torch.manual_seed(0)
    whole = VisionTransformer(image_size=32, patch_size=8, num_layers=3, num_heads=4, hidden_dim=32, mlp_dim=64)
    return pretrained_vision._backbone(
        "vit", pretrained_vision._cut(whole)[0], Images(32), pretrained_vision.first_token, "", None
    )


def looked(net, items, cache, **asked):
    """How many items it had to look at to answer."""
    events = []
    FrozenFeatures(net, items, cache=cache, on_event=events.append).features(**asked)
    return events[-1].total if events else 0


def test_it_says_what_the_network_says_by_itself(family):
    net, items = family
    known = FrozenFeatures(net, items, cache=FeatureCache())
    for stage in {1, len(net.stages) - 1, len(net.stages)}:
        assert np.allclose(known.features(stop=stage), net.features(items, stage=stage), atol=1e-5)
    assert np.allclose(known.features_of(net, start=2), net.features(items), atol=1e-5)
    assert np.allclose(known.features_of(net, start=0), net.features(items), atol=1e-5)


def test_one_item_alone_is_one_row(family):
    net, items = family
    known = FrozenFeatures(net, items[:1], cache=FeatureCache())
    assert known.features_of(net, start=0).shape == (1, net.width)


def test_learning_on_what_it_says_is_learning_with_frozen_stages(family):
    """As a tutorial would write it: the whole network in every step, with requires_grad off, in eval mode."""
    net, items = family
    stop, labels = len(net.stages) - 1, torch.arange(len(items)) % 3
    said = FrozenFeatures(net, items, cache=FeatureCache()).states(np.arange(len(items)), stop=stop)
    ours, plain = (Classifier(net.copy().eval(), new_head(net.width, 3, seed=1)) for _ in range(2))
    plain.backbone.stages[:stop].requires_grad_(False)
    for model, given, start in ((ours, said, stop), (plain, net.prepare(items), 0)):
        optimiser = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.01)
        for _ in range(2):
            loss = torch.nn.functional.cross_entropy(model(given, start=start), labels)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    assert np.allclose(ours.probabilities(items), plain.probabilities(items), atol=1e-5)


def test_what_is_said_of_an_item_depends_on_no_other(family):
    net, items = family
    together = FrozenFeatures(net, items, cache=FeatureCache()).features()
    alone = [FrozenFeatures(net, items, cache=FeatureCache()).features(np.array([row])) for row in range(3)]
    assert np.array_equal(np.concatenate(alone), together[:3])
    one_by_one = FrozenFeatures(net, items, cache=FeatureCache())
    backwards = [one_by_one.features(np.array([row])) for row in range(8, -1, -1)]
    assert np.array_equal(np.concatenate(backwards[::-1]), together[:9])


def test_an_item_is_looked_at_once_by_whoever_asks():
    net, cache = tl.backbone("note-cnn").fresh(0), FeatureCache()
    assert looked(net, PICTURES, cache, rows=np.arange(10)) == 10
    assert looked(net.copy(), PICTURES.copy(), cache) == 60
    assert looked(net, PICTURES[::-1].copy(), cache) == 0


def test_nothing_is_ever_stale(normed):
    net, cache = normed.eval(), FeatureCache()
    assert looked(net, PICTURES, cache) == 70
    changed = PICTURES.copy()
    changed[3, 0, 0] += 1
    assert looked(net, changed, cache) == 1
    for tensor in (net.stages[1][1].weight, net.stages[0][1].running_mean):
        with torch.no_grad():
            tensor[0] += 1
        assert looked(net, PICTURES, cache) == 70
    prepare = net.prepare
    net.prepare = lambda items: prepare(items) * 2
    assert looked(net, PICTURES, cache) == 70
    net.pool = lambda said: said * 2
    assert looked(net, PICTURES, cache) == 70
    net.stages[1][2] = torch.nn.Tanh()
    assert looked(net, PICTURES, cache) == 70
    assert looked(net, PICTURES, cache) == 0


def test_a_text_is_known_by_its_words_and_how_many_are_read(texts_of):
    net, cache = texts_of("bert"), FeatureCache()
    assert looked(net, TEXTS, cache) == 20
    other = TEXTS.copy()
    other[4] += "!"
    assert looked(net, other, cache) == 1
    net.prepare.longest = 5
    assert looked(net, TEXTS, cache) == 20


def test_who_freezes_more_goes_on_from_there(family):
    net, items = family
    cache, calls = FeatureCache(), []
    for number, stage in enumerate(net.stages):
        stage.register_forward_hook(lambda *_, number=number: calls.append(number))
    stop = len(net.stages) - 1
    known = FrozenFeatures(net, items, cache=cache)
    known.states(np.arange(len(items)), stop=stop)
    calls.clear()
    known.features()
    assert set(calls) == {stop}


def test_what_is_planned_is_done_on_one_way():
    net, events = tl.backbone("note-cnn").fresh(0), []
    known = FrozenFeatures(net, PICTURES, cache=FeatureCache(), on_event=events.append)
    known.plan(np.arange(40), waypoints={2})
    known.features(np.array([5]))
    assert events[-1].total == 40
    events.clear()
    known.states(np.arange(40), stop=2)
    known.features(np.arange(40))
    assert events == []


@pytest.mark.parametrize("family", ["note-cnn", "bert"], indirect=True)
@pytest.mark.parametrize("room", [{"memory": 0}, {"memory": 0, "disk": 0}, {"memory": 9_000, "disk": 20_000}])
def test_without_room_it_is_only_slower(family, room, tmp_path):
    net, items = family
    cache = FeatureCache(**room, folder=tmp_path)
    plenty = FrozenFeatures(net, items, cache=FeatureCache())
    scarce = FrozenFeatures(net, items, cache=cache)
    rows, stop = np.arange(len(items)), len(net.stages) - 1
    for _ in range(2):
        one, two = (known.states(rows, stop=stop) for known in (plenty, scarce))
        if isinstance(one, Sequences):
            assert torch.equal(one.mask, two.mask)
            one, two = one.values, two.values
        assert torch.equal(one, two)
        assert np.array_equal(plenty.features(), scarce.features())
        assert np.array_equal(plenty.features_of(net, start=1), scarce.features_of(net, start=1))
    assert cache.in_memory <= room["memory"]
    assert cache.on_disk <= room.get("disk", np.inf)


def test_files_go_with_the_cache(tmp_path):
    cache = FeatureCache(memory=0, folder=tmp_path)
    FrozenFeatures(tl.backbone("note-cnn").fresh(0), PICTURES, cache=cache).features()
    assert len(list(tmp_path.rglob("*.safetensors"))) == 2
    assert cache.on_disk > 0
    del cache
    assert list(tmp_path.iterdir()) == []


def test_files_that_somebody_took_away_are_no_error(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TLKIT_CACHE", str(tmp_path))
    net, cache = tl.backbone("note-cnn").fresh(0), FeatureCache(memory=0)
    first = FrozenFeatures(net, PICTURES, cache=cache).features()
    assert main(["cache"]) == 0
    assert "What frozen stages said takes" in capsys.readouterr().out
    assert feature_cache.spilled() > 0
    assert main(["cache", "--clear"]) == 0
    assert feature_cache.spilled() == 0
    assert np.array_equal(FrozenFeatures(net, PICTURES, cache=cache).features(), first)


def test_a_full_disk_is_no_error(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safetensors.torch.save_file", full)
    net, cache = tl.backbone("note-cnn").fresh(0), FeatureCache(memory=0, folder=tmp_path)
    assert np.allclose(FrozenFeatures(net, PICTURES, cache=cache).features(), net.features(PICTURES), atol=1e-5)
    assert len(cache) == 0


def test_two_comparisons_in_either_order_give_what_each_gives_alone(source, high_bars):
    asked = (
        {"strategies": ["head", "partial:1"], "shots": [1, 2], "seeds": "0-1", "steps": 2},
        {"strategies": ["head@2", "partial:2", "random_head", "head"], "shots": [3], "seeds": "1-2", "steps": 2},
    )

    def figures(order):
        feature_cache.forget()
        made = {number: tl.compare(source, high_bars, **asked[number]) for number in order}
        return {number: [(run.key, run.accuracy) for run in runs] for number, runs in made.items()}

    assert figures([0, 1]) == figures([1, 0]) == figures([0]) | figures([1])


def test_bfloat16_where_it_is_asked_for_changes_little(texts_of, monkeypatch):
    net, exact = texts_of("bert"), FrozenFeatures(texts_of("bert"), TEXTS, cache=FeatureCache()).features()
    monkeypatch.setenv("TLKIT_BF16", "1")
    rough = FrozenFeatures(net, TEXTS, cache=FeatureCache()).features()
    assert not np.array_equal(rough, exact)
    assert np.allclose(rough, exact, atol=0.05)
    assert FrozenFeatures(net, TEXTS, cache=FeatureCache()).states(np.arange(2), stop=1).values.dtype == torch.float32


@pytest.mark.parametrize("strategy", ["head", "partial:1", "lora:2"])
def test_learning_on_what_was_said_in_bfloat16(texts_of, monkeypatch, strategy):
    monkeypatch.setenv("TLKIT_BF16", "1")
    assert tl.transfer(texts_of("bert"), reviews(), strategy=strategy, shots=2, steps=2).accuracy > 0


def test_a_listener_stops_a_look():
    def stop(event):
        raise Stopped

    with pytest.raises(Stopped):
        FrozenFeatures(tl.backbone("note-cnn").fresh(0), PICTURES, cache=FeatureCache(), on_event=stop).features()


def test_a_run_is_charged_for_looking_whoever_looked(source, high_bars):
    feature_cache.forget()
    first, again = (tl.transfer(source, high_bars, strategy="head", shots=3) for _ in range(2))
    assert again.seconds > 0.2 * first.seconds > 0


def test_fit_asks_frozen_stages_itself_if_nobody_did(source, high_bars):
    rows = np.arange(6)
    ours, theirs = (Classifier(source.backbone.copy(), new_head(96, 3, seed=0)) for _ in range(2))
    phase, some = tl.Partial(1).phases[0], high_bars.train.take(rows)
    known = FrozenFeatures(source.backbone, high_bars.train.items).states(rows, stop=3)
    fit(ours, some, phase, frozen=3, seed=0, steps=3, activations=known)
    fit(theirs, some, phase, frozen=3, seed=0, steps=3)
    assert ours.backbone.digest() == theirs.backbone.digest()


def test_a_strategy_that_freezes_what_it_let_learn_before_is_no_stale_answer(source, high_bars):
    """First the last two stages learn, then the head alone on what has become of them."""
    two = dataclasses.replace(tl.Partial(2), name="two then head", phases=(*tl.Partial(2).phases, Phase(0)))
    made = tl.transfer(source, high_bars, strategy=two, shots=2, steps=3)
    rows = high_bars.draw(2)
    by_hand = new_head(96, 3, seed=0)
    from tlkit.methods.linear_probe import fit_head

    fit_head(by_hand, made.model.backbone.features(high_bars.train.items[rows]), high_bars.train.labels[rows])
    assert torch.allclose(by_hand.weight, made.model.head.weight, atol=1e-4)


def test_rows_that_were_planned_are_gathered_once_and_found_again(source, high_bars):
    body = BodyFeatures(source.backbone, high_bars, ignore)
    body.plan(np.array([9, 3, 7, 1]), set())
    for rows in ([3], [7, 1], [9, 1, 3], [5, 3]):
        assert np.array_equal(body.learnt(np.array(rows), 2), body.train.features(np.array(rows), stop=2))


def test_items_that_differ_in_their_last_pixel_are_others():
    items = np.zeros((2, 4, 4), np.uint8)
    items[1, -1, -1] = 1
    assert len(set(row_digests(items))) == 2
