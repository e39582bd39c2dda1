import json
import subprocess
import sys
import zipfile

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tlkit.commands import bench, cli
from tlkit.runtime import paths

FIELDS = {
    "name", "ours_s", "peer", "peer_s", "floor_s", "times_faster", "over_floor", "accuracy_ours", "accuracy_peer",
    "rounds",
}  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict:
    """What two quick benchmarks say, run as a reader runs them, far from the checkout."""
    command = [sys.executable, "-m", "tlkit.commands.cli", "bench", "import", "slider", "--quick", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path_factory.mktemp("bench"))
    return json.loads(done.stdout)


def test_the_machine_is_described(told):
    assert {"processor", "cores", "memory_gb", "torch", "threads", "python"} <= set(told["machine"])
    assert told["machine"]["threads"] >= 1
    assert told["machine"]["processor"]


def test_each_benchmark_has_every_field(told):
    assert [row["name"] for row in told["benchmarks"]] == [
        "import", "slider", "slider-depth", "slider-stack", "slider-teachers", "slider-choosing", "slider-costs",
        "slider-partners", "slider-relatives", "slider-notes", "slider-words", "slider-adapters",
        "slider-prompts", "slider-views",
    ]  # fmt: skip
    for row in told["benchmarks"]:
        assert set(row) >= FIELDS
        assert row["ours_s"] > 0
        assert row["rounds"] == len(row["per_round_s"]["ours"])


def test_ratios_are_those_of_the_rounds(told):
    importing, slider, *_ = told["benchmarks"]
    assert importing["rounds"] == 1
    assert importing["times_faster"] == pytest.approx(importing["peer_s"] / importing["ours_s"])
    assert importing["over_floor"] == pytest.approx(importing["ours_s"] / importing["floor_s"])
    rounds = zip(slider["per_round_s"]["peer"], slider["per_round_s"]["ours"], strict=True)
    ratios = [peer / ours for peer, ours in rounds]
    assert min(ratios) <= slider["times_faster"] <= max(ratios)
    assert (slider["floor_s"], slider["over_floor"]) == (None, None)


def test_both_sides_of_the_slider_say_the_same(told):
    slider = told["benchmarks"][1]
    assert slider["accuracy_ours"] == slider["accuracy_peer"]
    assert 0 < slider["p50_ms"] <= slider["p95_ms"]


def test_an_unknown_benchmark_is_one_sentence(capsys):
    assert cli.main(["bench", "importt"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("tlkit: There is no benchmark 'importt'. Did you mean 'import'? Known: classroom, ")
    assert err.count("\n") == 1


def test_a_row_in_words():
    sides = bench.load("side_by_side")
    told = [{side: sides.Timed(s, 0.5) for side, s in (("ours", ours), ("peer", 6.0))} for ours in (1.0, 2.0, 6.0)]
    row = sides.row("a", "what it is", told, peer="another")
    assert row.times_faster == 3
    assert "ours 2.0 s (50.0% right) | another 6.0 s (50.0% right)" in row.words()
    assert "3.00 times as fast (median of 3 rounds)" in row.words()


def test_nobody_always_goes_first():
    sides, order = bench.load("side_by_side"), []
    names = ("ours", "peer", "floor")
    told = sides.take_turns({name: lambda name=name: order.append(name) or sides.Timed(1.0) for name in names}, 3)
    assert order[::3] == ["ours", "peer", "floor"]
    assert all(set(each) == set(names) for each in told)


def test_what_a_machine_cannot_run_is_left_out_with_a_word(monkeypatch, capsys):
    runner = bench.load()
    monkeypatch.setattr(bench.load("workers"), "cores", lambda: 1.0)
    pytest.importorskip("distributed")
    assert runner.run(["dask"], as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["benchmarks"] == []
    assert "two cores" in told["skipped"]["dask"]


def test_the_wheel_ships_them(tmp_path):
    pytest.importorskip("hatchling")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, check=True, capture_output=True, cwd=paths.ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    assert "tlkit/_shipped/benchmarks/runner.py" in zipfile.ZipFile(wheel).namelist()


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    """The row of a small lesson: its kernel starts a process that works a little and takes 300 MB; a claim fails."""
    path = tmp_path_factory.mktemp("lessons") / "42-small.ipynb"
    child = "import time; held = bytearray(300_000_000)\nwhile time.process_time() < 0.5: pass"
    cells = [
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True)",
        "import os; print(os.environ['TLKIT_SEEDS'], os.environ['OMP_NUM_THREADS'])",
        "assert False, 'the evidence is thin'",
    ]
    nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in cells]), path)
    with bench.load("side_by_side").environment(TLKIT_SEEDS="30-34"):
        return bench.load("lessons").lesson(path)


def test_a_lesson_is_told_with_what_its_processes_took(lesson):
    assert (lesson.name, lesson.about, lesson.extra["seeds"]) == ("lesson-42", "42-small", "30-34")
    assert 0.5 < lesson.extra["processor_s"] < 30
    assert lesson.ours_s > 0.5
    assert 300 < lesson.extra["peak_mb"] < 3000
    assert lesson.extra["processor"] == bench.load("side_by_side").machine()["processor"]


def test_what_fails_in_a_lesson_is_told_and_stops_nothing(lesson):
    assert lesson.extra["failed"] == ["the evidence is thin"]
    assert "on seeds 30-34" in lesson.words()
    assert "failed: the evidence is thin" in lesson.words()


def test_bad_seeds_for_lessons_are_one_sentence(capsys):
    assert cli.main(["bench", "lessons", "--seeds", "ten"]) == 2
    assert capsys.readouterr().err == "tlkit: 'ten' is no seed: name a whole number from 0 up, such as 3.\n"


def test_a_class_of_kernels_shares_a_folder_that_nobody_changes(tmp_path):
    """Two at once, of which one fails, and that stops neither."""
    classroom = bench.load("classroom")
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "model").write_text("shared")
    classroom.lock(tmp_path / "weights", 0o444, 0o555)
    before = classroom.listing(tmp_path / "weights")
    cells = ["import os", "assert 'student00' not in os.environ['TLKIT_ANSWERS'], 'alone'"]
    nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in cells]), tmp_path / "42-small.ipynb")
    row = classroom.together(tmp_path / "42-small.ipynb", 2, tmp_path / "class", {"OMP_NUM_THREADS": "1"})
    assert row.extra["failed"] == ["alone"]
    assert len(row.extra["seconds_each"]) == 2
    assert row.extra["at_once"] <= 2
    assert f"{row.extra['together_mb'] / 1e3:.1f} GB for all of them" in row.words()
    assert classroom.listing(tmp_path / "weights") == before
    classroom.lock(tmp_path / "weights", 0o644, 0o755)


def test_a_class_that_the_machine_can_not_hold_is_left_out_with_a_word(tmp_path):
    classroom = bench.load("classroom")
    with pytest.raises(bench.load("side_by_side").Skipped, match="kernels want"):
        classroom.together(tmp_path / "none.ipynb", 1_000_000, tmp_path, {})
