import pytest
import torch

import tlkit as tl
from tests.small_networks import save_model
from tlkit.methods import lora


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bert")
    save_model(folder, "bert")
    return tl.backbone(str(folder), size=32)


@pytest.fixture
def layer(net):
    adapted = net.copy()
    lora.add(adapted, rank=8, alpha=16, seed=0)
    layer = adapted.get_submodule(lora.targets(net)[-1])
    torch.nn.init.normal_(layer.lora_B["default"].weight, generator=torch.Generator().manual_seed(0))
    return layer


def test_the_first_exercise_knows_right_from_each_mistake(tmp_path):
    from tests.small_networks import SIZES

    deep = SIZES | {"num_hidden_layers": 4}
    net = _bert(tmp_path, deep)
    right = 3 * 2 * 4 * (32 + 32)
    assert tl.check("08.1", right, net).passed
    mistakes = {
        right // 2: "That is half",
        right // 4: "two layers with one",
        right // 3: "one block",
        right + 66: "counts the head",
        right * 4 // 3: "all blocks",
        right * 2: "rank 8",
        0.004: "not their share",
        17: "Not the number",
    }
    for answer, hint in mistakes.items():
        verdict = tl.check("08.1", answer, net)
        assert not verdict.passed
        assert hint in verdict.hint
        assert str(right) not in verdict.hint
    assert "Replace the dots" in tl.check("08.1", ..., net).hint


def _bert(folder, sizes):
    import transformers

    save_model(folder, "bert")
    transformers.AutoModel.from_config(transformers.BertConfig(**sizes)).save_pretrained(folder)
    return tl.backbone(str(folder), size=32)


def test_the_second_exercise_knows_right_from_each_mistake(layer):
    own, a, b = layer.base_layer.weight, layer.lora_A["default"].weight, layer.lora_B["default"].weight
    assert tl.check("08.2", own + 2 * b @ a, layer).passed
    mistakes = {
        "the layer alone": own,
        "add it to the layer's own": 2 * b @ a,
        "scaled, by alpha / rank": own + b @ a,
        "transposed": own + 2 * (b @ a).T,
        "alpha times": own + 16 * b @ a,
        "B comes before A": a @ b,
        "Not the matrix": own * 3,
        "a torch tensor": 3.0,
    }
    for hint, answer in mistakes.items():
        verdict = tl.check("08.2", answer, layer)
        assert not verdict.passed
        assert hint in verdict.hint


def test_the_quiz_explains_every_answer():
    quiz = tl.quiz("08")
    assert quiz.question.right in quiz.question.answers
    for answer, why in quiz.question.answers.items():
        quiz.choice.value = answer
        assert ("✓" in quiz.said.value) == (answer == quiz.question.right)
        assert why[:20] in quiz.said.value
