import subprocess
import sys

import pytest

import tlkit as tl


def python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], check=True, capture_output=True, text=True
    ).stdout


def test_importing_is_light_and_quiet():
    heavy = ["torch", "numpy", "pandas", "matplotlib", "sklearn", "scipy", "ipywidgets"]
    assert python(f"import tlkit, sys; print([m for m in {heavy} if m in sys.modules])") == "[]\n"


@pytest.mark.parametrize("name", tl.__all__)
def test_every_public_name_is_there_and_documented(name):
    assert getattr(tl, name).__doc__


@pytest.mark.parametrize(
    "first", ["tl.tasks()", "tl.task('notes/piano')", "tl.pretrain", "from tlkit.datasets import notes"]
)
def test_the_lists_can_be_called_whatever_was_imported_first(first):
    code = f"import tlkit as tl; {first}; print('notes/guitar' in tl.tasks(), 'note-cnn' in tl.backbones())"
    assert python(code) == "True True\n"


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="no attribute 'transfr'"):
        tl.transfr  # noqa: B018
    assert "transfer" in dir(tl)
