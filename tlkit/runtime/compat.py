"""The cure for a torchvision whose operators do not load beside the installed torch.

PyPI's torchvision for Linux is built for CUDA. Beside a CPU build of torch its compiled operators do not load, and
``import torchvision`` stops with "operator torchvision::nms does not exist" (pytorch/vision#9077). peft and
transformers import torchvision wherever they find it, so they fail too. The import only needs two operators to be
*known*: once they are declared, everything works but object detection, which would have to call them.

``import tlkit`` has :func:`watch_for_torchvision` called, so that whoever imports torchvision after it, whatever else
came before, finds it cured. Little is imported at the top: nothing else here may slow ``import tlkit`` down.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing's own takes longer to import than all of this
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Literal

_OPERATORS = ("nms", "qnms")
_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


class _Watch:
    """A finder on ``sys.meta_path`` that finds nothing itself: it has torchvision mended just before it is executed."""

    def __init__(self):
        self._asking = False

    def find_spec(self, name: str, path=None, target=None) -> ModuleSpec | None:
        """What the other finders find, if it is torchvision that is looked for."""
        if name != "torchvision" or self._asking:
            return None
        from importlib.util import find_spec

        self._asking = True
        try:
            spec = find_spec(name)
        finally:
            self._asking = False
        if spec is not None and spec.loader is not None and spec.origin:
            _mend_before(spec)
        return spec


def _mend_before(spec: ModuleSpec) -> None:
    """Let the loader of ``spec`` mend torchvision before it executes it; looking for a spec alone changes nothing."""
    execute = spec.loader.exec_module

    def mended(module: ModuleType) -> None:
        mend_torchvision(os.path.dirname(spec.origin))
        execute(module)

    spec.loader.exec_module = mended


def watch_for_torchvision() -> None:
    """From now on torchvision is mended just before it is imported, if it is; till then nothing is."""
    if not any(type(finder).__name__ == _Watch.__name__ for finder in sys.meta_path):
        sys.meta_path.insert(0, _Watch())


def mend_torchvision(folder: str | None = None) -> Literal["absent", "healthy", "mended"]:
    """Make torchvision, in ``folder``, importable beside a torch that it was not built for, and say what was found.

    A healthy pair is left alone, a second call changes nothing, and without torchvision not even torch is imported.
    """
    folder = folder or _torchvision_folder()
    if folder is None:
        return "absent"
    if _extension_loads(folder):
        return "healthy"
    _declare_operators()
    return "mended"


def _torchvision_folder() -> str | None:
    from importlib.util import find_spec

    spec = find_spec("torchvision")
    return os.path.dirname(spec.origin) if spec and spec.origin else None


def _extension_loads(folder: str) -> bool:
    """Load torchvision's compiled operators exactly as its own import will do, without importing it."""
    import contextlib
    from importlib.machinery import PathFinder

    import torch

    extension = PathFinder.find_spec("_C", [folder])
    if extension is None or extension.origin is None:
        return False
    library_path = os.add_dll_directory(folder) if os.name == "nt" else contextlib.nullcontext()
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
