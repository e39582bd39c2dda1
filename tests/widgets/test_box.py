import pytest

import tlkit as tl
from tlkit.widgets.box import WordyBox


@pytest.mark.parametrize("make", [tl.quiz, tl.practice, tl.earlier], ids=["quiz", "practice", "earlier"])
def test_saved_text_is_never_cut_short(make):
    widget = make("05")
    saved = widget._repr_mimebundle_()
    assert len(repr(widget)) > 110  # where ipywidgets would cut
    assert saved["text/plain"] == repr(widget)
    assert "application/vnd.jupyter.widget-view+json" in saved


def test_labs_and_curves_are_saved_so_too():
    assert issubclass(tl.labs.TransferLab, WordyBox)
    assert issubclass(tl.LiveCurve, WordyBox)
