"""The plans for teachers name what the lessons have: commands, minutes, cells, and figures that the saved runs bear."""

import re
import shlex

import nbformat
import pytest

import tlkit as tl
from tlkit.commands import cli, jupyter
from tlkit.models import weights
from tlkit.runtime import paths

TEACHING = paths.NOTEBOOKS / "teaching"
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(TEACHING.glob("*.md"))}
NINETY, DAY = "ninety-minutes", "one-day"
QUOTED = [  # a plan, what it says, and the lesson with the cell that it means
    (NINETY, "Play the E on the piano", "01", 'tl.hear("piano", "E")'),
    (NINETY, "then the noisy one", "01", 'tl.hear("steel-guitar", "E", noisy=True)'),
    (NINETY, "Everybody draws the curve", "01", 'guess = tl.Predict(label="a pianist")'),
    (NINETY, "How many of a hundred new guitar notes", "01", "How many of 100 new guitar notes"),
    (NINETY, "At `features.shape`", "01", "features.shape"),
    (NINETY, "Down to the beginner's line", "01", "And the beginner?"),
    (NINETY, "the same in one line", "01", "In this kit it is one line"),
    (NINETY, "find a number of notes at which scratch wins", "01", "lab = tl.labs.TransferLab("),
    (NINETY, "the plot's `strategies`", "01", 'strategies=["scratch", "head", "full", "lp_ft"])'),
    (NINETY, "the own curve", "01", "guess.reveal("),
    (NINETY, "then the control", "01", "*[control](teaching/glossary.md#control)*"),
    (NINETY, "Shuffled labels", "01", "piano.shuffled()"),
    (NINETY, "the other octaves", "01", 'tl.task("notes/guitar-octaves")'),
    (NINETY, "predict the accordion", "01", '"notes/accordion"'),
    (NINETY, "Lines in order", "01", 'tl.practice("01")'),
    (DAY, "Which k is best for a shop's shoes", "02", "You keep the first one, two, ... nine stages"),
    (DAY, "What does this unit like", "02", "tl.layers.top_activations("),
    (DAY, "*But who tells you where to cut?*", "02", "**But who tells you where to cut?**"),
    (DAY, "All nine stages learn, or none", "03", "You let the last 0, 1, 2, 4 or all 9 stages learn"),
    (DAY, "Every gradient is off", "03", "switch off *every* gradient"),
    (DAY, "snow and fire", "03", "snow lies on all before it"),
    (DAY, "(clothes: far from any photograph)", "03", "ImageNet, clothes"),
    (DAY, "head first, then all", "03", "**Head first, then all?**"),
    (DAY, "the teacher with a tell", "05", "**A teacher with [a tell]"),
    (DAY, "100% right in its own exam", "05", "A fine record."),
    (DAY, "the lab: five teachers", "05", "tl.labs.TeacherLab(teachers"),
    (DAY, "(one of four)", "05", "a teacher's record warns you of one of the four"),
    (DAY, "the 2 x 2", "05", "**The 2 x 2.**"),
    (DAY, "what is forgotten", "05", "**Forgetting.**"),
    (DAY, "the rule that nobody learns", "05", "When the [target](teaching/glossary.md#target) has a rule"),
    (DAY, "LoRA's forgetting with its adapters in place", "05", "With its adapters in place LoRA forgets"),
]


def source(lesson: str) -> str:
    """All cells of a lesson, as they are typed."""
    return "\n".join(cell.source for cell in nbformat.read(jupyter.find(lesson), 4).cells)


def commands() -> list[tuple[str, str]]:
    """Each tlkit command that a page for teachers quotes."""
    found = []
    for page, text in PAGES.items():
        lines = [line for block in re.findall(r"```bash\n(.*?)```", text, re.S) for line in block.splitlines()]
        lines += re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.S))
        found += [(page, line) for line in lines if re.match(r"(TLKIT_\w+=\S+ )?tlkit ", line)]
    return found


def test_every_command_of_the_pages_is_one():
    assert len(commands()) >= 6
    for page, line in commands():
        words = shlex.split(re.sub(r"^TLKIT_\w+=\S+ ", "", line), comments=True)
        assert cli._parser().parse_args(words[1:]).run, (page, line)


def test_the_ninety_minutes_are_ninety():
    minutes = [int(minute) for minute in re.findall(r"^\| (\d+) \| \*\*", PAGES[NINETY], re.M)]
    assert minutes == sorted(set(minutes))
    assert (minutes[0], len(minutes)) == (0, 12)
    assert 80 < minutes[-1] < 90


def test_the_day_adds_up():
    rows = re.findall(r"^\| (\d+):(\d\d) \|[^|]+\| (\d+) \|", PAGES[DAY], re.M)
    starts = [60 * int(hour) + int(minute) for hour, minute, _ in rows]
    ends = [start + int(length) for start, (*_, length) in zip(starts, rows, strict=True)]
    assert starts[1:] == ends[:-1]
    headed = re.findall(r"^## (\d+:\d\d) ", PAGES[DAY], re.M)
    assert set(headed) <= {f"{hour}:{minute}" for hour, minute, _ in rows}


@pytest.mark.parametrize(("plan", "said", "lesson", "cell"), QUOTED, ids=[said.strip("*`(") for _, said, *_ in QUOTED])
def test_what_a_plan_names_is_in_the_lesson(plan, said, lesson, cell):
    assert said in PAGES[plan]
    assert cell in source(lesson)


def test_names_in_a_plan_are_the_lessons():
    names = re.findall(r'`"?([a-z_]+(?:\.[a-z]+)?)"?`', PAGES[NINETY])
    assert {"features.shape", "full", "head", "random_head", "strategies"} == set(names)
    assert [name for name in names if name not in source("01")] == []


def test_the_lessons_that_need_weights_are_named():
    needing = [number for number in jupyter.lessons() if any(f'"{name}"' in source(number) for name in weights.PARCELS)]
    assert f"Lessons {', '.join(needing[:-1])} and {needing[-1]} need weights" in PAGES[NINETY]


def test_what_people_see_is_what_was_measured():
    """The table of what they believe, against the saved runs."""
    saved = tl.load_results(paths.NOTEBOOKS / "results" / "01-piano-to-guitar.json")
    guitar = saved.where(source="notes/piano", target="notes/guitar")
    nonsense = saved.where(source="notes/piano with shuffled labels", target="notes/guitar")
    octaves = saved.where(source="notes/piano", target="notes/guitar-octaves")
    assert "a third of a hundred notes more than from scratch" in PAGES[NINETY]
    assert guitar.gain("head", over="scratch", shots=1).mean == pytest.approx(1 / 3, abs=0.05)
    assert "far behind at one, ahead at twenty" in PAGES[NINETY]
    assert guitar.gain("full", over="head", shots=1) < -0.10
    assert guitar.gain("full", over="head", shots=20) > 0
    assert "scratch overtakes the frozen body; nonsense is no better than none" in PAGES[NINETY]
    assert guitar.gain("scratch", over="head", shots=20) > 0
    assert nonsense.accuracy("lp_ft", shots=5).mean < guitar.accuracy("scratch", shots=5).mean
    assert "the same shape without knowledge is far behind" in PAGES[NINETY]
    assert guitar.gain("head", over="random_head", shots=1) > 0.10
    assert "flat: more of the same says nothing about the rest" in PAGES[NINETY]
    assert abs(octaves.accuracy("head", shots=20).mean - octaves.accuracy("head", shots=5).mean) < 0.05


def test_a_network_names_a_note_whatever_it_hears():
    (line,) = re.findall(r"`(source\.model\.probabilities[^`]+)`", PAGES[NINETY])
    source = tl.pretrain(tl.backbone("note-cnn"), tl.task("notes/piano"), steps=2)
    said = eval(line, {"tl": tl, "source": source})
    assert said.shape == (3, 12)
    assert said.sum(axis=1) == pytest.approx(1, abs=0.1)
