"""Each world needs an untouched torch, so each is a Python of its own."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tlkit.runtime.paths import PACKAGE

WORKS = "import torch, torchvision; print(tuple(torchvision.models.resnet18()(torch.zeros(1, 3, 64, 64)).shape))"
MEND = "from tlkit.runtime.compat import mend_torchvision; print(mend_torchvision())"
KNOWN = "import torch; print([hasattr(torch.ops.torchvision, name) for name in ('nms', 'qnms')])"

torchvision_here = pytest.mark.skipif(
    importlib.util.find_spec("torchvision") is None, reason="torchvision is not installed"
)


def python(*lines: str, path: Path | None = None, flags: tuple[str, ...] = ()) -> subprocess.CompletedProcess:
    """Run the lines in a new Python, which finds tlkit and, before anything else, what lies in `path`."""
    code = [f"import sys; sys.path[:0] = {[str(place) for place in (path, PACKAGE.parent) if place]}", *lines]
    return subprocess.run([sys.executable, *flags, "-c", "\n".join(code)], capture_output=True, text=True, timeout=300)


def said(*lines: str, **options) -> list[str]:
    run = python(*lines, **options)
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


def fake_torchvision(folder: Path, extension: str | None) -> Path:
    """A torchvision whose compiled operators are those of another package, or missing."""
    package = folder / "torchvision"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    if extension:
        origin = Path(importlib.util.find_spec(extension).origin)
        shutil.copy(origin, package / origin.name.replace(extension.split(".")[-1], "_C", 1))
    return folder


def test_without_torchvision_not_even_torch_is_imported():
    bare = ("-I", "-S")  # a Python without site-packages
    assert said(MEND, "print('torch' in sys.modules)", flags=bare) == ["absent", "False"]


@torchvision_here
def test_torchvision_works_after_the_mend_whether_it_failed_before_or_not():
    without = python(WORKS)
    found = "healthy" if without.returncode == 0 else "mended"
    assert found == "healthy" or "operator torchvision::nms does not exist" in without.stderr
    assert said(MEND, MEND, WORKS) == [found, found, "(1, 1000)"]


@torchvision_here
def test_the_mend_helps_even_after_the_import_failed():
    failing = ["try: import torchvision", "except RuntimeError: pass"]
    assert said(*failing, MEND, WORKS)[1] == "(1, 1000)"


@torchvision_here
@pytest.mark.parametrize(
    "before",
    [
        "import tlkit as tl",
        "import torch; import tlkit as tl",
        "import tlkit as tl; import transformers; transformers.LlamaConfig",
        "import tlkit as tl; tl.backbones()",
        "import tlkit as tl; import peft",
    ],
    ids=["tlkit alone", "torch, then tlkit", "tlkit, then transformers", "after backbones", "tlkit, then peft"],
)
def test_with_tlkit_torchvision_can_be_imported_in_every_order(before):
    assert said(before, WORKS) == ["(1, 1000)"]


@torchvision_here
def test_looking_whether_torchvision_is_there_imports_nothing():
    looking = "import tlkit, importlib.util, sys; found = importlib.util.find_spec('torchvision')"
    assert said(looking, "print(found is not None, {'torch', 'torchvision'} & set(sys.modules))") == ["True set()"]


def test_a_torchvision_whose_operators_load_is_left_alone(tmp_path):
    folder = fake_torchvision(tmp_path, "markupsafe._speedups")
    assert said(MEND, KNOWN, path=folder) == ["healthy", "[False, False]"]


def test_a_torchvision_without_operators_gets_them_declared_once(tmp_path):
    folder = fake_torchvision(tmp_path, None)
    assert said(MEND, MEND, "import gc; gc.collect()", KNOWN, path=folder) == ["mended", "mended", "[True, True]"]


def test_another_cure_of_the_same_fault_does_no_harm(tmp_path):
    folder = fake_torchvision(tmp_path, None)
    other = [
        "import torch; library = torch.library.Library('torchvision', 'DEF')",
        "library.define('nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')",
    ]
    assert said(*other, MEND, KNOWN, path=folder) == ["mended", "[True, True]"]
