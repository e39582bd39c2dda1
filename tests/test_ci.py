import os
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(platform.system() == "Windows", reason="CI runs on Linux")
RUN = Path(__file__).resolve().parents[1] / ".ci" / "run"


@pytest.fixture
def ci(tmp_path):
    """Run a copy of .ci/run beside this README, on a machine that has a Chromium."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / "bin").mkdir()
    shutil.copy(RUN, tmp_path / ".ci")
    (tmp_path / "bin" / "chromium").symlink_to(shutil.which("true"))

    def run(readme: str) -> subprocess.CompletedProcess:
        (tmp_path / "README.md").write_text(readme)
        env = {**os.environ, "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"}
        return subprocess.run(["bash", tmp_path / ".ci" / "run"], env=env, capture_output=True, text=True)

    return run


def test_it_runs_the_first_block_after_the_comment(ci, tmp_path):
    (tmp_path / ".venv").mkdir()
    done = ci(
        "```bash\necho not this\n```\n<!-- command: test -->\n\n```bash\n"
        "test ! -e .venv\necho $CI $TLKIT_REQUIRE_BROWSER\n```\n```bash\necho nor this\n```\n"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("\n\ntrue 1\n")


@pytest.mark.parametrize(
    "command", ["false\necho on", "exit 3", "cat | grep -q ."], ids=["false", "exit", "nothing to read"]
)
def test_it_fails_when_a_line_fails(ci, command):
    assert ci(f"<!-- command: test -->\n```bash\n{command}\n```\n").returncode != 0


@pytest.mark.parametrize(
    "readme",
    ["", "<!-- command: test -->\n", "```bash\necho hello\n```\n"],
    ids=["empty", "only the comment", "only the block"],
)
def test_it_fails_when_the_readme_says_no_command(ci, readme):
    done = ci(readme)
    assert done.returncode == 1
    assert "README.md has no bash block" in done.stderr
