"""What all labs share: words beside the picture, nothing in them that a browser runs, live keys."""

import ast

import ipywidgets as W

from tlkit.runtime.paths import PACKAGE
from tlkit.widgets import base

DEAD = {"Dropdown", "Select", "SelectMultiple", "RadioButtons", "Combobox"}  # JupyterLab takes their arrow keys
SHARP = 'a "sharp" <b>C#</b> & more'
ESCAPED = "a &quot;sharp&quot; &lt;b&gt;C#&lt;/b&gt; &amp; more"


def test_a_picture_has_its_words_as_alternative_text():
    lab = base.Lab()
    lab.show(b"png", SHARP)
    assert f'<img alt="{ESCAPED}" src="data:image/png;base64,' in lab.picture.value


def test_what_a_lab_says_is_text_and_is_spoken():
    lab = base.Lab()
    lab.tell(SHARP)
    assert ESCAPED in lab.words.value
    assert "<b>" not in lab.words.value
    assert 'role="status"' in lab.words.value


def test_controls_are_those_that_arrow_keys_move():
    assert type(base.slider("Notes", [1, 5], 5)) is W.SelectionSlider
    assert type(base.buttons("Instrument", ["guitar", "violin"])) is W.ToggleButtons
    made = {
        f"{path.name}: {node.func.attr}"
        for path in (PACKAGE / "widgets").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DEAD
    }
    assert made == set()


def test_a_lab_keeps_its_arrow_keys_whatever_it_shows():
    lab = base.Lab()
    lab.children = [lab.picture, lab.words]
    lab.children = [*lab.children[::-1], lab.stop]
    *shown, keys = lab.children
    assert shown == [lab.words, lab.picture, lab.stop]
    assert isinstance(keys, base.Keys)
