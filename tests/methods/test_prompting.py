"""Prompting scores words as transformers does, and changes no weight."""

import numpy as np
import pytest
import torch
import transformers

import tlkit as tl
from tests.small_networks import CAUSAL, save_model
from tlkit.analysis.wordings import by_labels, by_order, by_wording, each_seed, on_labels, over_wordings
from tlkit.methods import answer_scores, prompting
from tlkit.methods.answer_scores import score_words
from tlkit.methods.prompting import REQUESTS, WORDINGS, Prompted, wordings
from tlkit.methods.strategy import as_strategy


def reviews() -> tl.Task:
    """Eight short reviews to learn from, and four to be tested on."""
    texts = np.array([f"{word} film {n}" for n in range(6) for word in ("bad", "good")], dtype=object)
    examples = tl.Examples(texts, np.arange(12) % 2)
    split = np.arange(12) < 8
    return tl.Task(
        "reviews/toy", "text", ("negative", "positive"), examples.take(split), examples.take(~split),
        question="Is it good?", label_words=("no", "yes"),
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


@pytest.mark.parametrize("kind", CAUSAL)
def test_what_prompts_share_is_read_once_and_nothing_else_changes(tmp_path, kind, monkeypatch):
    save_model(tmp_path, kind)
    net = tl.backbone(str(tmp_path), size=64)
    prompts = [f"{'a bad film, a good film. ' * 3}{text}: is it" for text in ("bad", "very good", "so-so", "", "new")]
    assert net.reads_side_by_side
    beside = score_words(net, prompts, ["no", "yes", "certainly"])
    monkeypatch.setattr(net, "reads_side_by_side", False)
    assert np.allclose(beside, score_words(net, prompts, ["no", "yes", "certainly"]), atol=1e-4)
    monkeypatch.setattr(answer_scores, "BESIDE", 20)
    monkeypatch.setattr(net, "reads_side_by_side", True)
    assert np.allclose(beside, score_words(net, prompts, ["no", "yes", "certainly"]), atol=1e-4)


def test_a_network_without_places_of_its_own_reads_each_prompt_whole(tmp_path):
    config = transformers.BloomConfig(vocab_size=300, hidden_size=32, n_layer=2, n_head=4)
    save_model(tmp_path, "llama")
    transformers.AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path)
    net = tl.backbone(str(tmp_path), size=64)
    assert not net.reads_side_by_side
    assert score_words(net, ["x is", "a y is"], ["no"]).shape == (2, 1)


def test_a_comparison_asks_the_same_prompt_once(net, monkeypatch):
    asked, score = [], answer_scores.score_words
    monkeypatch.setattr(prompting, "score_words", lambda b, p, *a, **k: asked.extend(p) or score(b, p, *a, **k))
    both = [tl.Prompt("{text} is"), tl.Prompt("{text} is", calibrated=True)]
    results = tl.compare(net, reviews(), strategies=both, shots=[2], seeds=[0, 1])
    assert len(results) == 4
    assert len(asked) == len(set(asked)) == 4 + 3


def test_the_prompt_holds_question_words_and_what_is_shown(net):
    task = reviews()
    asked = Prompted(net, task, as_strategy("prompt:1"), task.shots(1)).prompt("a film")
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
    prompting = tl.Prompt(calibrated=True)
    calibrated = Prompted(net, task, prompting)
    plain = Prompted(net, task, as_strategy("prompt"))
    nothing = np.array(["N/A", "", "[MASK]"], dtype=object)
    assert np.allclose(calibrated.probabilities(nothing).mean(axis=0), 0.5, atol=0.05)
    assert np.allclose(plain.probabilities(task.test.items).sum(axis=1), 1)


def test_a_template_of_ones_own(net):
    prompting = tl.Prompt("{text} = ")
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


def test_an_answer_that_begins_a_line_has_no_space_before_it(net, folder):
    scores = score_words(net, ["Say it:\n", "Say it:"], ["no"])
    model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    asked, answer = tokenizer("Say it:\n")["input_ids"], tokenizer("no", add_special_tokens=False)["input_ids"]
    with torch.no_grad():
        logits = model(torch.tensor([asked + answer])).logits[0].log_softmax(dim=-1)
    expected = sum(float(logits[len(asked) - 1 + n, token]) for n, token in enumerate(answer))
    assert scores[0, 0] == pytest.approx(expected, abs=1e-4)
    assert scores[1, 0] == pytest.approx(by_hand(folder, "Say it:", "no"), abs=1e-4)


def test_wordings_and_orders_take_the_place_of_seeds(net):
    task = reviews()
    asked = wordings()
    results = tl.compare(net, task, strategies=asked, shots=[2], seeds=[0])
    found = by_wording(results, asked)
    assert len(found.values) == len(WORDINGS)
    assert found.of == "wordings"
    assert f"over {len(WORDINGS)} wordings" in str(found > 0)
    assert (found - found).of == "wordings"
    calibrated = [each.name for each in wordings(calibrated=True)]
    assert calibrated[0] == "prompt+calibrated, question"
    orders = [tl.Prompt("{text} is", shown=2, order=n) for n in (1, 2, 3)]
    results = tl.compare(net, task, strategies=orders, shots=[2], seeds=[0])
    assert by_order(results, orders).what == "asked in 3 orders, with examples"
    assert by_wording(results, orders, words=("A", "B")).what == "asked in 3 wordings for A or B, with examples"
    prompts = {tl.transfer(net, task, strategy=each, shots=2).model.prompt("x") for each in orders}
    assert len(prompts) > 1
    assert len({"".join(sorted(prompt)) for prompt in prompts}) == 1


def test_each_seed_has_a_test_of_its_own_and_the_mean_goes_over_wordings_or_over_seeds(net):
    task, asked = reviews(), wordings({"a": "{text} is", "b": "{question} {text}"})
    found = each_seed(net, lambda seed: task.fewer(test=2, seed=seed), strategies=asked, seeds=[0, 1, 2])
    right = {}
    for seed in (0, 1, 2):
        alone = tl.compare(net, task.fewer(test=2, seed=seed), strategies=asked, shots=[1], seeds=[seed])
        right[seed] = [run.accuracy for run in alone]
        assert [run.key for run in found.where(seed=seed)] == [run.key for run in alone]
    over = over_wordings(found, asked, words=("A", "B"))
    assert over.by_seed == pytest.approx({seed: np.mean(each) for seed, each in right.items()})
    assert (over.of, over.what) == ("seeds", "asked in 2 wordings for A or B")
    assert by_wording(found, asked).values == pytest.approx(np.mean(list(right.values()), axis=0))
    again = each_seed(net, lambda seed: task.fewer(test=2, seed=seed), strategies=asked, seeds=[0, 1, 2], reuse=found)
    assert again.reused == len(again) == 6


def test_labelled_examples_choose_a_wording_and_the_test_does_not(net):
    task, asked = reviews(), wordings({"a": "{text} is", "b": "{text}, that is", "c": "{question} {text}"})
    on_test = tl.compare(net, task, strategies=asked, shots=[1], seeds=[0, 1])
    assert set(on_labels(task, shots=2, seed=1).test.items) == set(task.shots(2, seed=1).items)
    tried = each_seed(net, lambda seed: on_labels(task, shots=2, seed=seed), strategies=asked, seeds=[0, 1])
    chosen = by_labels(on_test, tried, asked)
    for seed in (0, 1):
        best = max(asked, key=lambda each: tried.where(seed=seed).where(strategy=each.name).runs[0].accuracy)
        assert chosen.by_seed[seed] == on_test.where(strategy=best.name).runs[0].accuracy
    assert chosen.of == "seeds"


def test_wordings_may_show_examples_and_come_from_elsewhere():
    assert [each.name for each in wordings(REQUESTS, shown=2)][:2] == ["prompt:2, question", "prompt:2, list"]
    assert {each.shown for each in wordings(shown=2)} == {2}
