import pytest

from tlkit.errors import TlkitError
from tlkit.seeding import asked, choose_seeds, parse_seeds, stream


@pytest.mark.parametrize(
    ("text", "seeds"),
    [("3", (3,)), ("10-14", (10, 11, 12, 13, 14)), ("1,2, 5", (1, 2, 5)), ("0-1,7,0", (0, 1, 7))],
)
def test_seeds_as_people_write_them(text, seeds):
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize("text", ["ten", "1.5", "-3", "5-", pytest.param("", id="nothing"), " , ", "1-x"])
def test_what_is_no_seed_is_refused_in_a_sentence(text):
    with pytest.raises(TlkitError, match=r"no seed|names no seeds"):
        parse_seeds(text)


def test_seeds_that_run_backwards():
    with pytest.raises(TlkitError, match="14-10' run backwards: write 10-14"):
        parse_seeds("14-10")


def test_a_number_leaves_open_which_seeds(monkeypatch):
    assert choose_seeds() == choose_seeds(5) == (0, 1, 2, 3, 4)
    monkeypatch.setenv("TLKIT_SEEDS", "10-14")
    assert choose_seeds() == choose_seeds(5) == (10, 11, 12, 13, 14)
    assert choose_seeds([1, 2]) == (1, 2)
    assert choose_seeds("1-2") == (1, 2)


@pytest.mark.parametrize("seeds", [0, -1, [], [-1], [1.5], "x"])
def test_no_seeds_at_all(seeds):
    with pytest.raises(TlkitError):
        choose_seeds(seeds)


def test_streams_do_not_touch():
    seen = {stream(seed, purpose) for seed in range(50) for purpose in ("source head", "target head", "shots")}
    assert len(seen) == 150
    assert stream(1, "a") == stream(1, "a")
    assert stream(1, "1a") != stream(11, "a")


def test_on_other_seeds_a_lesson_asks_what_its_claims_need_and_says_so(monkeypatch, capsys):
    assert asked([1, 2, 5], claims=[1, 5]) == [1, 2, 5]
    assert capsys.readouterr().out == ""
    monkeypatch.setenv("TLKIT_SEEDS", "10-14")
    assert asked([1, 2, 5], claims=[1, 5]) == [1, 5]
    assert asked(iter("ab"), claims="ab") == ["a", "b"]
    assert capsys.readouterr().out == "Not asked on the seeds 10-14, as no claim needs it: 2\n"
