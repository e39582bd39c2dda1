import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

import tlkit as tl
from tlkit.analysis.suspicious import out_of_fold, suspicious_labels
from tlkit.errors import TlkitError


def digits(root, *, wrong: int, seed: int, count: int = 300):
    """A folder of handwritten digits, some of them under a wrong name; and which those are."""
    draw, (pictures, labels) = np.random.default_rng(seed), load_digits(return_X_y=True)
    rows = draw.permutation(len(labels))[:count]
    planted = set()
    for turn, row in enumerate(rows):
        label = labels[row]
        if turn < wrong:
            label = (label + draw.integers(1, 10)) % 10
            planted.add(f"{label}/{row}.png")
        place = root / str(label)
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray((pictures[row].reshape(8, 8) * 15).astype(np.uint8)).save(place / f"{row}.png")
    return root, planted


@pytest.mark.parametrize("seed", [11, 12])
def test_of_the_suspects_at_least_half_are_wrong(tmp_path, seed):
    """A tenth of the labels is wrong; these seeds chose nothing."""
    root, planted = digits(tmp_path / "digits", wrong=30, seed=seed)
    suspects = suspicious_labels(tl.read_data(root, side=8), tl.backbone("pixels", size=8))
    found = {each.name for each in suspects}
    assert len(found & planted) >= 0.5 * len(found)
    assert len(found & planted) >= 15
    assert all(each.label != each.likely for each in suspects)
    assert "looks like" in str(suspects[0])


def test_of_right_labels_few_are_suspected(tmp_path):
    root, _ = digits(tmp_path / "digits", wrong=0, seed=13)
    assert len(suspicious_labels(tl.read_data(root, side=8), tl.backbone("pixels", size=8))) <= 12


def test_no_row_is_judged_by_its_own_group():
    """The features of a group say its number, and nothing else; who had learnt from it would know its label."""
    groups = np.repeat(np.arange(40), 2)
    labels = np.random.default_rng(0).permutation(40)[groups] % 2
    chances = out_of_fold(np.eye(40, dtype=np.float32)[groups], labels, groups, 2, seed=0)
    assert (chances.argmax(axis=1) == labels).mean() < 0.7


def test_classes_of_which_nothing_can_be_said(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for n in range(2):
            Image.fromarray(np.full((9, 9), 100 * n + 9 * len(list(tmp_path.rglob("*"))), np.uint8)).save(
                tmp_path / name / f"{n}.png"
            )
    assert suspicious_labels(tl.read_data(tmp_path, side=8), tl.backbone("pixels", size=8)) == []


def test_texts_for_a_network_that_sees(tmp_path):
    (tmp_path / "t.csv").write_text("text,label\n" + "".join(f"words of number {n},{n % 2}\n" for n in range(12)))
    with pytest.raises(TlkitError, match="images"):
        suspicious_labels(tl.read_data(tmp_path / "t.csv", text="text", label="label"), tl.backbone("pixels"))
