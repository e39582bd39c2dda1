"""Every check, in a world where that thing is broken."""

import hashlib
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from tlkit.commands import cli, doctor
from tlkit.commands.doctor import Finding
from tlkit.runtime import paths

GOOD, BAD = Finding("memory", True, "2.0 GiB"), Finding("data/notes", False, "piano.npz is missing", "Bring it back.")
MANAGER = "@jupyter-widgets/jupyterlab-manager"


def only(check) -> Finding:
    (finding,) = check()
    return finding


def faults(check) -> list[tuple[str, str]]:
    findings = list(check())
    assert all(bool(finding.remedy) != finding.ok for finding in findings), "a remedy for every fault, and only there"
    return [(finding.name, finding.found) for finding in findings if not finding.ok]


# --- the report ---


def test_this_installation_is_sound():
    of_the_machine = {"memory", "cores"}
    findings = doctor.examine()
    assert [finding for finding in findings if not finding.ok and finding.name not in of_the_machine] == []
    assert {"python", "torch", "memory", "cores", "kernel python3", "torch starts"} <= {f.name for f in findings}


def test_words_say_each_fault_and_its_remedy():
    assert doctor.words([GOOD, BAD]).splitlines() == [
        "ok     memory      2.0 GiB",
        "FAULT  data/notes  piano.npz is missing",
        "       -> Bring it back.",
        "",
        "2 things examined, 1 fault.",
    ]
    assert doctor.words([GOOD, GOOD]).endswith("2 things examined, no faults.")


def test_json_has_every_finding():
    report = json.loads(json.dumps(doctor.as_json([GOOD, BAD])))
    assert report["ok"] is False
    assert report["findings"][0] == {"name": "memory", "ok": True, "found": "2.0 GiB", "remedy": ""}
    assert report["findings"][1]["remedy"] == "Bring it back."
    assert doctor.as_json([GOOD])["ok"] is True


@pytest.mark.parametrize(("findings", "code"), [([GOOD], 0), ([GOOD, BAD], 1)])
@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_the_exit_code_tells(findings, code, flags, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "examine", lambda: findings)
    assert cli.main(["doctor", *flags]) == code
    assert "memory" in capsys.readouterr().out


def test_a_check_that_breaks_is_a_fault_and_the_others_are_heard(monkeypatch):
    def check_stars():
        yield GOOD
        raise RuntimeError("two\nlines")

    monkeypatch.setattr(doctor, "CHECKS", (check_stars, lambda: [BAD]))
    monkeypatch.setattr(doctor, "check_torch", lambda: [])
    first, broken, last = doctor.examine()
    assert (first, last) == (GOOD, BAD)
    assert (broken.name, broken.ok, broken.found) == ("stars", False, "RuntimeError: two lines")
    assert broken.remedy


# --- Python and its packages ---


def test_a_python_that_is_too_old(monkeypatch):
    monkeypatch.setattr(platform, "python_version", lambda: "3.10.13")
    finding = only(doctor.check_python)
    assert not finding.ok
    assert "3.10.13" in finding.found
    assert ">=3.11" in finding.remedy


@pytest.mark.parametrize(
    ("version", "found"), [("1.2", "1.2, wanted <9,>=8.1"), (None, "not installed, wanted <9,>=8.1")]
)
def test_a_package_that_is_too_old_or_missing(version, found, monkeypatch):
    real = importlib.metadata.version

    def look_up(name):
        if name == "ipywidgets" and version is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return version if name == "ipywidgets" else real(name)

    monkeypatch.setattr(importlib.metadata, "version", look_up)
    assert ("ipywidgets", found) in faults(doctor.check_packages)
    remedy = next(finding.remedy for finding in doctor.check_packages() if finding.name == "ipywidgets")
    assert remedy.endswith('-m pip install "ipywidgets<9,>=8.1"')


def test_what_only_the_tests_need_is_not_asked_for():
    names = [finding.name for finding in doctor.check_packages()]
    assert "torch" in names
    assert "pytest" not in names


@pytest.fixture
def fake(monkeypatch, tmp_path):
    """Put modules of these names and texts where the doctor's torch is looked for first."""
    monkeypatch.setattr(paths, "PACKAGE", tmp_path / "tlkit")
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)

    def write(**modules: str) -> None:
        for name, text in modules.items():
            (tmp_path / f"{name}.py").write_text(text)

    return write


def test_a_torch_that_does_not_start(fake):
    fake(torch="raise OSError('libgomp.so.1 is missing')")
    assert faults(doctor.check_torch) == [("torch starts", "OSError: libgomp.so.1 is missing")]


def test_a_torch_that_brings_python_down(fake):
    fake(torch="import os; os._exit(3)")
    assert faults(doctor.check_torch) == [("torch starts", "ended with 3")]


def test_a_torchvision_that_no_cure_helps(fake, tmp_path):
    (tmp_path / "tlkit/runtime").mkdir(parents=True)
    (tmp_path / "tlkit/__init__.py").touch()
    (tmp_path / "tlkit/runtime/compat.py").write_text("def mend_torchvision(): return 'healthy'")
    fake(torch="", torchvision="raise RuntimeError('compiled with different CUDA major versions')")
    finding = only(doctor.check_torch)
    assert finding.found == "RuntimeError: compiled with different CUDA major versions"
    assert "Install torch and torchvision together" in finding.remedy


# --- the machine ---


@pytest.mark.parametrize(
    ("limit", "ok", "found"), [(2**29, False, "0.5 GiB"), (2**31, True, "2.0 GiB"), (None, True, "unknown")]
)
def test_memory(limit, ok, found, monkeypatch):
    monkeypatch.setattr(doctor, "memory_limit", lambda: limit)
    finding = only(doctor.check_memory)
    assert (finding.ok, finding.found, bool(finding.remedy)) == (ok, found, not ok)


@pytest.mark.parametrize(("cores", "ok", "found"), [(0.25, False, "0.25"), (0.5, True, "0.5"), (8.0, True, "8")])
def test_cores(cores, ok, found, monkeypatch):
    monkeypatch.setattr(doctor, "cores", lambda: cores)
    finding = only(doctor.check_cores)
    assert (finding.ok, finding.found, bool(finding.remedy)) == (ok, found, not ok)


# --- what tlkit ships ---


@pytest.fixture
def data(monkeypatch, tmp_path) -> Path:
    """A data set of two files, with their checksums."""
    folder = tmp_path / "data" / "notes"
    folder.mkdir(parents=True)
    for name in ("piano.npz", "guitar.npz"):
        (folder / name).write_bytes(name.encode())
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in folder.iterdir()]
    (folder / "SHA256SUMS").write_text("".join(sums) + "\n")
    monkeypatch.setattr(paths, "DATA", tmp_path / "data")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    return folder


def test_sound_data(data):
    assert only(doctor.check_data) == Finding("data/notes", True, "as shipped")


def test_data_that_were_changed_or_lost(data):
    (data / "piano.npz").write_bytes(b"drums")
    assert faults(doctor.check_data) == [("data/notes", "piano.npz is damaged")]
    (data / "guitar.npz").unlink()
    ((_, found),) = faults(doctor.check_data)
    assert sorted(found.split(", ")) == ["guitar.npz is missing", "piano.npz is damaged"]


def test_no_data_at_all(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "DATA", tmp_path)
    assert faults(doctor.check_data) == [("data", f"no data sets in {tmp_path}")]


def test_the_remedy_for_data_depends_on_where_they_came_from(data, tmp_path):
    (data / "piano.npz").unlink()
    assert "Install tlkit again" in only(doctor.check_data).remedy
    (tmp_path / ".git").mkdir()
    assert "git checkout data/" in only(doctor.check_data).remedy


# --- JupyterLab ---


def test_widgets_that_do_not_start(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    ((name, found),) = faults(doctor.check_widgets)
    assert name == "anywidget starts"
    assert found.startswith("ModuleNotFoundError: ")


def test_extensions_that_are_missing(monkeypatch, tmp_path):
    folder = tmp_path / "anywidget"
    folder.mkdir()
    (folder / "package.json").write_text("{}")
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *_: [str(tmp_path)])
    assert faults(doctor.check_extensions) == [("jupyterlab_widgets in JupyterLab", "missing")]


@pytest.mark.parametrize(
    ("near", "far", "off"),
    [
        ({MANAGER: True}, {}, True),
        ([f"{MANAGER}:plugin"], {}, True),
        ({}, {MANAGER: True}, True),
        ({MANAGER: False}, {MANAGER: True}, False),
        ({f"{MANAGER}-of-another": True}, {}, False),
    ],
)
def test_extensions_that_are_switched_off(near, far, off, monkeypatch, tmp_path):
    for name, entries in (("near", near), ("far", far)):
        settings = tmp_path / name / "labconfig" / "page_config.json"
        settings.parent.mkdir(parents=True)
        settings.write_text(json.dumps({"disabledExtensions": entries}))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", os.pathsep.join([str(tmp_path / "near"), str(tmp_path / "far")]))
    assert faults(doctor.check_extensions) == [("jupyterlab_widgets in JupyterLab", "switched off")] * off


@pytest.fixture
def kernel(monkeypatch, tmp_path):
    """Let the kernel python3 start this command."""

    def write(command: str) -> str:
        folder = tmp_path / "kernels" / "python3"
        folder.mkdir(parents=True)
        spec = {"argv": [command, "-m", "ipykernel_launcher"], "display_name": "Python 3", "language": "python"}
        (folder / "kernel.json").write_text(json.dumps(spec))
        return command

    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    return write


@pytest.mark.parametrize("command", ["python", "python3", sys.executable], ids=["python", "python3", "by its path"])
def test_a_kernel_that_runs_our_python(command, kernel):
    kernel(command)
    assert faults(doctor.check_kernel) == []


def test_a_kernel_whose_python_is_gone(kernel, tmp_path):
    gone = kernel(str(tmp_path / "gone"))
    assert faults(doctor.check_kernel) == [("kernel python3", f"{gone} does not exist")]


def test_a_kernel_that_runs_another_python(kernel, tmp_path):
    other = tmp_path / "python"
    other.touch()
    kernel(str(other))
    assert faults(doctor.check_kernel) == [("kernel python3", f"{other} is not the Python of tlkit")]


def test_a_matplotlib_that_cannot_keep_its_fonts(tmp_path):
    (tmp_path / "file").touch()
    code = "from tlkit.commands import doctor; print(doctor.words(list(doctor.check_matplotlib_cache())))"
    for folder, word in ((tmp_path / "file" / "below", "FAULT"), (tmp_path, "ok")):
        env = {**os.environ, "MPLCONFIGDIR": str(folder)}
        run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
        assert run.stdout.split()[:3] == [word, "matplotlib", "cache"]
