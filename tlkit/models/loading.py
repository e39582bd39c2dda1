"""What a file or a folder of weights holds, and the sentences for what is damaged, made up or does not fit.

The libraries that read weights fill in what they do not find: a tokenizer that knows no word, matrices drawn at random.
What was made up is never taken for what was loaded: it is refused here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from tlkit.errors import TlkitError, first_line, shown

_POINTER = b"version https://git-lfs"  # the first line of what Git leaves in the place of a large file
_HOLDERS = ("state_dict", "model_state_dict", "model", "net", "network", "weights", "params")  # of a state dict
_SPECIMENS = (  # in several scripts, as many words on either side; of one at least both texts must be known and differ
    ("a lovely evening by the sea", "an unpaid invoice of two pages"),
    ("хороший вечер у моря", "новый счёт за дом"),
    ("今天天气很好", "我不喜欢这本书"),
    ("مساء جميل على البحر", "فاتورة جديدة من البيت"),
    ("MKTAYIAKQRQISFVK", "GSHMLEDPVDAFQLNW"),
    ("0 1 2 3 4", "5 6 7 8 9"),
)


def check_folder(folder: Path) -> None:
    """A local folder of Hugging Face's holds a model's configuration, and files instead of Git's pointers to them."""
    if folder.is_file():
        raise TlkitError(f"{folder} is a file: name the folder that holds it beside its config.json.")
    if (folder / "adapter_config.json").is_file():
        raise TlkitError(
            f"{folder} holds adapters, no network: load its base, then tl.lora.load(base, {str(folder)!r})."
        )
    if not (folder / "config.json").is_file():
        there = "has no config.json" if folder.is_dir() else "is not there"
        raise TlkitError(f"The folder {folder} {there}: name one that model.save_pretrained wrote.")
    for file in sorted(path for path in folder.iterdir() if path.is_file()):
        refuse_pointer(file)
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        kind = config["model_type"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise TlkitError(
            f"{folder / 'config.json'} describes no network of Hugging Face's ({first_line(error)}): it needs a "
            "model_type. Save the model again with save_pretrained."
        ) from error
    if not isinstance(kind, str):
        raise TlkitError(f"{folder / 'config.json'} has the model_type {shown(kind)}, which is none.")


def refuse_pointer(file: Path) -> None:
    """A file that only says where Git keeps the real one is no file of weights."""
    with file.open("rb") as opened:
        start = opened.read(len(_POINTER))
    if start == _POINTER:
        raise TlkitError(
            f"{file} is only Git's pointer to the real file: run `git lfs pull` in its folder, or download it again."
        )
    if not start and file.suffix in (".safetensors", ".bin", ".pth", ".pt", ".json"):
        raise TlkitError(f"{file} is empty: download or save it again.")


def refuse_other_kinds(name: str, config) -> None:
    """Of Hugging Face's networks only those that read, in one direction or in both."""
    if getattr(config, "is_encoder_decoder", False):
        raise TlkitError(f"{name} has an encoder and a decoder; tlkit takes encoders and causal models only.")
    parts = ("vision_config", "audio_config", "image_size", "num_channels", "conv_dim", "num_mel_bins")
    if any(hasattr(config, part) for part in parts) or not hasattr(config, "vocab_size"):
        raise TlkitError(
            f"{name} is a network of the kind {config.model_type!r}, and of Hugging Face's networks tlkit takes those "
            "that read texts only: for pictures take one of torchvision's, such as 'resnet18'."
        )
    if not all(isinstance(getattr(config, part, None), int) for part in ("num_hidden_layers", "hidden_size")):
        raise TlkitError(f"tlkit can't cut {name} into stages: its config.json does not say how many layers it has.")


def read_tokenizer(folder: str | Path, **options):
    """The tokenizer in a folder or on the hub; one that knows no words, as transformers makes up, is refused."""
    from transformers import AutoTokenizer

    remedy = "save it there, too, with tokenizer.save_pretrained(folder)"
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **options)
        known = any(_reads(tokenizer, *pair) for pair in _SPECIMENS)
    except Exception as error:  # the library's own, and whatever its parsers raise
        raise TlkitError(f"{folder} has no tokenizer that can be read ({first_line(error)}): {remedy}.") from error
    if not known:
        raise TlkitError(f"{folder} has no tokenizer, or one that knows no word of any text: {remedy}.")
    return tokenizer


def _reads(tokenizer, *texts: str) -> bool:
    """Whether most of each text is known, and no two are read alike."""
    read, special = tokenizer(list(texts), add_special_tokens=False)["input_ids"], set(tokenizer.all_special_ids)
    known = (sum(token not in special for token in tokens) * 2 > len(tokens) for tokens in read)
    return all(known) and len({tuple(tokens) for tokens in read}) == len(texts)


def check_vocabulary(name: str, tokenizer, model: nn.Module) -> None:
    """Every token that the tokenizer may give has a row in the embedding."""
    rows, largest = model.get_input_embeddings().weight.shape[0], max(tokenizer.get_vocab().values())
    if largest >= rows:
        raise TlkitError(
            f"The tokenizer of {name} has tokens up to number {largest}, and its network has an embedding for {rows}: "
            "they do not belong together. Save both from one model, resized by resize_token_embeddings(len(tokenizer))."
        )


def read_model(read: Callable, folder: str | Path, **options) -> tuple[nn.Module, dict[int, str], set[str]]:
    """A model, by a ``from_pretrained`` of Hugging Face's; which of its tensors, by ``id``, were not in the file; and
    names left over there."""
    try:
        model, report = read(folder, output_loading_info=True, ignore_mismatched_sizes=True, **options)
    except Exception as error:  # safetensors', torch's, the system's, and the library's own
        raise TlkitError(
            f"The weights in {folder} can't be read ({first_line(error)}): the file is damaged, or not all of it is "
            "there. Download or save it again."
        ) from error
    wrong = {entry[0] if isinstance(entry, tuple) else entry for entry in report["mismatched_keys"]}
    absent = wrong | set(report["missing_keys"])
    made_up = {id(tensor): name for name, tensor in model.state_dict(keep_vars=True).items() if name in absent}
    return model, made_up, set(report["unexpected_keys"])


def refuse_made_up(name: str, lacking: list[str], left_over: Iterable[str]) -> None:
    """Weights of the body that were not in the file are random: the network has not learnt what its name promises."""
    if not lacking:
        return
    fitting = [key[: -len(lack)] for lack in lacking[:1] for key in sorted(left_over) if key.endswith(lack)]
    hint = "is config.json that of another network?"
    if fitting and fitting[0]:
        hint = f"the names in the file begin with {fitting[0]!r}: save the model that is inside, without its wrapper."
    raise TlkitError(
        f"{name} lacks {len(lacking)} of its weights, or has them in another shape, such as {', '.join(lacking[:3])}: "
        f"{hint}"
    )


def refuse_left_over(name: str, blocks: str, count: int, left_over: Iterable[str]) -> None:
    """Blocks in the file that the network has not: half of it would be taken for the whole."""
    for key in sorted(left_over):
        number = key.rpartition(f"{blocks}.")[2].split(".")[0] if f"{blocks}." in key else ""
        if number.isdigit() and int(number) >= count:
            raise TlkitError(
                f"The file of {name} holds more than the {count} blocks that its config.json names, such as {key}: "
                "is config.json that of another network?"
            )


# --- state dicts, as torch.save writes them ---


def read_state(file: Path) -> dict[str, Tensor]:
    """The state dict in a file, wherever in it it lies; no code in the file is run."""
    if not file.is_file():
        wrong = "is a folder" if file.is_dir() else "is not there"
        raise TlkitError(
            f"The file of weights {file} {wrong}: name one that torch.save(model.state_dict(), file) wrote."
        )
    refuse_pointer(file)
    try:
        if file.suffix == ".safetensors":
            from safetensors.torch import load_file

            held = load_file(file)
        else:
            held = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # pickle's, zipfile's, safetensors' and torch's own, which advise to run what is there
        raise TlkitError(
            f"{file} holds no weights that can be read without running code from it, or is damaged: save them with "
            "torch.save(model.state_dict(), file)."
        ) from error
    state = _state_in(held)
    if not state:
        raise TlkitError(f"{file} holds no state dict: save one with torch.save(model.state_dict(), file).")
    return state


def _state_in(held: object) -> dict[str, Tensor]:
    for _ in range(3):  # a checkpoint in a checkpoint
        if not isinstance(held, Mapping):
            return {}
        state = {key: value for key, value in held.items() if isinstance(key, str) and isinstance(value, Tensor)}
        if state:
            return state
        held = next((held[key] for key in _HOLDERS if key in held), None)
    return {}


def fill(model: nn.Module, state: Mapping[str, Tensor], name: str, file: Path) -> None:
    """Put the weights of a state dict into ``model``, but for its last linear layer: a new head takes its place."""
    wanted = model.state_dict()
    head = [path for path, part in model.named_modules() if isinstance(part, nn.Linear)][-1:]
    prefix = _prefix(wanted, state)
    found = {key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)}
    body = {key for key in wanted if not any(key.startswith(f"{path}.") for path in head)}
    lacking = sorted(key for key in body - found.keys() if not key.endswith("num_batches_tracked"))
    if lacking:
        raise TlkitError(
            f"{file} is not of a {name}: it lacks {len(lacking)} of {len(body)} weights, such as {lacking[0]}."
        )
    for key in sorted(body & found.keys()):
        if found[key].shape != wanted[key].shape:
            raise TlkitError(
                f"{file} is not of a {name}: {key} has the shape {tuple(found[key].shape)} there, and "
                f"{tuple(wanted[key].shape)} in the network."
            )
        if not torch.isfinite(found[key]).all():
            raise TlkitError(
                f"{file} has values in {key} that are no numbers (NaN or infinite): its training went wrong."
            )
    ends = tuple(f"{path.split('.')[0]}." for path in head)
    more = sorted(key for key in found if key not in wanted and not key.startswith(ends))
    if more:
        raise TlkitError(f"{file} is not of a {name}: it holds {len(more)} weights more, such as {more[0]}.")
    wanted.update({key: found[key] for key in body & found.keys()})
    model.load_state_dict(wanted)


def _prefix(wanted: Mapping, state: Mapping) -> str:
    """What stands before each name in the file, such as "module." of DataParallel."""
    first = next(iter(wanted))
    choices = {""} | {key.removesuffix(first) for key in state if key.endswith(f".{first}")}
    return max(sorted(choices), key=lambda prefix: sum(f"{prefix}{key}" in state for key in wanted))
