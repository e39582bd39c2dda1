import threading

import numpy as np
import pytest

import tlkit as tl
from tests.methods.test_prompting import reviews
from tests.small_networks import save_model
from tlkit.methods.prompting import Prompted

TEMPLATES = {"plain": "{text} is", "asked": "{question} {text}:"}


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    folder = tmp_path_factory.mktemp("llama")
    save_model(folder, "llama")
    return tl.backbone(str(folder), size=64)


@pytest.fixture
def lab(net):
    lab = tl.labs.PromptLab(net, reviews(), templates=TEMPLATES, texts=4)
    yield lab
    lab.halt()


def test_every_control_changes_what_is_read_or_said(lab):
    for control in (lab.text, lab.wording, lab.shown, lab.order, lab.label_words, lab.calibrated):
        before = lab.reads.value, lab.words.value, lab.picture.value
        *_, last = [option[1] if isinstance(option, tuple) else option for option in control.options]
        control.value = last
        lab.wait()
        assert (lab.reads.value, lab.words.value, lab.picture.value) != before, control.description
    assert 'role="status"' in lab.words.value


def test_it_says_what_the_model_says(lab, net):
    task = reviews()
    lab.wording.value = "asked"
    lab.wait()
    model = Prompted(net, task, tl.Prompt(TEMPLATES["asked"]))
    expected = model.probabilities(np.array([lab.text.value], dtype=object))[0]
    assert np.allclose(lab.answer.chances, expected, atol=1e-5)
    assert model.prompt(lab.text.value) == lab.answer.prompt
    assert f"no {expected[0]:.0%}, yes {expected[1]:.0%}" in lab.words.value


def test_other_sentences_are_read_ahead_and_answer_at_once(lab, net, full_draws):
    lab._ahead.wait(300)
    for _, text in lab.text.options[::-1]:
        lab.text.value = text
        assert not lab.training
        assert text in lab.reads.value
    assert full_draws == []
    expected = Prompted(net, reviews(), tl.Prompt(TEMPLATES["plain"])).probabilities(np.array([text], dtype=object))[0]
    assert np.allclose(lab.answer.chances, expected, atol=1e-5)


def test_a_sentence_of_ones_own_has_no_known_truth(lab):
    lab.own.value = "a splendid evening"
    lab.wait()
    assert "a splendid evening" in lab.reads.value
    assert lab.answer.truth is None


def test_what_is_typed_is_no_markup(lab):
    lab.own.value = "<img src=x onerror=alert(1)>"
    lab.wait()
    assert "<img src=x" not in lab.reads.value


def test_examples_stand_in_the_order_that_is_asked_for(lab):
    assert lab.order.disabled
    lab.shown.value = 2
    lab.wait()
    assert not lab.order.disabled
    one = lab.answer.prompt
    lab.order.value = 2
    lab.wait()
    assert lab.answer.prompt != one
    assert sorted(lab.answer.prompt.split("\n\n")[:-1]) == sorted(one.split("\n\n")[:-1])


def test_the_test_in_the_background(lab):
    lab.test.click()
    lab.wait()
    assert "Asked so about 4 test texts, it names" in lab.words.value
    assert repr(lab).startswith("PromptLab: It says")


def test_stop_leaves_the_picture_of_before(lab, monkeypatch):
    started, test = threading.Event(), lab.bench.test

    def slowly(*args):
        started.set()
        lab._halt.wait(60)
        return test(*args)

    monkeypatch.setattr(lab.bench, "test", slowly)
    picture = lab.picture.value
    lab.test.click()
    assert started.wait(120)
    lab.stop.click()
    assert "Stopped." in lab.words.value
    assert lab.picture.value == picture
