import numpy as np
import pytest

import tlkit as tl
from tests.methods.test_multi_task import BARS, OTHERS, body
from tlkit.analysis.gradient_conflict import first_cosines

NOBODY = tl.random_source(body())


def test_the_look_ends_after_a_third_and_sees_what_the_training_saw():
    way, history = tl.multi_task.Together(OTHERS), []
    tl.transfer(NOBODY, BARS, strategy=way, shots=2, steps=9, seed=3, on_event=history.append)
    seen = first_cosines(NOBODY, BARS, way, shots=2, steps=9, seed=3)
    assert seen == [step.cosine for step in history[:3]]


def test_it_is_measured_seed_by_seed_and_once():
    saved, way = tl.Results(), tl.multi_task.Together(OTHERS)
    asked = {"shots": 2, "steps": 6, "seeds": [0, 1], "reuse": saved}
    found = tl.gradient_conflict.cosine(NOBODY, BARS, way, **asked)
    assert found.by_seed[1] == pytest.approx(np.mean(first_cosines(NOBODY, BARS, way, shots=2, steps=6, seed=1)))
    assert len(saved.figures) == 2
    assert tl.gradient_conflict.cosine(NOBODY, BARS, way, **asked).by_seed == found.by_seed
    assert len(saved.figures) == 2


def test_a_task_that_is_its_own_partner_agrees_with_itself():
    alike = tl.gradient_conflict.cosine(NOBODY, BARS, tl.multi_task.Together(BARS), shots=6, steps=6, seeds=[0, 1, 2])
    assert alike.mean > 0.1


@pytest.mark.parametrize("strategy", [tl.multi_task.Alone(), tl.Scratch()], ids=["alone", "scratch"])
def test_what_has_no_partner_is_refused(strategy):
    with pytest.raises(tl.TlkitError, match="has no second task"):
        tl.gradient_conflict.cosine(NOBODY, BARS, strategy, shots=1)
