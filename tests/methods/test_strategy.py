import pytest

import tlkit as tl
from tlkit.methods.strategy import RandomHead, as_strategy


def test_every_listed_name_is_one():
    for name in tl.strategies():
        strategy = as_strategy(name.replace(":k", ":2"))
        assert strategy.name == name.replace(":k", ":2")
        assert as_strategy(strategy) is strategy


def test_names_and_objects_mean_the_same():
    assert as_strategy("partial:2") == tl.Partial(2)
    assert as_strategy("lp_ft") == tl.LPFT()


def test_full_tuning_in_other_steps_has_a_name_of_its_own():
    assert tl.Full(rate="body") == tl.Full()
    slow = tl.Full(rate="tuning")
    assert (slow.name, slow.phases[0].rate) == ("full, tuning's rate", "tuning")


@pytest.mark.parametrize("name", ["partial", "partial:", "partial:two", "partial:-1"])
def test_partial_needs_its_number(name):
    with pytest.raises(tl.TlkitError, match="write it as 'partial:2'"):
        as_strategy(name)


def test_partial_zero_is_no_stage():
    with pytest.raises(tl.TlkitError, match="lets no stage learn"):
        as_strategy("partial:0")


@pytest.mark.parametrize(("name", "nearest"), [("ful", "full"), ("lpft", "lp_ft"), ("full:2", "full")])
def test_an_unknown_strategy_names_the_nearest(name, nearest):
    with pytest.raises(tl.TlkitError, match=f"no strategy '{name}'. Did you mean '{nearest}'"):
        as_strategy(name)


def test_more_stages_than_there_are():
    strategy = tl.Partial(9)
    with pytest.raises(tl.TlkitError, match="partial:9 lets 9 stages learn, and this backbone has 4"):
        strategy.frozen(strategy.phases[0], 4)


@pytest.mark.parametrize(
    ("name", "strategy"),
    [
        ("lora:8", tl.LoRA(8)),
        ("lora:4@2", tl.LoRA(4, last=2)),
        ("head@3", tl.Head(cut=3)),
        ("random_head@3", RandomHead(cut=3)),
        ("prompt:2", tl.Prompt(shown=2)),
        ("prompt:shots", tl.Prompt(shown="shots")),
    ],
)
def test_names_with_numbers(name, strategy):
    assert as_strategy(name) == strategy
    assert strategy.name == name


@pytest.mark.parametrize(
    ("name", "example"), [("lora", "lora:8"), ("lora:x", "lora:8"), ("head@", "head@2"), ("prompt:few", "prompt:2")]
)
def test_a_number_that_is_missing(name, example):
    with pytest.raises(tl.TlkitError, match=f"write it as '{example}'"):
        as_strategy(name)


@pytest.mark.parametrize(
    "make",
    [
        lambda: tl.LoRA(0),
        lambda: tl.LoRA(4, last=0),
        lambda: tl.Head(cut=0),
        lambda: tl.Head(strength=0),
        lambda: tl.Head(strength=2),
        lambda: tl.Full(layer_decay=0),
        lambda: tl.Partial(1, layer_decay=2),
        lambda: tl.Prompt(shown=-1),
    ],
    ids=["rank", "last", "cut", "held down for good", "held down too little", "decay", "partial decay", "shown"],
)
def test_numbers_that_mean_nothing(make):
    with pytest.raises(tl.TlkitError):
        make()
