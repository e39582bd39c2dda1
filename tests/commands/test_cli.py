import json
import subprocess
import sys

import pytest

import tlkit as tl
from tlkit.commands import cli, demo
from tlkit.runtime import paths


def test_version_and_help(capsys):
    for option in ("--version", "--help"):
        with pytest.raises(SystemExit) as end:
            cli.main([option])
        assert end.value.code == 0
    assert "doctor" in capsys.readouterr().out


@pytest.mark.parametrize(
    "argv", [[], ["dmo"], ["demo", "--sed", "1"], ["demo", "--workers", "0"], ["demo", "--workers", "x"]]
)
def test_what_is_no_command_is_refused(argv, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(argv)
    assert end.value.code == 2
    assert "tlkit" in capsys.readouterr().err


def test_bad_seeds_are_one_sentence(capsys):
    assert cli.main(["demo", "--json", "--seeds", "ten"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "tlkit: 'ten' is no seed: name a whole number from 0 up, such as 3.\n"


def test_an_unknown_lesson_is_one_sentence(capsys):
    assert cli.main(["lab", "99"]) == 2
    assert "There is no lesson '99'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "lesson", "rest"),
    [
        (["lab"], "00", []),
        (["lab", "01", "--port", "8889"], "01", ["--port", "8889"]),
        (["lab", "--port", "8889"], "00", ["--port", "8889"]),
        (["lab", "--no-browser"], "00", ["--no-browser"]),
    ],
)
def test_lab_hands_its_options_on(argv, lesson, rest, monkeypatch):
    asked = []
    monkeypatch.setattr("tlkit.commands.jupyter.launch", lambda *said: asked.append(said) or 0)
    assert cli.main(argv) == 0
    assert asked == [(lesson, rest)]


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> tuple[dict, str]:
    """What ``tlkit demo --json`` says, run as a reader runs it, with one label of each class and two processes."""
    command = [sys.executable, "-m", "tlkit.commands.cli", "demo", "--json", "--shots", "1", "--workers", "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path_factory.mktemp("demo"))
    return json.loads(done.stdout), done.stderr


def accuracy(told: dict, strategy: str, shots: int) -> dict[int, float]:
    return {r["seed"]: r["accuracy"] for r in told["rows"] if (r["strategy"], r["shots"]) == (strategy, shots)}


def mean_gain(told: dict, strategy: str, over: str, shots: int) -> tuple[float, float]:
    """Mean and smallest paired gain."""
    one, other = accuracy(told, strategy, shots), accuracy(told, over, shots)
    gains = [one[seed] - other[seed] for seed in told["seeds"]]
    return sum(gains) / len(gains), min(gains)


def test_the_demo_tells_every_run_as_json(told):
    data, _ = told
    assert (data["source"], data["target"], data["seeds"]) == ("notes/piano", "notes/guitar", [0, 1, 2, 3, 4])
    assert len(data["rows"]) == len(demo.STRATEGIES) * 5
    assert set(data["rows"][0]) == {
        "strategy", "shots", "seed", "accuracy", "seconds", "trainable_params", "total_params",
    }  # fmt: skip
    assert len(data["claims"]) == 3
    assert all(
        set(claim) == {"text", "holds", "verdict", "replicates", "value", "low", "high"} for claim in data["claims"]
    )


@pytest.fixture(scope="module")
def saved() -> tl.Results:
    """All that the demo asks, from the saved runs of lesson 01, which asks the same."""
    asked, runs = demo.story(), tl.load_results(paths.NOTEBOOKS / "results" / "01-piano-to-guitar.json")
    source = tl.pretrain(tl.backbone("note-cnn"), asked.source, seed=asked.seeds[0], later=True)
    what = {"strategies": asked.strategies, "shots": asked.shots, "seeds": asked.seeds}
    found = tl.compare(source, asked.target, **what, reuse=runs)
    assert found.reused == len(found) == len(demo.STRATEGIES) * len(demo.SHOTS) * 5
    return found


def test_the_demo_finds_what_was_saved(told, saved):
    data, _ = told
    for strategy in demo.STRATEGIES:
        before = {r.seed: r.accuracy for r in saved if (r.strategy, r.shots) == (strategy, 1)}
        assert accuracy(data, strategy, 1) == pytest.approx(before, abs=0.03)


def test_the_demo_shows_what_it_promises(told, saved):
    data, _ = told
    assert all(claim["holds"] for claim in data["claims"])
    every = demo.as_json(saved, demo.claims(saved))
    assert len(every["claims"]) == 5
    assert all(claim["holds"] for claim in every["claims"])
    for strategy, least in (("head", 0.25), ("lp_ft", 0.15), ("full", 0.05)):
        mean, smallest = mean_gain(data, strategy, "scratch", 1)
        assert mean >= least
        assert smallest > 0
    assert mean_gain(every, "full", "scratch", 20)[0] >= -0.03
    assert mean_gain(every, "full", "head", 20)[0] >= 0.02


def test_one_process_finds_the_same(told):
    data, _ = told
    results = demo.run(demo.story(shots=[1], seeds="1-1"), workers=1)
    assert demo.claims(results) == []  # one seed is no evidence
    here = {(r.strategy, r.shots): r.accuracy for r in results}
    beside = {(r["strategy"], r["shots"]): r["accuracy"] for r in data["rows"] if r["seed"] == 1}
    assert here == beside


def test_the_demo_in_words_writes_its_picture(monkeypatch, tmp_path, capsys, told):
    from tests.experiments.test_results import result
    from tlkit.experiments.results import Results

    data, _ = told
    names = {"source": "notes/piano", "target": "notes/guitar"}
    runs = [result(r["strategy"], r["shots"], r["seed"], r["accuracy"], **names) for r in data["rows"]]
    monkeypatch.setattr(demo, "run", lambda *_, **__: Results(runs))
    monkeypatch.chdir(tmp_path)
    assert cli.main(["demo"]) == 0
    assert (tmp_path / "piano_to_guitar.png").read_bytes().startswith(b"\x89PNG")
    out = capsys.readouterr().out
    assert "scratch" in out
    assert "holds" in out
    assert cli.main(["demo", "--picture", str(tmp_path / "no" / "where.png")]) == 2
    assert "can't be written" in capsys.readouterr().err


def test_a_demo_of_ones_own(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    command = ["demo", "--source", "surfaces/brick", "--target", "surfaces/gravel", "--strategies", "scratch,head"]
    assert cli.main([*command, "--shots", "1,5", "--seeds", "3-3", "--workers", "1"]) == 0
    out = capsys.readouterr().out
    assert "Surfaces/brick to surfaces/gravel" in out
    assert "No claims" in out
    assert (tmp_path / "surfaces-brick_to_surfaces-gravel.png").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--source", "minlm"], "Did you mean 'minilm'"),
        (["--target", "prodcts"], "Did you mean 'products'"),
        (["--source", "reviews/movie"], "take a pre-trained one as the source"),
        (["--source", "digits"], "digits has images and notes/guitar has spectrograms"),
        (["--strategies", "hed"], "Did you mean 'head'"),
    ],
)
def test_a_demo_that_can_not_be(options, said, capsys):
    assert cli.main(["demo", "--seeds", "0-0", "--workers", "1", *options]) == 2
    assert said in capsys.readouterr().err


def test_fetch_lists_what_there_is(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("TLKIT_CACHE", str(tmp_path))
    assert cli.main(["fetch", "--list"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in ("efficientnet-lite0", "minilm", "smollm2", "Apache-2.0"))


def test_doctor_speaks_json(capsys, monkeypatch):
    from tlkit.commands import doctor

    monkeypatch.setattr(doctor, "examine", lambda: [doctor.Finding("memory", False, "0.1 GiB", "Get more.")])
    assert cli.main(["doctor", "--json"]) == 1
    json.loads(capsys.readouterr().out)
    assert cli.main(["doctor"]) == 1
    assert "Get more." in capsys.readouterr().out
