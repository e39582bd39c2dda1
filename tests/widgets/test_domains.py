import html

import pytest

import tlkit as tl
from tests.analysis.test_domain_gap import made_up
from tlkit.methods.domain_adaptation import ALIGNMENTS, STRENGTHS


@pytest.fixture
def lab():
    return tl.labs.DomainLab({"tweets": made_up(), "products": made_up(target="reviews/amazon")})


def said(lab) -> str:
    return html.unescape(lab.words.value)


def test_the_targets_labels_are_hidden_until_asked_for(lab):
    assert "is worth in tweets is hidden" in said(lab)
    hidden = lab.picture.value
    lab.labels.value = True
    assert "the gap is" in said(lab)
    gap = made_up()
    assert f"In tweets it names {gap.accuracy(1.0).mean:.1%} right" in said(lab)
    assert lab.picture.value != hidden
    lab.labels.value = False
    assert lab.picture.value == hidden


def test_every_control_answers_at_its_ends(lab):
    for control in lab.controls:
        pictures = set()
        for value in [option[1] if isinstance(option, tuple) else option for option in control.options]:
            control.value = value
            pictures.add(lab.picture.value)
            assert lab.choice.words() in said(lab)
        assert len(pictures) == len(control.options)
    assert repr(lab) == f"DomainLab: {lab.choice.words()}"


def test_scorers_choose_among_the_strengths_of_one_alignment(lab):
    lab.alignment.value = list(ALIGNMENTS)[2]
    for scorer in ("source accuracy", "certainty"):
        counts = lab.choice.counts(scorer)
        assert len(counts) == len(STRENGTHS)
        assert sum(counts) == 3


def test_what_is_no_gap_is_refused():
    with pytest.raises(tl.TlkitError, match=r"is no gap: give what tl\.domain_gap\.heads returned"):
        tl.labs.DomainLab({"tweets": 3})
    with pytest.raises(tl.TlkitError, match="names nothing to choose from"):
        tl.labs.DomainLab({})
