import os

import psutil
import pytest

from tlkit.runtime import limits

GIB = 2**30


@pytest.fixture
def host(monkeypatch, tmp_path):
    """A machine of 16 GiB and 8 cores; call it with the cgroup lines and the limit files of its container."""
    monkeypatch.delenv("MEM_LIMIT", raising=False)
    monkeypatch.setattr(limits, "_host_memory", lambda: 16 * GIB)
    monkeypatch.setattr(limits, "_host_cores", lambda: 8)

    def build(cgroup: str, files: dict[str, str]):
        for name, text in {"proc/self/cgroup": cgroup, **{f"sys/fs/cgroup/{k}": v for k, v in files.items()}}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{text}\n")
        return tmp_path

    return build


@pytest.mark.parametrize(
    ("cgroup", "files", "gib"),
    [
        pytest.param("0::/", {"memory.max": str(2 * GIB)}, 2, id="v2, a container's own root"),
        pytest.param("0::/a/b", {"a/b/memory.max": str(3 * GIB)}, 3, id="v2, the process's own group"),
        pytest.param("0::/a/b", {"a/memory.max": str(GIB), "a/b/memory.max": "max"}, 1, id="v2, a parent binds"),
        pytest.param("0::/a", {"a/memory.max": "max"}, 16, id="v2, no limit"),
        pytest.param("0::/../../elsewhere", {"memory.max": str(2 * GIB)}, 2, id="v2, outside the namespace"),
        pytest.param("0::/a", {"a/memory.max": str(64 * GIB)}, 16, id="v2, more than the host has"),
        pytest.param("4:memory:/x", {"memory/x/memory.limit_in_bytes": str(GIB // 2)}, 0.5, id="v1"),
        pytest.param("4:memory:/gone", {"memory/memory.limit_in_bytes": str(GIB)}, 1, id="v1, path of the host"),
        pytest.param("4:memory:/", {"memory/memory.limit_in_bytes": "9223372036854771712"}, 16, id="v1, no limit"),
        pytest.param("1:cpu:/x\n0::/", {}, 16, id="neither"),
    ],
)
def test_memory_limit(host, cgroup, files, gib):
    assert limits.memory_limit(host(cgroup, files)) == gib * GIB


@pytest.mark.parametrize(
    ("told", "gib"),
    [(f"{GIB}", 1), (f"{64 * GIB}", 16), ("", 16), ("0", 16), ("1G", 16)],
    ids=["one", "more than there is", "nothing", "no limit", "in words"],
)
def test_a_hub_tells_a_readers_share(host, told, gib, monkeypatch):
    monkeypatch.setenv("MEM_LIMIT", told)
    assert limits.memory_limit(host("0::/", {})) == gib * GIB


@pytest.mark.parametrize(
    ("cgroup", "files", "cores"),
    [
        pytest.param("0::/a", {"a/cpu.max": "50000 100000"}, 0.5, id="v2"),
        pytest.param("0::/a", {"a/cpu.max": "max 100000"}, 8, id="v2, no quota"),
        pytest.param(
            "0::/a/b", {"a/cpu.max": "200000 100000", "a/b/cpu.max": "max 100000"}, 2, id="v2, a parent binds"
        ),
        pytest.param(
            "3:cpu,cpuacct:/x", {"cpu/x/cpu.cfs_quota_us": "150000", "cpu/x/cpu.cfs_period_us": "100000"}, 1.5, id="v1"
        ),
        pytest.param(
            "3:cpu,cpuacct:/", {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, 8, id="v1, no quota"
        ),
    ],
)
def test_cores(host, cgroup, files, cores):
    assert limits.cores(host(cgroup, files)) == cores


def test_a_machine_without_cgroups(tmp_path):
    assert limits.memory_limit(tmp_path) == psutil.virtual_memory().total
    assert 1 <= limits.cores(tmp_path) <= os.cpu_count()


def test_a_machine_on_which_nobody_can_tell(monkeypatch, tmp_path):
    monkeypatch.setattr(limits, "_host_memory", lambda: None)
    assert limits.memory_limit(tmp_path) is None


def test_this_machine():
    assert 0 < limits.memory_limit() <= psutil.virtual_memory().total
    assert 0 < limits.cores() <= os.cpu_count()
