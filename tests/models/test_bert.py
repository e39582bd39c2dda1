"""BERT's encoder in torch alone is Hugging Face's, and brings along nothing that it does not need."""

import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModel, BertConfig, BertModel

from tests.small_networks import SIZES, save_model
from tlkit.models import bert

BURDEN = ["accelerate", "peft", "scipy.optimize", "sklearn", "sympy", "torch._dynamo", "torchvision"]
LOADED = """
import sys
import tlkit as tl, numpy
tl.backbone(sys.argv[1]).features(numpy.array(["good", "not bad"], dtype=object))
print([name for name in sys.argv[2:] if name in sys.modules])
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bert")
    save_model(folder, "bert")
    return folder


def read(folder):
    return bert.read(folder, BertConfig.from_pretrained(folder))


def said_and_learnt(model, rows):
    """The states that a network in training says of two rows, and the gradients of all that had a part in them."""
    mask = (torch.arange(9) < torch.tensor(rows)[:, None]).long()
    torch.manual_seed(0)  # dropout
    states = model.train()(input_ids=torch.arange(18).view(2, 9) * mask, attention_mask=mask).last_hidden_state
    states.square().sum().backward()
    return states, {name: part.grad for name, part in model.named_parameters() if part.grad is not None}


@pytest.mark.parametrize("rows", [(9, 9), (9, 4)], ids=["without padding", "padded"])
def test_it_says_and_learns_what_the_library_says_and_learns(folder, rows):
    states, learnt = said_and_learnt(read(folder), rows)
    expected, gradients = said_and_learnt(BertModel.from_pretrained(folder), rows)
    torch.testing.assert_close(states, expected)
    torch.testing.assert_close(learnt, gradients)


def test_its_random_weights_are_those_of_the_library():
    config = BertConfig(**SIZES)
    torch.manual_seed(0)
    ours, after = bert.untrained(config).state_dict(), torch.rand(1)
    torch.manual_seed(0)
    theirs = AutoModel.from_config(config).state_dict()
    assert torch.equal(after, torch.rand(1))
    assert list(ours) == list(theirs)
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_whoever_reads_with_it_carries_no_compilers_and_no_detectors_of_objects(folder):
    told = subprocess.run([sys.executable, "-c", LOADED, str(folder), *BURDEN], capture_output=True, text=True)
    assert told.stdout == "[]\n", told.stderr


def test_weights_stay_where_they_are_in_the_file(folder):
    model, before = read(folder), (folder / bert.WEIGHTS).read_bytes()
    places = {name: part.data_ptr() for name, part in model.state_dict().items()}
    in_file = {name: before.index(part.numpy().tobytes()) for name, part in model.state_dict().items() if part.ndim > 1}
    (first,) = {places[name] - in_file[name] for name in in_file}  # all as far apart as they are in the file
    assert first
    next(model.parameters()).data.zero_()
    assert (folder / bert.WEIGHTS).read_bytes() == before


@pytest.mark.parametrize(
    "other",
    [{"hidden_act": "gelu_new"}, {"is_decoder": True}, {"chunk_size_feed_forward": 2}],
    ids=["another activation", "a decoder", "in pieces"],
)
def test_other_kinds_are_left_to_the_library(folder, other):
    assert bert.read(folder, BertConfig.from_pretrained(folder)) is not None
    assert bert.read(folder, BertConfig.from_pretrained(folder, **other)) is None


def lack(state):
    state.pop("encoder.layer.1.output.dense.bias")


def add(state):
    state["encoder.layer.3.output.dense.bias"] = torch.zeros(SIZES["hidden_size"])


def halve(state):
    state.update({name: part.half() for name, part in state.items()})


def wrap(state):
    for name in list(state):
        state[f"bert.{name}"] = state.pop(name)


@pytest.mark.parametrize("change", [lack, add, halve, wrap])
def test_files_that_hold_something_else_are_left_to_the_library(folder, tmp_path, change):
    state = load_file(folder / bert.WEIGHTS)
    change(state)
    save_file(state, tmp_path / bert.WEIGHTS)
    assert bert.read(tmp_path, BertConfig.from_pretrained(folder)) is None


def test_older_files_also_count_the_places(folder, tmp_path):
    state = load_file(folder / bert.WEIGHTS) | {"embeddings.position_ids": torch.arange(8)[None]}
    save_file(state, tmp_path / bert.WEIGHTS)
    assert bert.read(tmp_path, BertConfig.from_pretrained(folder)) is not None


def test_a_damaged_file_is_left_to_the_library(folder, tmp_path):
    (tmp_path / bert.WEIGHTS).write_bytes((folder / bert.WEIGHTS).read_bytes()[:-100])
    assert bert.read(tmp_path, BertConfig.from_pretrained(folder)) is None
