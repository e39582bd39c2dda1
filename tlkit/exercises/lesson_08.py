"""Lesson 08, LoRA."""

from __future__ import annotations

from torch import Tensor, nn

from tlkit.exercises.check import PASSED, exercise, first_near, question
from tlkit.exercises.parsons import parsons
from tlkit.methods import lora
from tlkit.models.backbone import Backbone

RANK, LAST, CLASSES = 4, 3, 2
CLOSE = 1e-5  # as near as sums in another order come


@exercise("08.1")
def adapter_weights(weights: int, backbone: Backbone) -> str:
    """How many weights adapters of rank 4 have in the last three blocks."""
    right = lora.weigh(backbone, rank=RANK, last=LAST)
    hints = {
        right // 2: "That is half: an adapter is two matrices, A and B, and each block has queries and values.",
        right // 4: "An adapter is two matrices, A and B, and each block has two layers with one: queries and values.",
        right // LAST: "That is one block: there are three.",
        right + (backbone.width + 1) * CLASSES: "That counts the head, too: give the adapters alone.",
        lora.weigh(backbone, rank=RANK): "That is all blocks: adapters are in the last three only.",
        lora.weigh(backbone, rank=2 * RANK, last=LAST): "That is rank 8: the exercise has rank 4.",
    }
    if weights == right:
        return PASSED
    if weights in hints:
        return hints[weights]
    if isinstance(weights, float) and weights < 1:
        return "Give the number of weights, not their share."
    return "Not the number: for each layer A is rank x 384 and B is 384 x rank; two layers a block, three blocks."


@exercise("08.2")
def merged_by_hand(by_hand: Tensor, layer: nn.Module) -> str:
    """The one matrix that says what a layer and its adapter say together."""
    parts = layer.base_layer.weight, layer.lora_A["default"].weight, layer.lora_B["default"].weight
    own, a, b, delta = (part.detach().cpu() for part in (*parts, layer.get_delta_weight("default")))
    scale, shape = layer.scaling["default"], tuple(own.shape)
    if not isinstance(by_hand, Tensor):
        return f"Give a torch tensor of the shape {shape}."
    mine = by_hand.detach().cpu()
    if first_near(mine, [(lambda: own + delta, PASSED)], within=CLOSE):
        return PASSED
    if mine.shape != own.shape:
        return f"It has the shape {tuple(mine.shape)}, and one matrix for all must have {shape}: B comes before A."
    hints = [
        (lambda: own, "That is the layer alone: add what the adapter says."),
        (lambda: delta, "That is what the adapter adds: add it to the layer's own weights."),
        (lambda: own + b @ a, "Nearly: what the adapter says is scaled, by alpha / rank."),
        (lambda: own + delta.T, "That is the adapter's matrix transposed: x A' B' is x (B A)'."),
        (lambda: own + scale * 8 * b @ a, "That is alpha times: the scale is alpha / rank."),
    ]
    return first_near(mine, hints, within=CLOSE) or "Not the matrix: W plus alpha / rank times B A, in that order."


question(
    "08",
    text=(
        "A firm keeps one network for forty clients, each with a task and a few hundred labels of its own. What is the "
        "best reason to give each client an adapter?"
    ),
    answers={
        "It will be more accurate than tuning the whole network": (
            "Not here: in this lesson it was about as accurate, no more. With many labels, or a task far from what the "
            "network knows, it may well be less."
        ),
        "It trains in a hundredth of the time, for it has a hundredth of the weights": (
            "No. The error still travels back through all blocks, frozen or not, and that is most of the work. Time is "
            "saved by adapters in the last blocks only, and those brought little in this lesson."
        ),
        "Forty small files beside one network, and each can be swapped or taken out": (
            "Right. What each client needs is a third of a megabyte instead of 90, the base stays what it was to the "
            "last bit, and an adapter can be merged where speed counts."
        ),
        "Adapters make up for what the network does not know": (
            "No, they bend what is there: beside random weights the same adapters were hardly better than guessing."
        ),
    },
    right="Forty small files beside one network, and each can be swapped or taken out",
)

parsons(
    "08",
    text="A LoRA layer: a frozen linear layer, and beside it two thin matrices that learn.",
    lines={
        "class LoRALayer(nn.Module):": "A layer is a class; all else stands within it.",
        "    def __init__(self, base, rank):": "What it is made of comes first, in __init__.",
        "        super().__init__()": "A torch module must be set up before it is given any part.",
        "        self.base = base.requires_grad_(False)": "The old layer is a part of it, and stays frozen.",
        "        self.A = nn.Parameter(torch.randn(rank, base.in_features) / rank)": (
            "A brings the input down to a few numbers; it is made in __init__."
        ),
        "        self.B = nn.Parameter(torch.zeros(base.out_features, rank))": (
            "B takes them up again; it begins at zero, and is made in __init__."
        ),
        "    def forward(self, x):": "What it computes comes after what it is made of.",
        "        return self.base(x) + x @ self.A.T @ self.B.T": "The sum stands in forward.",
    },
    free=[(3, 4), (3, 5), (4, 5)],
    traps={
        "        self.B = nn.Parameter(torch.randn(base.out_features, rank))": (
            "with a random B the layer says something else than the old one from the start; B must begin at zero."
        ),
    },
    right="With B = 0 nothing changes at first, and only A and B learn.",
)
