import numpy as np

import tlkit as tl


def even(left, right):
    return (left + right) % 2 == 0


def test_a_written_rule_is_as_good_as_what_is_read():
    digits, pairs, pixels = tl.task("digits"), tl.task("pairs/even"), tl.backbone("pixels")
    found = tl.written_rule.by_rule(pixels, digits, pairs, even, strategy="head", shots=5, seeds="0-1")
    assert list(found.by_seed) == [0, 1]
    reader = tl.transfer(pixels, digits, strategy="head", shots=5, seed=1).model
    halves = pairs.test.items[:, :, :28], pairs.test.items[:, :, 28:]
    left, right = (reader.probabilities(half).argmax(axis=1) for half in halves)
    assert found.by_seed[1] == np.mean(even(left, right) == pairs.test.labels)
    assert found.what == "written rule after head at 5 shots from pixels"
    assert found.low < found.mean < 1


def test_a_rule_that_is_wrong_everywhere_says_so():
    found = tl.written_rule.by_rule(
        tl.backbone("pixels"),
        tl.task("digits"),
        tl.task("pairs/even"),
        lambda left, right: np.full(len(left), -1),
        strategy="head",
        shots=1,
        seeds=1,
    )
    assert found.values == [0]
