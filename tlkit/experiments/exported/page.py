"""One HTML file that names pictures in a browser with no server and no network: model and runtime are in it."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

from tlkit.errors import TlkitError
from tlkit.estimate import wilson
from tlkit.experiments.exported.card import does, leaks, limits
from tlkit.models import weights
from tlkit.models.download import megabytes

if TYPE_CHECKING:
    from tlkit.experiments.result import Result

HERE = Path(__file__).parent
LARGEST = 30_000_000  # bytes of a page; mails and class servers still take it
_RUNTIME = {
    "runtime": "ort.wasm.min.mjs",
    "loader": "ort-wasm-simd-threaded.mjs",
    "wasm": "ort-wasm-simd-threaded.wasm",
}
_ASK = {True: ("Choose pictures", "image/*"), False: ("Choose notes: 32 x 32 arrays as numpy.save writes them", ".npy")}


def page(result: Result, config: dict, model: bytes) -> str:
    """The page's text; ``model`` is what :func:`~tlkit.experiments.exported.graph.as_onnx` made."""
    import jinja2

    folder = weights.folder(weights.BROWSER.name)
    parts = {part: _packed((folder / name).read_bytes()) for part, name in _RUNTIME.items()}
    picture, shape = config["input"]["modality"] == "image", config["input"]["shape"]
    about = {"labels": config["labels"], "shape": shape, "picture": picture}
    ask, accept = _ASK[picture]
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE), autoescape=True)
    made = environment.get_template("page.html").render(
        title=f"{result.task.name}: name it", does=does(config, str), ask=ask, accept=accept,
        limits=[_figure(result), *limits(result, config, str)], leaks=leaks(config), runtime=weights.BROWSER.version,
        about=_in_script(about), parts=parts | {"model": _packed(model)},
        css=_text("page.css"), pictures=_text("pictures.js"), script=_text("page.js"),
    )  # fmt: skip
    _check_size(made, result)
    return made


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _packed(content: bytes) -> str:
    return base64.b64encode(gzip.compress(content, mtime=0)).decode("ascii")


def _in_script(about: dict) -> str:
    """JSON that can't end the script that it stands in, whatever the labels are."""
    return json.dumps(about).replace("<", "\\u003c")


def _figure(result: Result) -> str:
    right, of = (sum(each[place] for each in result.by_class) for place in (1, 2))
    low, high = wilson(right, of)
    return (
        f"Of {of} test examples that it had not learnt from it named {right} right: {result.accuracy:.0%}, with a 90% "
        f"interval from {low:.0%} to {high:.0%}."
    )


def _check_size(made: str, result: Result) -> None:
    size = len(made.encode())
    if size > LARGEST:
        raise TlkitError(
            f"{result.source} is too large for one page: it would have {megabytes(size)}, and a page may have "
            f"{megabytes(LARGEST)}. Take efficientnet-lite0, or leave html= out."
        )
