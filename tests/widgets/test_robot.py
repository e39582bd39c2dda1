import numpy as np
import pytest

import tlkit as tl
from tlkit.datasets.environments import CartPole
from tlkit.widgets.robot import DELAYS, LENGTHS, trial


@pytest.fixture(scope="module")
def balancer():
    return tl.pretrain(tl.backbone("policy-net"), tl.task("cartpole"), seed=0, steps=12)


@pytest.fixture
def lab(balancer):
    return tl.labs.RobotLab({"taught one cart": balancer})


def test_every_control_at_its_ends_answers_in_words_and_frames(lab):
    for control in (lab.length, lab.mass, lab.gravity, lab.friction, lab.delay):
        for at in (0, -1):
            control.value = control.options[at][1] if isinstance(control.options[at], tuple) else control.options[at]
            assert len(lab.view.frames) == len(lab.trial.frames) > 0
            assert lab.trial.words() in lab.words.value.replace("&#x27;", "'")
    assert f"{LENGTHS[-1]:g} m" in repr(lab)
    assert f"{DELAYS[-1] * CartPole.tau:.2f} s late" in repr(lab)
    assert lab.view.pole == LENGTHS[-1]


def test_reversed_pushes_make_it_fall_at_once(lab):
    usual = lab.trial.seconds.mean()
    lab.wiring.value = 1.0
    assert "wired in reverse" in lab.words.value
    assert lab.trial.seconds.mean() < usual / 2
    assert "The pole falls to the" in lab.view.ending


def test_each_answer_is_a_new_episode(lab):
    before = lab.view.episode
    lab.gravity.value = 1.6
    assert lab.view.episode == before + 1


def test_the_figures_are_those_of_the_episodes(balancer):
    found = trial("it", balancer.model, CartPole())
    assert len(found.seconds) == 50
    assert f"{found.seconds.mean():.1f} of 4 seconds" in found.words()
    middling = np.sort(found.seconds)[25]
    assert len(found.frames) == round(middling / CartPole.tau)
    assert np.array_equal(trial("it", balancer.model, CartPole()).frames, found.frames)


def test_who_never_leaves_the_rail_upright_is_said_to_stand(balancer):
    assert trial("it", balancer.model, CartPole(gravity=0.0)).ending


def test_a_controller_of_something_else_is_refused(source):
    with pytest.raises(tl.TlkitError, match="can't push a cart"):
        tl.labs.RobotLab({"it": source})
    with pytest.raises(tl.TlkitError, match="names nothing to choose from"):
        tl.labs.RobotLab({})
