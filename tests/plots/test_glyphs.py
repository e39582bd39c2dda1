"""Titles and class names are drawn as they are."""

import warnings

import pytest
from matplotlib.text import Text

import tlkit as tl
from tests.experiments.test_results import result
from tlkit.plots import glyphs
from tlkit.plots import picture as pictures

RESULTS = tl.Results([result("head", shots, seed) for shots in (1, 5) for seed in range(2)])


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch):
    monkeypatch.setattr(glyphs, "_told", set())
    glyphs.fonts_for.cache_clear()
    yield
    glyphs.fonts_for.cache_clear()


TITLES = {
    "a folder's name": "$_1_$",
    "two prices": "from $5 to $7",
    "a backslash": r"\\$x^$",
    "half a formula": "$\\frac$",
    "marks": "a_b^c {",
    "other letters": "Größe Ωμέγα",
    "two lines": "two\nlines",
}


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_a_title_is_drawn_as_it_is(title):
    picture = RESULTS.picture(title)
    assert pictures.png(picture.figure)[:4] == b"\x89PNG"
    assert title in [text.get_text() for text in picture.figure.findobj(Text)]
    assert picture.words.startswith(title)


@pytest.mark.parametrize("title", ["tab\there", "zero\0here", "half \ud83d"], ids=["tab", "zero", "half-an-emoji"])
def test_what_has_no_look_is_left_out_of_the_plot(title):
    picture = RESULTS.picture(title)
    assert pictures.png(picture.figure)
    assert picture._repr_html_().encode()


def test_formulas_of_the_axes_stay_formulas():
    runs = [
        result(name, 5, seed, trainable_params=10**power)
        for power, name in ((2, "head"), (6, "full"))
        for seed in (0, 1)
    ]
    picture = tl.Results(runs).plot_parameter_cost("for $5", shots=5)
    picture.figure.draw_without_rendering()
    ticks = [text for text in picture.figure.axes[0].get_xticklabels() if "mathdefault" in text.get_text()]
    assert ticks
    assert all(text.get_parse_math() for text in ticks)


def test_letters_that_no_font_has_are_told_once(monkeypatch):
    monkeypatch.setattr(glyphs, "_installed", lambda: iter(()))
    with pytest.warns(UserWarning, match=r"No font here has '好猫', so plots show boxes") as caught:
        picture = RESULTS.picture("猫 好")
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pictures.png(picture.figure)
        assert pictures.png(RESULTS.picture("好").figure)
    assert "猫 好" in picture.words


def test_a_font_that_has_the_letters_is_taken(monkeypatch):
    fonts = [
        ("Plain Sans", frozenset({65})),
        ("Far Sans", frozenset({ord("猫")})),
        ("Other Sans", frozenset({ord("好")})),
    ]
    monkeypatch.setattr(glyphs, "_installed", lambda: iter(fonts))
    assert glyphs.fonts_for(frozenset("é猫")) == ("Far Sans",)
    assert glyphs.fonts_for(frozenset("猫好")) == ("Far Sans", "Other Sans")
    assert glyphs.fonts_for(frozenset("éΩ")) == ()
