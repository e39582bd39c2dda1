import numpy as np
import pytest

from tlkit.widgets.bench import Bench, Benches, NamedItem, spread


class Squares(Bench):
    def __init__(self):
        super().__init__(draws=3)
        self.made = []

    def make(self, number, draw, *, on_event=None):
        self.made.append((number, draw))
        return number**2 + draw

    def is_instant(self, number):
        return number < 5


def test_each_draw_is_made_once():
    bench = Squares()
    assert [bench.run(3, draw) for draw in (0, 1, 0, 1)] == [9, 10, 9, 10]
    assert bench.made == [(3, 0), (3, 1)]
    assert bench.found(3) == [9, 10]


def test_it_knows_what_is_instant_and_what_was_made():
    bench = Squares()
    assert bench.knows(4)
    for draw in range(3):
        assert not bench.knows(7)
        bench.run(7, draw)
    assert bench.knows(7)


def test_several_benches_keep_their_answers_apart():
    benches = Benches({"a": Squares(), "b": Squares()})
    assert benches.run("a", 7, 1) == 50
    assert (benches.found("a", 7), benches.found("b", 7)) == ([50], [])
    assert (benches.draws, benches.knows("b", 4), benches.knows("b", 7)) == (3, True, False)


@pytest.mark.parametrize(
    ("truth", "ending"), [(1, "and is right"), (0, "and is wrong: it is C")], ids=["right", "wrong"]
)
def test_what_is_said_of_one_item_is_judged(truth, ending):
    item = NamedItem(
        source="s", target="t", strategy="head", shots=1, accuracies=(0.5, 0.75),
        probabilities=np.array([0.25, 0.75]), truth=truth, classes=("C", "D"),
    )  # fmt: skip
    assert item.verdict() == f"D (75%) {ending}"
    assert item.mean == 0.625
    assert spread(item.accuracies) == "50.0% to 75.0% over 2 draws"
    assert spread([0.5], 0) == "50% to 50% over 1 draw"
