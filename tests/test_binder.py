import os
import platform
import re
import subprocess
import tomllib
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from tlkit.commands import jupyter
from tlkit.runtime import repository

ROOT = Path(__file__).resolve().parents[1]
BINDER = ROOT / "binder"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SCRIPTS = ("binder/postBuild", "binder/start", ".ci/run")

on_posix = pytest.mark.skipif(platform.system() == "Windows", reason="Binder and CI run these on Linux")


def pins() -> dict[str, str]:
    """The version of each package of Binder's requirements, by its name as packages compare them."""
    lines = (BINDER / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith(("#", "--"))]
    assert all(len(pair) == 2 for pair in pairs), "every line pins one package"
    assert len(pairs) == len({normal(name) for name, _ in pairs}), "no package is pinned twice"
    return {normal(name): version for name, version in pairs}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("dependency", PROJECT["dependencies"])
def test_every_dependency_is_pinned_within_its_range(dependency):
    requirement = Requirement(dependency)
    assert requirement.specifier.contains(pins()[normal(requirement.name)])


def test_torch_is_the_build_without_cuda():
    assert pins()["torch"].endswith("+cpu")
    assert not [name for name in pins() if name.startswith(("nvidia", "triton", "cuda"))]


def test_python_is_one_that_tlkit_supports():
    name, version = (BINDER / "runtime.txt").read_text(encoding="utf-8").strip().split("-")
    assert name == "python"
    assert SpecifierSet(PROJECT["requires-python"]).contains(f"{version}.0")


@on_posix
@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_can_be_run(script):
    assert os.access(ROOT / script, os.X_OK)
    subprocess.run(["bash", "-n", ROOT / script], check=True)


@on_posix
def test_start_runs_the_server_on_one_thread():
    said = subprocess.run([BINDER / "start", "env"], check=True, capture_output=True, text=True).stdout.splitlines()
    assert {"OMP_NUM_THREADS=1", f"MPLCONFIGDIR={os.environ['HOME']}/.cache/matplotlib"} <= set(said)
    assert subprocess.run([BINDER / "start", "bash", "-c", "exit 7"]).returncode == 7


def test_the_readmes_link_opens_the_first_lesson():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = [urlparse(link) for link in re.findall(r"https://mybinder\.org/v2/[^\s)\"'>]+", readme)]
    assert links, "README.md has a link to Binder"
    for link in links:
        assert parse_qs(link.query)["urlpath"] == [f"lab/tree/notebooks/{jupyter.find('00').name}"]


@pytest.mark.parametrize("file", ["README.md", "CITATION.cff"])
def test_every_address_is_made_of_the_one_owner_and_name(file, monkeypatch):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    text = (ROOT / file).read_text(encoding="utf-8")
    found = set(re.findall(r"https://(?:github\.com|[\w-]+\.github\.io)[^\s)\"]*", text))
    mine = {link for link in found if link.startswith((repository.home(), repository.pages()))}
    assert mine
    assert found == mine
    workflows = [link.split("/workflows/")[1] for link in mine if "/workflows/" in link]
    assert all((ROOT / ".github" / "workflows" / name.removesuffix("/badge.svg")).is_file() for name in workflows)


def test_the_citation_is_of_this_version():
    lines = (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    assert f"version: {PROJECT['version']}" in lines
    assert f"license: {PROJECT['license']}" in lines


def test_every_link_names_the_one_repository(monkeypatch):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"https://mybinder\.org/v2/gh/[^\s)]+", readme)) == {
        repository.binder(jupyter.find("00").name)
    }
