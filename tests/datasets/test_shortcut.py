import numpy as np
import pytest

import tlkit as tl
from tlkit.datasets.shortcut import BLOCK, with_shortcut


def read(item, bits):
    """The class that is written in a picture's corner."""
    lit = [item[BLOCK * bit : BLOCK * (bit + 1), -BLOCK:].min() == item.max() for bit in range(bits)]
    return sum(2**bit for bit, on in enumerate(lit) if on) - 1


@pytest.mark.parametrize(("name", "bits"), [("notes/piano", 4), ("products", 4)])
def test_the_answer_can_be_read_and_all_else_stays(name, bits):
    plain = tl.task(name)
    marked = with_shortcut(plain)
    assert marked.name == f"{name} with a tell"
    assert marked.digest != plain.digest
    for part in ("train", "test"):
        before, after = getattr(plain, part), getattr(marked, part)
        assert np.array_equal(before.labels, after.labels)
        assert np.array_equal(before.items[..., :-BLOCK], after.items[..., :-BLOCK])
        assert after.items.dtype == np.uint8
        bright = plain.train.items.max()
        for item, label in zip(after.items[:40], after.labels[:40], strict=True):
            written = item.copy()
            written[-1, 0] = bright  # so that the brightest is known, whatever the picture
            assert read(written, bits) == label


def test_texts_have_no_corner():
    with pytest.raises(tl.TlkitError, match="no mark can be drawn"):
        with_shortcut(tl.task("intents"))
