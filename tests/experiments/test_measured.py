import pytest

import tlkit as tl
from tlkit.experiments.measured import measured


@pytest.fixture
def asked():
    return []


@pytest.fixture
def squares(asked):
    def measure(seed):
        asked.append(seed)
        return [seed, seed**2]

    return measure


def test_what_was_measured_is_saved_and_not_measured_again(squares, asked, tmp_path):
    made = tl.Results()
    assert measured(squares, ["squares"], seeds=[1, 2], reuse=made) == {1: [1.0, 1.0], 2: [2.0, 4.0]}
    known = tl.load_results(made.save(tmp_path / "x.json"))
    assert measured(squares, ["squares"], seeds=[1, 2, 3], reuse=known)[3] == [3.0, 9.0]
    assert asked == [1, 2, 3]


def test_other_figures_are_others(squares, asked):
    made = tl.Results()
    measured(squares, ["squares", "of one"], seeds=[1], reuse=made)
    measured(squares, ["squares", "of another"], seeds=[1], reuse=made)
    assert (asked, len(made.figures)) == ([1, 1], 2)


def test_a_number_of_seeds_gives_way_to_fresh_ones(squares, asked, monkeypatch):
    monkeypatch.setenv("TLKIT_SEEDS", "30-31")
    measured(squares, ["squares"], seeds=20)
    assert asked == [30, 31]


def test_added_results_keep_the_figures_of_both(squares):
    one, other = tl.Results(), tl.Results()
    measured(squares, ["one"], seeds=[1], reuse=one)
    measured(squares, ["other"], seeds=[1], reuse=other)
    assert len((one + other).figures) == 2


def test_what_holds_no_results_is_refused(squares):
    with pytest.raises(tl.TlkitError, match="holds no results"):
        measured(squares, ["squares"], seeds=[1], reuse={})


def test_a_file_with_figures_that_are_none_is_refused(tmp_path):
    file = tmp_path / "x.json"
    for figures in ('["a"]', '{"a": 1}', '{"a": ["b"]}'):
        file.write_text(f'{{"format": 1, "rows": [], "figures": {figures}}}')
        with pytest.raises(tl.TlkitError, match="does not hold results"):
            tl.load_results(file)
