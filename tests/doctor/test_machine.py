"""Cores and memory as the kernel tells them, and as a control group cuts them."""

import pytest

from cryosim.doctor import machine, releases
from cryosim.doctor.machine import cores, memory
from cryosim.doctor.releases import versions


@pytest.fixture
def group(monkeypatch, tmp_path):
    """Let this process belong to a control group with these files."""

    def put(path: str, **files: str) -> None:
        folder = tmp_path / path
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name.replace("__", ".")).write_text(f"{text}\n")
        monkeypatch.setattr(machine, "CGROUP", tmp_path)

    own = tmp_path / "cgroup"
    own.write_text("4:memory:/job/step\n3:cpu,cpuacct:/job\n0::/slurm/job/step\n")
    monkeypatch.setattr(machine, "OWN_GROUPS", own)
    monkeypatch.setattr(machine, "CGROUP", tmp_path)
    return put


def test_this_machine_has_cores_and_memory():
    assert " of " in cores().detail
    total, free = machine._meminfo()
    assert total >= free > 0


def test_the_tightest_limit_of_the_groups_above_counts(group):
    assert machine._memory_limit() is None
    group("slurm/job/step", memory__max="max")
    group("slurm/job", memory__max="900000000")
    group("memory/job", memory__limit_in_bytes="2000000000")
    check = memory()
    assert check.outcome == "remark"
    assert "this process may take 0.9" in check.detail
    assert "--mem-per-cpu" in check.advice[0]


def test_a_share_of_a_core_is_told(group):
    group("slurm/job", cpu__max="50000 100000")
    assert "time of 0.5 cores" in cores().advice[0]


def test_an_older_share_of_a_core_is_told(group):
    group("cpu,cpuacct/job", cpu__cfs_quota_us="-1", cpu__cfs_period_us="100000")
    assert machine._cpu_share() is None
    group("cpu,cpuacct/job", cpu__cfs_quota_us="50000")
    assert machine._cpu_share() == 0.5


def test_threads_under_many_ranks_are_remarked(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(machine, "_cpu_share", lambda: None)
    assert cores().outcome == "ok"
    monkeypatch.setenv("SLURM_NTASKS", "8")
    assert "OMP_NUM_THREADS=1" in cores().advice[0]
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert cores().outcome == "ok"


@pytest.fixture
def demands(monkeypatch):
    def put(*lines: str) -> None:
        monkeypatch.setattr(releases.metadata, "requires", lambda _: list(lines))

    return put


@pytest.mark.parametrize(
    ("line", "outcome", "word"),
    [
        ("numpy>=2.1,<3", "ok", "1 distributions"),
        ("numpy<1", "no", "expected <1"),
        ("a-distribution-that-nobody-has>=1", "no", "is missing"),
        ("nobody-has-this; extra == 'solver'", "ok", "0 distributions"),
        ("numpy<1; extra == 'mesh'", "remark", "1 distributions"),
        ("numpy<1; extra == 'dev'", "ok", "0 distributions"),
        ("numpy<1; sys_platform == 'win32'", "ok", "0 distributions"),
    ],
)
def test_demands_are_compared_with_what_is_installed(demands, line, outcome, word):
    demands(line)
    check = versions()
    assert check.outcome == outcome
    assert word in check.detail


def test_other_versions_than_the_tested_ones_are_remarked(monkeypatch, demands, tmp_path):
    demands("NumPy>=2.1")
    monkeypatch.setattr(releases, "TESTED", tmp_path / "constraints.txt")
    assert "not here" in versions().detail
    (tmp_path / "constraints.txt").write_text("# set\nnumpy==2.1.0\nscipy==1.0\n")
    assert "(tested: 2.1.0)" in versions().advice[0]
