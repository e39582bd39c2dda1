import html
import json
import re

import pytest

from tlkit.estimate import Estimate
from tlkit.pages.tones import curves_in, hearable
from tlkit.plots.label_curve import curve_picture, describe
from tlkit.plots.learning_curve import learning_curve

CURVES = {
    "head": {1: Estimate({0: 0.58, 1: 0.62}, "accuracy"), 5: Estimate({0: 0.83, 1: 0.83}, "accuracy")},
    "lora:8": {1: Estimate({0: 0.2}, "accuracy"), 5: Estimate({0: 1.0}, "accuracy")},
}
TOLD = [
    {"name": "frozen (head)", "values": [0.6, 0.83], "steps": ["at 1", "at 5"]},
    {"name": "lora:8", "values": [0.2, 1.0], "steps": ["at 1", "at 5"]},
]


def test_the_words_of_a_figure_tell_its_curves():
    assert curves_in(describe(CURVES, "Piano. Or guitar")) == TOLD


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("By stage: random 0.55 at conv1, 0.58 at conv2.", [("random", [0.55, 0.58], ["at conv1", "at conv2"])]),
        ("By calls: as it is (as_is) 2% by 2, 6% by 5.", [("as it is (as_is)", [0.02, 0.06], ["by 2", "by 5"])]),
        ("notes. By stages: 2 labels 47% at 0, 54% at 1. more", [("2 labels", [0.47, 0.54], ["at 0", "at 1"])]),
        ("With so many weights: head 81.2% with 770; full 86.9% with 22,566,000.", []),
        ("CKA: conv1 1.00, 0.81, 0.62; conv2 0.81, 1.00, 0.81.", []),
        ("5 of 8 are G.", []),
    ],
    ids=["by stage", "by calls", "two panels", "one point each", "a matrix", "no number"],
)
def test_curves_are_lists_of_points(words, told):
    assert [tuple(each.values()) for each in curves_in(words)] == told


def test_a_figure_of_curves_carries_them():
    shown = hearable(f"<p>before</p>{curve_picture(CURVES)._repr_html_()}")
    carried = re.search('<figure data-curves="(.*?)" style', shown)[1]
    assert json.loads(html.unescape(carried)) == TOLD
    assert hearable(learning_curve(CURVES)._repr_html_()).count("data-curves") == 1


def test_another_figure_stays_as_it_is():
    plain = "<figure><figcaption>E on the piano</figcaption></figure>"
    both = f"{plain}{curve_picture(CURVES)._repr_html_()}"
    assert hearable(both).startswith(plain)
