"""Networks that read: Hugging Face encoders and causal language models, cut into stages.

The first stage is all that comes before the first block, then every block is a stage; a last norm belongs to the last
block. What a block is told beside the states - masks, positions - is worked out by the model's own code, so that no
architecture's habits are copied here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from tlkit.errors import TlkitError
from tlkit.models.backbone import Backbone, Rates
from tlkit.models.sequences import Sequences, mean_over_tokens, padded

# Found with MiniLM on reviews/movie, 64 shots, tried on training rows outside the shots, the mean of two seeds: full
# .74, .75, .70 and .68 right at 5e-5, 1e-4, 2e-4 and 4e-4; lora:8 .70 at 5e-4 and 1e-3 alike. Those of causal models
# were not searched: half of the encoders', as is usual for networks that are larger.
ENCODER_RATES = Rates(scratch=3e-4, body=1e-4, tuning=5e-5, adapter=1e-3, head=1e-3, steps=60, batch=16)
CAUSAL_RATES = Rates(scratch=3e-4, body=5e-5, tuning=3e-5, adapter=5e-4, head=1e-3, steps=60, batch=16)
LONGEST = 128  # tokens of a text that are read, unless asked otherwise
_NORMS = ("norm", "ln_f", "final_layer_norm", "final_layernorm", "final_norm")  # what follows the last block


class Reader:
    """Turns texts (n,) into token numbers as the model expects them, the first ``longest`` of each text."""

    def __init__(self, tokenizer, longest: int):
        self.tokenizer, self.longest = tokenizer, longest

    def __repr__(self) -> str:
        return f"Reader({self.tokenizer.name_or_path!r}, longest={self.longest})"

    def __deepcopy__(self, memo) -> Reader:
        return self  # it never changes, and a tokenizer is slow to copy

    def __call__(self, items: np.ndarray) -> Sequences:
        """Texts (n,) as token numbers."""
        if np.ndim(items) != 1:
            raise TlkitError(f"This network reads texts, and these items have the shape {np.shape(items)[1:]}.")
        texts = [str(text) or " " for text in items]
        return self.tokens(texts)

    def tokens(self, texts: list[str]) -> Sequences:
        """The texts as token numbers, padded to the longest of them."""
        read = self.tokenizer(
            texts, truncation=True, max_length=self.longest, return_attention_mask=False, return_token_type_ids=False
        )["input_ids"]  # padded below: the tokenizer takes longer to pad than to read
        return padded([torch.tensor(tokens) for tokens in read], self.tokenizer.pad_token_id or 0)


@contextlib.contextmanager
def only_words_of(backbone: Backbone, items: np.ndarray) -> Iterator[Sequences]:
    """The texts as token numbers, and meanwhile an embedding that has no other words than theirs.

    Nobody learns a word that is never read, and the others are most of the weights: the result is the same, and a
    training step has far less to go through.
    """
    read, embedding = backbone.prepare(items), backbone.stages[0].words
    if not embedding.weight.requires_grad:
        yield read
        return
    whole, padding = embedding.weight, embedding.padding_idx
    words = torch.unique(torch.cat([read.values.flatten(), torch.tensor([padding or 0])])).to(whole.device)
    embedding.weight = nn.Parameter(whole.detach()[words])
    embedding.padding_idx = padding if padding is None else int(torch.searchsorted(words, padding))
    found = embedding.register_forward_pre_hook(lambda _, told: (torch.searchsorted(words, told[0]),))
    try:
        yield read
    finally:
        found.remove()
        whole.data[words] = embedding.weight.detach()
        embedding.weight, embedding.padding_idx = whole, padding


def encoder(name: str, folder: str | Path, *, longest: int | None = None, taught: str = "") -> Backbone:
    """A BERT-like network, from a folder or by its hub's name: it reads a text in both directions."""
    from transformers import AutoModel, AutoTokenizer

    with _quiet():
        reader = Reader(AutoTokenizer.from_pretrained(folder), longest or LONGEST)
        model = AutoModel.from_pretrained(folder)
    return _cut(name, model, reader, taught)


def causal(
    name: str, folder: str | Path, *, longest: int | None = None, taught: str = "", dtype: torch.dtype | str = "auto"
) -> Backbone:
    """A GPT-like network, from a folder or by its hub's name: it reads forwards and says what comes next."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    with _quiet():
        tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="right")
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return _cut(name, model, Reader(tokenizer, longest or LONGEST), taught)


def by_name(name: str, *, longest: int | None = None, taught: str = "") -> Backbone:
    """Any encoder or causal model of Hugging Face, from a local folder or by its hub's name."""
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(name)
    if getattr(config, "is_encoder_decoder", False):
        raise TlkitError(f"{name} has an encoder and a decoder; tlkit takes encoders and causal models only.")
    if any(kind.endswith(("ForCausalLM", "LMHeadModel")) for kind in config.architectures or ()):
        return causal(name, name, longest=longest, taught=taught)
    return encoder(name, name, longest=longest, taught=taught)


class _Reached(Exception):
    """The first block was called, and this is what it was told."""

    def __init__(self, states: Tensor, args: tuple, kwargs: dict):
        self.states, self.around = states, (args, kwargs)


class _Stop(nn.Module):
    """Stands where the blocks were."""

    def forward(self, states: Tensor, *args, **kwargs):
        raise _Reached(states, args, kwargs)


class Embedding(nn.Module):
    """All of a model before its first block: token numbers become states."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    @property
    def words(self) -> nn.Module:
        """The vectors of all words that it knows."""
        return self.model.get_input_embeddings()

    def forward(self, tokens: Sequences) -> Sequences:
        """Token numbers as states."""
        states, around = self._call(tokens.mask, input_ids=tokens.values)
        return Sequences(states, tokens.mask, {states.dtype: around})

    @torch.no_grad()
    def around(self, states: Tensor, mask: Tensor) -> tuple[tuple, dict]:
        """What the model tells its blocks beside the states, which depends on shape, mask and number type alone."""
        return self._call(mask, inputs_embeds=states.detach())[1]

    def side_by_side(self, tokens: Tensor, places: Tensor, seen: Tensor) -> Sequences:
        """States of token numbers (1, length) at ``places`` of their own; each sees the tokens that ``seen`` says."""
        dtype = next(self.model.parameters()).dtype
        unseen = torch.zeros(seen.shape, dtype=dtype, device=seen.device).masked_fill(~seen, torch.finfo(dtype).min)
        states, around = self._call(unseen[None, None], input_ids=tokens, position_ids=places)
        return Sequences(states, torch.ones_like(tokens), {states.dtype: around})

    def _call(self, mask: Tensor, **inputs) -> tuple[Tensor, tuple[tuple, dict]]:
        try:
            self.model(attention_mask=mask, **inputs)
        except _Reached as reached:
            return reached.states, reached.around
        raise TlkitError(f"{type(self.model).__name__} never called its blocks, so it can't be cut into stages.")


class Block(nn.Module):
    """One block of a model, and the last norm if nothing follows but that."""

    def __init__(self, block: nn.Module, embedding: Embedding, norm: nn.Module | None = None):
        super().__init__()
        self.block, self.norm = block, norm or nn.Identity()
        self._embedding = (embedding,)  # in a tuple: it is asked, and is no part of this stage

    def forward(self, told: Sequences) -> Sequences:
        """States as the block makes them, in the number type of its weights."""
        states = told.values.to(next(self.block.parameters()).dtype)
        if states.dtype not in told.around:
            told.around[states.dtype] = self._embedding[0].around(states, told.mask)
        args, kwargs = told.around[states.dtype]
        said = self.block(states, *args, **kwargs)
        return replace(told, values=self.norm(said[0] if isinstance(said, tuple) else said))


def _cut(name: str, model: nn.Module, reader: Reader, taught: str) -> Backbone:
    """The stages of ``model``, which is taken apart, held against what it said when it was whole."""
    config, unembed, dtype = model.config, model.get_output_embeddings(), model.dtype
    base = model.base_model
    base = getattr(base, "decoder", base)  # OPT keeps its blocks one deeper
    base.config.use_cache = False
    whole = _said_by(base)
    blocks, norm = _take_blocks(base, config.num_hidden_layers)
    embedding = Embedding(base)
    stages = {"embed": embedding}
    for number, block in enumerate(blocks, start=1):
        stages[f"block{number}"] = Block(block, embedding, norm if number == len(blocks) else None)
    backbone = Backbone(
        name, stages, prepare=reader, pool=mean_over_tokens, width=config.hidden_size, modality="text", taught=taught,
        rates=CAUSAL_RATES if unembed is not None else ENCODER_RATES, batch=64, threads=None,
        build=partial(_rebuild, name, config, reader, dtype, causal=unembed is not None),
    )  # fmt: skip
    backbone.unembed, backbone.context = unembed, getattr(config, "max_position_embeddings", 512)
    _check(backbone.eval(), whole)
    return backbone


def _take_blocks(base: nn.Module, count: int) -> tuple[nn.ModuleList, nn.Module | None]:
    """Take the blocks out of ``base``, and the norm after them; what only follows the blocks is dropped."""
    lists = [path for path, part in base.named_modules() if isinstance(part, nn.ModuleList) and len(part) == count]
    if not lists:
        raise TlkitError(f"{type(base).__name__} has no list of {count} blocks, so tlkit can't cut it into stages.")
    path, _, last = lists[0].rpartition(".")
    owner = base.get_submodule(path)
    blocks = getattr(owner, last)
    setattr(owner, last, nn.ModuleList([_Stop()]))
    norms = [getattr(owner, name) for name in _NORMS if isinstance(getattr(owner, name, None), nn.Module)]
    for part, name in ((part, name) for part in (base, owner) for name in (*_NORMS, "pooler")):
        if isinstance(getattr(part, name, None), nn.Module):
            setattr(part, name, None)
    return blocks, norms[0] if norms else None


@torch.no_grad()
def read_after(backbone: Backbone, before: Sequence[int], rows: Sequence[Sequence[int]]) -> list[Tensor]:
    """What a causal network says of each row of tokens (length, width) where all of them follow on ``before``.

    What is before them is read once: the rows lie side by side behind it, and see it and themselves only. Networks
    whose sense of place can't be told (ALiBi) say something else so: :func:`reads_side_by_side` knows.
    """
    lengths = [len(before), *map(len, rows)]
    own = torch.arange(len(lengths)).repeat_interleave(torch.tensor(lengths))
    places = torch.tensor([*range(len(before)), *(len(before) + n for row in rows for n in range(len(row)))])
    number = torch.arange(len(own))
    seen = (number[None] <= number[:, None]) & ((own[None] == 0) | (own[None] == own[:, None]))
    tokens = torch.tensor([[*before, *(token for row in rows for token in row)]])
    laid = backbone.stages[0].side_by_side(*(each.to(backbone.device) for each in (tokens, places[None], seen)))
    return list(backbone.run(laid, start=1).values[0].split(lengths))[1:]


@torch.no_grad()
def reads_side_by_side(backbone: Backbone) -> bool:
    """Whether :func:`read_after` gives what the network says of each row read whole, on two short rows."""
    before, rows = [7, 11, 13], [[17, 19], [23, 29, 31]]
    try:
        said = read_after(backbone, before, rows)
    except (RuntimeError, TypeError, ValueError):
        return False  # it takes no places, or no mask of this kind
    whole = [backbone.run(padded([torch.tensor(before + row)]).to(backbone.device)).values[0, 3:] for row in rows]
    return all(torch.allclose(a.float(), b.float(), atol=1e-2, rtol=1e-2) for a, b in zip(said, whole, strict=True))


_IDS = torch.tensor([[7, 11, 13, 17, 19], [23, 29, 31, 0, 0]])
_MASK = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])


@torch.no_grad()
def _said_by(base: nn.Module) -> Tensor:
    """What a whole model says of two short rows of tokens."""
    return base.eval()(input_ids=_IDS, attention_mask=_MASK).last_hidden_state


@torch.no_grad()
def _check(backbone: Backbone, whole: Tensor) -> None:
    """Refuse a network that says something else in stages than it said when it was whole."""
    try:
        half = backbone.run(Sequences(_IDS, _MASK), stop=2)
        said = backbone.run(Sequences(half.values, half.mask), start=2).values
        same = torch.allclose((said - whole) * _MASK[..., None], torch.zeros_like(whole), atol=1e-3)
    except (RuntimeError, AttributeError, TypeError, ValueError) as error:
        raise TlkitError(f"tlkit can't cut {backbone.name} into stages: {error}.") from error
    if not same:
        raise TlkitError(f"tlkit can't cut {backbone.name} into stages: in parts it says something else than whole.")


def _rebuild(name: str, config, reader: Reader, dtype: torch.dtype, *, causal: bool) -> Backbone:
    """The same network with the random weights that its own library gives a new one."""
    from transformers import AutoModel, AutoModelForCausalLM

    with _quiet():
        model = (AutoModelForCausalLM if causal else AutoModel).from_config(config, dtype=dtype)
    return _cut(name, model, reader, "")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No progress bars and no advice while a model loads; the reader's own settings afterwards."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
