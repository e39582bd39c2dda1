import numpy as np
import pytest

import tlkit as tl
from tlkit.analysis.source_map import SourceMap


def made(columns, what, seeds=2) -> SourceMap:
    told = np.array(columns, float).T
    return SourceMap(
        what, ("piano", "pixels", "nobody"), ("guitar", "brick"), {s: told + s / 100 for s in range(seeds)}
    )


@pytest.fixture
def lab():
    truth = made([[0.6, 0.5, 0.2], [0.3, 0.4, 0.8]], "accuracy")
    return tl.labs.ChoiceLab(
        truth,
        {
            "wise": made([[3, 2, 1], [1, 2, 3]], "wise"),
            "silent": made([[1, np.nan, 2], [1, np.nan, 2]], "silent"),
            "flat": SourceMap("flat", truth.sources, truth.targets, {s: np.zeros((3, 2)) for s in range(2)}),
        },
    )


def test_it_says_whom_the_score_takes_and_what_that_costs(lab):
    assert lab.order.sources == ("piano", "pixels", "nobody")
    assert "wise, for guitar, draw 1: it puts piano first" in lab.words.value
    assert "costs 0.0 points" in lab.words.value
    lab.score.value = "silent"
    assert "it puts nobody first" in lab.words.value
    assert "costs 40.0 points" in lab.words.value
    assert "be asked of pixels" in lab.words.value
    assert lab.order.sources[-1] == "pixels"


def test_of_equals_it_says_so(lab):
    lab.score.value = "flat"
    assert "piano and pixels and nobody first, as equals" in lab.words.value
    assert lab.order.taken == 3


def test_every_control_changes_picture_and_words(lab):
    for control, end in ((lab.draw, 1), (lab.target, "brick"), (lab.score, "silent")):
        picture, words = lab.picture.value, lab.words.value
        control.value = end
        assert lab.picture.value != picture
        assert lab.words.value != words
    assert repr(lab).startswith("ChoiceLab: silent, for brick, draw 2: it puts nobody first")


def test_a_move_draws_only_what_it_changes(lab, full_draws):
    pictures = set()
    for target in ("brick", "guitar"):
        for score in ("silent", "wise"):
            lab.target.value, lab.score.value = target, score
            pictures.add(lab.picture.value)
    assert len(pictures) == 4
    assert full_draws == []


def test_what_is_no_map_is_refused(lab):
    with pytest.raises(tl.TlkitError, match="is no map"):
        tl.labs.ChoiceLab("truth", {})
    with pytest.raises(tl.TlkitError, match="names nothing to choose from"):
        tl.labs.ChoiceLab(made([[1, 1, 1], [1, 1, 1]], "accuracy"), {})
