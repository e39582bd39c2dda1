"""Networks that read: Hugging Face encoders and causal language models, cut into stages.

The first stage is all that comes before the first block, then every block is a stage; a last norm belongs to the last
block. What each block is told beside the states - masks, positions - is worked out by the model's own code, so that no
architecture's habits are copied here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from tlkit.arguments import LARGEST, whole
from tlkit.errors import TlkitError, first_line
from tlkit.models import bert
from tlkit.models.backbone import Rates, numbered
from tlkit.models.language_model import CONTEXT, LanguageModel, Reader, TextBackbone
from tlkit.models.loading import (
    check_vocabulary,
    read_model,
    read_tokenizer,
    refuse_left_over,
    refuse_made_up,
    refuse_other_kinds,
)
from tlkit.models.sequences import Sequences, mean_over_tokens
from tlkit.models.wiring import Native, Wiring

# Found with MiniLM on reviews/movie, 64 shots, tried on training rows outside the shots, the mean of two seeds: full
# .74, .75, .70 and .68 right at 5e-5, 1e-4, 2e-4 and 4e-4; lora:8 .70 at 5e-4 and 1e-3 alike, with 16 texts a step.
# Eight take half the time: on reviews/tweets full is as good, adapters at 2e-3 are, and at 1e-3 lag by two points.
# Those of causal models were not searched: half of the encoders', as was usual for networks that are larger.
ENCODER_RATES = Rates(scratch=3e-4, body=1e-4, tuning=5e-5, adapter=2e-3, head=1e-3, steps=60, batch=8)
CAUSAL_RATES = Rates(scratch=3e-4, body=5e-5, tuning=3e-5, adapter=5e-4, head=1e-3, steps=60, batch=16)
LONGEST = 128  # tokens of a text that are read, unless asked otherwise
_WINDOWS = ("window", "local", "block_size", "attention_chunk")  # parts of what configurations call them
_NORMS = ("norm", "ln_f", "final_layer_norm", "final_layernorm", "final_norm")  # what follows the last block


@contextlib.contextmanager
def only_words_of(backbone: TextBackbone, items: np.ndarray) -> Iterator[Sequences]:
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


def encoder(name: str, folder: str | Path, *, longest: int | None = None, taught: str = "") -> TextBackbone:
    """A BERT-like network, from a folder or by its hub's name: it reads a text in both directions."""
    with _quiet():
        tokenizer = read_tokenizer(folder)
        return _loaded(name, folder, _encoder_in, tokenizer, longest, taught)


def _encoder_in(folder: str | Path, **options) -> tuple[nn.Module, dict]:
    """A model and what was amiss with its file: a plain BERT as tlkit has it, all others as their library does."""
    from transformers import AutoConfig

    if (own := bert.read(folder, AutoConfig.from_pretrained(folder))) is not None:
        return own, {"missing_keys": [], "mismatched_keys": [], "unexpected_keys": []}
    from transformers import AutoModel

    return AutoModel.from_pretrained(folder, **options)


def causal(
    name: str, folder: str | Path, *, longest: int | None = None, taught: str = "", dtype: torch.dtype | str = "auto"
) -> TextBackbone:
    """A GPT-like network, from a folder or by its hub's name: it reads forwards and says what comes next."""
    from transformers import AutoModelForCausalLM

    with _quiet():
        tokenizer = read_tokenizer(folder, padding_side="right")
        if tokenizer.pad_token is None:
            tokenizer.pad_token = tokenizer.eos_token
        return _loaded(name, folder, AutoModelForCausalLM.from_pretrained, tokenizer, longest, taught, dtype=dtype)


def by_name(name: str, *, longest: int | None = None, taught: str = "") -> TextBackbone:
    """An encoder or causal model of Hugging Face, from a local folder or by its hub's name."""
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(name)
    refuse_other_kinds(name, config)
    if any(kind.endswith(("ForCausalLM", "LMHeadModel")) for kind in config.architectures or ()):
        return causal(name, name, longest=longest, taught=taught)
    return encoder(name, name, longest=longest, taught=taught)


def _loaded(
    name: str, folder: str | Path, read: Callable, tokenizer, longest: int | None, taught: str, **options
) -> TextBackbone:
    """The stages of a model whose weights are all its own."""
    model, made_up, left_over = read_model(read, folder, **options)
    check_vocabulary(name, tokenizer, model)
    unembed = model.get_output_embeddings()
    if unembed is not None and id(unembed.weight) in made_up:
        unembed = None  # the file has none: it is a body like any other, and can't answer
    limit = _limit(model)
    blocks = _blocks_in(getattr(model.base_model, "decoder", model.base_model), model.config.num_hidden_layers)[0]
    backbone = _cut(name, model, Reader(tokenizer, _longest(name, tokenizer, longest, limit), limit), taught, unembed)
    tensors = backbone.state_dict(keep_vars=True).values()
    refuse_made_up(name, [made_up[id(tensor)] for tensor in tensors if id(tensor) in made_up], left_over)
    refuse_left_over(name, blocks, model.config.num_hidden_layers, left_over)
    return backbone


def _limit(model: nn.Module) -> int | None:
    """How many tokens there are positions for; some tables begin with rows that no token has (RoBERTa's)."""
    most = getattr(model.config, "max_position_embeddings", None)
    for path, part in model.named_modules():
        table = isinstance(part, nn.Embedding) and path.endswith("position_embeddings")
        if table and part.padding_idx is not None:
            most = part.num_embeddings - part.padding_idx - 1
    return most if most and most > 0 else None


def _longest(name: str, tokenizer, asked: int | None, limit: int | None) -> int:
    """How many tokens of a text are read: as many as asked, where the network can take them."""
    most = limit or LARGEST
    if asked is None:
        return min(LONGEST, most)
    least = tokenizer.num_special_tokens_to_add() + 1
    return whole(asked, f"size={asked} is no number of tokens that {name} can read", least=least, most=most)


_HEARD: ContextVar[list] = ContextVar("what the blocks of the model that runs now were told")


class _Reached(Exception):
    """The last block was called, and this is what all were told."""

    def __init__(self, states: Tensor, around: list[tuple[tuple, dict]]):
        self.states, self.around = states, around


class _Stand(nn.Module):
    """Stands where a block was: passes states on and notes what the block is told beside; the last stops the model.

    What the model may ask a block about, such as its kind of attention, the stand knows, too.
    """

    def __init__(self, block: nn.Module, returns: int, *, last: bool):
        super().__init__()
        for name, value in vars(block).items():
            if isinstance(value, (str, int, float)) and not name.startswith("_"):
                setattr(self, name, value)
        self.returns, self.last = returns, last

    def forward(self, *args, **kwargs):
        kwargs = dict(kwargs)
        states, args = (args[0], args[1:]) if args else (kwargs.pop("hidden_states"), ())
        heard = _HEARD.get()
        heard.append((states, args, kwargs))
        if self.last:
            raise _Reached(heard[0][0], [(args, kwargs) for _, args, kwargs in heard])
        return (states, *[None] * (self.returns - 1)) if self.returns else states


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
        states, around = self._call(tokens.mask, input_ids=tokens.values)  # (batch, tokens) -> (batch, tokens, width)
        return Sequences(states, tokens.mask, {states.dtype: around})

    @torch.no_grad()
    def around(self, states: Tensor, mask: Tensor) -> list[tuple[tuple, dict]]:
        """What the model tells each block beside the states, which depends on shape, mask and number type alone."""
        width = self.model.get_input_embeddings().weight.shape[1]  # of some networks less than that of the states
        return self._call(mask, inputs_embeds=states.new_zeros(*states.shape[:2], width))[1]

    def side_by_side(self, tokens: Tensor, places: Tensor, seen: Tensor) -> Sequences:
        """States of token numbers (n, length) at ``places``, each of which sees what ``seen`` (n, length, all) says."""
        dtype = next(self.model.parameters()).dtype
        unseen = torch.zeros(seen.shape, dtype=dtype, device=seen.device).masked_fill(~seen, torch.finfo(dtype).min)
        states, around = self._call(unseen[:, None], input_ids=tokens, position_ids=places)
        return Sequences(states, torch.ones_like(tokens), {states.dtype: around})

    def _call(self, mask: Tensor, **inputs) -> tuple[Tensor, list[tuple[tuple, dict]]]:
        before = _HEARD.set([])
        try:
            self.model(attention_mask=mask, **inputs)
        except _Reached as reached:
            return reached.states, reached.around
        finally:
            _HEARD.reset(before)
        raise TlkitError(f"{type(self.model).__name__} never called its blocks, so it can't be cut into stages.")


class Block(nn.Module):
    """One block of a model, and the last norm if nothing follows but that."""

    def __init__(self, block: nn.Module, number: int, embedding: Embedding, norm: nn.Module | None = None):
        super().__init__()
        self.block, self.number, self.norm = block, number, norm or nn.Identity()
        self._embedding = (embedding,)  # in a tuple: it is asked, and is no part of this stage

    def forward(self, given: Sequences) -> Sequences:
        """States as the block makes them, in the number type of its weights."""
        states = given.values.to(next(self.block.parameters()).dtype)  # (batch, tokens, width)
        if states.dtype not in given.around:
            given.around[states.dtype] = self._embedding[0].around(states, given.mask)
        args, kwargs = given.around[states.dtype][self.number]
        new = self.block(states, *args, **kwargs)
        return replace(given, values=self.norm(new[0] if isinstance(new, tuple) else new))  # (batch, tokens, width)


def _cut(name: str, model: nn.Module, reader: Reader, taught: str, unembed: nn.Module | None) -> TextBackbone:
    """The stages of ``model``, which is taken apart, held against what it said when it was whole."""
    try:
        return _cut_exactly(name, model, reader, taught, unembed)
    except TlkitError:
        raise
    except Exception as error:  # a network's own code, which may ask anything of the blocks that were taken out
        raise TlkitError(f"tlkit can't cut {name} into stages ({first_line(error)}): take another network.") from error


def _cut_exactly(name: str, model: nn.Module, reader: Reader, taught: str, unembed: nn.Module | None) -> TextBackbone:
    config, causal, dtype = model.config, model.get_output_embeddings() is not None, model.dtype
    native = Native(model)
    base = model.base_model
    base = getattr(base, "decoder", base)  # OPT keeps its blocks one deeper
    base.config.use_cache = False
    specimen = _specimen(config, reader)
    path, blocks = _blocks_in(base, config.num_hidden_layers)
    whole, returns = _states_of(base, blocks[0], specimen)
    stands = [_Stand(block, returns, last=block is blocks[-1]) for block in blocks]
    norm = _take_blocks(base, path, stands)
    embedding = Embedding(base)
    parts = (Block(block, n, embedding, norm if block is blocks[-1] else None) for n, block in enumerate(blocks))
    stages = {"embed": embedding, **numbered("block", parts)}
    options = {
        "prepare": reader, "pool": mean_over_tokens, "width": config.hidden_size, "taught": taught,
        "rates": CAUSAL_RATES if causal else ENCODER_RATES, "batch": 64, "threads": None,
        "build": partial(_rebuild, name, config, reader, dtype, causal=causal),
    }  # fmt: skip
    if unembed is None:
        backbone = TextBackbone(name, stages, **options)
    else:
        window = min((each for each in _windows(config) if each < (reader.limit or CONTEXT)), default=None)
        backbone = LanguageModel(name, stages, unembed=unembed, window=window, **options)
    _check(backbone.eval(), specimen, whole)
    kind = "causal" if causal else "encoder"
    backbone.wiring = Wiring("transformers", kind, reader.longest, native.names(backbone))
    return backbone


def _blocks_in(base: nn.Module, count: int) -> tuple[str, nn.ModuleList]:
    """The list of ``count`` blocks in ``base``, and its path."""
    lists = [(p, part) for p, part in base.named_modules() if isinstance(part, nn.ModuleList) and len(part) == count]
    if not lists:
        raise TlkitError(f"{type(base).__name__} has no list of {count} blocks, so tlkit can't cut it into stages.")
    return lists[0]


def _take_blocks(base: nn.Module, path: str, stands: Sequence[nn.Module]) -> nn.Module | None:
    """Put ``stands`` where the blocks of ``base`` are; the norm after them, and what only follows them is dropped."""
    place, _, last = path.rpartition(".")
    owner = base.get_submodule(place)
    setattr(owner, last, nn.ModuleList(stands))
    norms = [getattr(owner, name) for name in _NORMS if isinstance(getattr(owner, name, None), nn.Module)]
    for part, name in ((part, name) for part in (base, owner) for name in (*_NORMS, "pooler")):
        if isinstance(getattr(part, name, None), nn.Module):
            setattr(part, name, None)
    return norms[0] if norms else None


def _specimen(config, reader: Reader) -> Sequences:
    """Two rows of tokens, one half as long as the other; longer than any window in ``config`` that is ever passed."""
    read = max(reader.longest, min(reader.limit or CONTEXT, CONTEXT))
    reach = max((window for window in _windows(config) if window < read), default=0)
    length = min(reach + reach // 2 + 5, reader.limit or LARGEST)
    tokens = 7 + torch.arange(2 * length).view(2, length) * 4 % max(1, min(config.vocab_size, 97) - 8)
    mask = (torch.arange(length) < torch.tensor([[length], [length // 2 + 1]])).long()
    return Sequences(tokens.clamp(max=config.vocab_size - 1) * mask, mask)


def _windows(config) -> list[int]:
    """How far the blocks look, as far as ``config`` says that any looks less than everywhere."""
    if set(getattr(config, "layer_types", None) or ()) == {"full_attention"}:
        return []
    values = [value for name, value in config.to_dict().items() if any(word in name for word in _WINDOWS)]
    each = [one for value in values for one in (value if isinstance(value, (list, tuple)) else [value])]
    return [one for one in each if isinstance(one, int) and not isinstance(one, bool) and one > 0]


@torch.no_grad()
def _states_of(base: nn.Module, block: nn.Module, read: Sequences) -> tuple[Tensor, int]:
    """The last states of a whole model for two rows; and how many things a block returns, 0 if it is the states."""
    returned = []
    hook = block.register_forward_hook(lambda _, __, out: returned.append(len(out) if isinstance(out, tuple) else 0))
    try:
        states = base.eval()(input_ids=read.values, attention_mask=read.mask).last_hidden_state
    finally:
        hook.remove()
    return states, returned[0]


@torch.no_grad()
def _check(backbone: TextBackbone, read: Sequences, whole: Tensor) -> None:
    """Refuse a network that says something else in stages than it said when it was whole."""
    if not torch.isfinite(whole).all():
        raise TlkitError(f"{backbone.name} says NaN or infinity of a plain text: its weights are damaged.")
    half = backbone.run(Sequences(read.values, read.mask), stop=2)
    states = backbone.run(Sequences(half.values, half.mask), start=2).values
    if not torch.allclose((states - whole) * read.mask[..., None], torch.zeros_like(whole), atol=1e-3):
        raise TlkitError(f"tlkit can't cut {backbone.name} into stages: in parts it says something else than whole.")


def _rebuild(name: str, config, reader: Reader, dtype: torch.dtype, *, causal: bool) -> TextBackbone:
    """The same network with the random weights that its own library gives a new one."""
    model = _new(config, dtype, causal=causal)
    return _cut(name, model, reader, "", model.get_output_embeddings())


def _new(config, dtype: torch.dtype, *, causal: bool) -> nn.Module:
    if bert.is_plain(config) and not causal and dtype == torch.float32:
        return bert.untrained(config)
    from transformers import AutoModel, AutoModelForCausalLM

    with _quiet():
        return (AutoModelForCausalLM if causal else AutoModel).from_config(config, dtype=dtype)


def unfilled(name: str, folder: Path, *, causal: bool, longest: int | None) -> TextBackbone:
    """The network that a folder's config.json describes, with random weights, and the tokenizer that lies there."""
    from transformers import AutoConfig

    with _quiet():
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
        refuse_other_kinds(name, config)
        tokenizer = read_tokenizer(folder, trust_remote_code=False)
    model = _new(config, config.dtype or torch.float32, causal=causal)
    check_vocabulary(name, tokenizer, model)
    limit = _limit(model)
    reader = Reader(tokenizer, _longest(name, tokenizer, longest, limit), limit)
    return _cut(name, model, reader, "", model.get_output_embeddings())


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
