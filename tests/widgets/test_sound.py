"""A note to hear: it is carried by the page, and has a name for those who don't see the player."""

import base64
import re

import pytest

import tlkit as tl


def test_a_sound_is_in_the_page_and_has_a_name():
    shown = tl.hear("steel-guitar", "E", noisy=True)._repr_html_()
    (source,) = re.findall(r'src="([^"]+)"', shown)
    kind, _, data = source.partition(",")
    assert kind == "data:audio/mpeg;base64"
    assert len(base64.b64decode(data, validate=True)) > 1000
    name = "E on the steel guitar, as the network hears it"
    assert f'aria-label="{name}"' in shown
    assert f"<figcaption>{name}</figcaption>" in shown


def test_a_note_that_there_is_not_is_said():
    with pytest.raises(tl.TlkitError, match="There is no note 'H'"):
        tl.hear("piano", "H")
