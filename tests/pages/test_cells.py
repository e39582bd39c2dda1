import pytest

from tlkit.pages.cells import values

NOTEBOOK = [
    "",
    "import math as m\nbase = 2",
    "other = undefined",  # nothing depends on it, so it is not run
    "table = {}\nfor name in ('a', 'b'):\n    table[name] = base",
    "base = 3\nbase += m.floor(1.5)",
    "def twice(x):\n    return 2 * x",
    "result = twice(base)\nresult",
    "if base > 3:\n    result = -result",
    "result",
    "print(undefined)\ntable",
]


def test_a_cell_is_what_it_is_in_the_notebook_run_from_top_to_bottom(tmp_path):
    assert dict(values(NOTEBOOK, [6, 8, 9], tmp_path)) == {6: 8, 8: -8, 9: {"a": 2, "b": 2}}


def test_what_nothing_depends_on_is_not_run(tmp_path):
    with pytest.raises(NameError, match="undefined"):
        list(values([*NOTEBOOK, "other"], [10], tmp_path))


def test_files_are_found_beside_the_notebook(tmp_path):
    (tmp_path / "saved.txt").write_text("12")
    cells = ["from pathlib import Path\nsaved = Path('saved.txt').read_text()", "saved"]
    assert list(values(cells, [1], tmp_path)) == [(1, "12")]


def test_what_a_cell_does_to_what_it_shows_is_done(tmp_path):
    cells = ["table, other = [], []", "for n in range(2):\n    table.append(n)\nother.append(undefined)\ntable"]
    assert list(values(cells, [1], tmp_path)) == [(1, [0, 1])]
