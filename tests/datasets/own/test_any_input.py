"""Whatever comes in, the answer is data or one sentence: inputs that nobody thought of, the same ones each time."""

import tempfile
import warnings
import zipfile
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import tlkit as tl
from tlkit.datasets.own.near_texts import near_sets, near_texts
from tlkit.datasets.own.unpack import unpacked
from tlkit.errors import TlkitError
from tlkit.estimate import wilson

settings.register_profile("tlkit", derandomize=True, deadline=None, max_examples=40, database=None)
settings.load_profile("tlkit")

PARTS = st.sampled_from(
    ["..", ".", "", "cat", "dog", "a.png", "b.csv", "C:", "\\", "x" * 90, "ü", "🐈.png", "\u202e.png"]
)
NAMES = st.lists(PARTS, min_size=1, max_size=5).map("/".join) | st.text(min_size=1, max_size=20)
CELLS = st.text(alphabet=st.sampled_from("ab ,;\"\n\t|='é\x00<b>🐈\u202e"), max_size=12)


def answer(read):
    """What was read, or the sentence."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return read()
        except TlkitError as error:
            sentence = str(error)
    assert "\n" not in sentence
    assert len(sentence) < 1000
    return None


@given(st.dictionaries(NAMES, st.binary(max_size=40), max_size=6))
def test_a_zip_of_any_names_stays_in_its_folder(entries):
    with tempfile.TemporaryDirectory() as above:
        path = Path(above) / "a.zip"
        with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as packed:
            warnings.simplefilter("ignore")
            for name, content in entries.items():
                packed.writestr(zipfile.ZipInfo(name), content)

        def read():
            with unpacked(path) as (folder, skipped):
                held = [file for file in folder.rglob("*") if file.is_file()]
                assert len(held) + len(skipped) <= len(entries)
                return held

        answer(read)
        assert [file.name for file in Path(above).iterdir()] == ["a.zip"]


@given(st.binary(max_size=300))
def test_a_zip_of_any_bytes_is_answered(raw):
    with tempfile.TemporaryDirectory() as above:
        path = Path(above) / "a.zip"
        path.write_bytes(raw)
        answer(lambda: tl.read_data(path))


@given(st.lists(st.tuples(CELLS, st.sampled_from(["good", "bad", "", "<b>"])), max_size=12), st.sampled_from(",;\t|"))
def test_a_table_of_any_cells_is_answered(rows, between):
    with tempfile.TemporaryDirectory() as above:
        path = Path(above) / "a.csv"
        lines = [f"text{between}label", *(f"{text}{between}{label}" for text, label in rows)]
        path.write_text("\n".join(lines), encoding="utf-8")
        data = answer(lambda: tl.read_data(path, text="text", label="label"))
        if data is not None:
            task = data.task()
            assert len(task.train) + len(task.test) == data.report.items == sum(data.report.classes.values())


@given(st.lists(st.tuples(CELLS | st.none() | st.integers() | st.floats(), st.booleans() | st.none()), max_size=12))
def test_a_frame_of_any_cells_is_answered(rows):
    frame = pd.DataFrame(rows, columns=["text", "label"])
    answer(lambda: tl.read_data(frame, text="text", label="label"))


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_of_a_share_holds_it(right, more):
    low, high = wilson(right, right + more)
    assert 0 <= low <= high <= 1
    if right + more:
        assert low <= right / (right + more) + 1e-12
        assert right / (right + more) <= high + 1e-12


@given(st.lists(st.text(max_size=30), max_size=8))
def test_near_copies_are_pairs_of_rows(texts):
    pairs = near_texts([*texts, *texts])
    assert all(0 <= one < other < 2 * len(texts) for one, other in pairs)
    leaders = near_sets(2 * len(texts), pairs)
    assert leaders is None or all(leaders[one] == leaders[other] for one, other in pairs)
