"""The cure for a torchvision whose operators do not load beside the installed torch.

PyPI's torchvision for Linux is built for CUDA. Beside a CPU build of torch its compiled operators do not load, and
``import torchvision`` stops with "operator torchvision::nms does not exist" (pytorch/vision#9077). peft and
transformers import torchvision wherever they find it, so they fail too. The import only needs two operators to be
*known*: once they are declared, everything works but object detection, which would have to call them.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Literal

_OPERATORS = ("nms", "qnms")
_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def mend_torchvision() -> Literal["absent", "healthy", "mended"]:
    """Make torchvision importable beside a torch that it was not built for, and say what was found.

    Call it before torchvision, peft or transformers are imported. A healthy pair is left alone, a second call changes
    nothing, and without torchvision not even torch is imported.
    """
    folder = _torchvision_folder()
    if folder is None:
        return "absent"
    if _extension_loads(folder):
        return "healthy"
    _declare_operators()
    return "mended"


def _torchvision_folder() -> Path | None:
    spec = importlib.util.find_spec("torchvision")
    return Path(spec.origin).parent if spec and spec.origin else None


def _extension_loads(folder: Path) -> bool:
    """Load torchvision's compiled operators exactly as its own import will do, without importing it."""
    import torch

    extension = PathFinder.find_spec("_C", [str(folder)])
    if extension is None or extension.origin is None:
        return False
    library_path = os.add_dll_directory(str(folder)) if os.name == "nt" else contextlib.nullcontext()
    try:
        with library_path:
            torch.ops.load_library(extension.origin)
    except (ImportError, OSError):
        return False
    return True


def _declare_operators() -> None:
    """Declare what is missing; ``torch.library.define`` keeps its Library alive, and with it the operators."""
    import torch

    for name in _OPERATORS:
        if not hasattr(torch.ops.torchvision, name):
            torch.library.define(f"torchvision::{name}", _SCHEMA)
