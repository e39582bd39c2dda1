"""The planted mistakes still fit the code; planting them all takes longer: ``python -m tests.mutations``."""

import ast
from pathlib import Path

import pytest

import tlkit

from .mutations.planted import MISTAKES

PACKAGE = Path(tlkit.__file__).parent


def test_there_are_sixty_or_more_and_each_has_a_name_of_its_own():
    assert len({mistake.name for mistake in MISTAKES}) == len(MISTAKES) >= 60


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_fits_one_place_and_is_python(mistake):
    text = (PACKAGE / mistake.file).read_text(encoding="utf-8")
    assert text.count(mistake.right) == 1
    ast.parse(text.replace(mistake.right, mistake.wrong))
    assert all((Path(__file__).parent / test).is_file() for test in mistake.tests)
