import pytest

import tlkit as tl
from tests.analysis.test_label_budget import run
from tlkit.widgets.costs import money


@pytest.fixture
def lab():
    heads = tl.Results(run("head@7", k, s, share) for k, share in ((5, 0.7), (50, 0.97)) for s in range(3))
    alone = tl.Results(run("scratch", k, s, share, 36) for k, share in ((5, 0.5), (200, 0.85)) for s in range(3))
    return tl.labs.CostLab({"transfer": (heads, "head@7"), "from scratch": (alone, "scratch")})


def test_every_control_answers_at_its_ends_in_words_and_picture(lab):
    for control in lab.controls:
        seen = []
        for _, value in (control.options[0], control.options[-1]):
            control.value = value
            seen.append((lab.picture.value, lab.words.value))
            assert lab.answer.words() in lab.words.value
        assert all(first != last for first, last in zip(*seen, strict=True))


def test_the_words_tell_labels_machine_and_the_cheapest(lab):
    lab.label.value, lab.hour.value, lab.wanted.value = 0.1, 100, 0.85
    needs = lab.answer.needs
    assert needs["from scratch"].labels == pytest.approx(400)
    assert "from scratch 400 labels, 140 in all, of which the machine 100" in lab.words.value
    assert "The cheapest: transfer:" in lab.words.value
    assert lab.answer.cheapest == "transfer"


def test_who_never_gets_there_is_told(lab):
    lab.wanted.value = 0.95
    assert "from scratch never got there" in lab.words.value
    assert lab.words.value.count("times less") == 0
    assert repr(lab).startswith("CostLab: A label costs 1, an hour of the machine 1,")


def test_nobody_gets_there():
    weak = tl.Results(run("head@7", k, s, 0.4) for k in (5, 50) for s in range(3))
    lab = tl.labs.CostLab({"transfer": (weak, "head@7")})
    assert lab.answer.cheapest is None
    assert "None of them gets there" in lab.words.value


def test_a_move_draws_only_what_it_changes(lab, full_draws):
    for control in lab.controls:
        control.value = control.options[-1][1]
    assert full_draws == []


def test_ways_that_are_none_are_told():
    with pytest.raises(tl.TlkitError, match="no pair of saved runs"):
        tl.labs.CostLab({"transfer": "head@7"})
    with pytest.raises(tl.TlkitError, match="names nothing to choose from"):
        tl.labs.CostLab({})


def test_money_has_cents_where_it_is_little():
    assert (money(0.5), money(1234.5)) == ("0.50", "1,234")
