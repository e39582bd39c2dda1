"""Writing reads each token once and says what reading all again would; teaching changes adapters alone."""

import pytest
import torch

import tlkit as tl
from tests.small_networks import save_model
from tlkit.methods import generation
from tlkit.methods.generation import END, asked, teach, with_adapter, write
from tlkit.models.sequences import padded

TALKS = ["a cough", "an ache in the knee", "no sleep at all"]
NOTES = ["cough", "knee", "sleep"]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("llama")
    save_model(folder, "llama")
    return tl.backbone(str(folder), size=64)


@torch.no_grad()
def read_again(model, prompt: str, most: int) -> str:
    """What it writes if all is read anew for every token."""
    tokens = model.tokenizer(prompt)["input_ids"]
    given, end = len(tokens), model.tokenizer.convert_tokens_to_ids(END)
    for _ in range(most):
        states = model.run(padded([torch.tensor(tokens)])).values[0, -1:]
        if (new := int(model.log_probs(states).argmax())) == end:
            break
        tokens.append(new)
    return model.tokenizer.decode(tokens[given:]).strip()


def test_what_is_kept_changes_nothing_whatever_is_written_beside(model, monkeypatch):
    expected = [read_again(model, prompt, 7) for prompt in TALKS]
    assert write(model, TALKS, most=7) == expected
    monkeypatch.setattr(generation, "TOGETHER", 2)
    assert write(model, TALKS, most=7) == expected


def test_a_text_ends_where_the_model_says_so(model):
    tokens = model.tokenizer("ab", add_special_tokens=False)["input_ids"]
    assert generation._until([*tokens, 1, *tokens], 1, model.tokenizer) == model.tokenizer.decode(tokens)
    assert generation._until(tokens, 1, model.tokenizer) == model.tokenizer.decode(tokens)


def surprise(model, notes) -> float:
    with torch.no_grad():
        return float(generation._loss(model, generation._read(model, [asked(t) for t in TALKS], notes, 0), 0))


def test_adapters_learn_to_write_the_answers_and_nothing_else_changes(model, tmp_path):
    before, said = model.digest(), surprise(model, NOTES)
    taught = teach(model, TALKS, NOTES, last=2, steps=20, rate=1e-2)
    assert surprise(taught, NOTES) < said
    assert model.digest() == before
    assert tl.lora.first(taught) == len(model.stages) - 2
    again = with_adapter(model, tl.lora.save(taught, tmp_path / "notes"))
    assert surprise(again, NOTES) == pytest.approx(surprise(taught, NOTES), abs=1e-5)
    assert again.stages[0].words.weight.data_ptr() == model.stages[0].words.weight.data_ptr()
    assert model.digest() == before


def test_without_a_rank_the_last_blocks_learn_themselves(model):
    before, said = model.digest(), surprise(model, NOTES)
    taught = teach(model, TALKS, NOTES, rank=None, last=2, steps=20, rate=1e-3)
    assert surprise(taught, NOTES) < said
    assert model.digest() == before
    assert not tl.lora.is_adapted(taught)
    learnt = [any(each.requires_grad for each in stage.parameters()) for stage in taught.stages]
    assert learnt == [False] * (len(model.stages) - 2) + [True] * 2


def test_the_blocks_that_learn_see_what_the_others_said_once(model):
    """The loss from kept states is that of the whole network, and each example is asked as often as the others."""
    kept = generation._read(model, [asked(talk) for talk in TALKS], NOTES, 2)
    with torch.no_grad():
        assert float(generation._loss(model, kept, 2)) == pytest.approx(surprise(model, NOTES), abs=1e-4)
    with torch.no_grad():
        parts = [share * float(generation._loss(model, some, 2)) for some, share in generation._shares(kept)]
    assert len(parts) == 2
    assert sum(parts) == pytest.approx(surprise(model, NOTES), abs=1e-4)
    rows = [row for batch in generation._batches(16, 4, seed=0) for row in batch]
    assert sorted(rows) == sorted([*range(16)] * 2)


def test_what_can_not_be_written_is_said(source, model, tmp_path):
    save_model(tmp_path, "gpt2")
    with pytest.raises(tl.TlkitError, match="keeps what it has read in a way of its own"):
        write(tl.backbone(str(tmp_path)), ["a"])
    with pytest.raises(tl.TlkitError, match="writes nothing: take a language model"):
        write(source.backbone, ["a"])
    with pytest.raises(tl.TlkitError, match="no number of tokens"):
        write(model, ["a"], most=0)
    with pytest.raises(tl.TlkitError, match="no number of steps"):
        teach(model, TALKS, NOTES, steps=0)
