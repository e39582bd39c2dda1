"""Renders the letters data set: Latin and Greek small letters in many free typefaces, as 28 x 28 pictures.

You need this script only to rebuild the data or to change the recipe; the files it makes are shipped beside it.
``python make.py --packages`` names the Debian packages; unpack them all into one folder, without installing any::

    pip install pillow fonttools scipy numpy
    apt-get download $(python make.py --packages)
    for package in *.deb; do dpkg -x "$package" fonts; done
    python make.py --fonts fonts
"""

from __future__ import annotations

import argparse
import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np

ALPHABETS = {
    "latin": "abcdefghijklmnopqrstuvwxyz",
    "greek": "αβγδεζηθικλμνξοπρστυφχψω",  # without the sigma that ends a word
}

# Family: its Debian package without "fonts-", and what the names of its faces' files are made of. Families that are one
# design, such as a roman and its sans serif, or that follow one model, such as Times, are on one side of the split.
FOUR = ("-Regular", "-Bold", "-Italic", "-BoldItalic")
TWO = ("-Regular", "-Bold")
TRAIN = {
    "Arimo": ("croscore", "Arimo", FOUR, ".ttf"),
    "Cantarell": ("cantarell", "Cantarell", TWO, ".otf"),
    "Clear Sans": ("clear-sans", "ClearSans", FOUR, ".ttf"),
    "Cousine": ("croscore", "Cousine", FOUR, ".ttf"),
    "DejaVu Sans": ("dejavu-core", "DejaVuSans", ("", "-Bold"), ".ttf"),
    "DejaVu Sans Mono": ("dejavu-core", "DejaVuSansMono", ("", "-Bold"), ".ttf"),
    "DejaVu Serif": ("dejavu-core", "DejaVuSerif", ("", "-Bold"), ".ttf"),
    "Dosis": ("dosis", "Dosis", ("-Book", "-Bold"), ".otf"),
    "EB Garamond": ("ebgaramond", "EBGaramond12", ("-Regular", "-Italic"), ".otf"),
    "Eurofurence": ("eurofurence", "eurof", ("55", "56", "75", "76"), ".ttf"),
    "Fira Code": ("firacode", "FiraCode", TWO, ".ttf"),
    "Galatia SIL": ("sil-galatia", "GalSIL", ("R", "B"), ".ttf"),
    "GFS Artemisia": ("gfs-artemisia", "GFSArtemisia", ("", "Bold", "It"), ".otf"),
    "GFS Baskerville": ("gfs-baskerville", "GFSBaskerville", ("",), ".otf"),
    "GFS Bodoni Classic": ("gfs-bodoni-classic", "GFSBodoniClassic", ("",), ".otf"),
    "GFS Gazis": ("gfs-gazis", "GFSGazis", ("",), ".otf"),
    "GFS Neohellenic": ("gfs-neohellenic", "GFSNeohellenic", ("", "Bold", "It", "BoldIt"), ".otf"),
    "Inconsolata": ("inconsolata", "Inconsolata", ("",), ".otf"),
    "Inter": ("inter", "Inter", FOUR, ".otf"),
    "JetBrains Mono": ("jetbrains-mono", "JetBrainsMono", FOUR, ".ttf"),
    "Junction": ("junction", "Junction", ("",), ".otf"),
    "Junicode": ("junicode", "JunicodeTwoBeta", FOUR, ".otf"),
    "Karla": ("karla", "Karla", FOUR, ".otf"),
    "Lato": ("lato", "Lato", FOUR, ".ttf"),
    "League Mono": ("league-mono", "LeagueMono", TWO, ".otf"),
    "League Spartan": ("league-spartan", "LeagueSpartan", TWO, ".otf"),
    "Leckerli One": ("leckerli-one", "LeckerliOne", ("-Regular",), ".ttf"),
    "Linux Biolinum": ("linuxlibertine", "LinBiolinum_R", ("", "B", "I"), ".otf"),
    "Linux Libertine": ("linuxlibertine", "LinLibertine_R", ("", "B", "I", "BI"), ".otf"),
    "Manrope": ("manrope", "Manrope", TWO, ".ttf"),
    "Monofur": ("monofur", "monof", ("55", "56"), ".ttf"),
    "Monoid": ("monoid", "Monoid", ("-Regular", "-Bold", "-Italic"), ".ttf"),
    "Okolaks": ("okolaks", "okolaks", ("Regular", "Bold"), ".ttf"),
    "Open Sans": ("open-sans", "OpenSans", FOUR, ".ttf"),
    "Quattrocento": ("quattrocento", "Quattrocento", ("-Regular",), ".otf"),
    "Roboto": ("roboto-unhinted", "Roboto", FOUR, ".ttf"),
    "Roboto Slab": ("roboto-slab", "RobotoSlab", TWO, ".otf"),
    "STIX": ("stix", "STIX", FOUR, ".otf"),
    "Tinos": ("croscore", "Tinos", FOUR, ".ttf"),
    "Yanone Kaffeesatz": ("yanone-kaffeesatz", "YanoneKaffeesatz", TWO, ".otf"),
}
TEST = {
    "Andika": ("sil-andika", "Andika", FOUR, ".ttf"),
    "Cabin": ("cabin", "Cabin", FOUR, ".otf"),
    "Caladea": ("crosextra-caladea", "Caladea", FOUR, ".ttf"),
    "Charis SIL": ("sil-charis", "CharisSIL", FOUR, ".ttf"),
    "Comfortaa": ("comfortaa", "Comfortaa", TWO, ".ttf"),
    "Comic Neue": ("comic-neue", "ComicNeue", FOUR, ".otf"),
    "Courier Prime": ("courier-prime", "Courier Prime", ("", " Bold", " Italic", " Bold Italic"), ".otf"),
    "Fantasque Sans Mono": ("fantasque-sans", "Normal/TTF/FantasqueSansMono", FOUR, ".ttf"),
    "Gentium Plus": ("sil-gentiumplus", "GentiumPlus", FOUR, ".ttf"),
    "GFS Didot": ("gfs-didot", "GFSDidot", ("", "Bold", "Italic"), ".otf"),
    "GFS Didot Classic": ("gfs-didot-classic", "GFSDidotClassic", ("",), ".otf"),
    "GFS Olga": ("gfs-olga", "GFSOlga", ("",), ".otf"),
    "GFS Porson": ("gfs-porson", "GFSPorson", ("",), ".otf"),
    "GFS Solomos": ("gfs-solomos", "GFSSolomos", ("",), ".otf"),
    "Jura": ("jura", "Jura", TWO, ".otf"),
    "Lobster Two": ("lobstertwo", "LobsterTwo", FOUR[:3], ".otf"),
    "mononoki": ("mononoki", "mononoki", ("-Regular", "-Bold", "-Italic", "-Bold-Italic"), ".ttf"),
    "Old Standard": ("oldstandard", "OldStandard", ("-Regular", "-Bold", "-Italic"), ".ttf"),
    "Play": ("play", "Play", TWO, ".ttf"),
    "Quicksand": ("quicksand", "Quicksand", TWO, ".ttf"),
    "Vollkorn": ("vollkorn", "Vollkorn", FOUR, ".ttf"),
}

SIDE = 28  # pixels
FINE = 8  # drawn this much larger, then brought down
EM = 1000  # font size at which a letter is measured
LOW_HEIGHT = 13  # pixels: the height of an o, before the size is varied
MOST = 21  # pixels: the height and the width of a letter, likewise


def faces(families: dict[str, tuple], folder: Path) -> list[tuple[str, str, Path]]:
    """Every face of these families that lies under ``folder``, as its family, its name and its file."""
    found = []
    for family, (package, stem, styles, suffix) in families.items():
        for name in (f"{stem}{style}{suffix}" for style in styles):
            files = [file for file in folder.rglob(Path(name).name) if file.as_posix().endswith(f"/{name}")]
            if not files:
                raise FileNotFoundError(f"{name} is not under {folder}: unpack the package fonts-{package} there")
            found.append((family, Path(name).stem, min(files)))
    return found


def has_letters(file: Path, letters: str) -> bool:
    """Whether the face has a glyph of its own for each of the letters, and not an empty box."""
    from fontTools.ttLib import TTFont

    with TTFont(file, lazy=True) as font:
        glyphs = [font.getBestCmap().get(ord(letter)) for letter in letters]
    return None not in glyphs and ".notdef" not in glyphs and len(set(glyphs)) == len(letters)


def box(file: Path, letter: str) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a letter's ink at font size ``EM``."""
    return open_font(file, EM).getbbox(letter)


def open_font(file: Path, size: float):
    """The face at a size in pixels, drawn letter by letter as its outlines say."""
    from PIL import ImageFont

    return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)


def font_size(file: Path, letter: str, o: str) -> float:
    """The size at which an ``o`` is ``LOW_HEIGHT`` tall, or less for a letter that would then be too big."""
    left, top, right, bottom = box(file, letter)
    _, o_top, _, o_bottom = box(file, o)
    return EM * min(LOW_HEIGHT / (o_bottom - o_top), MOST / (bottom - top), MOST / (right - left))


def picture(file: Path, letter: str, o: str, draw: np.random.Generator) -> np.ndarray:
    """One letter, white on black, uint8 (28, 28): centred, and then a little of everything that ``draw`` decides."""
    from PIL import Image, ImageDraw
    from scipy.ndimage import gaussian_filter

    size = font_size(file, letter, o) * draw.uniform(0.9, 1.1)
    shift = draw.uniform(-1.5, 1.5, 2)  # pixels
    turn, blur, noise = draw.uniform(-5, 5), draw.uniform(0.2, 0.8), draw.uniform(2, 10)  # degrees, pixels, levels
    font = open_font(file, size * FINE)
    left, top, right, bottom = font.getbbox(letter)
    middle = (SIDE / 2 + shift) * FINE - ((left + right) / 2, (top + bottom) / 2)
    canvas = Image.new("L", (SIDE * FINE, SIDE * FINE))
    ImageDraw.Draw(canvas).text(tuple(middle.round()), letter, fill=255, font=font)
    fine = np.asarray(canvas.rotate(turn, Image.Resampling.BILINEAR), float)
    light = fine.reshape(SIDE, FINE, SIDE, FINE).mean(axis=(1, 3))
    noisy = gaussian_filter(light, blur) + draw.normal(0, noise, light.shape)
    return noisy.round().clip(0, 255).astype(np.uint8)


def pictures_of(alphabet: str, folder: Path) -> dict[str, np.ndarray]:
    """One picture of each letter in each face that has them all; each with a generator of its own."""
    letters = ALPHABETS[alphabet]
    o = "ο" if alphabet == "greek" else "o"
    sides = [faces(families, folder) for families in (TRAIN, TEST)]
    chosen = [(*face, test) for test, side in enumerate(sides) for face in side if has_letters(face[-1], letters)]
    images = [
        picture(file, letter, o, np.random.default_rng([ord(letter), *name.encode()]))
        for _, name, file, _ in chosen
        for letter in letters
    ]
    families, names, _, test = zip(*chosen, strict=True)
    return {
        "images": np.stack(images),
        "labels": np.tile(np.arange(len(letters), dtype=np.uint8), len(chosen)),
        "face": np.repeat(np.arange(len(chosen), dtype=np.uint8), len(letters)),
        "test": np.repeat(np.array(test, dtype=bool), len(letters)),
        "fonts": np.array(names),
        "families": np.array(families),
    }


def save_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Like ``np.savez_compressed``, but the same arrays always give the same bytes: the zip holds no clock time."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, content.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)


def save_checksums(folder: Path) -> None:
    """SHA256SUMS of the data files; ``sha256sum -c SHA256SUMS`` verifies them."""
    sums = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.glob("*.npz"))}
    (folder / "SHA256SUMS").write_text("".join(f"{sums[name]}  {name}\n" for name in sums), newline="\n")


def main() -> None:
    """Render both alphabets."""
    parser = argparse.ArgumentParser(description="Render the letters data set.")
    parser.add_argument("--fonts", type=Path, default=Path("fonts"), help="where the packages are unpacked")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where to; beside this script if unset")
    parser.add_argument("--packages", action="store_true", help="only name the Debian packages")
    options = parser.parse_args()
    if options.packages:
        print(*sorted({f"fonts-{package}" for package, *_ in (TRAIN | TEST).values()}))
        return
    options.out.mkdir(parents=True, exist_ok=True)
    for alphabet in ALPHABETS:
        arrays = pictures_of(alphabet, options.fonts)
        save_npz(options.out / f"{alphabet}.npz", arrays)
        print(f"{alphabet}: {len(arrays['fonts'])} faces")
    save_checksums(options.out)


if __name__ == "__main__":
    main()
