"""The house rules of the lessons, as they are stored."""

import json
import re

import nbformat
import pytest

import tlkit as tl
from tlkit.commands import jupyter
from tlkit.exercises.check import MIME
from tlkit.experiments.replication import FEWEST
from tlkit.runtime import paths

NOTEBOOKS = sorted(path for path in paths.NOTEBOOKS.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
WIDGET = "application/vnd.jupyter.widget-view+json"
LESSONS = sorted(jupyter.lessons().values())
REPLICATE = LESSONS[1:]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.relative_to(paths.NOTEBOOKS).with_suffix("").as_posix())
def notebook(request):
    return nbformat.read(request.param, 4)


def code(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def text(cell) -> str:
    """What a cell's value says in words."""
    return "".join(output.data["text/plain"] for output in cell.outputs if output.output_type == "execute_result")


def test_it_is_stored_as_it_ran_from_top_to_bottom(notebook):
    assert [cell.execution_count for cell in code(notebook)] == list(range(1, len(code(notebook)) + 1))
    assert "widgets" not in notebook.metadata


def test_no_output_warns_fails_or_names_a_machine(notebook):
    for cell in code(notebook):
        assert cell.source
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr", output.text
            said = re.sub(r"data:[^\"]+", "", json.dumps(output).replace('\\"', '"'))
            assert not re.search(r"/(home|root|Users|work|tmp)/|0x[0-9a-f]{6,}", said)


def test_where_no_widget_renders_words_stand_in_its_place(notebook):
    for output in (output for cell in code(notebook) for output in cell.outputs if "data" in output):
        if WIDGET in output.data:
            assert len(output.data["text/plain"].split()) > 3
            assert not re.search("^<|children=", output.data["text/plain"])
        for image in re.findall("<img[^>]*>", output.data.get("text/html", "")):
            assert re.search('alt="[^"]+"', image)


def test_cells_are_short_and_explained(notebook):
    lengths = sorted(len(cell.source.splitlines()) for cell in code(notebook))
    assert lengths[-1] <= 20
    assert lengths[len(lengths) // 2] <= 5
    assert len(notebook.cells) >= 2 * len(code(notebook))


def test_it_has_one_title_and_nothing_hidden(notebook):
    titles = [c for c in notebook.cells if c.cell_type == "markdown" and re.search(r"^# ", c.source, re.M)]
    assert len(titles) == 1
    assert not any(cell.metadata.get("jupyter", {}).get("source_hidden") for cell in notebook.cells)
    assert not any("plt." in cell.source or cell.source.rstrip().endswith(";") for cell in code(notebook))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_every_lesson_is_linked(lesson):
    readme = (paths.ROOT / "README.md").read_text(encoding="utf-8")
    assert f"](notebooks/{lesson.name})" in readme
    start = nbformat.read(LESSONS[0], 4)
    assert lesson == LESSONS[0] or any(f"]({lesson.name})" in cell.source for cell in start.cells)


@pytest.mark.parametrize("lesson", LESSONS[1:], ids=lambda path: path.stem)
def test_every_lesson_has_the_rhythm_and_its_solutions(lesson):
    cells = nbformat.read(lesson, 4).cells
    heads = re.findall(r"^## (.+)$", "\n".join(c.source for c in cells if c.cell_type == "markdown"), re.M)
    rhythm = ["Predict", "Try it by hand", "The lab", "What we found", "Where it breaks"]
    rhythm += ["Exercises", "Quiz", "Take it further"]
    assert [head for head in heads if head in rhythm] == rhythm
    assert sum(cell.source.count("tl.claim(") for cell in cells) >= 6
    solved = nbformat.read(paths.NOTEBOOKS / "solutions" / lesson.name, 4)
    outputs = [output for cell in code(solved) for output in cell.outputs]
    verdicts = [output.data[MIME] for output in outputs if MIME in output.get("data", {})]
    assert [verdict["passed"] for verdict in verdicts] == [True, True]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_has_at_most_sixty_cells(lesson):
    assert len(nbformat.read(lesson, 4).cells) <= 60


@pytest.mark.parametrize("lesson", LESSONS[1:], ids=lambda path: path.stem)
def test_a_lesson_begins_with_earlier_questions_and_has_lines_to_put_in_order(lesson):
    cells = code(nbformat.read(lesson, 4))
    asked = [source for cell in cells[:2] for source in re.findall(r"tl\.earlier\(\"(\d\d)\"\)", cell.source)]
    assert asked == [lesson.name[:2]]
    assert [cell.source for cell in cells if "tl.practice(" in cell.source] == [f'tl.practice("{lesson.name[:2]}")']


def test_the_terms_that_a_lesson_links_are_in_the_glossary():
    glossary = (paths.NOTEBOOKS / "teaching" / "glossary.md").read_text(encoding="utf-8")
    terms = re.findall(r"^### (.+)$", glossary, re.M)
    anchors = {term.replace(" ", "-") for term in terms}
    assert terms == sorted(terms)
    assert len(anchors) == len(terms)
    assert all(re.fullmatch(r"[a-z-]+", anchor) for anchor in anchors)
    linked = set()
    for lesson in LESSONS:
        here = re.findall(r"\(teaching/glossary\.md#([\w-]+)\)", lesson.read_text(encoding="utf-8"))
        assert len(here) == len(set(here)) >= 1, lesson.name
        linked |= set(here)
    assert linked == anchors


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_what_a_lesson_links_is_there(lesson):
    cells = nbformat.read(lesson, 4).cells
    words = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", words)
    assert [link for link in links if not (lesson.parent / link).exists()] == []


def test_the_pages_for_teachers_link_what_is_there():
    pages = sorted((paths.NOTEBOOKS / "teaching").glob("*.md"))
    assert {"ninety-minutes", "one-day", "handout", "glossary"} <= {page.stem for page in pages}
    for page in pages:
        links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
        assert [link for link in links if not (page.parent / link).exists()] == [], page.name


@pytest.mark.parametrize("lesson", REPLICATE, ids=lambda path: path.stem)
def test_every_claim_holds_and_would_be_upheld_again(lesson):
    cells = code(nbformat.read(lesson, 4))
    said = [text(cell) for cell in cells if "tl.claim(" in cell.source]
    assert all(claim.startswith("holds  ") for claim in said)
    seeds = [min(map(int, re.findall(r"over (\d+) ", claim))) for claim in said]
    shares = {claim: [float(share) for share in re.findall(r"replicates: ([\d.]+)%", claim)] for claim in said}
    assert [len(shares[claim]) for claim in said] == [int(fewest >= FEWEST) for fewest in seeds]
    assert [claim for claim, found in shares.items() if found and found[0] < 95] == []


@pytest.mark.parametrize("lesson", REPLICATE, ids=lambda path: path.stem)
def test_a_lesson_ends_with_its_verdicts(lesson):
    cells = nbformat.read(lesson, 4).cells
    claims = [row for row, cell in enumerate(cells) if cell.cell_type == "code" and "tl.claim(" in cell.source]
    (last,) = (row for row, cell in enumerate(cells) if cell.source.endswith("tl.verdicts()"))
    assert last > claims[-1]
    assert "nbval-check-output" in cells[last].metadata.tags
    assert any("teaching/what-a-claim-says.md" in cell.source for cell in cells)
    count = sum(cells[row].source.count("tl.claim(") for row in claims)
    assert text(cells[last]).startswith(f"{count} claims: {count} hold, 0 not shown, 0 contradicted\n")


def test_lesson_01_found_every_run_that_it_asked_for():
    """Else it computes for minutes what was to be saved: then run notebooks/results/make.py again."""
    cells = code(nbformat.read(paths.NOTEBOOKS / "01-piano-to-guitar.ipynb", 4))
    said = [o.text for cell in cells for o in cell.outputs if "saved with the lesson" in o.get("text", "")]
    assert len(said) == 1
    assert re.match(r"(\d+) runs, \1 of them saved with the lesson\n", said[0])


def test_the_saved_runs_are_what_the_code_makes():
    saved = tl.load_results(paths.NOTEBOOKS / "results" / "01-piano-to-guitar.json")
    source = tl.pretrain(tl.backbone("note-cnn"), tl.task("notes/piano"), seed=3)
    guitar = tl.task("notes/guitar")
    again = tl.compare(source, guitar, strategies=["scratch", "head", "lp_ft"], shots=[1, 5], seeds=[3])
    known = {run.key: run for run in saved}
    for run in again:
        assert run.key in known
        assert abs(run.accuracy - known[run.key].accuracy) < 0.03, run
