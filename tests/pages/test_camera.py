"""A lab is recorded at every position, and nothing is trained for it."""

import itertools
from dataclasses import dataclass

import pytest
from matplotlib.figure import Figure

from tlkit.pages.camera import TRAINS, Camera
from tlkit.widgets.base import Lab, buttons, refill, slider
from tlkit.widgets.screen import Screen, line, title_of

SHAPES = {"line": [1, 2, 3], "dot": [7, 8]}


@dataclass(frozen=True)
class Shown:
    shape: str
    size: int

    def words(self) -> str:
        return f"a {self.shape} of {self.size}"


class Drawing(Screen):
    def __init__(self):
        super().__init__(Figure(figsize=(4, 2)))
        self.left, self.right = self.figure.subplots(1, 2)
        self.rise = line(self.right)
        self.changing = [title_of(self.left), self.rise]

    def update(self, shown: Shown) -> None:
        self.changing[0].set_text(shown.shape)
        self.rise.set_data([0, 1], [0, shown.size / 8])


class ShapeLab(Lab):
    """Line 3 takes a training; dots of 8 are remembered."""

    def __init__(self):
        super().__init__()
        self.screen = Drawing()
        self.shape = buttons("Shape", list(SHAPES))
        self.size = slider("Size", SHAPES["line"], 2)
        self.shape.observe(self.choose, "value")
        self.size.observe(self.ask, "value")
        self.children = [self.shape, self.size, self.picture, self.words]
        self.ask()

    def choose(self, _change: dict) -> None:
        refill(self.size, SHAPES[self.shape.value], SHAPES[self.shape.value][0], self.ask)
        self.ask()

    @property
    def must_train(self) -> bool:
        return self.size.value in (3, 8)

    def ask(self, _change: dict | None = None) -> None:
        if self.must_train:
            self.start(lambda: pytest.fail("it trains"), str)
        else:
            self.present(self.screen, Shown(self.shape.value, self.size.value))

    def recall(self) -> Shown | None:
        return Shown("remembered dot", 8) if self.size.value == 8 else None


@pytest.fixture(scope="module")
def lab() -> ShapeLab:
    return ShapeLab()


@pytest.fixture(scope="module")
def made(lab):
    return Camera(lab).record()


def words(made, *places: int) -> str:
    return made.texts[made.at(places)[0]]


def test_every_position_has_its_words(made):
    assert [words(made, 0, place) for place in range(3)] == ["a line of 1", "a line of 2", TRAINS]
    assert [words(made, 1, place) for place in range(2)] == ["a dot of 7", "a remembered dot of 8"]
    assert (made.positions, made.recalled, made.unanswered) == (5, 1, 1)


def test_it_begins_where_the_lab_begins(made):
    assert made.start == [0, 1]
    assert [made.texts[made.tree["to"][shape]["texts"]] for shape in (0, 1)] == [("1", "2", "3"), ("7", "8")]


def test_pictures_share_their_parts(made):
    drawn = [made.at(places)[1] for places in [(0, 0), (0, 1), (1, 0)]]
    assert len({left for left, _ in drawn}) == 2  # the title names the shape
    assert len({right for _, right in drawn}) == 3  # the line is as long as the size
    grounds = [{made.panels[right][0]} for _, right in drawn[:2]]
    assert len(made.parts) < sum(len(made.panels[number]) for both in drawn for number in both)
    assert all("svg" not in made.parts[number] for ground in grounds for number in ground)


def test_what_takes_a_training_has_no_picture(made):
    assert made.at((0, 2))[1] is None


def test_panels_have_room_and_lie_side_by_side(made):
    (left, _, right, _), (next_left, *_) = made.boxes
    assert left < next_left < right + 30
    assert made.size == (288, 144)


def test_the_lab_goes_on_as_before(lab, made):
    lab.shape.value = "line"
    lab.size.value = 1
    assert "a line of 1" in lab.words.value
    assert "image/png" in lab.picture.value


def test_it_is_recorded_alike_each_time(lab, made):
    lab.shape.value, lab.size.value = "line", 2
    again = Camera(lab).record()
    for places in itertools.product((0, 1), (0, 1)):
        assert words(again, *places) == words(made, *places)
    assert sorted(again.parts) == sorted(made.parts)


class Sizes(Lab):
    """A lab that answers in words alone."""

    def __init__(self):
        super().__init__()
        self.size = slider("Size", [1, 2], 1)
        self.children = [self.size, self.words]

    def ask(self, _change=None):
        self.tell(f"{self.size.value} & more")


def test_an_answer_in_words_alone_is_recorded_too():
    made = Camera(Sizes()).record()
    assert [made.texts[made.at([place])[0]] for place in (0, 1)] == ["1 & more", "2 & more"]
    assert made.unanswered == 0
