"""A sweep through a real Slurm that runs on this machine: killed, cancelled, and gone on with."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, treatment

from cryosim.case.toml import text_of
from cryosim.sweep.journal import entries_of
from cryosim.sweep.plan import Plan, Point, read

SCRIPT = ROOT / "scripts" / "slurm-local.sh"
PATIENCE = 240.0
"""How long (s) anything may take here: the machine may have other things to do."""

PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
MISSING = [name for name in ("slurmctld", "slurmd", "munged") if not shutil.which(name, path=PATH)]

pytestmark = [
    pytest.mark.parallel,
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(MISSING),
        reason=f"{', '.join(MISSING)} missing: scripts/install-system-packages.sh --with slurm",
    ),
    pytest.mark.skipif(os.getuid() != 0, reason="only root can start the nodes of a Slurm"),
]

DEFINITION = """
case = "case.toml"

[[design]]
grid."protocol[1].temperature" = ["-6 degC", "-8 degC", "-10 degC"]

[[design]]
ranks = 2
grid."protocol[1].temperature" = ["-12 degC"]
[design.set]
"output.every" = "5 s"
"mesh.depth" = { finest = "0.01 mm", growth = 1.02, coarsest = "0.05 mm" }
"""
"""The point of two ranks is slow: there is time to kill it in mid-run."""

PROFILE = """
partition = "debug"
time = "10 min"
memory = "1 GB"
points_per_job = 2
[ranks.2]
points_per_job = 1
"""


def run_script(verb: str, folder: Path) -> subprocess.CompletedProcess[str]:
    settings = {"SLURM_LOCAL_NODES": "1", "SLURM_LOCAL_CPUS": "2"}
    return subprocess.run(
        ["bash", SCRIPT, verb, folder], env=os.environ | settings, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip


def processes_of(folder: Path) -> list[str]:
    """Command lines of the processes that have to do with what is in ``folder``."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            said = (process / "cmdline").read_bytes()
            known = said + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in known and int(process.name) != os.getpid():
            found.append(said.replace(b"\0", b" ").decode())
    return found


@pytest.fixture
def slurm(tmp_path, monkeypatch):
    folder = tmp_path / "slurm"
    started = run_script("start", folder)
    assert started.returncode == 0, started.stderr
    assert started.stdout == f"export SLURM_CONF={folder}/slurm.conf\n"
    monkeypatch.setenv("SLURM_CONF", f"{folder}/slurm.conf")
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    monkeypatch.setenv("PYTHONPATH", path)  # jobs take it from here
    yield folder
    monkeypatch.undo()
    stopped = run_script("stop", folder)
    assert stopped.returncode == 0, stopped.stderr


def wait_for[T](look: Callable[[], T], what: str) -> T:
    """What ``look`` finds, once it finds something."""
    end = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.2)
    return found


def queue() -> list[str]:
    """Lines of squeue, one for each job."""
    command = ["squeue", "-h", "-r", "-o", "%j %T"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def entries(plan: Plan, point: Point, event: str) -> list:
    return [entry for entry in entries_of(plan.folder_of(point)) if entry["event"] == event]


def marching(plan: Plan, point: Point, attempt: int) -> bool:
    """Whether so many attempts have come to a first output."""
    log = plan.folder_of(point) / "run.log"
    attempts = log.read_text().split(", 2 ranks\n")[1:] if log.exists() else []
    return len(attempts) == attempt and " INFO t = " in attempts[-1]


def rank_of(plan: Plan, point: Point) -> int:
    """Number of the process of a rank."""
    folder = os.fsencode(plan.folder_of(point))
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"mpi4py" in words and folder in words and b"python" in words[0]:
            return int(process.name)
    raise AssertionError("no rank of the point is there")


@pytest.mark.timeout(900)
def test_a_sweep_through_slurm_loses_nothing_and_does_nothing_twice(tmp_path, slurm, cryosim):
    def verb(*arguments) -> str:
        done = cryosim("sweep", *arguments)
        assert done.code == 0, done.err
        return done.out

    def states() -> dict[str, int]:
        return json.loads(verb("status", folder, "--json"))["counts"]

    (tmp_path / "case.toml").write_text(text_of(treatment()))
    (tmp_path / "sweep.toml").write_text(DEFINITION)
    (tmp_path / "profile.toml").write_text(PROFILE)
    folder, submit = tmp_path / "sweep", ("--slurm", "--profile", tmp_path / "profile.toml")
    verb("plan", tmp_path / "sweep.toml", "--out", folder)
    plan = read(folder)
    (slow,) = (point for point in plan.points if point.ranks == 2)

    # All are submitted, and no point twice.
    told = verb("run", folder, *submit)
    assert "3 points in 2 jobs" in told
    assert "1 points in 1 jobs" in told
    told = verb("run", folder, *submit)
    assert "points are in Slurm already" in told
    assert " jobs" not in told
    assert sum("ranks_" in line for line in queue()) <= 3

    # A rank is killed: that point has crashed, the others are done.
    wait_for(lambda: marching(plan, slow, 1), "the slow point")
    os.kill(rank_of(plan, slow), signal.SIGKILL)
    wait_for(lambda: not queue(), "the end of all jobs")
    assert states() == {"done": 3, "crashed": 1}

    # It alone is submitted again, and cancelled in mid-run: it leaves a checkpoint.
    assert "1 points in 1 jobs" in verb("run", folder, *submit)
    wait_for(lambda: marching(plan, slow, 2), "the slow point once more")
    assert "1 points taken out of Slurm" in verb("cancel", folder)
    wait_for(lambda: not queue(), "the end of the cancelled job")
    assert states() == {"done": 3, "stopped": 1}
    assert (plan.folder_of(slow) / "restart.h5").exists()

    # Gone on with, it ends.
    assert "1 points in 1 jobs" in verb("run", folder, *submit)
    wait_for(lambda: not queue(), "the last job")
    assert states() == {"done": 4}
    assert "every point is done" in verb("run", folder, *submit)

    # Every point came to its end once, the slow one from where it was.
    for point in plan.points:
        ends = [entry["state"] for entry in entries(plan, point, "end")]
        assert ends == (["crashed", "stopped", "done"] if point == slow else ["done"])
        jobs = [entry["job"] for entry in entries(plan, point, "begin")]
        assert len(set(jobs)) == len(jobs) == len(ends)
    assert [entry["resume"] for entry in entries(plan, slow, "begin")] == [False, False, True]
    result = json.loads((plan.folder_of(slow) / "result.json").read_text())
    assert result["status"] == "done"

    # And Slurm is gone without a trace.
    assert run_script("status", slurm).returncode == 0
    assert run_script("stop", slurm).returncode == 0
    assert run_script("status", slurm).returncode != 0
    assert processes_of(tmp_path) == []
