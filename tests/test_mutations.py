"""The planted mistakes still fit code and lessons; planting them takes longer: ``python -m tests.mutations``."""

import ast
import json
from pathlib import Path

import pytest

from tlkit.runtime import paths

from .mutations.faults import FAULTS
from .mutations.planted import MISTAKES


@pytest.mark.parametrize(("mistakes", "least"), [(MISTAKES, 60), (FAULTS, 20)], ids=["code", "pages"])
def test_there_are_enough_and_each_has_a_name_of_its_own(mistakes, least):
    assert len({mistake.name for mistake in mistakes}) == len(mistakes) >= least


@pytest.mark.parametrize("mistake", [*MISTAKES, *FAULTS], ids=lambda mistake: mistake.name)
def test_a_mistake_fits_one_place_and_can_be_read(mistake):
    text = (paths.ROOT / mistake.path).read_text(encoding="utf-8")
    assert text.count(mistake.right) == 1
    planted = text.replace(mistake.right, mistake.wrong)
    if mistake.file.endswith(".py"):
        ast.parse(planted)
    if mistake.file.endswith(".ipynb"):
        json.loads(planted)
    assert mistake.tests
    assert all((Path(__file__).parent / test.partition("::")[0]).is_file() for test in mistake.tests)
