"""Draws the signs data set: national drawings of road signs, small and with a transparent ground.

You need this script only to rebuild the data or to change the recipe; the file it makes is shipped beside it::

    npm pack mapillary_sprite_source@1.8.0 && tar xzf mapillary_sprite_source-1.8.0.tgz
    apt install libcairo2
    pip install cairosvg==2.9.1 pillow numpy
    python make.py package/package_signs
"""

from __future__ import annotations

import argparse
import hashlib
import io
import zipfile
from collections import defaultdict
from pathlib import Path

import numpy as np

SIDE = 64  # pixels
LEAST = 3  # designs of a meaning
ALIKE = 38  # grey levels of 255, root mean square: nearer than this, two designs of a meaning count as one
COARSE = 32  # pixels a side, for that comparison
RARE = {  # the meanings of signs/rare, each with five designs or more
    "regulatory--no-overtaking", "regulatory--stop", "regulatory--weight-limit", "warning--low-flying-aircraft",
    "warning--pedestrians-crossing", "warning--railroad-crossing-without-barriers", "warning--roadworks",
    "warning--roundabout", "warning--tractors", "warning--traffic-signals", "warning--tunnel", "warning--wild-animals",
}  # fmt: skip
LEFT_OUT = {  # meanings, and why
    "complementary--lane-control": "each design shows other lanes",
    "complementary--obstacle-delineator": "stripes: the designs hardly differ",
    "complementary--priority-route-at-intersection": "each design shows another intersection",
    "information--exit-ahead": "one design with three distances",
    "information--motorway-exit-ahead": "one design with three distances",
    "information--tunnel": "a tunnel is a meaning of signs/rare",
    "information--safety-zone": "three things that have little in common",
    "regulatory--circular-intersection": "each design shows other lanes",
    "regulatory--no-parking-or-no-stopping": "words only, too small to read",
    "regulatory--no-turn-on-red": "words only, too small to read",
    "regulatory--parking-restrictions": "words only, too small to read",
    "warning--dead-end": "a chequerboard in two of three",
    "warning--dual-lanes-turn-left-or-right": "each design shows other lanes",
    "warning--railroad-intersection": "each design shows another intersection",
    "warning--texts": "three texts that have nothing in common",
} | {
    f"regulatory--maximum-speed-limit-led-{speed}": "only the number tells it from the others, too small to read"
    for speed in (10, 20, 25, 30, 35, 40, 50, 60, 70, 75, 80)
}  # fmt: skip
FLAWED = {  # drawings, and why
    "information--parking--g4": "a letter R and a bus: not the meaning that its name says",
    "regulatory--keep-right--g5": "an arrow and a car: not the meaning that its name says",
    "regulatory--keep-right--g6": "an arrow and a lorry: not the meaning that its name says",
    "regulatory--no-motor-vehicles--g7": "words only, and black corners",
    "regulatory--no-parking--g8": "a word besides the letter: for a hospital",
    "regulatory--no-parking--g9": "words: for a bicycle lane",
    "warning--accident-area--g5": "an empty sign with a yellow dot",
    "warning--accident-area--g7": "a word only",
    "warning--dangerous-crosswinds-right--g2": "a white square behind the sign",
    "warning--domestic-animals--g4": "a frog",
    "warning--domestic-animals--g5": "a wild duck",
    "warning--domestic-animals--g6": "wild ducks",
    "warning--roadworks--g6": "a sign of lamps on a black square",
    "warning--traffic-signals--g6": "a sign of lamps on a black square",
    "warning--trail-crossing--g2": "a white square behind the sign",
}
SPELLED = {
    "built up": "built-up", "low beam": "low-beam", "low flying": "low-flying", "one way": "one-way",
    "skewed t roads": "skewed T-roads", "two way": "two-way", "u turn": "U-turn",
}  # fmt: skip
KINDS = {"complementary": "plate", "information": "information", "regulatory": "order", "warning": "warning"}


def meaning_of(name: str) -> str:
    """``warning--tunnel`` of ``warning--tunnel--g3``."""
    return name.rpartition("--")[0]


def design_number(name: str) -> int:
    """3 of ``warning--tunnel--g3``."""
    return int(name.rpartition("--g")[2])


def draw(path: Path) -> np.ndarray:
    """A drawing as (SIDE, SIDE, 4): red, green, blue and opacity."""
    import cairosvg
    from PIL import Image

    png = cairosvg.svg2png(bytestring=path.read_bytes(), output_width=SIDE, output_height=SIDE)
    drawing = np.array(Image.open(io.BytesIO(png)).convert("RGBA"))
    if not drawing[..., 3].any():
        raise ValueError(f"{path.name} is empty")
    return drawing * (drawing[..., 3:] > 0)  # where nothing is seen there is no colour to store


def on_grey(drawing: np.ndarray) -> np.ndarray:
    """A drawing on a grey ground, coarsely: (COARSE, COARSE, 3) floats."""
    opacity = drawing[..., 3:] / 255
    shown = drawing[..., :3] * opacity + 128 * (1 - opacity)
    step = SIDE // COARSE
    return shown.reshape(COARSE, step, COARSE, step, 3).mean((1, 3))


def alike(drawing: np.ndarray, other: np.ndarray) -> bool:
    """Whether two drawings, one of them as it is or mirrored, are nearly the same."""
    one, two = on_grey(drawing), on_grey(other)
    return min(np.sqrt(((one - seen) ** 2).mean()) for seen in (two, two[:, ::-1])) < ALIKE


def distinct(drawings: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The drawings of one meaning without those that are nearly another, which came before."""
    kept: dict[str, np.ndarray] = {}
    for name, drawing in drawings.items():
        if not any(alike(drawing, other) for other in kept.values()):
            kept[name] = drawing
    return kept


def read(folder: Path) -> dict[str, dict[str, np.ndarray]]:
    """By meaning, in alphabetical order, the designs that are used, by name."""
    paths = defaultdict(list)
    for path in folder.glob("*.svg"):
        if meaning_of(path.stem) not in LEFT_OUT and path.stem not in FLAWED:
            paths[meaning_of(path.stem)].append(path)
    designs = {}
    for meaning in sorted(meaning for meaning, found in paths.items() if len(found) >= LEAST):
        ordered = sorted(paths[meaning], key=lambda path: design_number(path.stem))
        designs[meaning] = distinct({path.stem: draw(path) for path in ordered})
    return {meaning: found for meaning, found in designs.items() if len(found) >= LEAST}


def plain(meaning: str) -> str:
    """``low-flying aircraft`` of ``warning--low-flying-aircraft``."""
    name = meaning.partition("--")[2].replace("-", " ")
    for found, spelled in SPELLED.items():
        name = name.replace(found, spelled)
    return name


def words(meanings: list[str]) -> list[str]:
    """The meanings in plain words, with the kind of sign where two kinds have the same."""
    names = [plain(meaning) for meaning in meanings]
    kinds = [KINDS[meaning.partition("--")[0]] for meaning in meanings]
    return [f"{name} ({kind})" if names.count(name) > 1 else name for name, kind in zip(names, kinds, strict=True)]


def tested(meaning: str, count: int) -> np.ndarray:
    """Which designs are for the test, from the second on: every second of a rare meaning, else every third."""
    return np.arange(count) % (2 if meaning in RARE else 3) == 1


def arrays_of(designs: dict[str, dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """One row a design, and one word and one mark a meaning."""
    drawings = [drawing for found in designs.values() for drawing in found.values()]
    return {
        "drawings": np.stack(drawings),
        "designs": np.array([name for found in designs.values() for name in found]),
        "meaning": np.repeat(np.arange(len(designs)), [len(found) for found in designs.values()]).astype(np.uint8),
        "test": np.concatenate([tested(meaning, len(found)) for meaning, found in designs.items()]),
        "words": np.array(words(list(designs))),
        "rare": np.array([meaning in RARE for meaning in designs]),
    }


def save_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Like ``np.savez_compressed``, but the same arrays always give the same bytes: the zip holds no clock time."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, content.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)


def main() -> None:
    """Draw everything."""
    parser = argparse.ArgumentParser(description="Draw the signs data set.")
    parser.add_argument("source", type=Path, help="the folder package_signs of the origin")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where to; beside this script if unset")
    options = parser.parse_args()
    arrays = arrays_of(read(options.source))
    save_npz(options.out / "signs.npz", arrays)
    total = hashlib.sha256((options.out / "signs.npz").read_bytes()).hexdigest()
    (options.out / "SHA256SUMS").write_text(f"{total}  signs.npz\n", newline="\n")
    print(f"{len(arrays['drawings'])} designs of {len(arrays['words'])} meanings")


if __name__ == "__main__":
    main()
