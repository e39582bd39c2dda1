"""What a lesson needs of the machine, examined: each fault with the sentence that puts it right."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from tlkit import __version__
from tlkit.commands.jupyter import jupyter_folders, unwritable
from tlkit.runtime import paths
from tlkit.runtime.checksums import sha256
from tlkit.runtime.limits import cores, memory_limit

GIB = 2**30


@dataclass(frozen=True)
class Finding:
    """One thing that was examined: what was found there and, where it is at fault, what to do about it."""

    name: str
    ok: bool
    found: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Every check; torch, the slowest, is tried meanwhile in a process of its own."""
    with ThreadPoolExecutor(1) as pool:
        torch = pool.submit(_examined, check_torch)
        findings = [finding for check in CHECKS for finding in _examined(check)]
        return findings + torch.result()


def words(findings: Sequence[Finding]) -> str:
    """The findings for a terminal: a line each, and under a fault its remedy."""
    width = max((len(finding.name) for finding in findings), default=0)
    lines = []
    for finding in findings:
        lines.append(f"{'ok' if finding.ok else 'FAULT':5}  {finding.name:{width}}  {finding.found}")
        if not finding.ok:
            lines.append(f"       -> {finding.remedy}")
    faults = sum(not finding.ok for finding in findings)
    return "\n".join([*lines, "", f"{len(findings)} things examined, {faults or 'no'} fault{'s' * (faults != 1)}."])


class Checkup:
    """The faults of an examination with their remedies, as a notebook shows them; no fault is one line."""

    def __init__(self, findings: Sequence[Finding]):
        self.faults = [finding for finding in findings if not finding.ok]

    def __repr__(self) -> str:
        if not self.faults:
            return "Everything that the lessons need is here."
        return words(self.faults)


def checkup() -> Checkup:
    """Examine the installation, and show only what is wrong with it."""
    return Checkup(examine())


def as_json(findings: Sequence[Finding]) -> dict:
    """The findings for a program: ``{"tlkit", "ok", "findings": [{"name", "ok", "found", "remedy"}]}``."""
    ok = all(finding.ok for finding in findings)
    return {"tlkit": __version__, "ok": ok, "findings": [asdict(finding) for finding in findings]}


def check_python() -> Iterator[Finding]:
    """Is this Python one of those that tlkit is made for?"""
    from packaging.specifiers import SpecifierSet

    wanted = SpecifierSet(importlib.metadata.metadata("tlkit")["Requires-Python"])
    found = platform.python_version()
    remedy = f"Install a Python that fits {wanted} from https://www.python.org and make the environment with it anew."
    yield _finding("python", wanted.contains(found, prereleases=True), f"{found} ({sys.executable})", remedy)


def check_packages() -> Iterator[Finding]:
    """Is each package that tlkit needs installed, in a version that fits?"""
    from packaging.requirements import Requirement

    for requirement in map(Requirement, importlib.metadata.requires("tlkit") or ()):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            found = _version(requirement.name)
            ok = found is not None and requirement.specifier.contains(found, prereleases=True)
            wanted = "" if ok else f", wanted {requirement.specifier}"
            remedy = f'Run: {_python()} -m pip install "{requirement}"'
            yield _finding(requirement.name, ok, f"{found or 'not installed'}{wanted}", remedy)


def check_torch() -> Iterator[Finding]:
    """Does torch start, and torchvision beside it? Tried in a process of its own."""
    code, said, why = _try_torch()
    found = said[-1] if code == 0 else (why or [f"ended with {code}"])[-1]
    remedy = "Install torch again as the README says (on Windows, Microsoft's Visual C++ Redistributable before it)."
    if any("torchvision" in line for line in why):
        remedy = (
            f"Install torch and torchvision together, from one place: {_python()} -m pip install -U torch torchvision"
        )
    yield _finding("torch starts", code == 0, found, remedy)


_TORCH = """
import torch
from tlkit.runtime.compat import mend_torchvision
word = mend_torchvision()
if word != "absent":
    import torchvision
print({"absent": "yes", "healthy": "yes, and torchvision", "mended": "yes, and torchvision after tlkit's cure"}[word])
"""


def _try_torch() -> tuple[int, list[str], list[str]]:
    """The exit code of a Python that imports torch, and the lines that it said and complained."""
    command, here = [sys.executable, "-c", _TORCH], paths.PACKAGE.parent
    run = subprocess.run(command, cwd=here, capture_output=True, encoding="utf-8", errors="replace", timeout=120)
    return run.returncode, run.stdout.splitlines(), run.stderr.strip().splitlines()


def check_memory() -> Iterator[Finding]:
    """Does the container, or the machine, have the memory that a lesson takes?"""
    limit = memory_limit()
    found = "unknown" if limit is None else f"{limit / GIB:.1f} GiB"
    remedy = "Give it 2 GB, in the settings of the container or by taking a larger machine: lessons take up to 1.5 GB."
    yield _finding("memory", limit is None or limit >= GIB, found, remedy)


def check_cores() -> Iterator[Finding]:
    """Is there at least half a processor core to work on?"""
    found = cores()
    remedy = "Give the container at least one core, or be patient: lessons work, but more slowly."
    yield _finding("cores", found >= 0.5, f"{found:g}", remedy)


def check_data() -> Iterator[Finding]:
    """Is every file of every data set there, and as it was shipped?"""
    sums = sorted(paths.DATA.glob("*/SHA256SUMS"))
    remedy = "Install tlkit again: it brings the files anew."
    if (paths.ROOT / ".git").exists():
        remedy = f"Run `git checkout data/` in {paths.ROOT}: it brings the files back."
    if not sums:
        yield _finding("data", False, f"no data sets in {paths.DATA}", remedy)
    for sheet in sums:
        faults = list(_damage(sheet))
        yield _finding(f"data/{sheet.parent.name}", not faults, ", ".join(faults) or "as shipped", remedy)


def _damage(sheet: Path) -> Iterator[str]:
    for line in filter(str.strip, sheet.read_text(encoding="utf-8").splitlines()):
        digest, name = line.split(maxsplit=1)
        file = sheet.parent / name
        if not file.is_file():
            yield f"{name} is missing"
        elif sha256(file) != digest.lower():
            yield f"{name} is damaged"


def check_widgets() -> Iterator[Finding]:
    """Do the packages of the widgets start?"""
    for package in ("ipywidgets", "anywidget"):
        fault = ""
        try:
            importlib.import_module(package)
        except Exception as problem:
            fault = _sentence(problem)
        yield _finding(f"{package} starts", not fault, fault or "yes", _again(package))


def check_extensions() -> Iterator[Finding]:
    """Will JupyterLab show the widgets?"""
    from jupyter_core.paths import jupyter_path

    folders = [Path(folder) for folder in jupyter_path("labextensions")]
    for name, package in (("@jupyter-widgets/jupyterlab-manager", "jupyterlab_widgets"), ("anywidget", "anywidget")):
        found, remedy = "yes", ""
        if not any((folder / name / "package.json").is_file() for folder in folders):
            found, remedy = "missing", _again(package)
        elif _disabled(name):
            found, remedy = "switched off", f'Run: {_python()} -m jupyter labextension enable "{name}"'
        yield _finding(f"{package} in JupyterLab", not remedy, found, remedy)


def _disabled(name: str) -> bool:
    """Whether JupyterLab's settings switch off the extension or a part of it; later settings overrule earlier ones."""
    from jupyter_core.paths import jupyter_config_path

    places = [Path(place, "labconfig") for place in jupyter_config_path()]
    disabled = {}
    for place in [Path(sys.prefix, "share/jupyter/lab/settings"), *reversed(places)]:
        settings = place / "page_config.json"
        if settings.is_file():
            entries = json.loads(settings.read_text(encoding="utf-8") or "{}").get("disabledExtensions", {})
            disabled.update(entries if isinstance(entries, dict) else dict.fromkeys(entries, True))
    return any(off for entry, off in disabled.items() if entry.split(":")[0] == name)


def check_kernel() -> Iterator[Finding]:
    """Does the kernel that the lessons ask for, python3, run this very Python?"""
    from jupyter_client.kernelspec import KernelSpecManager

    try:
        command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except OSError as problem:  # it makes IPython's folder on the way
        remedy = "Set the environment variables IPYTHONDIR and JUPYTER_DATA_DIR, or HOME, to folders of your own."
        yield _finding("kernel python3", False, _sentence(problem), remedy)
        return
    if command in {"python", "python3", f"python3.{sys.version_info.minor}"}:
        command = sys.executable  # as Jupyter reads it
    python = Path(shutil.which(command) or command)
    fault = ""
    if not python.is_file():
        fault = f"{python} does not exist"
    elif not python.parent.samefile(Path(sys.executable).parent):
        fault = f"{python} is not the Python of tlkit"
    remedy = f"Run: {_python()} -m jupyter kernelspec remove -f python3 (Jupyter then takes the Python of tlkit)"
    yield _finding("kernel python3", not fault, fault or str(python), remedy)


def check_jupyter_folders() -> Iterator[Finding]:
    """Can JupyterLab and its kernels write where they keep what they need?"""
    for folder, variable in jupyter_folders().items():
        reason = unwritable(folder)
        remedy = f"Set the environment variable {variable} to a folder that you may write to, or HOME, which moves all."
        yield _finding(variable, not reason, f"{folder}: {reason}" if reason else str(folder), remedy)


def check_matplotlib_cache() -> Iterator[Finding]:
    """Can matplotlib keep its list of fonts, or will it complain in every lesson?"""
    import matplotlib

    folder = Path(matplotlib.get_cachedir())
    temporary = folder.parent == Path(tempfile.gettempdir())
    makeshift = temporary and re.fullmatch(r"matplotlib-\w{8}", folder.name) is not None
    remedy = "Set the environment variable MPLCONFIGDIR to a folder that you may write to."
    yield _finding("matplotlib cache", not makeshift, "not writable" if makeshift else str(folder), remedy)


CHECKS = (
    check_python,
    check_packages,
    check_memory,
    check_cores,
    check_data,
    check_widgets,
    check_extensions,
    check_jupyter_folders,
    check_kernel,
    check_matplotlib_cache,
)


def _finding(name: str, ok: bool, found: str, remedy: str) -> Finding:
    return Finding(name, ok, found, "" if ok else remedy)


def _examined(check: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """What a check found; one that breaks is itself a fault, so that the others are still heard."""
    findings = []
    try:
        findings.extend(check())
    except Exception as problem:
        name = check.__name__.removeprefix("check_").replace("_", " ")
        remedy = "Make the environment anew as the README says; if the fault stays, ask for help with this very line."
        findings.append(Finding(name, False, _sentence(problem), remedy))
    return findings


def _sentence(problem: Exception) -> str:
    return " ".join(f"{type(problem).__name__}: {problem}".split())


def _again(package: str) -> str:
    version = _version(package)
    return f"Run: {_python()} -m pip install --force-reinstall --no-deps {package}{'==' * bool(version)}{version or ''}"


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _python() -> str:
    return f'"{sys.executable}"' if " " in sys.executable else sys.executable
