"""BERT's encoder in torch alone (Devlin et al., 2018, arXiv 1810.04805): the parts, names and sums of Hugging Face's.

Hugging Face's own class brings along what serves every network that there is: compilers, sharded tensors, losses for
object detection. That takes seconds, and of every kernel in a classroom a hundred megabytes. This one says the same,
learns the same and begins with the same random weights; the tests hold it to theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

WEIGHTS = "model.safetensors"


class Bert(nn.Module):
    """A BERT without a head, as a configuration of Hugging Face's describes it; its weights are still to be filled.

    It answers what a model of theirs answers where it is cut into stages: its ``config``, ``dtype`` and embeddings.
    """

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embeddings, self.encoder, self.pooler = Embeddings(config), Encoder(config), Pooler(config)

    @property
    def base_model(self) -> Bert:
        """The network without a head: all of it."""
        return self

    @property
    def dtype(self) -> torch.dtype:
        """The number type of the weights."""
        return next(self.parameters()).dtype

    def get_input_embeddings(self) -> nn.Embedding:
        """The vectors of all words."""
        return self.embeddings.word_embeddings

    def get_output_embeddings(self) -> None:
        """It says no words."""

    def forward(
        self, input_ids: Tensor | None = None, attention_mask: Tensor | None = None, inputs_embeds: Tensor | None = None
    ) -> SimpleNamespace:
        """States (batch, tokens, width) of token numbers, or of what stands for their words' vectors."""
        words = self.embeddings.word_embeddings(input_ids) if inputs_embeds is None else inputs_embeds
        states = self.embeddings(words)
        mask = None
        if attention_mask is not None and not attention_mask.all():  # attention without a mask is quicker
            batch, tokens = attention_mask.shape
            mask = attention_mask.bool()[:, None, None].expand(batch, 1, tokens, tokens)
        return SimpleNamespace(last_hidden_state=self.encoder(states, mask))


class Embeddings(nn.Module):
    """Words' vectors become states: a place is added, and the first of two sentences."""

    def __init__(self, config):
        super().__init__()
        self.word_embeddings = nn.Embedding(config.vocab_size, config.hidden_size, padding_idx=config.pad_token_id)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, config.hidden_size)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, words: Tensor) -> Tensor:
        """The vectors of words as states, both (batch, tokens, width)."""
        batch, tokens = words.shape[:2]
        places = torch.arange(tokens, device=words.device)[None]
        sentence = places.new_zeros(batch, tokens)
        states = words + self.token_type_embeddings(sentence) + self.position_embeddings(places)
        return self.dropout(self.LayerNorm(states))


class Encoder(nn.Module):
    """The blocks, one after another."""

    def __init__(self, config):
        super().__init__()
        self.layer = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))

    def forward(self, states: Tensor, mask: Tensor | None) -> Tensor:
        """States (batch, tokens, width) after the last block."""
        for layer in self.layer:
            states = layer(states, mask)
        return states


class Layer(nn.Module):
    """One block: each token looks at all others, then thinks for itself."""

    def __init__(self, config):
        super().__init__()
        self.attention = Attention(config)
        self.intermediate = Intermediate(config)
        self.output = Output(config.intermediate_size, config)

    def forward(self, states: Tensor, mask: Tensor | None = None) -> Tensor:
        """States (batch, tokens, width); ``mask`` (batch, 1, tokens, tokens) says what may be looked at."""
        looked = self.attention(states, mask)
        return self.output(self.intermediate(looked), looked)


class Attention(nn.Module):
    """What the other tokens say, added to what a token was."""

    def __init__(self, config):
        super().__init__()
        self.self = SelfAttention(config)
        self.output = Output(config.hidden_size, config)

    def forward(self, states: Tensor, mask: Tensor | None) -> Tensor:
        """States (batch, tokens, width)."""
        return self.output(self.self(states, mask), states)


class SelfAttention(nn.Module):
    """Each token's query meets every token's key, and takes so much of its value (Vaswani et al., 2017)."""

    def __init__(self, config):
        super().__init__()
        self.heads = config.num_attention_heads
        self.query = nn.Linear(config.hidden_size, config.hidden_size)
        self.key = nn.Linear(config.hidden_size, config.hidden_size)
        self.value = nn.Linear(config.hidden_size, config.hidden_size)
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)

    def forward(self, states: Tensor, mask: Tensor | None) -> Tensor:
        """States (batch, tokens, width)."""
        query, key, value = (
            part(states).unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (self.query, self.key, self.value)
        )  # (batch, heads, tokens, width of a head)
        dropped = self.dropout.p if self.training else 0.0
        found = F.scaled_dot_product_attention(query, key, value, attn_mask=mask, dropout_p=dropped)
        return found.transpose(1, 2).flatten(-2)


class Intermediate(nn.Module):
    """The wider layer in the middle of a block."""

    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.intermediate_size)

    def forward(self, states: Tensor) -> Tensor:
        """(batch, tokens, width) becomes (batch, tokens, wider)."""
        return F.gelu(self.dense(states))


class Output(nn.Module):
    """Back to the block's width, added to what was there before, and normed."""

    def __init__(self, width: int, config):
        super().__init__()
        self.dense = nn.Linear(width, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, new: Tensor, before: Tensor) -> Tensor:
        """States (batch, tokens, width)."""
        return self.LayerNorm(self.dropout(self.dense(new)) + before)


class Pooler(nn.Module):
    """What BERT was taught to tell two sentences apart with; its weights are in every file, and nobody asks it here."""

    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)


def is_plain(config) -> bool:
    """Whether a configuration describes a BERT as it was published, which looks both ways."""
    return (
        config.model_type == "bert"
        and config.hidden_act == "gelu"
        and not (config.is_decoder or config.add_cross_attention or config.chunk_size_feed_forward)
        and config.hidden_size % config.num_attention_heads == 0
    )


def untrained(config) -> Bert:
    """A network with the random weights that BERT begins with."""
    model = Bert(config)
    model.apply(partial(_draw, deviation=config.initializer_range))
    return model


def _draw(part: nn.Module, deviation: float) -> None:
    if isinstance(part, (nn.Linear, nn.Embedding)):
        nn.init.normal_(part.weight, std=deviation)
    if isinstance(part, nn.Linear):
        nn.init.zeros_(part.bias)
    if isinstance(part, nn.Embedding) and part.padding_idx is not None:
        nn.init.zeros_(part.weight[part.padding_idx])


def read(folder: str | Path, config) -> Bert | None:
    """The network in a folder, its weights mapped from the file, if that holds one in float32, no more and no less.

    None where Hugging Face's own class is to be asked, which knows what to do with all others.
    """
    file = Path(folder) / WEIGHTS
    if not (is_plain(config) and file.is_file()):
        return None
    model = Bert(config)
    try:
        held = load_file(file)
    except SafetensorError:
        return None
    held.pop("embeddings.position_ids", None)  # 0, 1, 2 and so on, in older files
    if _shapes(held) != _shapes(model.state_dict()):
        return None
    model.load_state_dict(held, assign=True)
    return model


def _shapes(state: Mapping[str, Tensor]) -> dict[str, tuple]:
    return {name: (tensor.shape, tensor.dtype) for name, tensor in state.items()}
