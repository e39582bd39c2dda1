"""Gathers the cut-out photographs: five kinds of Tux Paint's stamps, each on a clear square, in class folders in a zip.

You need this script only to rebuild the data; the zip that it makes is shipped beside it::

    apt download tuxpaint-stamps-default=2022.06.04-1
    dpkg-deb -x tuxpaint-stamps-default_2022.06.04-1_all.deb stamps
    pip install pillow
    python make.py --source stamps/usr/share/tuxpaint/stamps
"""

from __future__ import annotations

import argparse
import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

FOLDERS = {  # where among the stamps the pictures of a class are
    "bird": ("animals/birds",),
    "flower": ("plants/flowers",),
    "fruit": ("food/fruit",),
    "mammal": tuple(f"animals/mammals/{name}" for name in (
        "apes", "aquatic", "bears", "camel", "cats", "deer", "dogs", "equines", "rodents",
    )),
    "vegetable": ("food/vegetables",),
}  # fmt: skip
SIDE, MARGIN = 160, 8  # pixels
QUALITY = 80  # of WebP
DAY = (2022, 6, 4, 0, 0, 0)  # of the original, so that the zip is the same whenever it is made


def stamps(source: Path) -> Iterator[tuple[str, Path]]:
    """Each picture with its class; drawings lie in folders of their own, and mirrored copies are left out."""
    for label, folders in FOLDERS.items():
        for folder in folders:
            for path in sorted((source / folder).glob("*.png")):
                if not path.stem.endswith("_mirror"):
                    yield label, path


def squared(path: Path) -> bytes:
    """The cut-out in the middle of a clear square, as WebP."""
    image = Image.open(path).convert("RGBA")
    image = image.crop(image.getchannel("A").getbbox())
    image.thumbnail((SIDE - 2 * MARGIN, SIDE - 2 * MARGIN), Image.Resampling.LANCZOS)
    square = Image.new("RGBA", (SIDE, SIDE))
    square.paste(image, ((SIDE - image.width) // 2, (SIDE - image.height) // 2))
    file = io.BytesIO()
    square.save(file, "WEBP", quality=QUALITY, method=6)
    return file.getvalue()


def main() -> None:
    """Write the zip and its checksum beside this script."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--source", type=Path, required=True, help="the folder stamps of the Debian package")
    options.add_argument("--to", type=Path, default=Path(__file__).parent, help="where the zip goes")
    chosen = options.parse_args()
    with zipfile.ZipFile(chosen.to / "stamps.zip", "w") as packed:
        for label, path in stamps(chosen.source):
            packed.writestr(zipfile.ZipInfo(f"stamps/{label}/{path.stem}.webp", DAY), squared(path))
    digest = hashlib.sha256((chosen.to / "stamps.zip").read_bytes()).hexdigest()
    (chosen.to / "SHA256SUMS").write_text(f"{digest}  stamps.zip\n", encoding="utf-8")


if __name__ == "__main__":
    main()
