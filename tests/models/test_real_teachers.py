"""The pre-trained networks: cut into stages they are what they were, and what they know is worth what is claimed."""

import hashlib

import numpy as np
import pytest
import timm
import torch
import transformers

import tlkit as tl
from tlkit.methods import lora
from tlkit.methods.answer_scores import score_words
from tlkit.methods.prompting import Prompted
from tlkit.methods.strategy import as_strategy
from tlkit.models import weights
from tlkit.runtime import paths

pytestmark = pytest.mark.weights
TEXTS = np.array(["A film to love.", "I want my money back, and quickly", "so so"], dtype=object)


@pytest.fixture(scope="module")
def minilm():
    return tl.backbone("minilm")


@pytest.fixture(scope="module")
def smollm2():
    return tl.backbone("smollm2")


@pytest.fixture(scope="module")
def tweets() -> tl.Task:
    """With fewer to be tested on: a real network takes its time for each."""
    return tl.task("reviews/tweets").fewer(test=100, seed=0)


def test_lite0_says_what_timm_says():
    from sklearn.datasets import load_sample_images

    photographs = np.stack([image[:400, 100:500] for image in load_sample_images().images])
    (file,) = weights.folder("efficientnet-lite0").glob("*.pth")
    whole = timm.create_model("tf_efficientnet_lite0")
    state = torch.load(file, weights_only=True)
    whole.load_state_dict(dict(zip(whole.state_dict(), state.values(), strict=True)))
    net = tl.backbone("efficientnet-lite0", size=224)
    with torch.no_grad():
        scores = whole.eval()(net.prepare(photographs))
        ours = whole.classifier(net(net.prepare(photographs)))
    assert torch.allclose(scores, ours, atol=1e-4)
    palace, daisy = 698, 985  # classes of ImageNet
    assert scores.argmax(dim=1).tolist() == [palace, daisy]


def test_minilm_says_what_transformers_says(minilm):
    whole = transformers.AutoModel.from_pretrained(weights.folder("minilm")).eval()
    read = minilm.prepare(TEXTS)
    with torch.no_grad():
        expected = whole(input_ids=read.values, attention_mask=read.mask).last_hidden_state
        said = minilm.run(read).values
    assert torch.allclose(said * read.mask[..., None], expected * read.mask[..., None], atol=1e-4)


def test_smollm2_scores_words_as_transformers_does(smollm2):
    folder = weights.folder("smollm2")
    whole = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    prompt, words = "The film was wonderful. This review is", ["positive", "negative", "certainly positive"]
    scores = score_words(smollm2, [prompt], words)[0]
    for word, score in zip(words, scores, strict=True):
        asked, answer = tokenizer(prompt)["input_ids"], tokenizer(f" {word}")["input_ids"]
        with torch.no_grad():
            logits = whole(torch.tensor([asked + answer])).logits[0].float().log_softmax(dim=-1)
        expected = sum(float(logits[len(asked) - 1 + n, token]) for n, token in enumerate(answer))
        assert score == pytest.approx(expected, abs=0.15)  # bfloat16 has eight bits
    assert scores[0] > scores[1]


def test_smollm2_is_asked_and_stays_what_it_is(smollm2, tweets):
    before = smollm2.digest()
    asked = Prompted(smollm2, tweets, as_strategy("prompt:1"), tweets.shots(1))
    chances = asked.probabilities(tweets.test.items[:6])
    assert np.allclose(chances.sum(axis=1), 1, atol=1e-5)
    assert smollm2.digest() == before


def test_lora_on_minilm_is_small_and_leaves_the_base_alone(minilm, tweets):
    result = tl.transfer(minilm, tweets.fewer(test=10, seed=0), strategy="lora:8", shots=4, steps=3)
    assert result.trainable_params / result.total_params < 0.02
    assert lora.targets(minilm)[:2] == [
        "stages.1.block.attention.self.query",
        "stages.1.block.attention.self.value",
    ]
    learnt = result.model.backbone
    assert lora.remove(learnt).digest() == minilm.digest()
    assert np.allclose(learnt.features(TEXTS), lora.merge(learnt).features(TEXTS), atol=1e-5)


def test_lora_in_bfloat16_learns_in_float32(smollm2, tweets):
    result = tl.transfer(smollm2, tweets.fewer(test=4, seed=0), strategy="lora:2@2", shots=2, steps=2)
    adapters = {name: p for name, p in result.model.backbone.named_parameters() if "lora_" in name}
    assert {p.dtype for p in adapters.values()} == {torch.float32}
    assert any(p.abs().max() > 0 for name, p in adapters.items() if "lora_B" in name)


def test_what_imagenet_taught_is_worth_much_for_products():
    lite0, products = tl.backbone("efficientnet-lite0", size=64), tl.task("products").fewer(test=200, seed=0)
    frozen = tl.compare(lite0, products, strategies=["head", "head@6"], shots=[5])
    scratch = tl.compare(lite0, products, strategies=["scratch"], shots=[5], steps=20)
    results = frozen + scratch
    assert results.gain("head@6", over="scratch", shots=5) > 0.10
    assert results.gain("head@6", over="head", shots=5) > 0.0  # an earlier stage serves better


def test_what_sentences_taught_is_worth_much_for_tweets(minilm, tweets):
    results = tl.compare(minilm, tweets, strategies=["random_head", "head"], shots=[16])
    assert results.gain("head", over="random_head", shots=16) > 0.15


def test_a_network_that_knows_sentences_learns_more_with_all_of_its_weights():
    """That takes minutes, so lesson 08 saved it; what is made anew, with adapters in one block, is what was saved."""
    minilm, tweets = tl.backbone("minilm", size=32), tl.task("reviews/tweets")
    saved = tl.load_results(paths.NOTEBOOKS / "results" / "08-lora.json")
    results = tl.compare(minilm, tweets, strategies=["head", "full"], shots=[64], reuse=saved)
    assert results.reused == len(results) == 10
    assert results.gain("full", over="head", shots=64) > 0.0
    again = tl.transfer(minilm, tweets, strategy="lora:8@1", shots=64, seed=0)
    known = {run.key: run.accuracy for run in saved}
    assert again.accuracy == pytest.approx(known[again.key], abs=0.03)


def test_a_random_twin_is_always_the_same(minilm):
    assert minilm.fresh(1).digest() == minilm.fresh(1).digest() != minilm.digest()


def test_what_was_fetched_is_what_is_loaded(minilm):
    manifest = (weights.folder("minilm") / "SHA256SUMS").read_text(encoding="utf-8")
    file = weights.folder("minilm") / "model.safetensors"
    assert hashlib.sha256(file.read_bytes()).hexdigest() in manifest
