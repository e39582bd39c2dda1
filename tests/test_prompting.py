"""Prompting scores words as transformers does, and changes no weight."""

import numpy as np
import pytest
import torch
import transformers

import tlkit as tl
from tests.backbones.test_text import save_model
from tlkit.prompting import Prompted, score_words
from tlkit.strategy import as_strategy


def reviews() -> tl.Task:
    """Eight short reviews to learn from, and four to be tested on."""
    texts = np.array([f"{word} film {n}" for n in range(6) for word in ("bad", "good")], dtype=object)
    examples = tl.Examples(texts, np.arange(12) % 2)
    split = np.arange(12) < 8
    return tl.Task(
        "reviews/toy", "text", ("negative", "positive"), examples.take(split), examples.take(~split),
        question="Is it good?", words=("no", "yes"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("llama")
    save_model(folder, "llama")
    return folder


@pytest.fixture(scope="module")
def net(folder):
    return tl.backbone(str(folder), size=64)


def by_hand(folder, prompt: str, word: str) -> float:
    """The log-probability of the word's tokens after the prompt, by transformers alone."""
    model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    asked, answer = tokenizer(prompt)["input_ids"], tokenizer(f" {word}", add_special_tokens=False)["input_ids"]
    with torch.no_grad():
        logits = model(torch.tensor([asked + answer])).logits[0].log_softmax(dim=-1)
    return sum(float(logits[len(asked) - 1 + n, token]) for n, token in enumerate(answer))


def test_words_are_scored_as_transformers_would(net, folder):
    prompts, words = ["Is it good?", "A much longer prompt, is it?"], ["no", "yes", "certainly"]
    scores = score_words(net, prompts, words)
    expected = [[by_hand(folder, prompt, word) for word in words] for prompt in prompts]
    assert np.allclose(scores, expected, atol=1e-4)


def test_the_prompt_holds_question_words_and_what_is_shown(net):
    task = reviews()
    asked = Prompted(net, task, as_strategy("prompt:1").prompting, task.shots(1)).prompt("a film")
    assert asked.count("Is it good?") == 3
    assert asked.count("(no or yes)") == 3
    assert " yes\n\n" in asked
    assert " no\n\n" in asked
    assert asked.endswith("a film\n\nAnswer (no or yes):")


def test_no_weight_changes_and_no_label_is_used(net):
    before = net.digest()
    result = tl.transfer(net, reviews(), strategy="prompt", shots=2)
    assert (result.labels, result.trainable_params) == (0, 0)
    assert net.digest() == result.model.backbone.digest() == before
    assert tl.transfer(net, reviews(), strategy="prompt:2", shots=3).labels == 4
    assert tl.transfer(net, reviews(), strategy="prompt:shots", shots=3).labels == 6


def test_calibration_leaves_nothing_to_say_where_there_is_no_text(net):
    task = reviews()
    prompting = tl.Prompt(calibrated=True).prompting
    calibrated = Prompted(net, task, prompting)
    plain = Prompted(net, task, as_strategy("prompt").prompting)
    nothing = np.array(["N/A", "", "[MASK]"], dtype=object)
    assert np.allclose(calibrated.probabilities(nothing).mean(axis=0), 0.5, atol=0.05)
    assert np.allclose(plain.probabilities(task.test.items).sum(axis=1), 1)


def test_a_template_of_ones_own(net):
    prompting = tl.Prompt("{text} = ").prompting
    assert Prompted(net, reviews(), prompting).prompt("x") == "x = "
    with pytest.raises(tl.TlkitError, match="no place for the text"):
        tl.Prompt("what?")


def test_only_a_language_model_can_be_asked(tmp_path, source, high_bars):
    save_model(tmp_path, "bert")
    with pytest.raises(tl.TlkitError, match="can't answer: take a language model"):
        tl.transfer(tl.backbone(str(tmp_path)), reviews(), strategy="prompt", shots=1)
    with pytest.raises(tl.TlkitError, match="can't answer: take a language model"):
        tl.transfer(source, high_bars, strategy="prompt", shots=1)


def test_a_prompt_that_is_too_long_says_so(net):
    net.context = 40
    try:
        with pytest.raises(tl.TlkitError, match="longer than the 40 that"):
            score_words(net, ["x" * 60], ["no"])
    finally:
        net.context = 2048


@pytest.mark.parametrize("strategy", ["head", "full", "lp_ft", "partial:1", "scratch", "lora:2", "lora:2@1", "head@2"])
def test_every_strategy_reads_texts_too(net, strategy):
    result = tl.transfer(net, reviews(), strategy=strategy, shots=3, steps=3)
    assert 0 <= result.accuracy <= 1
    assert result.trainable_params > 0
