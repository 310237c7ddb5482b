"""Slurm as seen by its commands, which are played here by scripts."""

import pytest

from cryosim.doctor import scheduler
from cryosim.doctor.scheduler import allocation, in_step, slurm

CONFIG = """Configuration data as of 2026-11-22T23:50:00
MaxArraySize            = 1001
MpiDefault              = none
SlurmctldDebug          = info
"""
MPI = """MPI plugin types are...
\tpmix
\tnone
\tcray_shasta
\tpmi2
specific pmix plugin versions available: pmix_v4"""


@pytest.fixture
def cluster(program):
    """A Slurm of scripts; some of its answers may be others."""

    def put(config: str = CONFIG, mpi: str = MPI, squeue: str = ":") -> None:
        program("sbatch", "echo slurm-wlm 22.05.8")
        program("squeue", squeue)
        program("scontrol", f"cat <<'END'\n{config}\nEND")
        program("sinfo", "echo 'short* (1:00:00)'; echo 'long (7-00:00:00)'")
        program("srun", f"cat >&2 <<'END'\n{mpi}\nEND")

    return put


def test_no_slurm_is_no_fault(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert slurm().outcome == "ok"
    assert "not here" in slurm().detail


def test_what_a_sweep_must_know_of_it_is_told(cluster):
    cluster()
    check = slurm()
    assert check.outcome == "ok"
    for word in (
        "22.05.8",
        "1001",
        "short* (1:00:00) long (7-00:00:00)",
        "pmix, cray_shasta, pmi2",
    ):
        assert word in check.detail


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ("echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1", "contact"),
        ("sleep 60", "no answer within"),
    ],
)
def test_a_controller_that_is_away_is_remarked(monkeypatch, cluster, broken, fault):
    monkeypatch.setattr(scheduler, "SHORT_PATIENCE", 0.3)
    cluster(squeue=broken)
    check = slurm()
    assert check.outcome == "remark"
    assert fault in check.detail
    assert "login node" in check.advice[0]


def test_arrays_that_are_switched_off_are_remarked(cluster):
    cluster(config="MaxArraySize = 0")
    assert "--script" in slurm().advice[0]


@pytest.mark.parametrize(
    ("mpi", "word"), [("none\nopenmpi", "neither pmi2"), ("none\npmix\npmix_v4", "no pmi2")]
)
def test_a_srun_that_cannot_start_ranks_is_remarked(cluster, mpi, word):
    cluster(mpi=mpi)
    assert word in slurm().advice[0]


def test_mpiexec_within_srun_would_hang_and_is_remarked(monkeypatch):
    assert allocation().outcome == "ok"
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    monkeypatch.setenv("SLURM_JOB_NUM_NODES", "1")
    assert allocation().outcome == "ok"  # in the script of sbatch there is no step
    monkeypatch.setenv("SLURM_STEP_ID", "0")
    assert "HYDRA_LAUNCHER=fork" in allocation().advice[0]
    monkeypatch.setenv("HYDRA_LAUNCHER", "fork")
    assert allocation().outcome == "ok"
    monkeypatch.setenv("SLURM_JOB_NUM_NODES", "2")
    assert "first of 2 nodes" in allocation().advice[0]


def test_the_shell_of_salloc_is_no_step_of_srun(monkeypatch):
    monkeypatch.setenv("SLURM_STEP_ID", str(0xFFFFFFFA))
    assert not in_step()
